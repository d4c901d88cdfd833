"""In: a place's curve. Out: its local days; what of bills lies within some days. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from billing.views.billed_points import BilledPoint
from dashboards.queries.load_rows import LoadCurve
from dashboards.queries.report_rows import BilledCost, PlaceDays
from dashboards.queries.rows import GRACE
from energy.base.period import day_starts, days_between, midnight, span_of_days


def days_of_curve(curve: LoadCurve, last: date, zone: ZoneInfo) -> PlaceDays:
    """Return the local days of a curve.

    Args:
        curve: From its first day's midnight on.
        last: Its last local day.
        zone: The site's zone.
    """
    starts = day_starts(span_of_days(curve.first, last, zone), curve.step_s, zone)
    return PlaceDays(
        first=curve.first,
        usage=np.add.reduceat(curve.usage, starts),
        whole=np.logical_and.reduceat(curve.whole, starts),
    )


def days_over(first: date, last: date, now: datetime, zone: ZoneInfo) -> int:
    """Return how many of some days are over, and may no longer be on their way."""
    after = timedelta(days=1)
    return sum(midnight(day + after, zone) + GRACE <= now for day in days_between(first, last))


def cost_within(
    billed: Sequence[BilledPoint], points: Collection[str] | None, first: date, last: date
) -> BilledCost:
    """Return what bills say of some points for some days.

    Args:
        billed: Spans that touch the days.
        points: Of a place; None for all.
        first: First local day.
        last: Last local day, included.
    """
    mine = [each for each in billed if points is None or each.point in points]
    # A bill that a credit note took back, and no other followed, is no bill.
    inside = [each for each in mine if first <= each.first_day and each.last_day <= last]
    return BilledCost(
        net=sum((each.net for each in inside), Decimal(0)),
        points=len({each.point for each in inside if each.net}),
        beyond=len({each.point for each in mine if each not in inside}),
    )
