"""In: decisions on meters' errors. Out: what is added to the usage of a day, as known then. I/O.

Usage itself is what the registers counted; these amounts stand beside it, each with the decision
that made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg.types.json import Jsonb

from energy.base.period import days_between, span_of_days
from energy.metering.calibration.adjustment import ADJUSTMENT_TOPICS, Adjustment
from energy.metering.calibration.following import FOLLOWS, basis_of, following, known_intervals
from energy.views.computed import channel_usage
from energy.views.positioned import or_last

__all__ = [
    "ADJUSTMENT_TOPICS", "AdjustmentRow", "Inspected", "adjusted_usage", "adjusting_inspections",
    "fold_adjustment", "read_adjustments",
]  # fmt: skip
Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
Inspected = tuple[date, date, str]
"""First and last local day of a finding, and the number of its inspection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentRow:
    """A decision on a meter's error, or what waits for one."""

    adjustment: UUID
    channel: int
    serial: str
    first: date
    last: date
    total: int
    """As it was decided. [base unit]"""
    basis: dict[str, Any]
    reason: str
    state: str
    proposed_by: UUID
    position: int
    decided_by: UUID | None
    decided_position: int | None

    @property
    def inspection(self) -> str:
        """Return the number of the inspection that found it; "" where none did."""
        return str(self.basis.get("inspection", ""))


def fold_adjustment(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of an adjustment.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: The event's position.
        event: The domain event.
    """
    match event:
        case Adjustment.Created():
            total = sum(amount for _, amount in event.days)
            cursor.execute(
                f"INSERT INTO {schema}.adjustment VALUES "
                "(%s, %s, %s, %s, %s, %s, %s, %s, 'proposed', %s, %s, NULL, NULL)",
                (
                    *(event.originator_id, event.channel, event.serial, event.first, event.last),
                    *(total, Jsonb(event.basis), event.reason, event.proposed_by, position),
                ),
            )
            cursor.executemany(
                f"INSERT INTO {schema}.adjustment_day VALUES (%s, %s, %s)",
                [(event.originator_id, day, amount) for day, amount in event.days],
            )
        case Adjustment.Approved():
            _decided(cursor, schema, position, event, "approved", event.approved_by)
        case Adjustment.Rejected():
            _decided(cursor, schema, position, event, "rejected", event.rejected_by)
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _decided(cursor: Cursor, schema: str, position: int, event: Any, state: str, by: UUID) -> None:
    cursor.execute(
        f"UPDATE {schema}.adjustment SET state = %s, decided_by = %s, decided_position = %s "
        "WHERE adjustment = %s",
        (state, by, position, event.originator_id),
    )


def adjusted_usage(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channels: Sequence[int],
    first: date,
    last: date,
    *,
    as_of: int | None = None,
) -> dict[int, dict[date, int]]:
    """Return what decisions add to the usage of some channels, by local day. [base unit].

    A decision that follows the usage is told anew of what is known by now.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        channels: Channel numbers.
        first: First local day.
        last: Last local day, included.
        as_of: As decided and known at this metering position; None for now.

    Returns:
        An entry for every channel asked for; only days to which something is added.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT a.channel, greatest(a.first_day, %(first)s), least(a.last_day, %(last)s), a.basis, "
        f"array(SELECT d.day FROM {schema}.adjustment_day AS d "
        "WHERE d.adjustment = a.adjustment ORDER BY d.day), "
        f"array(SELECT d.amount FROM {schema}.adjustment_day AS d "
        "WHERE d.adjustment = a.adjustment ORDER BY d.day) "
        f"FROM {schema}.adjustment AS a WHERE a.channel = ANY(%(channels)s) "
        "AND a.state = 'approved' AND a.decided_position <= %(as_of)s "
        "AND a.first_day <= %(last)s AND a.last_day >= %(first)s "
        "ORDER BY a.channel, a.position".encode(),
        {"channels": list(channels), "as_of": or_last(as_of), "first": first, "last": last},
    ).fetchall()
    found: dict[int, dict[date, int]] = {channel: {} for channel in channels}
    for channel, begin, end, basis, days, amounts in rows:
        added = dict(zip(days, amounts, strict=True))
        if FOLLOWS.items() <= basis.items():
            period = span_of_days(begin, end, zone)
            span = channel_usage(connection, schema, zone, [channel], period, as_of)[channel]
            intervals, unknown = known_intervals(span, zone)
            asked = days_between(begin, end)
            added = following(basis_of(basis), added, asked, intervals, unknown)
        for day, amount in added.items():
            if amount and begin <= day <= end:
                found[channel][day] = found[channel].get(day, 0) + amount
    return {channel: dict(sorted(added.items())) for channel, added in found.items()}


def adjusting_inspections(
    connection: Connection,
    schema: str,
    channels: Sequence[int],
    first: date,
    last: date,
    *,
    as_of: int | None = None,
) -> dict[int, list[Inspected]]:
    """Return the inspections whose findings add to the usage of some channels.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Channel numbers.
        first: First local day.
        last: Last local day, included.
        as_of: As decided at this metering position; None for now.

    Returns:
        First and last local day and number of the inspection; only channels that have one.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT channel, first_day, last_day, basis ->> 'inspection' "
        f"FROM {schema}.adjustment WHERE channel = ANY(%s) AND state = 'approved' "
        "AND basis ? 'inspection' AND decided_position <= %s AND first_day <= %s "
        "AND last_day >= %s ORDER BY channel, first_day, position",
        (list(channels), or_last(as_of), last, first),
    ).fetchall()
    found: dict[int, list[Inspected]] = {}
    for channel, begin, end, number in rows:
        found.setdefault(channel, []).append((begin, end, number))
    return found


def read_adjustments(
    connection: Connection, schema: str, *, channels: Sequence[int] | None = None
) -> list[AdjustmentRow]:
    """Return adjustments, the newest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Only of these; None for all.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT adjustment, channel, serial, first_day, last_day, total, basis, reason, state, "
        f"proposed_by, position, decided_by, decided_position FROM {schema}.adjustment "
        "WHERE %(only)s::int[] IS NULL OR channel = ANY(%(only)s) ORDER BY position DESC",
        {"only": None if channels is None else list(channels)},
    ).fetchall()
    keys = (
        *("adjustment", "channel", "serial", "first", "last", "total", "basis", "reason"),
        *("state", "proposed_by", "position", "decided_by", "decided_position"),
    )
    return [AdjustmentRow(**dict(zip(keys, row, strict=True))) for row in rows]
