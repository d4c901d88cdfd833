"""In: medians and the machine. Out: a table for people, JSON for machines. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rich.table import Table

from bench.measure import Aim, Bench, Measured


def as_json(results: Sequence[Measured]) -> str:
    """Return a list of {name, value, unit, baseline, ratio, target, met}."""
    return json.dumps([asdict(result) for result in results], indent=2)


def as_table(
    benches: Sequence[Bench], results: Sequence[Measured], machine: Mapping[str, str], rounds: int
) -> Table:
    """Return the results with their baselines and targets, the machine in the caption."""
    title = f"Median of {rounds} rounds, product and baseline interleaved"
    caption = "\n".join(f"{name}: {value}" for name, value in machine.items())
    table = Table(title=title, caption=caption, caption_justify="left")
    for heading in ("bench", "value", "baseline", "ratio", "target", "met"):
        if heading in {"bench", "met"}:
            table.add_column(heading, no_wrap=True)
        else:
            table.add_column(heading, justify="right")
    for bench, result in zip(benches, results, strict=True):
        table.add_row(
            result.name,
            f"{result.value:,.{digits(result.value)}f} {result.unit}",
            "" if result.baseline is None else f"{result.baseline:,.0f}",
            "" if result.ratio is None else f"{result.ratio:.2f}",
            target_text(bench),
            "" if result.met is None else "yes" if result.met else "NO",
        )
    return table


def digits(value: float) -> int:
    """Return how many digits behind the point a value is worth."""
    return 0 if value >= 1000 else 2


def target_text(bench: Bench) -> str:
    """Return a target with what it is compared to."""
    if bench.target is None or bench.aim is Aim.NONE:
        return ""
    return f"{bench.aim} {bench.target:,g}"
