"""In: requests with their clocks, a month. Out: how the service desk did in it. Pure.

A request counts in the month in which it was heard, however long it takes; the points of a unit
count in the month in which the complaint was judged, so that a month that is over stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from energy.base.period import midnight
from energy.service.requests.errors import RequestError
from energy.service.requests.reads import RequestRow
from energy.service.work.clock import Standing
from energy.service.work.reads import Clocks

_HUNDREDTH: Final = Decimal("0.01")
_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """So many of so many."""

    of_them: int
    all_of: int

    @property
    def percent(self) -> Decimal | None:
        """Return it in per cent, one digit; None of nothing. [%]."""
        if not self.all_of:
            return None
        share = Decimal(100 * self.of_them) / self.all_of
        return share.quantize(_TENTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFigures:
    """What complaints said of a unit."""

    unit: str
    judged: int
    justified: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How the service desk did in a month."""

    month: date
    """Its first day."""
    heard: int
    counts: Mapping[str, Mapping[str, int]]
    """ "kind", "category", "channel", "level", "complaint" -> key -> requests."""
    response: Part
    """Answered in time, of those answered or late."""
    resolution: Part
    """Solved in time, of those solved or late."""
    first_contact: Part
    """Ended by the first answer, of those that are over."""
    median_used: timedelta | None
    """Half of those that are over took at most so long, as their clocks count; None: none is."""
    satisfaction: Decimal | None
    """Mean score, 1 to 5, two digits; None where nobody gave one."""
    rated: int
    units: Sequence[UnitFigures]


def month_of(text: str, zone: ZoneInfo) -> tuple[date, datetime, datetime]:
    """Return the first day of a month as typed ("2026-07"), its begin and the next one's.

    Raises:
        RequestError: It is none.
    """
    try:
        first = date.fromisoformat(f"{text}-01")
        after = (first + timedelta(days=31)).replace(day=1)
    except (ValueError, OverflowError) as error:
        raise RequestError.of("month", month=text) from error
    return first, midnight(first, zone), midnight(after, zone)


def figures(
    month: date, begin: datetime, end: datetime, rows: Iterable[tuple[RequestRow, Clocks]]
) -> Figures:
    """Return the figures of a month.

    Args:
        month: Its first day.
        begin: Its first instant.
        end: That of the next one.
        rows: Requests heard in it, and those of which a complaint was judged in it.
    """
    every = list(rows)
    heard = [(row, clocks) for row, clocks in every if begin <= row.heard_at < end]
    over = [(row, clocks) for row, clocks in heard if row.resolved_at is not None]
    scores = [row.score for row, _ in heard if row.score is not None]
    mean = Decimal(sum(scores)) / len(scores) if scores else None
    judged = [row for row, _ in every if row.judged_at is not None and begin <= row.judged_at < end]
    return Figures(
        month=month,
        heard=len(heard),
        counts={
            name: _counted([getattr(row, name) for row, _ in heard])
            for name in ("kind", "category", "channel", "level", "complaint")
        },
        response=_in_time(heard, lambda clocks: clocks.response),
        resolution=_in_time(heard, lambda clocks: clocks.resolution),
        first_contact=Part(
            of_them=sum(row.first_contact is True for row, _ in over), all_of=len(over)
        ),
        median_used=_median([clocks.resolution.used for _, clocks in over]),
        satisfaction=None if mean is None else mean.quantize(_HUNDREDTH, ROUND_HALF_UP),
        rated=len(scores),
        units=[_unit(unit, judged) for unit in sorted({row.unit for row in judged})],
    )


def _median(spans: Sequence[timedelta]) -> timedelta | None:
    if not spans:
        return None
    ordered, half = sorted(spans), len(spans) // 2
    return ordered[half] if len(spans) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _counted(keys: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(key for key in keys if key).items()))


def _in_time(
    rows: Iterable[tuple[RequestRow, Clocks]], clock: Callable[[Clocks], Standing]
) -> Part:
    decided = [
        standing
        for standing in (clock(clocks) for _, clocks in rows)
        if standing.stopped or standing.broken
    ]
    return Part(of_them=sum(not each.broken for each in decided), all_of=len(decided))


def _unit(unit: str, judged: Sequence[RequestRow]) -> UnitFigures:
    own = [row for row in judged if row.unit == unit]
    return UnitFigures(
        unit=unit,
        judged=len(own),
        justified=sum(row.justified is True for row in own),
        points=sum(row.points for row in own),
    )
