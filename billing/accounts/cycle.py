"""In: reading cycles of an account by date, what it was supplied with. Out: spans to bill. Pure.

A cycle begins on an anchor day (1 to 28) of every month, second month, quarter or year; without
one it is the calendar month. Spans tile time: each begins on the day after the one before it. A
first or last span is shorter where the supply begins or ends within it, and where the cycle
changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

DAY = timedelta(days=1)
MONTHS = (1, 2, 3, 12)
"""Lengths of a cycle: they divide the year, so that it begins in the same months each year."""
_AHEAD = timedelta(days=400)
"""Longer than the longest cycle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingCycle:
    """How often and on which day an account is read and billed."""

    months: int = 1
    """1, 2, 3 or 12."""
    anchor_day: int = 1
    """Day of the month on which a span begins, 1 to 28."""
    anchor_month: int = 1
    """A month in which a span begins, 1 to 12."""

    def __post_init__(self) -> None:
        """Hold the invariant; whoever takes words of people checks them before."""
        assert self.months in MONTHS, "a cycle divides the year"
        assert 1 <= self.anchor_day <= 28, "every month has the anchor day"
        assert 1 <= self.anchor_month <= 12, "a month of the year"

    def begun(self, day: date) -> date:
        """Return the first day of the span that holds a day."""
        month = day.year * 12 + day.month - 1 - (day.day < self.anchor_day)
        month -= (month - (self.anchor_month - 1)) % self.months
        return date(month // 12, month % 12 + 1, self.anchor_day)

    def following(self, begun: date) -> date:
        """Return the first day of the span behind the one that begins on a day."""
        month = begun.year * 12 + begun.month - 1 + self.months
        return date(month // 12, month % 12 + 1, self.anchor_day)


CALENDAR_MONTH = ReadingCycle()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedCycle:
    """A cycle that holds from a local day on until the next one."""

    cycle: ReadingCycle
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySpan:
    """Local days that are billed together."""

    first_day: date
    last_day: date
    """Included."""
    whole_first: date
    """First day of the whole cycle of which these days are a part."""
    whole_last: date
    """Its last day, included."""
    final: bool = False
    """Whether the supply ends with it."""

    @property
    def part(self) -> bool:
        """Return whether days of the whole cycle are not in it."""
        return (self.first_day, self.last_day) != (self.whole_first, self.whole_last)

    @property
    def days(self) -> int:
        """Return the number of its days. [d]."""
        return (self.last_day - self.first_day).days + 1


class SuppliedDays(Protocol):
    """Days of one point that an account pays for."""

    @property
    def point(self) -> str:
        """The metering point."""

    @property
    def utility(self) -> str:
        """What it measures."""

    @property
    def valid_from(self) -> date:
        """First local day."""

    @property
    def valid_to(self) -> date | None:
        """First local day no longer paid for; None while open."""


class BilledDays(Protocol):
    """Days of one point on an issued invoice."""

    @property
    def point(self) -> str:
        """The metering point."""

    @property
    def first_day(self) -> date:
        """First local day."""

    @property
    def last_day(self) -> date:
        """Last local day, included."""


class DueTerms(Protocol):
    """What must be known of an account to tell which spans are due."""

    @property
    def supplies(self) -> Sequence[SuppliedDays]:
        """What it pays for."""

    @property
    def billed(self) -> Sequence[BilledDays]:
        """What is on its issued invoices."""

    def cycles_of(self, utility: str) -> Sequence[DatedCycle]:
        """Return its cycles for a utility, by day; empty for the calendar month."""


def cycle_spans(cycles: Sequence[DatedCycle], first: date, last: date) -> Iterator[DaySpan]:
    """Yield the spans of some days in order; together they are exactly those days.

    Args:
        cycles: By their first day; before the first one, and without any, it is the calendar month.
        first: First local day.
        last: Last local day, included.
    """
    day = first
    while day <= last:
        cycle = _cycle_on(cycles, day)
        begun = cycle.begun(day)
        whole_last = cycle.following(begun) - DAY
        changes = [c.valid_from for c in cycles if day < c.valid_from <= whole_last]
        end = min([whole_last, last, *(each - DAY for each in changes)])
        yield DaySpan(first_day=day, last_day=end, whole_first=begun, whole_last=whole_last)
        day = end + DAY


def periods_due(contract: DueTerms, utility: str, up_to: date) -> list[DaySpan]:
    """Return the spans of a utility that are over and not billed, in order.

    Several are billed together on one invoice. A span is due when one of the utility's points has
    a day in it that is on no issued invoice; the last one is due as soon as the supply has ended.

    Args:
        contract: What is known of the account.
        utility: The utility.
        up_to: Last local day that is over.
    """
    supplies = [each for each in contract.supplies if each.utility == utility]
    cycles = contract.cycles_of(utility)
    due: list[DaySpan] = []
    for first, after in _covered(supplies):
        last = up_to + _AHEAD if after is None else after - DAY
        for span in cycle_spans(cycles, first, last):
            if span.last_day > up_to:
                break
            if any(_unbilled(each, contract.billed, span) for each in supplies):
                final = after is not None and span.last_day == last
                due.append(replace(span, final=final))
    return due


def _cycle_on(cycles: Sequence[DatedCycle], day: date) -> ReadingCycle:
    held = [each for each in cycles if each.valid_from <= day]
    return max(held, key=lambda each: each.valid_from).cycle if held else CALENDAR_MONTH


def _covered(supplies: Iterable[SuppliedDays]) -> list[tuple[date, date | None]]:
    """Return the days on which something is supplied: first day and the day behind the last."""
    spans: list[tuple[date, date | None]] = []
    for each in sorted(supplies, key=lambda each: each.valid_from):
        first, after = each.valid_from, each.valid_to
        if after is not None and after <= first:
            continue
        if spans and (spans[-1][1] is None or first <= spans[-1][1]):
            known_first, known = spans[-1]
            spans[-1] = known_first, None if known is None or after is None else max(known, after)
        else:
            spans.append((first, after))
    return spans


def _unbilled(supply: SuppliedDays, billed: Sequence[BilledDays], span: DaySpan) -> bool:
    """Return whether a day of a supply within a span is on no invoice."""
    first = max(supply.valid_from, span.first_day)
    last = span.last_day if supply.valid_to is None else min(supply.valid_to - DAY, span.last_day)
    while first <= last:
        ends = [
            each.last_day
            for each in billed
            if each.point == supply.point and each.first_day <= first <= each.last_day
        ]
        if not ends:
            return True
        first = max(ends) + DAY
    return False
