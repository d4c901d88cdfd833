"""In: the files of `weeks/`. Out: who says what when, and what is expected of it. I/O: reads files.

A file tells things (incidents, work orders, requests, shifts) with a log each, as a shift leader
writes it: day and time on the wall, what is done, who does it, with what words. A day or a person
that is left out is the one of the row before; `again` is the second pass of an hour that the clocks
repeat; a row that ends with `!key` is refused with the text of that key, one with `!` refused.
"""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

FOLDER: Final = Path(__file__).parent / "weeks"
ZONE: Final = ZoneInfo("Europe/London")
"""The airport's clock on the wall in these weeks: one that is put back."""
BEGIN: Final = date(2026, 10, 19)
"""Monday."""
END: Final = datetime(2026, 11, 2, 12, tzinfo=ZONE)
"""Monday noon behind the second week: then everything is looked at."""
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One row of a log."""

    at: datetime
    """In UTC."""
    verb: str
    who: str
    words: tuple[str, ...]
    refused: str
    """Key of the text with which it is refused, "*" for any; "" where it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something with a log: an incident, a work order, a request, a case."""

    kind: str
    n: int
    facts: dict[str, Any]
    log: tuple[Said, ...]

    @property
    def expect(self) -> dict[str, Any]:
        """Return what was worked out by hand of it."""
        expected: dict[str, Any] = self.facts["expect"]
        return expected


def read(name: str, people: frozenset[str]) -> dict[str, Any]:
    """Return a file of the weeks; every table with a `log` is a thing by its number."""
    told = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return {
        kind: {row["n"]: _thing(kind, row, people) for row in rows}
        if isinstance(rows, list) and "log" in rows[0]
        else rows
        for kind, rows in told.items()
    }


def _thing(kind: str, row: dict[str, Any], people: frozenset[str]) -> Thing:
    log = tuple(_rows(row["log"], people))
    return Thing(kind=kind, n=row["n"], facts=row, log=log)


def _rows(text: str, people: frozenset[str]) -> Iterator[Said]:
    day, who = "", ""
    for row in text.strip().splitlines():
        words = shlex.split(row, comments=True)
        if not words:
            continue
        if words[0] in _DAYS:
            day, words = f"{words[0]} {words[1]}", words[2:]
        clock, words = words[0], words[1:]
        again = words[0] == "again"
        verb, *words = words[1:] if again else words
        if words and words[0] in people:
            who, words = words[0], words[1:]
        refused = words.pop()[1:] or "*" if words and words[-1].startswith("!") else ""
        at = instant(f"{day} {clock}", again=again)
        yield Said(at=at, verb=verb, who=who, words=tuple(words), refused=refused)


def day_of(said: str) -> date:
    """Return a day of the weeks: "sun 25"; the name must be that of the day."""
    name, number = said.split()
    found = next(
        day
        for day in (BEGIN + timedelta(days=n) for n in range(-10, 16))
        if day.day == int(number) and (day >= BEGIN or int(number) < BEGIN.day)
    )
    assert _DAYS[found.weekday()] == name, f"{said} is no {name}"
    return found


def instant(said: str, *, again: bool = False) -> datetime:
    """Return an instant of the weeks in UTC: "sun 25 01:30", with `again` its second pass."""
    day, _, clock = said.rpartition(" ")
    wall = datetime.combine(day_of(day), time.fromisoformat(clock), tzinfo=ZONE)
    return wall.replace(fold=int(again)).astimezone(UTC)
