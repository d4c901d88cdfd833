"""In: the tables of work. Out: incidents and orders as they stand, their clocks. I/O: reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from energy.service.work.checklist import CheckItem, Checklist, items_from_json
from energy.service.work.clock import Pause, ServiceClock, Standing
from energy.service.work.kinds import IncidentState, OrderState
from energy.service.work.levels import Counting, LevelSet
from energy.service.work.order import WorkOrder

Connection = psycopg.Connection[tuple[object, ...]]
OPEN_INCIDENTS = tuple(s for s in IncidentState if s is not IncidentState.CLOSED)
OPEN_ORDERS = tuple(s for s in OrderState if s not in {OrderState.ENDED, OrderState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsRow:
    """A version of the service levels."""

    version: int
    valid_from: date
    levels: LevelSet
    author: UUID
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """How the two clocks of an incident stand at an instant."""

    response: Standing
    resolution: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """An incident as it stands."""

    incident: UUID
    number: str
    origin: str
    about: str
    """Id of the alert, key of the account, name of the plan; "" where somebody saw it."""
    what: str
    level: str
    """Class of the service levels."""
    levels: int
    """Version of the service levels."""
    second_person: bool
    urgency: str
    place: str
    node: str
    point: str
    heard_at: datetime
    opened_at: datetime
    opened_by: UUID
    owner: UUID
    offered: UUID | None
    state: str
    responded_at: datetime | None
    responded_by: UUID | None
    waits_for: str
    problem: str
    cause: str
    words: str
    changed: str
    resolved_at: datetime | None
    resolved_by: UUID | None
    closed_at: datetime | None
    closed_by: UUID | None
    parent: UUID | None
    open_orders: int
    position: int
    """Of the last thing that happened to it."""
    pauses: Sequence[Pause] = ()

    def clocks(self, levels: Mapping[int, LevelsRow], zone: ZoneInfo, at: datetime) -> Clocks:
        """Return how its clocks stand at an instant.

        Args:
            levels: By version, as `read_levels` returns them.
            zone: The site's zone.
            at: The instant.
        """
        kept = levels[self.levels].levels
        level = kept.of(self.level)
        hours = kept.hours if level.counting is Counting.WORKING_HOURS else None
        response = ServiceClock(
            begin=self.heard_at,
            target=timedelta(minutes=level.response_min),
            hours=hours,
            zone=zone,
            stopped_at=self.responded_at,
        )
        resolution = ServiceClock(
            begin=self.heard_at,
            target=timedelta(minutes=level.resolution_min),
            hours=hours,
            zone=zone,
            pauses=self.pauses,
            stopped_at=self.resolved_at,
        )
        return Clocks(response=response.standing(at), resolution=resolution.standing(at))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """A work order as it stands."""

    work_order: UUID
    number: str
    incident: UUID | None
    kind: str
    what: str
    plan: str
    equipment: str
    place: str
    node: str
    point: str
    since: datetime
    due_at: datetime | None
    level: str
    levels: int
    second_person: bool
    checklist: str
    items: Sequence[CheckItem]
    answers: Mapping[str, str]
    opened_at: datetime
    opened_by: UUID
    owner: UUID
    assigned: UUID | None
    state: str
    begun_at: datetime | None
    waits_for: str
    done_at: datetime | None
    done_by: UUID | None
    signed_by: UUID | None
    reason: str
    """Why it was sent back or cancelled; "" where it was not."""
    ended_at: datetime | None
    position: int
    """Of the last thing that happened to it."""
    pauses: Sequence[Pause] = ()
    """Spans in which it waits for somebody, or was done until it was sent back."""

    def clock(self, levels: Mapping[int, LevelsRow], zone: ZoneInfo, at: datetime) -> Standing:
        """Return how its clock stands at an instant.

        It is to be done by the instant that was stated, whatever it waits for; without one within
        the time in which its class is solved, from when it came up on.

        Args:
            levels: By version, as `read_levels` returns them.
            zone: The site's zone.
            at: The instant.
        """
        stopped = self.done_at or self.ended_at
        if self.due_at is not None:
            clock = ServiceClock(
                begin=self.since,
                target=self.due_at - self.since,
                hours=None,
                zone=zone,
                stopped_at=stopped,
            )
            return clock.standing(at)
        kept = levels[self.levels].levels
        level = kept.of(self.level)
        clock = ServiceClock(
            begin=self.since,
            target=timedelta(minutes=level.resolution_min),
            hours=kept.hours if level.counting is Counting.WORKING_HOURS else None,
            zone=zone,
            pauses=self.pauses,
            stopped_at=stopped,
        )
        return clock.standing(at)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """Something that happened to an incident or an order."""

    position: int
    act: str
    """Topic of its event."""
    person: UUID | None
    at: datetime
    told: Mapping[str, Any]


def read_class_names(connection: Connection, schema: str) -> dict[str, Mapping[str, str]]:
    """Return what the classes of all service levels are called, by key; the latest name of each."""
    versions = sorted(read_levels(connection, schema).items())
    return {each.key: each.name for _, row in versions for each in row.levels.levels}


def read_levels(connection: Connection, schema: str) -> dict[int, LevelsRow]:
    """Return the service levels of a site by version."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT version, valid_from, spec, author, published_at "
        f"FROM {schema}.service_levels ORDER BY version".encode()
    ).fetchall()
    return {
        version: LevelsRow(
            version=version,
            valid_from=first,
            levels=LevelSet.from_json(spec),
            author=author,
            published_at=at,
        )
        for version, first, spec, author, at in rows
    }


