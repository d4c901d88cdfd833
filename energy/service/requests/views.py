"""In: events of requests and articles. Out: their tables. I/O: PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from energy.service.requests.article import Article
from energy.service.requests.kinds import RequestState
from energy.service.requests.request import TenantRequest
from energy.service.rows import insert, update

Cursor = psycopg.Cursor[tuple[object, ...]]
REQUEST_TABLES = (
    *("tenant_request", "tenant_request_pause", "tenant_request_call", "tenant_request_made"),
    *("tenant_request_article", "tenant_request_fact", "article"),
)
_OWN = {"originator_id", "originator_version", "originator_topic", "timestamp", "command_id", "by"}
"""What a row of what happened has columns for, or nobody reads there."""
_APART = {"words_sealed", "asked", "promise", "articles"}


def fold_requests(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event inside the follower's transaction."""
    match event:
        case Article.Event():
            _article(cursor, schema, position, event)
            return
        case TenantRequest.Created():
            _opened(cursor, schema, position, event)
        case TenantRequest.Event():
            _beside(cursor, schema, position, event)
            key = {"request": event.originator_id}
            update(cursor, f"{schema}.tenant_request", key, position, _changed(event))
            _counted(cursor, schema, event)
        case _:
            raise TypeError(f"no fold for {type(event)}")
    _happened(cursor, schema, position, event)


