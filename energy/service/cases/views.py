"""In: events of supply cases and their steps. Out: their tables. I/O: PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from energy.service.cases.case import SupplyCase
from energy.service.cases.kinds import CaseState
from energy.service.cases.plan import CasePlans
from energy.service.rows import insert, update
from energy.service.work.kinds import WaitsFor

Cursor = psycopg.Cursor[tuple[object, ...]]
CASE_TABLES = (
    *("case_plan", "supply_case", "supply_case_step", "supply_case_pause", "supply_case_offer"),
    *("supply_case_paper", "supply_case_fact"),
)


def fold_cases(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event inside the follower's transaction."""
    match event:
        case CasePlans.Created():
            return
        case CasePlans.Published():
            insert(
                cursor,
                f"{schema}.case_plan",
                version=event.version,
                valid_from=event.valid_from,
                spec=json.dumps(event.spec),
                author=event.by,
                published_at=event.timestamp,
                position=position,
            )
            return
        case SupplyCase.Created():
            _opened(cursor, schema, position, event)
        case SupplyCase.Event():
            _beside(cursor, schema, position, event)
            update(
                cursor,
                f"{schema}.supply_case",
                {"supply_case": event.originator_id},
                position,
                _of_case(event),
            )
        case _:
            raise TypeError(f"no fold for {type(event)}")
    insert(
        cursor,
        f"{schema}.supply_case_fact",
        position=position,
        supply_case=event.originator_id,
        act=event.TOPIC.partition(".")[2],
        person=event.by,
        at=event.timestamp,
        words=_words(event),
    )


def _words(event: Any) -> str:
    """Return what is said of an event beside who and when."""
    match event:
        case SupplyCase.StepEnded():
            return str(event.step)
        case SupplyCase.Waits():
            return f"{event.waits_for}: {event.words}"
        case SupplyCase.Refused() | SupplyCase.Withdrawn():
            return str(event.reason)
        case _:
            return ""


def _opened(cursor: Cursor, schema: str, position: int, event: SupplyCase.Created) -> None:
    asked = event.asked
    insert(
        cursor,
        f"{schema}.supply_case",
        supply_case=event.case,
        number=event.number,
        **{name: asked[name] for name in ("kind", "applicant", "utility", "place", "node")},
        point=asked["point"],
        # Of a new supply and a transfer the account comes with the contract.
        account="",
        leaving=asked["account"],
        capacity_w=asked["capacity_w"],
        wanted_on=event.wanted_on,
        asked_at=event.asked_at,
        plan=event.plan,
        steps=json.dumps(event.steps),
        step=event.steps[0],
        state=CaseState.OPEN,
        opened_at=event.timestamp,
        opened_by=event.by,
        owner=event.by,
        position=position,
    )
    insert(
        cursor,
        f"{schema}.supply_case_step",
        supply_case=event.case,
        place=0,
        applicant=asked["applicant"],
        asked_at=event.asked_at,
        step=event.steps[0],
        began_at=event.asked_at,
        owner=event.by,
        position=position,
    )


def _of_case(event: Any) -> dict[str, object]:
    """Return the columns of its case that an event changes."""
    at, by = event.timestamp, event.by
    going: dict[str, object] = {"waits_for": "", "waits_words": "", "lapses_at": None}
    match event:
        case SupplyCase.StepEnded():
            found = {k: v for k, v in event.result.items() if k in {"account", "point"}}
            if event.next:
                return {**going, **found, "step": event.next}
            over = {"ended_at": at, "ended_by": by, "offered": None}
            return {**going, **found, **over, "state": CaseState.DONE}
        case SupplyCase.Waits():
            return {**going, "waits_for": event.waits_for, "waits_words": event.words}
        case SupplyCase.Resumed():
            return going
        case SupplyCase.Quoted():
            return {**going, "waits_for": WaitsFor.CUSTOMER, "lapses_at": event.lapses_at}
        case SupplyCase.Offered():
            return {"offered": event.to}
        case SupplyCase.Taken():
            return {"owner": by, "offered": None}
        case SupplyCase.Ordered():
            return {"work_order": event.order}
        case SupplyCase.Refused():
            over = {"reason": event.reason, "ended_at": at, "ended_by": by, "offered": None}
            return {**going, **over, "state": CaseState.REFUSED}
        case SupplyCase.Withdrawn():
            over = {"reason": event.reason, "ended_at": at, "ended_by": by, "offered": None}
            return {**going, **over, "state": CaseState.WITHDRAWN}
        case _:
            return {}