def levels_on(levels: Mapping[int, LevelsRow], day: date) -> LevelsRow | None:
    """Return the version that holds on a local day, as `ServiceLevels.on` says; None: none."""
    held = [
        (each.valid_from, version) for version, each in levels.items() if each.valid_from <= day
    ]
    return levels[max(held)[1]] if held else None


def read_checklists(connection: Connection, schema: str) -> list[tuple[int, Checklist]]:
    """Return the newest version of each checklist with its number, by key."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT version, spec FROM {schema}.checklist ORDER BY key".encode()
    ).fetchall()
    return [(version, Checklist.from_json(spec)) for version, spec in rows]


def read_incidents(
    connection: Connection,
    schema: str,
    *,
    over: bool = False,
    incident: UUID | None = None,
    named: str = "",
    about: str = "",
    owner: UUID | None = None,
    closed: int | None = None,
    closed_since: datetime | None = None,
) -> list[IncidentRow]:
    """Return incidents, the oldest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        over: Also those that are closed; one that is meant itself is there however far it is.
        incident: Only this one.
        named: Only those of this number, or whose id begins so.
        about: Only those opened from this: id of an alert, key of an account, name of a plan.
        owner: Only those that this person owns.
        closed: Only this many of those that are closed, the last ones.
        closed_since: Also those that were closed behind it.
    """
    names = [each.name for each in fields(IncidentRow) if each.name != "pauses"]
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.incident "
        "WHERE (%(over)s OR %(one)s::uuid IS NOT NULL OR %(named)s <> '' OR "
        "%(closed)s::int IS NOT NULL OR state = ANY(%(open)s) OR closed_at > %(since)s) "
        f"AND (%(closed)s::int IS NULL OR incident IN (SELECT incident FROM {schema}.incident "
        "WHERE closed_at IS NOT NULL ORDER BY closed_at DESC, number DESC LIMIT %(closed)s)) "
        "AND incident = coalesce(%(one)s, incident) AND owner = coalesce(%(owner)s, owner) "
        "AND (%(about)s = '' OR about = %(about)s) "
        "AND (%(named)s = '' OR number = upper(%(named)s) "
        "OR starts_with(replace(incident::text, '-', ''), replace(lower(%(named)s), '-', ''))) "
        "ORDER BY heard_at, number".encode(),
        {"one": incident, "over": over, "open": list(OPEN_INCIDENTS), "named": named}
        | {"about": about, "owner": owner, "closed": closed, "since": closed_since},
    ).fetchall()
    pauses = read_pauses(connection, f"{schema}.incident_pause", "incident", [r[0] for r in rows])
    return [
        IncidentRow(**dict(zip(names, row, strict=True)), pauses=pauses.get(row[0], []))
        for row in rows
    ]


def read_pauses(
    connection: Connection, table: str, key: str, things: Sequence[UUID]
) -> Mapping[UUID, Sequence[Pause]]:
    """Return the pauses of some things that have a clock, the first of each first.

    Args:
        connection: Any connection that may read.
        table: Of pauses, its schema before the name.
        key: Its column of the thing.
        things: Those meant.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {key}, begin_at, end_at FROM {table} "
        f"WHERE {key} = ANY(%s) ORDER BY begin_at, position".encode(),
        (list(things),),
    ).fetchall()
    found: dict[UUID, list[Pause]] = defaultdict(list)
    for thing, begin, end in rows:
        found[thing].append(Pause(begin=begin, end=end))
    return found