def _article(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case Article.Created():
            """Its versions tell of it."""
        case Article.Written():
            insert(
                cursor,
                f"{schema}.article",
                key=event.key,
                version=event.version,
                title=json.dumps(event.spec["title"]),
                text=json.dumps(event.spec["text"]),
                tags=json.dumps(event.spec["tags"]),
                written_by=event.by,
                written_at=event.timestamp,
                position=position,
            )
        case Article.Reviewed():
            key = {"key": event.key, "version": event.version}
            seen = {"reviewed_by": event.by, "reviewed_at": event.timestamp}
            update(cursor, f"{schema}.article", key, position, seen)
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _opened(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    promise = {name: value for name, value in event.promise.items() if name != "reopen_days"}
    insert(
        cursor,
        f"{schema}.tenant_request",
        request=event.request,
        number=event.number,
        **event.asked,
        enquiry=event.enquiry,
        enquiry_words=0 if event.enquiry is None else 1,
        person=event.person,
        words_sealed=event.words_sealed,
        **promise,
        heard_at=event.heard_at,
        opened_at=event.timestamp,
        opened_by=event.by,
        owner=event.owner,
        claimed=event.claimed,
        state=RequestState.OPEN,
        position=position,
    )


def _beside(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Change what stands beside the row of a request, as that is before the event."""
    at, thing = event.timestamp, event.originator_id
    match event:
        case TenantRequest.Paused():
            table = f"{schema}.tenant_request_pause"
            insert(cursor, table, request=thing, begin_at=at, position=position)
        case TenantRequest.Resumed() | TenantRequest.Resolved():
            _go_on(cursor, schema, thing, at)
        case TenantRequest.WentOn():
            _go_on(cursor, schema, thing, event.at)
            _was_over(cursor, schema, position, thing, event.at)
        case TenantRequest.Reopened():
            _was_over(cursor, schema, position, thing, at)
        case TenantRequest.Made():
            made = {"kind": event.kind, "number": event.number, "position": position}
            insert(
                cursor, f"{schema}.tenant_request_made", thing=event.thing, request=thing, **made
            )
        case TenantRequest.CallSet():
            insert(
                cursor,
                f"{schema}.tenant_request_call",
                call=event.call,
                request=thing,
                due_at=event.due_at,
                person=event.person,
                set_at=at,
                set_by=event.by,
                position=position,
            )
        case TenantRequest.CallDone():
            done = {"outcome": event.outcome, "done_at": at, "done_by": event.by}
            update(cursor, f"{schema}.tenant_request_call", {"call": event.call}, position, done)
        case _:
            """Nothing beside its row."""


def _go_on(cursor: Cursor, schema: str, request: object, at: object) -> None:
    cursor.execute(
        f"UPDATE {schema}.tenant_request_pause SET end_at = %s "
        "WHERE request = %s AND end_at IS NULL",
        (at, request),
    )


def _was_over(cursor: Cursor, schema: str, position: int, request: object, at: object) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.tenant_request_pause (request, begin_at, end_at, position) "
        f"SELECT request, resolved_at, %s, %s FROM {schema}.tenant_request "
        "WHERE request = %s AND resolved_at IS NOT NULL",
        (at, position, request),
    )


def _counted(cursor: Cursor, schema: str, event: Any) -> None:
    """Change what is counted of a request."""
    thing = event.originator_id
    match event:
        case TenantRequest.Answered():
            cursor.execute(
                f"UPDATE {schema}.tenant_request SET answers = answers + 1, "
                "responded_at = least(responded_at, %(at)s), responded_by = CASE "
                "WHEN responded_at <= %(at)s THEN responded_by ELSE %(by)s END, "
                "owner = CASE WHEN claimed THEN owner ELSE %(by)s END, "
                "offered = CASE WHEN claimed THEN offered END, claimed = true, "
                "state = CASE state WHEN 'open' THEN 'under_way' ELSE state END, "
                "enquiry_words = greatest(enquiry_words, %(word)s) WHERE request = %(thing)s",
                {"at": event.at, "by": event.by, "word": event.word, "thing": thing},
            )
        case TenantRequest.WentOn():
            cursor.execute(
                f"UPDATE {schema}.tenant_request SET "
                "reopened = reopened + (resolved_at IS NOT NULL)::int, resolved_at = NULL, "
                "resolved_by = NULL, closed_at = NULL, closed_by = NULL, first_contact = NULL, "
                "outcome = '', state = CASE state WHEN 'open' THEN 'open' ELSE 'under_way' END, "
                "enquiry_words = greatest(enquiry_words, %s) WHERE request = %s",
                (event.word, thing),
            )
        case TenantRequest.Reopened() | TenantRequest.Escalated():
            name = "reopened" if isinstance(event, TenantRequest.Reopened) else "escalations"
            cursor.execute(
                f"UPDATE {schema}.tenant_request SET {name} = {name} + 1 WHERE request = %s",
                (thing,),
            )
        case _:
            """Nothing is counted."""
    for each in getattr(event, "articles", ()):
        cursor.execute(
            f"INSERT INTO {schema}.tenant_request_article "
            "(position, article, version, request, answer) "
            f"SELECT position, %s, %s, request, answers FROM {schema}.tenant_request "
            "WHERE request = %s",
            (each["article"], each["version"], thing),
        )


def _changed(event: Any) -> dict[str, object]:
    """Return the columns that an event sets, whatever they were."""
    at, by = event.timestamp, event.by
    match event:
        case TenantRequest.Offered() | TenantRequest.Escalated():
            return {"offered": event.to}
        case TenantRequest.Taken():
            return {"owner": by, "offered": None, "claimed": True}
        case TenantRequest.Paused():
            return {"state": RequestState.PAUSED}
        case TenantRequest.Resumed():
            return {"state": RequestState.UNDER_WAY}
        case TenantRequest.Classed():
            none = {"justified": None, "unit": "", "points": 0, "judged_at": None}
            return {"complaint": event.complaint, **none}
        case TenantRequest.Judged():
            judged = {"justified": event.justified, "unit": event.unit, "points": event.points}
            return {**judged, "judged_at": at}
        case TenantRequest.Resolved():
            over = {"outcome": event.outcome, "first_contact": event.first_contact}
            return {"state": RequestState.RESOLVED, "resolved_at": at, "resolved_by": by, **over}
        case TenantRequest.Reopened():
            none = dict.fromkeys(("resolved_at", "resolved_by", "closed_at", "closed_by"))
            over = {"outcome": "", "first_contact": None}
            return {"state": RequestState.UNDER_WAY, **none, **over}
        case TenantRequest.Closed():
            closed = {"closed_at": at, "closed_by": by, "offered": None}
            return {"state": RequestState.CLOSED, **closed}
        case TenantRequest.Rated():
            return {"score": event.score}
        case _:
            return {}


def _happened(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    told = {
        name: value if isinstance(value, int | dict | list) else str(value)
        for name, value in event.__dict__.items()
        if name not in _OWN | _APART and value is not None
    }
    articles = [each["article"] for each in getattr(event, "articles", ())]
    insert(
        cursor,
        f"{schema}.tenant_request_fact",
        position=position,
        request=event.originator_id,
        act=event.TOPIC,
        person=event.by,
        at=event.timestamp,
        told=json.dumps({**told, **({"articles": articles} if articles else {})}),
        words_sealed=getattr(event, "words_sealed", ""),
    )
