"""In: billed days and the day a reading cycle begins on. Out: billing months, exactly. Pure.

Without a cycle a billing month is a calendar month; with one (read on the 25th) it runs from that
day to the day before it in the next month, so that a bill from the 25th to the 24th is one month.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

ONE_DAY = timedelta(days=1)
COMMERCIAL = 30
"""Days of every month where a tariff counts thirty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Days of one billing month, season or year, as far as they are billed."""

    first_day: date
    last_day: date
    """Local days, both included."""
    whole_first: date
    whole_last: date
    """Days of the whole that they are a part of, both included."""

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last_day - self.first_day).days + 1

    @property
    def share(self) -> Fraction:
        """Return its days as a part of the whole's. [1]."""
        return Fraction(self.days, (self.whole_last - self.whole_first).days + 1)

    @property
    def commercial_share(self) -> Fraction:
        """Return its part of a month of thirty days. [1].

        Day n counts as day n of thirty, the 31st as none, the last of February as all that is
        left: the parts of a month cut anywhere add up to one.
        """
        before = min((self.first_day - self.whole_first).days, COMMERCIAL)
        whole = self.last_day == self.whole_last
        upto = COMMERCIAL if whole else min(before + self.days, COMMERCIAL)
        return Fraction(upto - before, COMMERCIAL)

    @property
    def label(self) -> str:
        """Return the first day of the whole: the same for every part of it."""
        return self.whole_first.isoformat()


def months(first: date, last: date, cycle_day: int | None = None) -> list[Part]:
    """Return the billing months of some days, cut at both ends.

    Args:
        first: First local day.
        last: Last local day, included.
        cycle_day: Day of the month that billing months begin on; None for calendar months. In a
            month without that day they begin on its last.
    """
    parts: list[Part] = []
    day = first
    while day <= last:
        begun, ended = _month_of(day, cycle_day or 1)
        end = min(last, ended)
        parts.append(Part(first_day=day, last_day=end, whole_first=begun, whole_last=ended))
        day = end + ONE_DAY
    return parts


def years(first: date, last: date) -> list[Part]:
    """Return the calendar years of some days, cut at both ends."""
    return [
        Part(
            first_day=max(first, date(year, 1, 1)),
            last_day=min(last, date(year, 12, 31)),
            whole_first=date(year, 1, 1),
            whole_last=date(year, 12, 31),
        )
        for year in range(first.year, last.year + 1)
    ]


def cycle_of(first: date, last: date) -> int | None:
    """Return the day that billing months begin on where some days are whole months, else None."""
    following = last + ONE_DAY
    whole = following > first and _begins(following, first.day) == following
    return first.day if whole and first.day != 1 else None


def _begins(day: date, cycle_day: int) -> date:
    """Return the day on which a cycle begins in a day's calendar month."""
    return day.replace(day=min(cycle_day, monthrange(day.year, day.month)[1]))


def _month_of(day: date, cycle_day: int) -> tuple[date, date]:
    here = _begins(day, cycle_day)
    if day < here:
        return _begins(here.replace(day=1) - ONE_DAY, cycle_day), here - ONE_DAY
    following = here.replace(day=1) + timedelta(days=32)
    return here, _begins(following, cycle_day) - ONE_DAY