def read_orders(
    connection: Connection,
    schema: str,
    *,
    over: bool = False,
    order: UUID | None = None,
    named: str = "",
    incident: UUID | None = None,
    doer: UUID | None = None,
    ended: int | None = None,
    ended_since: datetime | None = None,
) -> list[OrderRow]:
    """Return work orders, the oldest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        over: Also those that are over; one that is meant itself is there however far it is.
        order: Only this one.
        named: Only those of this number, or whose id begins so.
        incident: Only those of an incident.
        doer: Only those that this person owns or is assigned to.
        ended: Only this many of those that are over, the last ones.
        ended_since: Also those that ended behind it.
    """
    names = [each.name for each in fields(OrderRow) if each.name != "pauses"]
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.work_order "
        "WHERE (%(over)s OR %(one)s::uuid IS NOT NULL OR %(named)s <> '' OR "
        "%(ended)s::int IS NOT NULL OR state = ANY(%(open)s) OR ended_at > %(since)s) "
        f"AND (%(ended)s::int IS NULL OR work_order IN (SELECT work_order FROM {schema}.work_order "
        "WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, number DESC LIMIT %(ended)s)) "
        "AND work_order = coalesce(%(one)s, work_order) "
        "AND (%(whole)s::uuid IS NULL OR incident = %(whole)s) "
        "AND (%(doer)s::uuid IS NULL OR %(doer)s IN (owner, assigned)) "
        "AND (%(named)s = '' OR number = upper(%(named)s) "
        "OR starts_with(replace(work_order::text, '-', ''), replace(lower(%(named)s), '-', ''))) "
        "ORDER BY since, number".encode(),
        {"one": order, "over": over, "open": list(OPEN_ORDERS), "named": named}
        | {"whole": incident, "doer": doer, "ended": ended, "since": ended_since},
    ).fetchall()
    waited = _order_pauses(connection, schema, [row[0] for row in rows])
    found = []
    for row in rows:
        values = dict(zip(names, row, strict=True))
        values |= {"items": items_from_json(values["items"]), "pauses": waited[row[0]]}
        found.append(OrderRow(**values))
    return found


_STANDS = (WorkOrder.Paused.TOPIC, WorkOrder.Done.TOPIC)
"""What lets the clock of an order stand still."""
_GOES_ON = (WorkOrder.Resumed.TOPIC, WorkOrder.Refused.TOPIC)


def _order_pauses(
    connection: Connection, schema: str, orders: Sequence[UUID]
) -> Mapping[UUID, Sequence[Pause]]:
    """Return when the clocks of orders stood still, from what happened to them."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT thing, act, at FROM {schema}.work_fact WHERE thing = ANY(%s) AND act = ANY(%s) "
        "ORDER BY position".encode(),
        (list(orders), [*_STANDS, *_GOES_ON]),
    ).fetchall()
    found: dict[UUID, list[Pause]] = defaultdict(list)
    for thing, act, at in rows:
        if act in _STANDS:
            found[thing].append(Pause(begin=at, end=None))
        else:
            found[thing][-1] = replace(found[thing][-1], end=at)
    return found


def read_history(connection: Connection, schema: str, thing: UUID) -> list[FactRow]:
    """Return what happened to an incident or an order, in the order of the journal."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT position, act, person, at, told FROM {schema}.work_fact WHERE thing = %s "
        "ORDER BY position".encode(),
        (thing,),
    ).fetchall()
    return [
        FactRow(position=position, act=act, person=person, at=at, told=told)
        for position, act, person, at, told in rows
    ]
