"""Step 5a. From: what a suspicion or a proposal is about. To: its days, counted and missing. I/O.

What is expected of a day is what was counted and what is missing of it together; the figures of the
suspicion say how much that is, or the proposal does, day by day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from dashboards.queries.inspection_rows import InspectionCourse
from dashboards.queries.rows import UsageDay
from dashboards.queries.sql_site import Connection, SqlSite
from energy.base.period import days_between, local_day, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.usage_groups import Every, group_usage
from energy.service.inspection.desk import NODE, POINT
from energy.service.inspection.kinds import SuspicionKind
from energy.service.inspection.reads import SuspicionRow
from energy.views.balance import balances
from energy.views.computed import channel_usage

BEFORE, BEHIND = timedelta(days=14), timedelta(days=7)
"""Shown ahead of the days that are suspected and behind them, for comparison."""


def course_of_suspicion(
    at: SqlSite, connection: Connection, row: SuspicionRow
) -> InspectionCourse | None:
    """Return the days around a suspicion; None where nothing counts there."""
    utility, span = Utility(row.utility), (row.first_day, row.last_day)
    if row.about.startswith(NODE):
        return _course_of_node(at, connection, utility, row.about.partition("/")[2], span)
    point = row.about.removeprefix(POINT)
    days = _counted(at, connection, utility, point, span)
    if not days:
        return None
    return InspectionCourse(
        utility=utility,
        point=point,
        first=row.first_day,
        last=row.last_day,
        days=days,
        lacking=suspected_of(row, days),
    )


def course_of_proposal(
    at: SqlSite, connection: Connection, missed: Mapping[str, Any], lacking: Mapping[date, int]
) -> InspectionCourse | None:
    """Return the days around a proposal; None where nothing counts there.

    Args:
        at: The site.
        connection: Reads.
        missed: The proposal as the inspection holds it.
        lacking: What it adds to each local day. [base unit]
    """
    utility, point = Utility(missed["utility"]), str(missed["point"])
    first, last = (date.fromisoformat(missed[name]) for name in ("first", "last"))
    days = _counted(at, connection, utility, point, (first, last))
    if not days:
        return None
    return InspectionCourse(
        utility=utility,
        point=point,
        first=first,
        last=last,
        days=days,
        lacking=dict(lacking),
        proposed=True,
    )


def suspected_of(row: SuspicionRow, days: tuple[UsageDay, ...]) -> dict[date, int]:
    """Return what may be missing of each local day by the suspicion's figures. [base unit].

    Args:
        row: About a metering point.
        days: What was counted.
    """
    told = {
        day.day: day.usage
        for day in days
        if day.usage is not None and row.first_day <= day.day <= row.last_day
    }
    match row.kind:
        case SuspicionKind.ZERO_USE:
            mean = Fraction(row.figures["mean"])
            found = {day: mean - usage for day, usage in told.items()}
        case SuspicionKind.RATIO:
            more = Fraction(row.figures["was"]) / Fraction(row.figures["now"]) - 1
            found = {day: usage * more for day, usage in told.items()}
        case _:
            return {}
    return {day: round(amount) for day, amount in found.items() if amount > 0}


def _shown(at: SqlSite, span: tuple[date, date]) -> tuple[date, date] | None:
    """Return the local days to show, all of them over; None where none is."""
    over = local_day(at.clock.now(), at.site.zone) - timedelta(days=1)
    first, last = span[0] - BEFORE, min(span[1] + BEHIND, over)
    return (first, last) if first <= last else None


def _counted(
    at: SqlSite, connection: Connection, utility: Utility, point: str, span: tuple[date, date]
) -> tuple[UsageDay, ...]:
    channel = at.usage_channels(connection).get(utility, {}).get(point)
    shown = _shown(at, span)
    if channel is None or shown is None:
        return ()
    zone = at.site.zone
    period = span_of_days(*shown, zone)
    found = channel_usage(connection, at.schema, zone, [channel], period)[channel]
    return tuple(
        UsageDay(
            day=each.start.date(),
            usage=each.usage,
            quality=Quality.MISSING if each.usage is None else each.quality,
        )
        for each in group_usage(found, zone, Every.DAY)
    )


def _course_of_node(
    at: SqlSite, connection: Connection, utility: Utility, node: str, span: tuple[date, date]
) -> InspectionCourse | None:
    """Return of each day what came into a node and is accounted for, and what of it is not."""
    shown = _shown(at, span)
    if shown is None:
        return None
    zone = at.site.zone
    period = span_of_days(*shown, zone)
    known = {
        local_day(each.start, zone): each
        for each in balances(connection, at.schema, zone, utility, period, every=Every.DAY)
        if each.node.key == node and each.known
    }
    if not known:
        return None
    return InspectionCourse(
        utility=utility,
        point="",
        first=span[0],
        last=span[1],
        days=tuple(
            UsageDay(
                day=day,
                usage=known[day].known_out + known[day].known_loss if day in known else None,
                quality=known[day].quality if day in known else Quality.MISSING,
            )
            for day in days_between(*shown)
        ),
        lacking={day: each.residual for day, each in known.items() if each.residual > 0},
    )
