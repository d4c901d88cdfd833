"""In: tables of work, requests, supply cases. Out: deadlines near or broken. I/O: reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg

from energy.service.cases.reads import read_case_plans, read_cases
from energy.service.requests.reads import is_over, read_calls, read_requests
from energy.service.telling.clocks import CALL_AHEAD, ClockKind, Due, stage_by, stage_of
from energy.service.work.clock import Standing
from energy.service.work.kinds import OrderState
from energy.service.work.reads import read_incidents, read_levels, read_orders
from energy.store.sites import Site

Connection = psycopg.Connection[tuple[object, ...]]


def read_due(connection: Connection, site: Site, now: datetime) -> list[Due]:
    """Return the deadlines that are near or broken, the first due first; none of what is over.

    Args:
        connection: Any connection that may read.
        site: The site.
        now: The instant.
    """
    found = [
        *_incidents(connection, site, now),
        *_orders(connection, site, now),
        *_requests(connection, site, now),
        *_calls(connection, site, now),
        *_steps(connection, site, now),
    ]
    return sorted(found, key=lambda each: (each.due_at, each.number, each.kind))


def _incidents(connection: Connection, site: Site, now: datetime) -> Iterator[Due]:
    """Yield the clocks of incidents; one that belongs to another has that one's clock."""
    levels = read_levels(connection, site.schema)
    for row in read_incidents(connection, site.schema):
        if row.parent is not None:
            continue
        clocks = row.clocks(levels, site.zone, now)
        facts = {"thing": str(row.incident), "number": row.number, "owner": row.owner}
        yield from _of(ClockKind.RESPONSE, clocks.response, now, **facts)
        yield from _of(ClockKind.SOLUTION, clocks.resolution, now, **facts)


def _orders(connection: Connection, site: Site, now: datetime) -> Iterator[Due]:
    levels = read_levels(connection, site.schema)
    for row in read_orders(connection, site.schema):
        if row.state != OrderState.PAUSED:  # one that waits is nobody's to hurry, also by a date
            facts = {"thing": str(row.work_order), "number": row.number, "owner": row.owner}
            yield from _of(ClockKind.ORDER, row.clock(levels, site.zone, now), now, **facts)


def _requests(connection: Connection, site: Site, now: datetime) -> Iterator[Due]:
    levels = read_levels(connection, site.schema)
    for row in read_requests(connection, site.schema):
        clocks = row.clocks(levels, site.zone, now)
        facts = {"thing": str(row.request), "number": row.number, "owner": row.owner}
        yield from _of(ClockKind.ANSWER, clocks.response, now, **facts)
        if not is_over(row):
            yield from _of(ClockKind.REQUEST, clocks.resolution, now, **facts)


def _calls(connection: Connection, site: Site, now: datetime) -> Iterator[Due]:
    for row in read_calls(connection, site.schema):
        stage = stage_by(row.due_at, CALL_AHEAD, now)
        if stage is not None:
            yield Due(
                kind=ClockKind.CALL,
                thing=str(row.call),
                number=row.number,
                owner=row.person,
                due_at=row.due_at,
                stage=stage,
            )


def _steps(connection: Connection, site: Site, now: datetime) -> Iterator[Due]:
    plans = read_case_plans(connection, site.schema)
    for row in read_cases(connection, site.schema):
        standing = row.standing(plans[row.plan].plan, site.zone, now)
        facts = {"thing": f"{row.supply_case}/{row.been[-1].place}", "number": row.number}
        yield from _of(ClockKind.STEP, standing, now, owner=row.owner, **facts)


def _of(kind: ClockKind, standing: Standing, now: datetime, **facts: Any) -> Iterator[Due]:
    stage = stage_of(standing, now)
    if stage is not None and standing.due_at is not None:
        yield Due(kind=kind, due_at=standing.due_at, stage=stage, **facts)


def at_head(connection: Connection, schema: str) -> bool:
    """Return whether the tables of operations tell all that its journal holds.

    Behind it - a rebuild, a lag - something that is over seems to last.
    """
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT count(*) FROM {schema}.follower AS f JOIN {schema}.journal_head AS h "
        "ON h.application = f.name AND f.position >= h.position WHERE f.name = 'operations'"
    ).fetchone()
    return row is not None and bool(row[0])
