"""In: a case folder. Out: what is told of one register and what must come of it. Pure.

The feed and the truth are written as runs of equal steps; the README of the folder tells how.
"""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).parents[1] / "cases" / "quantities"
TARIFFS = FOLDER / "tariffs"
CASES = sorted(each for each in FOLDER.iterdir() if (each / "case.toml").exists())
AT_ONCE = "at once"


@dataclass(frozen=True)
class Told:
    """One thing that is told at an instant: readings (instant, count), or a table of the case."""

    at: datetime
    kind: str
    readings: tuple[tuple[datetime, int], ...] = ()
    table: Any = None


@dataclass(frozen=True)
class FaultCase:
    """A register, what is told of it, and the truth."""

    document: dict[str, Any]
    told: list[Told]
    truth: list[int]
    """What each quarter-hour really used. [Wh]"""
    usage_wh: int
    nets: list[Decimal | None]
    """Net of each bill; None where it must not be billed."""
    interpolated: int
    missing: int

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.document["zone"])

    @property
    def days(self) -> tuple[date, date]:
        return self.document["first_day"], self.document["last_day"]

    @property
    def factor(self) -> Fraction:
        return Fraction(self.document["register"]["multiplier"])


def read_case(folder: Path) -> FaultCase:
    """Return the case in a folder."""
    document = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    tables = [
        Told(at=table["told"], kind=kind, table=table)
        for kind in ("change", "price", "decision", "approval", "bill")
        for table in document.get(kind, ())
    ]
    # Of one instant: readings, changes, prices, decisions, approvals,
    # bills.
    told = sorted([*_feed(folder, [each.at for each in tables]), *tables], key=lambda each: each.at)
    return FaultCase(
        document=document,
        told=told,
        truth=list(_truth(folder)),
        usage_wh=expected["usage_wh"],
        nets=[None if net is None else Decimal(net) for net in expected["nets"]],
        interpolated=expected["interpolated"],
        missing=expected["missing"],
    )


def _feed(folder: Path, between: Sequence[datetime]) -> list[Told]:
    """Return the readings by the instant at which they are told.

    Args:
        folder: Of the case.
        between: Instants at which something else is told.
    """
    rows = []
    for row in _rows(folder / "feed.csv"):
        first, every = _instant(row["first"]), timedelta(seconds=int(row["every_s"]))
        for n in range(int(row["readings"])):
            at = first + n * every
            told = at if row["told"] == AT_ONCE else _instant(row["told"])
            rows.append((told, at, int(row["count"]) + n * int(row["step"])))
    rows.sort(key=lambda each: each[0])

    def together(row: tuple[datetime, datetime, int]) -> tuple[int, date]:
        """Return what is the same for what is sent as one: a day's, unless something is between."""
        told, *_ = row
        return sum(each <= told for each in between), told.date()

    return [_together(list(each)) for _, each in groupby(rows, key=together)]


def _together(rows: list[tuple[datetime, datetime, int]]) -> Told:
    return Told(
        at=rows[-1][0], kind="readings", readings=tuple((at, count) for _, at, count in rows)
    )


def _truth(folder: Path) -> Iterator[int]:
    for row in _rows(folder / "truth.csv"):
        yield from [int(row["usage_wh"])] * int(row["intervals"])


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _instant(told: str) -> datetime:
    return datetime.fromisoformat(told)
