"""In: a metering point, some days. Out: the paid computed channels that rest on it. I/O: reads.

Nobody may pay for a common meter itself: its shares, and the formulas made of it, are what is paid.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from billing.views.supply import Connection
from energy.base.period import Period, local_day, span_of_days
from energy.metering.channel import Direction, Kind
from energy.store.sites import Site
from energy.views.computed_inputs import inputs_behind

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paid:
    """A computed channel that some account is billed by."""

    point: str
    channel: int
    alike: str
    """The same for those that rest on the same: the parts of one share."""


@dataclass(slots=True, kw_only=True)
class Resting:
    """What rests on which point, by the days asked for."""

    connection: Connection
    site: Site
    as_of: int | None = None
    """Metering position: formulas and keys as known there; None for now."""
    _paid: list[_Paid] = field(init=False)
    _points: dict[int, str] = field(init=False)
    _behind: dict[tuple[str, Period], frozenset[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Read which computed channels are paid for."""
        schema = self.site.schema
        rows: list[tuple[Any, ...]] = self.connection.execute(
            "SELECT c.point, c.number, coalesce('share ' || p.share, 'channel ' || c.number) "
            f"FROM {schema}.channel AS c "
            f"LEFT JOIN {schema}.apportionment_part AS p ON p.channel = c.number "
            "WHERE c.billing AND c.kind = %s AND c.direction <> %s AND EXISTS "
            f"(SELECT FROM {schema}.account_channel AS a WHERE a.point = c.point) "
            "ORDER BY c.number",
            (Kind.COMPUTED, Direction.EXPORT),
        ).fetchall()
        self._paid = [_Paid(point=row[0], channel=row[1], alike=row[2]) for row in rows]
        self._points = {}
        if self._paid:
            told: list[tuple[Any, ...]] = self.connection.execute(
                f"SELECT number, point FROM {schema}.channel"
            ).fetchall()
            self._points = dict(told)

    def on(self, point: str, start: datetime, end: datetime) -> frozenset[str]:
        """Return the paid points that rest on a point, directly or not, in the days of a span.

        Args:
            point: A metering point, measured or computed.
            start: Start of the span, aware.
            end: End of the span, aware.
        """
        if not self._paid:
            return frozenset()
        zone = self.site.zone
        first, last = local_day(start, zone), local_day(max(start, end - _INSTANT), zone)
        days = span_of_days(first, last, zone)
        return frozenset(
            each.point
            for each in self._paid
            if each.point != point and point in self._under(each, days)
        )

    def _under(self, paid: _Paid, days: Period) -> frozenset[str]:
        key = (paid.alike, days)
        if key not in self._behind:
            numbers = inputs_behind(
                self.connection, self.site.schema, self.site.zone, [paid.channel], days, self.as_of
            )
            self._behind[key] = frozenset(self._points[number] for number in numbers)
        return self._behind[key]
