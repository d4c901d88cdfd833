"""In: week.toml. Out: what goes wrong when, and what is expected of it. I/O: reads the file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

FOLDER: Final = Path(__file__).parent
ZONE: Final = ZoneInfo("Asia/Shanghai")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row of the table."""

    number: int
    what: str
    begins: datetime
    ends: datetime
    do: dict[str, Any]
    """What the world does: see world.py."""
    alert: dict[str, Any]
    """The alert that is expected, and within how many minutes."""
    raised_from: datetime
    """First instant at which it may be raised."""
    raised_by: datetime
    """Last instant at which it may be raised, in data time."""
    told: dict[str, int]
    """How many messages each person gets while it stands."""
    end: str
    told_by: datetime | None = None
    way: str = ""
    seen: dict[str, Any] = field(default_factory=dict)
    shelve: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)
    """Further alerts that the same fault raises, and how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The whole table."""

    begins: datetime
    """First instant of Monday."""
    first: datetime
    """First instant that is played."""
    ends: datetime
    faults: tuple[Fault, ...]
    usual: dict[str, str]
    """Rules that raise on a day like any other, each with the reason."""

    def cut(self, first: str, last: str) -> Week:
        """Return the part between two instants, with the faults that lie in it whole."""
        begins, ends = (instant(said, self.begins) for said in (first, last))
        inside = [each for each in self.faults if begins < each.begins and each.ends < ends]
        return replace(self, first=begins, ends=ends, faults=tuple(inside))

    def fault(self, number: int) -> Fault:
        """Return a row by its number."""
        return next(each for each in self.faults if each.number == number)


def instant(said: str, begins: datetime) -> datetime:
    """Return an instant of the week: "thu 04:30" by the airport's clock."""
    day, _, clock = said.partition(" ")
    hour, _, minute = clock.partition(":")
    days = _DAYS.index(day)
    return begins + timedelta(days=days, hours=int(hour), minutes=int(minute))


def read_week() -> Week:
    """Return the table."""
    told = tomllib.loads((FOLDER / "week.toml").read_text(encoding="utf-8"))
    begins = datetime.combine(told["monday"], time(), tzinfo=ZONE).astimezone(UTC)
    usual = {row["rule"]: row["why"] for row in told["usual"]}
    faults = tuple(_fault(row, begins) for row in told["fault"])
    ends = begins + timedelta(days=7)
    return Week(begins=begins, first=begins, ends=ends, faults=faults, usual=usual)


def _fault(row: dict[str, Any], begins: datetime) -> Fault:
    alert = row["alert"]
    first = instant(row["from"], begins)
    last = first + timedelta(minutes=alert.get("within", 0))
    if "at" in alert:
        first_raised = last = instant(alert["at"], begins)
    else:
        first_raised = first
    return Fault(
        number=row["n"],
        what=row["what"],
        begins=first,
        ends=instant(row["to"], begins),
        do=row["do"],
        alert=alert,
        raised_from=first_raised,
        raised_by=last,
        told=row["told"],
        told_by=instant(row["told_by"], begins) if "told_by" in row else None,
        way=row.get("way", ""),
        seen=row.get("seen", {}),
        shelve=row.get("shelve", {}),
        beside=row.get("beside", {}),
        end=row["ends"],
    )
