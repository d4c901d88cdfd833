"""In: the query part of an address. Out: which days, place, utility and comparison it names. Pure.

The whole state of a page stands in its address, so that a view can be shared, kept and gone back
to. What is not said follows the day: an overview left open all night shows the new day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from energy.base.period import Period, span_of_days
from energy.base.units import Utility
from energy.metering.conversion import Measure

MOST_DAYS = 3700
"""Longest free range; ten years. [d]"""
_KEY = re.compile(r"[A-Za-z0-9._-]{1,80}")
_MOST_SIGNS = 2000


class Span(StrEnum):
    """How long the selected time is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    FREE = "free"
    """From one day to another."""


class Compare(StrEnum):
    """What the selected time stands beside."""

    NONE = "none"
    PREVIOUS = "previous"
    """The time of the same length right before."""
    WEEKDAY = "weekday"
    """The same weekdays of the four weeks before, their mean."""
    YEAR = "year"
    """The same days a year earlier."""
    PLAN = "plan"
    """What is planned for the place, each month in equal parts."""
    BASELINE = "baseline"
    """The same hours of the same weekdays in the four weeks before, their mean."""
    PLACE = "place"
    """Another place at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a page is to show."""

    today: date
    span: Span = Span.DAY
    at: date | None = None
    """A day within the span, None for today; the first day of a free range."""
    until: date | None = None
    """The last day of a free range."""
    place: str = ""
    """Key of a place; "" for the whole site."""
    utility: Utility | None = None
    """None for the page's first."""
    compare: Compare = Compare.NONE
    beside: str = ""
    """Key of the place compared with."""
    node: str = ""
    """Key of a node of the supply graph; "" for all of it."""
    measure: Measure = Measure.NATIVE
    """In what amounts of all utilities stand beside each other; native: one utility."""
    base: date | None = None
    """First day of the baseline; None for the same days a year earlier."""
    base_until: date | None = None
    """Last day of the baseline."""

    @property
    def first(self) -> date:
        """Return the first selected day."""
        day = self.at or self.today
        match self.span:
            case Span.WEEK:
                return day - timedelta(days=day.weekday())
            case Span.MONTH:
                return day.replace(day=1)
            case Span.YEAR:
                return day.replace(month=1, day=1)
            case _:
                return day

    @property
    def last(self) -> date:
        """Return the last selected day, in the future where the span is not over."""
        if self.span is Span.FREE:
            return self.until or self.first
        return _after(self.first, self.span, 1) - timedelta(days=1)

    @property
    def days(self) -> int:
        """Return the number of selected days. [d]."""
        return (self.last - self.first).days + 1

    def period(self, zone: ZoneInfo) -> Period:
        """Return the selected time."""
        return span_of_days(self.first, self.last, zone)

    def moved(self, steps: int) -> Selection:
        """Return the selection some spans later, or earlier where negative."""
        if self.span is Span.FREE:
            by = timedelta(days=steps * self.days)
            return replace(self, at=self.first + by, until=self.last + by)
        return replace(self, at=_after(self.first, self.span, steps))

    def compared(self) -> tuple[date, date] | None:
        """Return first and last day of the earlier time beside, None where none is asked for."""
        match self.compare:
            case Compare.PREVIOUS:
                before = self.moved(-1)
                return before.first, before.last
            case Compare.YEAR:
                return _year_before(self.first), _year_before(self.last)
            case _:
                return None

    def baseline(self) -> tuple[date, date]:
        """Return first and last day of the baseline."""
        if self.base is None:
            return _year_before(self.first), _year_before(self.last)
        return self.base, max(self.base, self.base_until or self.base)

    def search(self) -> str:
        """Return the query part of the address, "" where all is as it comes."""
        pairs = [
            ("span", "" if self.span is Span.DAY else str(self.span)),
            ("at", "" if self.at in (None, self.today) else str(self.at)),
            ("until", str(self.until) if self.span is Span.FREE and self.until else ""),
            ("place", self.place),
            ("utility", str(self.utility or "")),
            ("compare", "" if self.compare is Compare.NONE else str(self.compare)),
            ("beside", self.beside if self.compare is Compare.PLACE else ""),
            ("node", self.node),
            ("measure", "" if self.measure is Measure.NATIVE else str(self.measure)),
            ("base", str(self.base or "")),
            ("base_until", str(self.base_until if self.base and self.base_until else "")),
        ]
        said = [(name, text) for name, text in pairs if text]
        return f"?{urlencode(said)}" if said else ""


def selection_of(search: str | None, today: date) -> Selection:
    """Return the selection that an address names; what is not understood is as if not said.

    Args:
        search: The query part, with or without its question mark.
        today: The site's local day.
    """
    said = dict(parse_qsl((search or "")[:_MOST_SIGNS].lstrip("?")))
    span = Span(said["span"]) if said.get("span") in set(Span) else Span.DAY
    at, until = _day(said.get("at")), _day(said.get("until"))
    if span is Span.FREE:
        at = at or today
        until = min(max(until or at, at), at + timedelta(days=MOST_DAYS))
    base, base_until = _day(said.get("base")), _day(said.get("base_until"))
    if base is not None:
        base_until = min(max(base_until or base, base), base + timedelta(days=MOST_DAYS))
    compare = Compare(said["compare"]) if said.get("compare") in set(Compare) else Compare.NONE
    measure = Measure(said["measure"]) if said.get("measure") in set(Measure) else Measure.NATIVE
    utility = Utility(said["utility"]) if said.get("utility") in set(Utility) else None
    return Selection(
        today=today,
        span=span,
        at=at,
        until=until if span is Span.FREE else None,
        place=_key(said.get("place")),
        utility=utility,
        compare=compare,
        beside=_key(said.get("beside")),
        node=_key(said.get("node")),
        measure=measure,
        base=base,
        base_until=base_until if base else None,
    )


def _key(text: str | None) -> str:
    return text if text and _KEY.fullmatch(text) else ""


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2200 else None


def _after(first: date, span: Span, steps: int) -> date:
    """Return the first day of the span some spans after one that begins on `first`."""
    match span:
        case Span.DAY | Span.FREE:
            return first + timedelta(days=steps)
        case Span.WEEK:
            return first + timedelta(weeks=steps)
        case Span.MONTH:
            years, month = divmod(first.month - 1 + steps, 12)
            return first.replace(year=first.year + years, month=month + 1)
        case Span.YEAR:
            return first.replace(year=first.year + steps)


def _year_before(day: date) -> date:
    """Return the same day a year earlier; 29 February becomes the 28th."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)
