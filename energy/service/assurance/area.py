"""In: places and nodes of an event. Out: what they hold, and what is planned there. I/O: reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from energy.base.period import Period
from energy.journal.recorder import read_streams
from energy.service.assurance.book import Spared, book_id
from energy.service.assurance.errors import AssuranceError
from energy.service.assurance.guard import EventGuard
from energy.service.assurance.plan import EventPlan
from energy.service.switching.kinds import SwitchingState
from energy.service.work.heard import Spot
from energy.service.work.spots import demand_spot
from energy.store.sites import Site

Connection = psycopg.Connection[tuple[object, ...]]
_PLANNED: Final = (
    *(SwitchingState.APPROVED, SwitchingState.RELEASED),
    *(SwitchingState.UNDER_WAY, SwitchingState.STOPPED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """What the places and nodes of an event hold."""

    places: tuple[str, ...]
    """Those named, and all that lie in them."""
    points: tuple[str, ...]
    """Metering points of the places and of the named nodes."""
    of_nodes: tuple[str, ...]
    """Metering points of the named nodes alone."""
    nodes: frozenset[str]
    """UTILITY/KEY of the named nodes, and of those whose meters are in the places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedThing:
    """A switching order or an outage in the way of an event."""

    thing: UUID
    called: str
    about: str
    """"node:UTILITY/KEY"."""
    period: Period


def demand_area(connection: Connection, schema: str, plan: EventPlan) -> None:
    """Refuse places and nodes that the site never had.

    Raises:
        WorkError: There is no such place or node.
    """
    for place in plan.places:
        demand_spot(connection, schema, Spot(place=place))
    for node in plan.nodes:
        demand_spot(connection, schema, Spot(node=node))


def read_area(connection: Connection, schema: str, plan: EventPlan) -> Area:
    """Return what the places and nodes of an event hold, by the supply graphs of its time."""
    then = {"begin": plan.period.start, "end": plan.period.end}
    holds = "valid_from < %(end)s AND (valid_to IS NULL OR valid_to > %(begin)s)"
    held = _column(
        connection,
        f"WITH RECURSIVE held AS (SELECT key FROM {schema}.place WHERE key = ANY(%(keys)s) "
        f"UNION SELECT p.key FROM {schema}.place AS p JOIN held AS h ON p.parent = h.key) "
        "SELECT key FROM held ORDER BY key",
        list(plan.places),
    )
    points = _column(
        connection,
        f"SELECT point FROM {schema}.meter WHERE place = ANY(%(keys)s) ORDER BY point",
        held,
    )
    metered = _column(
        connection,
        f"SELECT DISTINCT point FROM {schema}.supply_node WHERE point IS NOT NULL AND {holds} "
        "AND utility || '/' || key = ANY(%(keys)s) ORDER BY point",
        list(plan.nodes),
        **then,
    )
    nodes = _column(
        connection,
        f"SELECT DISTINCT utility || '/' || key FROM {schema}.supply_node "
        f"WHERE {holds} AND point = ANY(%(keys)s)",
        points,
        **then,
    )
    return Area(
        places=tuple(sorted({*held, *plan.places})),
        points=tuple(sorted({*points, *metered})),
        of_nodes=tuple(metered),
        nodes=frozenset(nodes) | frozenset(plan.nodes),
    )


def read_in_the_way(
    connection: Connection, schema: str, spared: Spared, guard: EventGuard
) -> list[PlannedThing]:
    """Return what is planned in the time of an event and may not happen, by time.

    Args:
        connection: Any that may read.
        schema: The site's.
        spared: What the event spares.
        guard: Tells what work at a node touches.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT outage, left(outage::text, 8), about, held_from, held_to "
        f"FROM {schema}.outage WHERE cancelled_at IS NULL AND held_from < %(end)s "
        "AND held_to > %(begin)s UNION ALL "
        "SELECT switching_order, number, about, begins_at, ends_at "
        f"FROM {schema}.switching_order WHERE state = ANY(%(states)s) "
        "AND begins_at < %(end)s AND ends_at > %(begin)s ORDER BY 4, 2".encode(),
        {
            "begin": spared.period.start,
            "end": spared.period.end,
            "states": [str(each) for each in _PLANNED],
        },
    ).fetchall()
    found = [
        PlannedThing(thing=thing, called=called, about=about, period=Period(start=begins, end=ends))
        for thing, called, about, begins, ends in rows
    ]
    touched = {about: guard.touched(about) for about in {each.about for each in found}}
    return [each for each in found if spared.forbids(each.thing, touched[each.about], each.period)]


def told_of_book(connection: Connection, site: Site) -> bool:
    """Return whether the tables tell every outage that the book of spared nodes was asked about."""
    entries = read_streams(connection, site.schema, "operations", [book_id(site.key)])
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT position FROM {site.schema}.follower WHERE name = 'operations'"
    ).fetchone()
    return not entries or (row is not None and row[0] >= entries[-1].position)


def thing_named(connection: Connection, schema: str, name: str) -> tuple[UUID, str]:
    """Return the switching order of a number, or the outage whose id begins so, and its name.

    Raises:
        AssuranceError: None is meant, or several are.
    """
    plain = name.strip().replace("-", "").lower()
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT switching_order, number FROM {schema}.switching_order WHERE number = %s "
        "UNION ALL SELECT outage, left(outage::text, 8) "
        f"FROM {schema}.outage WHERE replace(outage::text, '-', '') LIKE %s".encode(),
        (name.strip().upper(), f"{plain}%" if plain.isalnum() else "-"),
    ).fetchall()
    if len(rows) != 1:
        raise AssuranceError.of("no_thing", name=name[:40])
    return rows[0]


def _column(
    connection: Connection, query: str, keys: Sequence[str], **times: datetime
) -> list[str]:
    asked = {"keys": list(keys), **times}
    rows: list[tuple[Any, ...]] = connection.execute(query.encode(), asked).fetchall()
    return [row[0] for row in rows]
