"""In: the tables of duty. Out: plan, rosters, who is on duty, leave, the log. I/O: reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from energy.base.period import local_day
from energy.service.duty.handover import HandoverState
from energy.service.duty.leave import LeaveState
from energy.service.duty.names import DutyNames, names_of_all
from energy.service.duty.plan import DutyPlan, SlotKey, plan_from, shifts_from
from energy.service.duty.standing import Away, Filled, OnDuty, Sheet, on_duty
from energy.store.sites import Site

Connection = psycopg.Connection[tuple[object, ...]]
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """A roster as it stands, without its slots."""

    roster: UUID
    first_day: date
    last_day: date
    version: int
    """0 is a draft."""
    drafted_by: UUID
    drafted_at: datetime
    published_by: UUID | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One slot of one change of a published roster."""

    roster: UUID
    version: int
    day: date
    shift: str
    post: str
    before: UUID | None
    after: UUID | None
    cause: str
    reason: str
    reference: UUID | None
    by: UUID
    at: datetime

    @property
    def slot(self) -> SlotKey:
        """Return the slot."""
        return SlotKey(day=self.day, shift=self.shift, post=self.post)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveRow:
    """A request for leave as it stands."""

    leave: UUID
    person: UUID
    first_day: date
    last_day: date
    state: str
    """As LeaveState."""
    asked_by: UUID
    asked_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    withdrawn_by: UUID | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapRow:
    """A swap as it stands."""

    swap: UUID
    person: UUID
    slot: str
    other: UUID
    back: str
    state: str
    """As SwapState."""
    offered_at: datetime
    ended_by: UUID | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry of the shift log as it stands."""

    entry: UUID
    text: str
    open: bool
    by: UUID
    at: datetime
    closed_text: str
    closed_by: UUID | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRow:
    """A handover as it stands."""

    handover: UUID
    post: str
    state: str
    """As HandoverState."""
    since: datetime
    goes: UUID
    offered_at: datetime
    comes: UUID | None
    signed_at: datetime | None
    points: Sequence[str]
    """Ids of what was open when it was offered."""
    alerts: Sequence[str]
    outages: Sequence[str]
    work: Sequence[str] | None
    """Ids of the incidents and orders that pass with it; None: the desk alone."""


def read_duty_plan(connection: Connection, schema: str) -> DutyPlan | None:
    """Return the plan of duty that holds; None where nobody set one."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT spec FROM {schema}.duty_plan ORDER BY version DESC LIMIT 1"
    ).fetchone()
    return plan_from(row[0]) if row else None


def read_duty_names(connection: Connection, schema: str) -> DutyNames:
    """Return what shifts and posts are called, those of earlier plans too."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT spec FROM {schema}.duty_plan ORDER BY version"
    ).fetchall()
    return names_of_all(spec for (spec,) in rows)


def read_rosters(connection: Connection, schema: str) -> list[RosterRow]:
    """Return the rosters, drafts too, the latest first."""
    return _rows(connection, RosterRow, f"{schema}.roster", "ORDER BY first_day DESC, drafted_at")


def read_sheets(
    connection: Connection, schema: str, first: date, last: date, *, draft: UUID | None = None
) -> list[Sheet]:
    """Return the published rosters that have some days, with the slots of these days.

    Args:
        connection: Any of the site.
        schema: The site's.
        first: First local day.
        last: Last one.
        draft: A roster that is wanted though it was not published.
    """
    rosters: list[tuple[Any, ...]] = connection.execute(
        f"SELECT roster, first_day, last_day, shifts FROM {schema}.roster "
        "WHERE first_day <= %s AND last_day >= %s AND (version > 0 OR roster = %s) "
        "ORDER BY first_day",
        (last, first, draft),
    ).fetchall()
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT roster, day, shift, post, person, cause FROM {schema}.roster_slot "
        "WHERE roster = ANY(%s) AND day BETWEEN %s AND %s ORDER BY day, shift, post",
        ([row[0] for row in rosters], first, last),
    ).fetchall()
    slots: dict[UUID, dict[SlotKey, Filled]] = defaultdict(dict)
    for roster, day, shift, post, person, cause in rows:
        key = SlotKey(day=day, shift=shift, post=post)
        slots[roster][key] = Filled(person=person, cause=cause)
    return [
        Sheet(roster=roster, first=begin, last=end, shifts=shifts_from(shifts), slots=slots[roster])
        for roster, begin, end, shifts in rosters
    ]


def read_on_duty(connection: Connection, site: Site, at: datetime) -> OnDuty:
    """Return who is on duty at an instant, by the plan's posts and the published rosters."""
    plan = read_duty_plan(connection, site.schema)
    day = local_day(at, site.zone)
    sheets = read_sheets(connection, site.schema, day - timedelta(days=1), day)
    return on_duty(at, sheets, site.zone, [post.key for post in plan.posts] if plan else ())


