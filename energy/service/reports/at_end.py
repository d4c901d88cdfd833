"""In: the tables of work, a span. Out: incidents and orders as they stood at its end. I/O: reads.

A row says how far a thing is by now; what ended and began anew behind the span is told by its
history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from energy.base.period import Period
from energy.service.work.incident import Incident
from energy.service.work.order import WorkOrder
from energy.service.work.reads import IncidentRow, OrderRow, read_incidents, read_orders

Connection = psycopg.Connection[tuple[object, ...]]
_RESOLVED: Final = Incident.Resolved.TOPIC
_CLOSED: Final = Incident.Closed.TOPIC
_REOPENED: Final = Incident.Reopened.TOPIC
_DONE: Final = WorkOrder.Done.TOPIC
_REFUSED: Final = WorkOrder.Refused.TOPIC


def incidents_at(connection: Connection, schema: str, period: Period) -> list[IncidentRow]:
    """Return the incidents heard of in a span or open in it, as they stood at its end.

    Args:
        connection: Any that may read.
        schema: The site's schema.
        period: The span.
    """
    known = [
        each
        for each in read_incidents(connection, schema, closed_since=period.start)
        if each.heard_at < period.end
    ]
    acts = (_RESOLVED, _CLOSED, _REOPENED)
    told = _happened(connection, schema, [each.incident for each in known], acts, period.end)
    stood = [_incident(each, told[each.incident]) for each in known]
    return [each for each in stood if each.closed_at is None or each.closed_at > period.start]


def _incident(row: IncidentRow, told: Sequence[tuple[str, datetime]]) -> IncidentRow:
    resolved: datetime | None = None
    closed: datetime | None = None
    for act, at in told:
        if act == _REOPENED:
            resolved = closed = None
        elif act == _RESOLVED:
            resolved = at
        else:
            closed = at
    return replace(row, resolved_at=resolved, closed_at=closed)


def orders_at(connection: Connection, schema: str, period: Period) -> list[OrderRow]:
    """Return the work orders that came up in a span or were open in it, as at its end.

    Args:
        connection: Any that may read.
        schema: The site's schema.
        period: The span.
    """
    known = [
        each
        for each in read_orders(connection, schema, ended_since=period.start)
        if each.since < period.end
    ]
    things = [each.work_order for each in known]
    told = _happened(connection, schema, things, (_DONE, _REFUSED), period.end)
    return [_order(each, told[each.work_order]) for each in known]


def _order(row: OrderRow, told: Sequence[tuple[str, datetime]]) -> OrderRow:
    """Return an order; what the second person sent back is not done."""
    last = told[-1] if told else None
    done = last[1] if last is not None and last[0] == _DONE else None
    return replace(row, done_at=done)


def _happened(
    connection: Connection,
    schema: str,
    things: Sequence[UUID],
    acts: Sequence[str],
    until: datetime,
) -> dict[UUID, list[tuple[str, datetime]]]:
    """Return what of some acts had happened to things by an instant, in order."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT thing, act, at FROM {schema}.work_fact "
        "WHERE thing = ANY(%s) AND act = ANY(%s) AND at <= %s ORDER BY position",
        (list(things), list(acts), until),
    ).fetchall()
    found: dict[UUID, list[tuple[str, datetime]]] = defaultdict(list)
    for thing, act, at in rows:
        found[thing].append((str(act), at))
    return found
