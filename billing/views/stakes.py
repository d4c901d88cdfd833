"""In: points, doubtful spans. Out: the money at stake in each. I/O: reads.

Who pays for a share or a formula that rests on a doubtful point has as much at stake as who pays
for the point itself. Spans of one width are read together: an outage of a gateway is one question,
not one a meter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from billing.rating.stake import WEEK_S, Payer, Stake, stake_of
from billing.views.resting import Resting
from billing.views.supply import Connection, SupplyReader
from energy.base.period import Period, grid_floor, local_day
from energy.base.quality import Quality
from energy.metering.channel import USAGE_KINDS, Direction, Kind
from energy.metering.usage import UsageSpan
from energy.store.sites import Site
from energy.views.computed import channel_usage

LONGEST = timedelta(days=400)
"""Doubt that reaches further back is measured by its last part. [d]"""
_BESIDE = timedelta(hours=1)
"""What lies at one instant touches the intervals beside it, on another day perhaps. [h]"""
HISTORY = timedelta(seconds=4 * WEEK_S)
"""What was used before stands for what is missing. [d]"""


_Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Points whose usage is doubtful in a span, and so whatever is computed of it."""

    points: tuple[str, ...]
    start: datetime
    end: datetime
    only_missing: bool = False
    """Whether what is known in it is in no doubt."""
    parts: tuple[_Window, ...] = ()
    """Spans of its findings: what lies between them is sound; none where all of it is in doubt."""
    elsewhere: tuple[_Window, ...] = ()
    """Spans whose money another doubt about the same points bears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Billed:
    """The channel by which a point is billed."""

    point: str
    channel: int
    grid_s: int


def read_stakes(
    connection: Connection,
    site: Site,
    doubts: Sequence[Doubt],
    now: datetime,
    *,
    as_of: int | None = None,
) -> list[Stake | None]:
    """Return the money at stake in each doubt, None where nobody pays.

    Args:
        connection: Any connection that may read.
        site: The site.
        doubts: Points and spans.
        now: Present instant: what has no end yet is measured up to here.
        as_of: Usage as known at this metering position; None for now.
    """
    resting = Resting(connection=connection, site=site, as_of=as_of)
    concerned = [_concerned(doubt, resting, now) for doubt in doubts]
    billed = _billed(connection, site.schema, sorted(set().union(*concerned)))
    payers = _payers(connection, site, list(billed))
    asked: dict[_Window, set[int]] = {}
    windows: list[list[tuple[_Billed, _Window]]] = []
    for doubt, points in zip(doubts, concerned, strict=True):
        mine = [
            (each, window)
            for point in sorted(points)
            if (each := billed.get(point)) is not None and payers.get(point)
            if (window := _window(doubt, each.grid_s, now, site.zone)) is not None
        ]
        windows.append(mine)
        for each, window in mine:
            asked.setdefault(window, set()).add(each.channel)
    usage = _usage(connection, site, asked, as_of)
    before = _history(connection, site, usage, as_of)
    return [
        _joined(
            [
                stake_of(
                    usage[window][each.channel],
                    before.get(window, {}).get(each.channel),
                    _within(payers[each.point], window, site),
                    site.currency,
                    only_missing=doubt.only_missing,
                    doubted=_doubted(doubt, usage[window][each.channel], now, site.zone),
                )
                for each, window in mine
            ]
        )
        for doubt, mine in zip(doubts, windows, strict=True)
    ]


def _concerned(doubt: Doubt, resting: Resting, now: datetime) -> set[str]:
    """Return the points in doubt and the paid ones that rest on them."""
    start, end = _measured_part(doubt, now)
    if start > end:
        return set(doubt.points)
    return set(doubt.points).union(
        *(resting.on(point, start - _BESIDE, end + _BESIDE) for point in doubt.points)
    )


def _measured_part(doubt: Doubt, now: datetime) -> _Window:
    end = min(doubt.end, now)
    return max(doubt.start, end - LONGEST), end


def _window(doubt: Doubt, grid_s: int, now: datetime, zone: ZoneInfo) -> _Window | None:
    """Return a doubt as whole intervals; what lies at one instant touches both its neighbours."""
    step = timedelta(seconds=grid_s)
    start, end = _measured_part(doubt, now)
    if start > end:
        return None
    low, high = grid_floor(start, grid_s, zone), grid_floor(end, grid_s, zone)
    high += step if high < end else timedelta(0)
    return (low - step, high + step) if low == high else (low, high)


def _doubted(
    doubt: Doubt, span: UsageSpan, now: datetime, zone: ZoneInfo
) -> NDArray[np.bool_] | None:
    """Return which intervals of a span the parts of a doubt are about; None for all of them."""
    if not doubt.parts:
        return None
    step = timedelta(seconds=span.step_s)
    doubted = np.zeros(len(span.usage), dtype=np.bool_)
    for spans, whether in ((doubt.parts, True), (doubt.elsewhere, False)):
        for start, end in spans:
            window = _window(replace(doubt, start=start, end=end), span.step_s, now, zone)
            if window is not None:
                low, high = ((at - span.start) // step for at in window)
                doubted[max(low, 0) : max(high, 0)] = whether
    return doubted


def _usage(
    connection: Connection, site: Site, asked: Mapping[_Window, set[int]], as_of: int | None
) -> dict[_Window, Mapping[int, UsageSpan]]:
    return {
        (low, high): channel_usage(
            connection, site.schema, site.zone, sorted(channels), Period(start=low, end=high), as_of
        )
        for (low, high), channels in asked.items()
    }


def _history(
    connection: Connection,
    site: Site,
    usage: Mapping[_Window, Mapping[int, UsageSpan]],
    as_of: int | None,
) -> dict[_Window, Mapping[int, UsageSpan]]:
    """Return the weeks before each span in which something is missing."""
    lacking: dict[_Window, set[int]] = {}
    for (low, _), spans in usage.items():  # several spans may begin at one instant
        mine = {number for number, span in spans.items() if _lacks(span)}
        lacking.setdefault((low - HISTORY, low), set()).update(mine)
    found = _usage(connection, site, {w: c for w, c in lacking.items() if c}, as_of)
    return {
        (low, high): found[low - HISTORY, low]
        for low, high in usage
        if (low - HISTORY, low) in found
    }


def _lacks(span: UsageSpan) -> bool:
    return bool(((span.quality == Quality.MISSING) | (span.quality == Quality.SUSPECT)).any())


def _within(payers: Sequence[Payer], window: _Window, site: Site) -> list[Payer]:
    first = local_day(window[0], site.zone)
    last = local_day(window[1] - timedelta(microseconds=1), site.zone)
    return [each for each in payers if each.first_day <= last and each.last_day >= first]


def _joined(stakes: Sequence[Stake | None]) -> Stake | None:
    some = [stake for stake in stakes if stake is not None]
    return reduce(Stake.joined, some) if some else None


def _billed(connection: Connection, schema: str, points: Sequence[str]) -> dict[str, _Billed]:
    """Return the one billing channel of each point that has one."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT point, min(number), min(grid_s) FROM {schema}.channel WHERE point = ANY(%s) "
        "AND billing AND direction <> %s AND kind = ANY(%s) GROUP BY point HAVING count(*) = 1",
        (list(points), Direction.EXPORT, [*USAGE_KINDS, Kind.COMPUTED]),
    ).fetchall()
    return {
        point: _Billed(point=point, channel=number, grid_s=grid_s) for point, number, grid_s in rows
    }


def _payers(connection: Connection, site: Site, points: Sequence[str]) -> dict[str, list[Payer]]:
    """Return who pays for some points, by point."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT point, account, tariff, valid_from, coalesce(valid_to - 1, date '9999-12-30') "
        f"FROM {site.schema}.account_channel WHERE point = ANY(%s) ORDER BY point, valid_from",
        (list(points),),
    ).fetchall()
    reader = SupplyReader(
        connection=connection, site=site, metering_position=0, books_position=2**62
    )
    found: dict[str, list[Payer]] = {}
    for point, account, tariff, first, last in rows:
        payer = Payer(
            account=account,
            versions=reader.versions(tariff),
            first_day=first,
            last_day=last,
            zone=site.zone,
        )
        if last >= first:
            found.setdefault(point, []).append(payer)
    return found
