"""In: a data directory and a number of viewers. Out: what every callback took. I/O.

`scripts/bench screens` starts it. Exit codes: 0 done, 1 some answer was an error. Durations are
never judged here: on a shared machine take the processor time a request.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.machine import describe
from bench.screens.served import Place, cpu_s, served, tickets
from bench.screens.viewers import Crowd, Seen, watch
from bench.screens.year import is_made, make_year
from energy.base.clock import SystemClock
from energy.base.config import Config, load_config
from energy.system import WRITER, System

FOLDER = "bench-airport"
POLLS = frozenset({"news", "alerts", "overview", "wall"})
"""What open pages ask for by themselves."""
BAR_50_MS, BAR_300_MS = 250.0, 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of request; field names are those of `--json`."""

    name: str
    requests: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float
    kib: float
    """Mean size of an answer's body as it travelled. [KiB]"""


def row_of(name: str, seconds: Sequence[float], size: int) -> Row:
    """Return what some requests took.

    Args:
        name: What was asked.
        seconds: Of each answer, at least one. [s]
        size: Of all answers. [byte]
    """
    p50, p95, p99, worst = (float(ms) for ms in np.percentile(seconds, [50, 95, 99, 100]) * 1000)
    kib = size / 1024 / len(seconds)
    return Row(
        name=name,
        requests=len(seconds),
        p50_ms=round(p50, 1),
        p95_ms=round(p95, 1),
        p99_ms=round(p99, 1),
        worst_ms=round(worst, 1),
        kib=round(kib, 1),
    )


def rows_of(seen: Seen) -> list[Row]:
    """Return a row for each kind of request, then one of all polls, then one of all."""
    known = {name: times for name, times in sorted(seen.seconds.items()) if times}
    rows = [row_of(name, times, seen.sizes[name]) for name, times in known.items()]
    for name, chosen in (("all polls", POLLS & known.keys()), ("all", frozenset(known))):
        if chosen:
            times = [each for one in chosen for each in known[one]]
            rows.append(row_of(name, times, sum(seen.sizes[one] for one in chosen)))
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a crowd did to an installation."""

    viewers: int
    seconds: float
    rows: list[Row]
    errors: dict[str, int]
    cpu_ms: dict[str, float]
    """Processor time by process and request. [ms]"""
    cores: dict[str, float]
    """Processor time by process and second. [core]"""


def load(place: Place, crowd: Crowd) -> Load:
    """Let a crowd look at a running installation."""
    used: list[dict[str, float]] = []

    def mark() -> None:
        used.append(cpu_s(place))

    seen = asyncio.run(watch(crowd, mark, mark))
    rows = rows_of(seen)
    requests = max(1, rows[-1].requests) if rows else 1
    spent = {name: used[1][name] - used[0][name] for name in used[0]}
    return Load(
        viewers=len(crowd.tickets),
        seconds=crowd.seconds,
        rows=rows,
        errors=dict(seen.errors),
        cpu_ms={name: round(s * 1000 / requests, 2) for name, s in spent.items()},
        cores={name: round(s / crowd.seconds, 3) for name, s in spent.items()},
    )


def _print(found: Load, machine: Mapping[str, str]) -> None:
    console = Console()
    title = f"{found.viewers} viewers for {found.seconds:.0f} s"
    table = Table(title=title)
    for heading in ("request", "n", "p50 ms", "p95 ms", "p99 ms", "worst ms", "KiB"):
        table.add_column(heading, justify="left" if heading == "request" else "right")
    for row in found.rows:
        table.add_row(*(str(text) for text in asdict(row).values()))
    console.print(table)
    console.print(f"errors {found.errors or 0}")
    console.print(f"processor time a request {found.cpu_ms} ms; cores in use {found.cores}")
    console.print(f"machine {dict(machine)}")


def arguments() -> argparse.ArgumentParser:
    """Return what the command understands."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench screens", description="The dashboard of an airport under viewers."
    )
    parser.add_argument("--data-dir", type=Path, help="where the airport is kept or made")
    parser.add_argument("--meters", type=int, default=300, help="of a new one (default 300)")
    parser.add_argument("--days", type=int, default=365, help="of its history (default 365)")
    parser.add_argument("--bills", type=int, default=12, help="months billed (default 12)")
    parser.add_argument("--viewers", type=int, default=50, help="default 50")
    parser.add_argument("--seconds", type=float, default=60.0, help="counted (default 60)")
    parser.add_argument("--refresh-s", type=float, default=10.0, help="of a page (default 10)")
    parser.add_argument("--still", action="store_true", help="without meters: pages alone")
    parser.add_argument("--browser", action="store_true", help="when Chromium has drawn pages")
    parser.add_argument("--tries", type=int, default=5, help="of each page (default 5)")
    parser.add_argument("--wall", action="store_true", help="age of readings drawn on walls")
    parser.add_argument("--json", action="store_true", help="print an object for machines")
    return parser


def prepared(given: argparse.Namespace) -> Config:
    """Return the settings of the airport, which is made first where there is none."""
    config = load_config()
    directory = (given.data_dir or config.data_dir / FOLDER).resolve()
    config = replace(config, data_dir=directory)
    if not is_made(directory):
        console = Console(stderr=True)
        make_year(
            config, meters=given.meters, days=given.days, bills=given.bills, say=console.print
        )
    return config


def main(words: Sequence[str]) -> int:
    """Measure and print."""
    given = arguments().parse_args(list(words))
    os.umask(0o077)
    config = prepared(given)
    with served(config, live=not given.still) as place:
        machine = describe("embedded")
        if given.browser or given.wall:
            found = _in_browser(place, given)
            print(json.dumps({**found, "machine": machine}, indent=2))
            return 0
        crowd = Crowd(
            url=place.url,
            tickets=tickets(config, given.viewers),
            seconds=given.seconds,
            refresh_s=given.refresh_s,
            always=given.still,
        )
        looked = load(place, crowd)
    if given.json:
        print(json.dumps({**asdict(looked), "machine": machine}, indent=2))
    else:
        _print(looked, machine)
    return 1 if looked.errors else 0


def _in_browser(place: Place, given: argparse.Namespace) -> dict[str, Any]:
    """Return what a real Chromium shows, and when."""
    from bench.screens.browser import shown  # playwright is there for developers alone
    from bench.screens.walls import watched

    ticket = tickets(place.config, 1)[0]
    found: dict[str, Any] = {}
    if given.browser:
        found["pages"] = [asdict(each) for each in shown(place.url, ticket, given.tries)]
    if given.wall:
        system = System(config=place.config, role=WRITER, clock=SystemClock())
        try:
            schema = system.site.schema
            ages = watched(place.url, ticket, system.database, schema, given.seconds)
        finally:
            system.close()
        found["wall"] = asdict(ages)
    return found