def _beside(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Write what an event changes beside the row of its case."""
    match event:
        case SupplyCase.StepEnded():
            _step_ended(cursor, schema, position, event)
        case SupplyCase.Waits() | SupplyCase.Quoted():
            _paused(cursor, schema, position, event)
        case SupplyCase.Resumed():
            _going(cursor, schema, event)
        case SupplyCase.Refused() | SupplyCase.Withdrawn():
            _going(cursor, schema, event)
            cursor.execute(
                f"UPDATE {schema}.supply_case_step SET ended_at = %s, ended_by = %s, "
                "outcome = %s, position = %s WHERE supply_case = %s AND ended_at IS NULL",
                (
                    *(event.timestamp, event.by, event.TOPIC.partition(".")[2], position),
                    event.originator_id,
                ),
            )
        case SupplyCase.Taken():
            cursor.execute(
                f"UPDATE {schema}.supply_case_step SET owner = %s, position = %s "
                "WHERE supply_case = %s AND ended_at IS NULL",
                (event.by, position, event.originator_id),
            )
        case SupplyCase.Accepted():
            cursor.execute(
                f"UPDATE {schema}.supply_case_offer SET accepted_at = %s, position = %s "
                "WHERE supply_case = %s AND quotation = %s",
                (event.timestamp, position, event.originator_id, event.quotation),
            )
        case SupplyCase.PaperAdded():
            insert(
                cursor,
                f"{schema}.supply_case_paper",
                supply_case=event.originator_id,
                sha256=event.sha256,
                media_type=event.media_type,
                person=event.by,
                added_at=event.timestamp,
                position=position,
            )
        case _:
            """Nothing beside its row."""


def _step_ended(cursor: Cursor, schema: str, position: int, event: SupplyCase.StepEnded) -> None:
    _going(cursor, schema, event)
    cursor.execute(
        f"UPDATE {schema}.supply_case_step SET ended_at = %s, ended_by = %s, words = %s, "
        "result = %s, outcome = 'done', position = %s WHERE supply_case = %s AND ended_at IS NULL",
        (
            *(event.timestamp, event.by, event.words, json.dumps(event.result), position),
            event.originator_id,
        ),
    )
    if event.next:
        cursor.execute(
            f"INSERT INTO {schema}.supply_case_step (supply_case, place, applicant, asked_at, "
            "step, began_at, owner, position) SELECT c.supply_case, 1 + (SELECT max(place) FROM "
            f"{schema}.supply_case_step WHERE supply_case = c.supply_case), c.applicant, "
            f"c.asked_at, %s, %s, c.owner, %s FROM {schema}.supply_case AS c "
            "WHERE c.supply_case = %s",
            (event.next, event.timestamp, position, event.originator_id),
        )


def _paused(
    cursor: Cursor, schema: str, position: int, event: SupplyCase.Waits | SupplyCase.Quoted
) -> None:
    _going(cursor, schema, event)
    until_at, waits_for = None, str(WaitsFor.CUSTOMER)
    if isinstance(event, SupplyCase.Quoted):
        until_at = event.lapses_at
    else:
        waits_for = event.waits_for
    cursor.execute(
        f"INSERT INTO {schema}.supply_case_pause (supply_case, applicant, asked_at, begin_at, "
        "until_at, waits_for, position) SELECT supply_case, applicant, asked_at, %s, %s, %s, %s "
        f"FROM {schema}.supply_case WHERE supply_case = %s",
        (
            *(event.timestamp, until_at, waits_for, position),
            event.originator_id,
        ),
    )
    if isinstance(event, SupplyCase.Quoted):
        cursor.execute(
            f"INSERT INTO {schema}.supply_case_offer (supply_case, quotation, applicant, asked_at, "
            "spec, valid_until, lapses_at, quoted_at, quoted_by, position) "
            "SELECT supply_case, %s, applicant, asked_at, %s, %s, %s, %s, %s, %s "
            f"FROM {schema}.supply_case WHERE supply_case = %s",
            (
                *(event.quotation, json.dumps(event.spec), event.valid_until, event.lapses_at),
                *(event.timestamp, event.by, position, event.originator_id),
            ),
        )


def _going(cursor: Cursor, schema: str, event: Any) -> None:
    """End the pause that is open, where one is."""
    cursor.execute(
        f"UPDATE {schema}.supply_case_pause SET end_at = %s "
        "WHERE supply_case = %s AND end_at IS NULL",
        (event.timestamp, event.originator_id),
    )
