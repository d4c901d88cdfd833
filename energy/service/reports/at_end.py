"""In: tables of work and outages, a span. Out: what stood at its end, as it was. I/O: reads.

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

from energy.alerting.outages.outage import Outage
from energy.alerting.outages.reads import OutageRow, read_outages
from energy.base.period import Period
from energy.journal.application import EventDecoder
from energy.journal.recorder import read_streams
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


def outages_at(connection: Connection, schema: str, period: Period) -> list[OutageRow]:
    """Return the planned outages that were told by the end of a span and fall into it.

    Args:
        connection: Any that may read.
        schema: The site's schema.
        period: The span.
    """
    rows = read_outages(connection, schema)
    told = {each.outage: each for each in rows if each.reviewed_at is not None}
    later = [each.outage for each in told.values() if _touched(each, period.end)]
    told |= _outages_then(connection, schema, later, period.end)
    stood = [
        each
        for each in told.values()
        if each.reviewed_at is not None
        and each.begins_at < period.end
        and each.ends_at > period.start
    ]
    return sorted(stood, key=lambda each: (each.begins_at, each.outage))


def _touched(row: OutageRow, end: datetime) -> bool:
    """Return whether something of an outage that was told may have come behind an instant."""
    told = [each for each in (row.reviewed_at, row.cancelled_at) if each is not None]
    return row.holds != row.version or max(told) > end


def _outages_then(
    connection: Connection, schema: str, outages: Sequence[UUID], end: datetime
) -> dict[UUID, OutageRow]:
    """Return outages as they stood at an instant, by what had happened to them; known then."""
    decoder = EventDecoder()
    found: dict[UUID, OutageRow] = {}
    for entry in read_streams(connection, schema, "operations", outages):
        event = decoder.decode(entry)
        if event.timestamp <= end:
            found[entry.stream] = _outage(found.get(entry.stream), event)
    return found


def _outage(before: OutageRow | None, event: Any) -> OutageRow:
    """Return an outage behind one of its events."""
    if before is None:
        assert isinstance(event, Outage.Created), "a stream begins with it"
        return OutageRow(
            outage=event.outage,
            about=event.about,
            version=1,
            holds=0,
            reason=event.reason,
            begins_at=event.begins_at,
            ends_at=event.ends_at,
            nodes=(),
            accounts=(),
            unreached=(),
            author=event.by,
            reviewed_by=None,
            reviewed_at=None,
            cancelled_by=None,
            cancelled_at=None,
        )
    match event:
        case Outage.Changed():
            return replace(
                before,
                version=event.version,
                reason=event.reason,
                begins_at=event.begins_at,
                ends_at=event.ends_at,
                author=event.by,
            )
        case Outage.Reviewed():
            return replace(
                before,
                holds=event.version,
                nodes=event.nodes,
                accounts=event.accounts,
                unreached=event.unreached,
                reviewed_by=event.by,
                reviewed_at=event.timestamp,
            )
        case Outage.Cancelled():
            return replace(
                before,
                version=event.version,
                reason=event.reason,
                cancelled_by=event.by,
                cancelled_at=event.timestamp,
            )
        case _:
            raise TypeError(f"no outage behind {type(event)}")


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