def read_away(connection: Connection, schema: str, first: date, last: date) -> list[Away]:
    """Return approved leave that has some of the days."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT person, first_day, last_day FROM {schema}.leave_request "
        "WHERE state = %s AND first_day <= %s AND last_day >= %s ORDER BY first_day, leave",
        (LeaveState.APPROVED, last, first),
    ).fetchall()
    return [Away(person=person, first=begin, last=end) for person, begin, end in rows]


def read_changes(connection: Connection, schema: str, first: date, last: date) -> list[ChangeRow]:
    """Return what was changed of published rosters on some days, the first change first."""
    where = "WHERE day BETWEEN %s AND %s ORDER BY position, item"
    return _rows(connection, ChangeRow, f"{schema}.roster_change", where, first, last)


def read_leave(connection: Connection, schema: str) -> list[LeaveRow]:
    """Return the requests for leave, the latest first."""
    return _rows(connection, LeaveRow, f"{schema}.leave_request", "ORDER BY first_day DESC, leave")


def read_swaps(connection: Connection, schema: str) -> list[SwapRow]:
    """Return the swaps, the latest offer first."""
    return _rows(connection, SwapRow, f"{schema}.duty_swap", "ORDER BY offered_at DESC, swap")


def read_log(connection: Connection, schema: str, since: datetime) -> list[EntryRow]:
    """Return the shift log: what is open, and what was told or closed since, the first first."""
    where = "WHERE open OR at >= %s OR closed_at >= %s ORDER BY at, position"
    return _rows(connection, EntryRow, f"{schema}.shift_entry", where, since, since)


def read_points(connection: Connection, schema: str) -> list[EntryRow]:
    """Return the open points, the oldest first."""
    where = "WHERE open ORDER BY at, position"
    return _rows(connection, EntryRow, f"{schema}.shift_entry", where)


def read_handovers(connection: Connection, schema: str, most: int = 50) -> list[HandoverRow]:
    """Return the newest handovers, the newest first."""
    where = "ORDER BY offered_at DESC, position DESC LIMIT %s"
    return _rows(connection, HandoverRow, f"{schema}.handover", where, most)


def read_handovers_between(
    connection: Connection, schema: str, begin: datetime, end: datetime
) -> list[HandoverRow]:
    """Return the handovers offered from one instant on and before another, the first first."""
    where = "WHERE offered_at >= %s AND offered_at < %s ORDER BY offered_at, position"
    return _rows(connection, HandoverRow, f"{schema}.handover", where, begin, end)


def last_signed(connection: Connection, schema: str, post: str) -> HandoverRow | None:
    """Return the newest signed handover of a post: who signed it has the post."""
    where = "WHERE post = %s AND state = %s ORDER BY signed_at DESC LIMIT 1"
    args = (post, HandoverState.SIGNED)
    found = _rows(connection, HandoverRow, f"{schema}.handover", where, *args)
    return found[0] if found else None


def _rows(
    connection: Connection, kind: type[R], table: str, where: str, *values: object
) -> list[R]:
    names = list(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {table} {where}".encode(), values
    ).fetchall()
    return [kind(**dict(zip(names, row, strict=True))) for row in rows]
