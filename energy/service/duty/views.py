"""In: events of duty. Out: the tables that tell of it. I/O: PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from energy.service.duty.book import DutyBook
from energy.service.duty.entry import ShiftEntry
from energy.service.duty.handover import Handover, HandoverState
from energy.service.duty.leave import Leave, LeaveState
from energy.service.duty.roster import Roster, person_of
from energy.service.duty.swap import Swap, SwapState

Cursor = psycopg.Cursor[tuple[object, ...]]
DUTY_TABLES = (
    *("duty_plan", "roster", "roster_slot", "roster_change"),
    *("leave_request", "duty_swap", "shift_entry", "handover"),
)


def fold_duty(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of duty inside the follower's transaction."""
    match event:
        case DutyBook.Planned():
            cursor.execute(
                f"INSERT INTO {schema}.duty_plan VALUES (%s, %s, %s, %s, %s)",
                (event.version, json.dumps(event.spec), event.by, event.timestamp, position),
            )
        case DutyBook.Event():
            pass  # rosters and leave tell it themselves
        case Roster.Event():
            _roster(cursor, schema, position, event)
        case Leave.Event():
            _leave(cursor, schema, position, event)
        case Swap.Event():
            _swap(cursor, schema, position, event)
        case ShiftEntry.Event():
            _entry(cursor, schema, position, event)
        case Handover.Event():
            _handover(cursor, schema, position, event)
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _roster(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case Roster.Created():
            cursor.execute(
                f"INSERT INTO {schema}.roster (roster, first_day, last_day, shifts, version, "
                "drafted_by, drafted_at, position) VALUES (%s, %s, %s, %s, 0, %s, %s, %s)",
                (
                    *(event.roster, event.first, event.last, json.dumps(event.shifts), event.by),
                    *(event.timestamp, position),
                ),
            )
            cursor.executemany(
                f"INSERT INTO {schema}.roster_slot (roster, day, shift, post, person, position) "
                "VALUES (%s, %s, %s, %s, %s, %s)",
                [
                    (event.roster, day, shift, post, person_of(person), position)
                    for day, shift, post, person in event.slots
                ],
            )
        case Roster.Published():
            cursor.execute(
                f"UPDATE {schema}.roster SET version = 1, published_by = %s, published_at = %s, "
                "position = %s WHERE roster = %s",
                (event.by, event.timestamp, position, event.originator_id),
            )
        case Roster.Changed():
            _changed(cursor, schema, position, event)
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _changed(cursor: Cursor, schema: str, position: int, event: Roster.Changed) -> None:
    cursor.execute(
        f"UPDATE {schema}.roster SET version = %s, position = %s WHERE roster = %s",
        (event.version, position, event.originator_id),
    )
    for item, (day, shift, post, before, after) in enumerate(event.slots):
        cursor.execute(
            f"UPDATE {schema}.roster_slot SET person = %s, cause = %s, position = %s "
            "WHERE roster = %s AND day = %s AND shift = %s AND post = %s",
            (
                *(person_of(after), event.cause, position, event.originator_id),
                *(day, shift, post),
            ),
        )
        cursor.execute(
            f"INSERT INTO {schema}.roster_change (position, item, roster, version, day, shift, "
            "post, before, after, cause, reason, reference, by, at) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                *(position, item, event.originator_id, event.version, day, shift, post),
                *(person_of(before), person_of(after), event.cause, event.reason),
                *(person_of(event.reference), event.by, event.timestamp),
            ),
        )


def _leave(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case Leave.Created():
            cursor.execute(
                f"INSERT INTO {schema}.leave_request (leave, person, first_day, last_day, state, "
                "asked_by, asked_at, position) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    *(event.leave, event.person, event.first, event.last, LeaveState.ASKED),
                    *(event.by, event.timestamp, position),
                ),
            )
        case Leave.Approved() | Leave.Refused():
            approved = isinstance(event, Leave.Approved)
            state = LeaveState.APPROVED if approved else LeaveState.REFUSED
            cursor.execute(
                f"UPDATE {schema}.leave_request SET state = %s, decided_by = %s, decided_at = %s, "
                "position = %s WHERE leave = %s",
                (state, event.by, event.timestamp, position, event.originator_id),
            )
        case Leave.Withdrawn():
            cursor.execute(
                f"UPDATE {schema}.leave_request SET state = %s, withdrawn_by = %s, "
                "withdrawn_at = %s, position = %s WHERE leave = %s",
                (LeaveState.WITHDRAWN, event.by, event.timestamp, position, event.originator_id),
            )
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _swap(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case Swap.Created():
            cursor.execute(
                f"INSERT INTO {schema}.duty_swap (swap, person, slot, other, back, state, "
                "offered_at, position) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    *(event.swap, event.by, event.slot, event.other, event.back),
                    *(SwapState.OFFERED, event.timestamp, position),
                ),
            )
        case Swap.Taken() | Swap.Withdrawn():
            taken = isinstance(event, Swap.Taken)
            state = SwapState.TAKEN if taken else SwapState.WITHDRAWN
            cursor.execute(
                f"UPDATE {schema}.duty_swap SET state = %s, ended_by = %s, ended_at = %s, "
                "position = %s WHERE swap = %s",
                (state, event.by, event.timestamp, position, event.originator_id),
            )
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _entry(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case ShiftEntry.Created():
            cursor.execute(
                f"INSERT INTO {schema}.shift_entry (entry, text, open, by, at, position) "
                "VALUES (%s, %s, %s, %s, %s, %s)",
                (event.entry, event.text, event.open, event.by, event.timestamp, position),
            )
        case ShiftEntry.Closed():
            cursor.execute(
                f"UPDATE {schema}.shift_entry SET open = false, closed_text = %s, closed_by = %s, "
                "closed_at = %s, position = %s WHERE entry = %s",
                (event.text, event.by, event.timestamp, position, event.originator_id),
            )
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _handover(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case Handover.Created():
            cursor.execute(
                f"INSERT INTO {schema}.handover (handover, post, state, since, goes, offered_at, "
                "points, alerts, outages, position) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    *(event.handover, event.post, HandoverState.OFFERED, event.since, event.by),
                    *(event.at, json.dumps(event.points), json.dumps(event.alerts)),
                    *(json.dumps(event.outages), position),
                ),
            )
        case Handover.WithWork():
            cursor.execute(
                f"UPDATE {schema}.handover SET work = %s, position = %s WHERE handover = %s",
                (json.dumps(event.work), position, event.originator_id),
            )
        case Handover.Signed():
            cursor.execute(
                f"UPDATE {schema}.handover SET state = %s, comes = %s, signed_at = %s, "
                "position = %s WHERE handover = %s",
                (HandoverState.SIGNED, event.by, event.at, position, event.originator_id),
            )
        case Handover.Withdrawn():
            cursor.execute(
                f"UPDATE {schema}.handover SET state = %s, position = %s WHERE handover = %s",
                (HandoverState.WITHDRAWN, position, event.originator_id),
            )
        case _:
            raise TypeError(f"no fold for {type(event)}")
