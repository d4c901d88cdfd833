"""In: a year of the archive and seeds. Out: the yardstick's table with ours beside. I/O.

`scripts/bench baselines` starts it. Rules are chosen on 2018 (`--year 2018`, May to December: the
first months are learnt from) and judged on 2019 (March to December). Nothing is asserted here;
tests/bench/baselines/test_command.py holds the targets.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.baselines.archive import FIRST, FOLDER, Archive, read_archive
from bench.baselines.counting import Counted, Raised, count
from bench.baselines.others import fixed_limit, four_detectors, rolling_median
from bench.baselines.planted import Kind, plant
from energy.alerting.baseline.alarms import Standing, Turn, watch
from energy.alerting.baseline.rolling import HOURS, Floats
from energy.alerting.baseline.spec import BaselineSpec
from energy.base.clock import monotonic_s

SPANS = {
    2018: (date(2018, 5, 1), date(2019, 1, 1)),
    2019: (date(2019, 3, 1), date(2020, 1, 1)),
}
"""First of the days judged and first behind them."""
SEEDS = {2018: (1, 2, 3), 2019: (11, 12, 13, 14, 15)}
"""Of the places of planting; those of 2019 were first used when the rules stood."""
PUBLISHED = {
    "fixed limit = last year's maximum": (0.0, 0.5, 0.42, 0.03, 0.0, 0.0, 0.77, 0.0),
    "rolling 8 weeks, median +- 6 MAD": (2.2, 9.4, 0.68, 0.16, 0.94, 0.42, 0.98, 0.53),
    "four detectors, 5 / 3 MAD": (0.7, 1.4, 0.42, 0.55, 0.92, 0.90, 0.82, 0.37),
    "four detectors, 8 / 4 MAD": (0.25, 0.9, 0.13, 0.31, 0.81, 0.87, 0.76, 0.05),
}
"""Yardstick 3.4: false alarms (median, 90th percentile), recall by kind."""
MOST_A_MONTH = 2.0
"""False alarms of one meter: one with more is counted as to be muted. [1 / month]"""
WIDTH = 160
"""A table of so many columns is not folded. [characters]"""
Method = Callable[[Floats, int], list[Raised]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; field names are those of `--json`."""

    method: str
    false_median: float
    false_p90: float
    recall: tuple[float, ...]
    """By kind, in the order of `Kind`."""
    muted: int
    """Meters with more than two false alarms a month."""
    ms_a_meter_year: float | None


def ours(archive: Archive, *, warm: bool) -> Method:
    """Return the performance baselines as a method.

    Args:
        archive: Of which the temperature is taken.
        warm: Whether they know the temperature.
    """

    def method(usage: Floats, first_day: int) -> list[Raised]:
        temperature = archive.temperature[: usage.shape[1]] if warm else None
        changes, _ = watch(
            usage, BaselineSpec(), [Standing()] * len(usage), first=0, temperature=temperature
        )
        return [
            Raised(meter=change.meter, begin=change.since, hour=change.hour)
            for change in changes
            if change.turn is Turn.RAISED and change.hour >= first_day * HOURS
        ]

    return method


def methods(archive: Archive) -> dict[str, Method]:
    """Return what is compared, by its name in the table."""
    return {
        "fixed limit = last year's maximum": fixed_limit,
        "rolling 8 weeks, median +- 6 MAD": lambda usage, day: rolling_median(usage, day, 6.0),
        "four detectors, 5 / 3 MAD": lambda usage, day: four_detectors(usage, day, 5.0, 3.0),
        "four detectors, 8 / 4 MAD": lambda usage, day: four_detectors(usage, day, 8.0, 4.0),
        "performance baselines": ours(archive, warm=False),
        "performance baselines, with temperature": ours(archive, warm=True),
    }


def places(year: int) -> tuple[int, int]:
    """Return the places in the archive's days of the first day judged and of the one behind."""
    first, past = SPANS[year]
    return (first - FIRST).days, (past - FIRST).days


def counted(archive: Archive, method: Method, year: int, seed: int) -> tuple[Counted, float]:
    """Return what a method is worth on one planting, and the seconds it took."""
    first_day, past_day = places(year)
    usage, planted = plant(archive.usage[:, :past_day], first_day, past_day, seed)
    began = monotonic_s()
    raised = method(usage, first_day)
    took = monotonic_s() - began
    meters, days = len(usage), past_day - first_day
    return count(raised, planted, meters=meters, days=days), took


def row(archive: Archive, name: str, method: Method, year: int, seeds: Sequence[int]) -> Row:
    """Return a method's line: the means over all seeds."""
    every = [counted(archive, method, year, seed) for seed in seeds]
    false = np.array([one.false_a_month for one, _ in every])
    years = places(year)[1] / 365.25 * len(archive.meters)
    return Row(
        method=name,
        false_median=round(float(np.median(false, axis=1).mean()), 3),
        false_p90=round(float(np.quantile(false, 0.9, axis=1).mean()), 3),
        recall=tuple(
            round(float(np.mean([one.recall[kind] for one, _ in every])), 3) for kind in Kind
        ),
        muted=round(float((false > MOST_A_MONTH).sum(axis=1).mean())),
        ms_a_meter_year=round(1000 * float(np.median([took for _, took in every])) / years, 1),
    )


def as_table(rows: Sequence[Row], year: int, seeds: Sequence[int]) -> Table:
    """Return the table for people: the published figures, then those measured here."""
    first, past = SPANS[year]
    title = f"{first} to {past}, {len(seeds)} plantings"
    table = Table(title=title, caption="false alarms a meter-month: upper bounds")
    table.add_column("method")
    headings = ("median", "p90", *(kind.value for kind in Kind), "muted", "ms a meter-year")
    for heading in headings:
        table.add_column(heading, justify="right")
    for name, (median, p90, *recall) in PUBLISHED.items():
        cells = (f"{median:.2f}", f"{p90:.2f}", *(f"{share:.2f}" for share in recall))
        table.add_row(f"published: {name}", *cells, "", "")
    table.add_section()
    for one in rows:
        cells = (f"{one.false_median:.2f}", f"{one.false_p90:.2f}")
        recalls = (f"{share:.2f}" for share in one.recall)
        table.add_row(one.method, *cells, *recalls, str(one.muted), f"{one.ms_a_meter_year:.1f}")
    return table


def main(arguments: Sequence[str]) -> int:
    """Measure and print.

    Returns:
        0 done, 2 where the archive is not at hand.
    """
    parser = argparse.ArgumentParser(
        prog="scripts/bench baselines", description="False alarms and recall of the baselines."
    )
    parser.add_argument("--year", type=int, choices=sorted(SPANS), default=2019)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the archive")
    parser.add_argument("--json", action="store_true", help="print a list for machines")
    parser.add_argument(
        "--pictures", type=Path, help="folder for the pictures of docs/baselines.md"
    )
    options = parser.parse_args(list(arguments))
    try:
        archive = read_archive(options.folder)
    except FileNotFoundError as missing:
        Console(stderr=True).print(f"The archive is not at hand: {missing.filename}")
        return 2
    if options.pictures is not None:
        from bench.baselines.pictures import draw  # a browser draws them

        draw(archive, options.pictures)
        return 0
    seeds = SEEDS[options.year]
    rows = [
        row(archive, name, method, options.year, seeds) for name, method in methods(archive).items()
    ]
    if options.json:
        fields = Row.__dataclass_fields__
        print(json.dumps([{name: getattr(one, name) for name in fields} for one in rows], indent=2))
    else:
        console = Console()
        console.width = max(console.width, WIDTH)
        console.print(as_table(rows, options.year, seeds))
    return 0
