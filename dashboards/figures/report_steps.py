"""In: a report. Out: its steps: hours of a day, days of a month, months of a year. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np

from dashboards.queries.load_rows import LoadCurve
from dashboards.queries.report_rows import PlaceDays, ReportPage
from energy.base.period import midnight, month_spans

MOST_DAYS = 62
"""More days than these are told by months. [d]"""
HOUR_S = 3600


class Step(StrEnum):
    """How long a step is."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStep:
    """One step of a report."""

    day: date
    """Its local day, the first of a month."""
    hour: int | None
    """Number of the hour within its day, from 0; on a day of 25 the last is 24. [h]"""
    start: datetime | None
    """Of an hour; days and months begin at a local midnight."""
    usage: int | None
    """Sum of what is known, None where nothing is. [base unit]"""
    whole: bool
    before: int | None
    """The same step of the time beside, None unless all of it is known. [base unit]"""
    begun: bool = True
    """Whether any of it lies in the past."""


def step_of(page: ReportPage) -> Step:
    """Return how long the steps of a report are."""
    days = (page.last - page.first).days + 1
    return Step.HOUR if days == 1 else Step.DAY if days <= MOST_DAYS else Step.MONTH


def steps_of(page: ReportPage, zone: ZoneInfo) -> list[ReportStep]:
    """Return the steps of a report, in order.

    The steps beside are those of the same number: the third day beside the third day. Where the
    time beside is longer, what has nothing to stand beside is left out.
    """
    match step_of(page):
        case Step.HOUR:
            found = _hours(page)
        case Step.DAY:
            found = _days(page.own.days, page.own.before)
        case Step.MONTH:
            found = _months(page.own.days, page.own.before)
    return [
        replace(step, begun=(step.start or midnight(step.day, zone)) < page.now) for step in found
    ]


def _hours(page: ReportPage) -> list[ReportStep]:
    own = _hour_sums(page.curve)
    beside = [] if page.before_curve is None else _hour_sums(page.before_curve)
    return [
        ReportStep(
            day=page.first,
            hour=n,
            start=page.curve.start + timedelta(hours=n),
            usage=usage if known else None,
            whole=whole,
            before=beside[n][0] if n < len(beside) and beside[n][1] else None,
        )
        for n, (usage, whole, known) in enumerate(own)
    ]


def _hour_sums(curve: LoadCurve) -> list[tuple[int, bool, bool]]:
    """Return usage of each hour, whether all of it is known, and whether anything is."""
    fold = max(HOUR_S // curve.step_s, 1)
    begins = np.arange(0, len(curve.usage), fold)
    sums = np.add.reduceat(curve.usage, begins)
    whole = np.logical_and.reduceat(curve.whole, begins)
    known = np.add.reduceat(curve.known, begins) > 0
    return [(int(s), bool(w), bool(k)) for s, w, k in zip(sums, whole, known, strict=True)]


def _days(own: PlaceDays, before: PlaceDays | None) -> list[ReportStep]:
    return [
        _summed(own, before, own.first + timedelta(days=n), slice(n, n + 1), slice(n, n + 1))
        for n in range(len(own.usage))
    ]


def _months(own: PlaceDays, before: PlaceDays | None) -> list[ReportStep]:
    mine = _month_slices(own)
    beside = [] if before is None else _month_slices(before)
    return [
        _summed(own, before, day, part, beside[n][1] if n < len(beside) else None)
        for n, (day, part) in enumerate(mine)
    ]


def _month_slices(days: PlaceDays) -> list[tuple[date, slice]]:
    last = days.first + timedelta(days=len(days.usage) - 1)
    return [
        (first, slice((first - days.first).days, (until - days.first).days + 1))
        for first, until in month_spans(days.first, last)
    ]


def _summed(
    own: PlaceDays, before: PlaceDays | None, day: date, part: slice, beside: slice | None
) -> ReportStep:
    usage, whole = int(own.usage[part].sum()), bool(own.whole[part].all())
    then = None
    if before is not None and beside is not None and len(before.usage) >= beside.stop:
        then = int(before.usage[beside].sum()) if before.whole[beside].all() else None
    return ReportStep(
        day=day,
        hour=None,
        start=None,
        usage=usage if usage or whole else None,
        whole=whole,
        before=then,
    )
