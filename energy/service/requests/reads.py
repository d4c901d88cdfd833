"""In: the tables of requests. Out: requests as they stand, their clocks, call-backs. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from energy.service.requests.kinds import RequestState
from energy.service.requests.request import NOT_CLOSED
from energy.service.work.clock import Pause, ServiceClock
from energy.service.work.levels import Counting
from energy.service.work.reads import Clocks, LevelsRow, read_pauses

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """A request as it stands."""

    request: UUID
    number: str
    kind: str
    category: str
    channel: str
    tenant: str
    """ "party/KEY" or "account/KEY"; "" of nobody known."""
    place: str
    node: str
    point: str
    invoice: str
    enquiry: UUID | None
    """Of the portal, where its words stand."""
    enquiry_words: int
    """How many of them are known here."""
    person: UUID
    """Under whose key its words are sealed."""
    words_sealed: str
    level: str
    """Class of the service levels."""
    levels: int
    """Version of the service levels."""
    second_person: bool
    heard_at: datetime
    opened_at: datetime
    opened_by: UUID
    owner: UUID
    claimed: bool
    """Whether its owner heard, answered or took it himself."""
    offered: UUID | None
    escalations: int
    state: str
    responded_at: datetime | None
    responded_by: UUID | None
    answers: int
    complaint: str
    """Class of a complaint; "" where nobody said it."""
    justified: bool | None
    unit: str
    points: int
    judged_at: datetime | None
    outcome: str
    first_contact: bool | None
    """Whether one answer was all that it took; None where it is not over."""
    resolved_at: datetime | None
    resolved_by: UUID | None
    reopened: int
    closed_at: datetime | None
    closed_by: UUID | None
    score: int | None
    """How content the tenant is, 1 to 5."""
    position: int
    """Of the last thing that happened to it."""
    pauses: Sequence[Pause] = ()

    def clocks(self, levels: Mapping[int, LevelsRow], zone: ZoneInfo, at: datetime) -> Clocks:
        """Return how its clocks stand at an instant: until the first answer, until its end.

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
            pauses=self.pauses,  # before an answer: withdrawn, until it was opened again
            stopped_at=self.responded_at or self.resolved_at,
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
class CallRow:
    """A call-back."""

    call: UUID
    request: UUID
    number: str
    """Of the request."""
    due_at: datetime
    person: UUID
    """Who calls."""
    set_by: UUID
    outcome: str
    """ "" where it is to be made."""
    done_at: datetime | None
    done_by: UUID | None

    def missed(self, at: datetime) -> bool:
        """Return whether it was not made when it was due, or is not yet though it is due."""
        return self.due_at < (self.done_at or at)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeRow:
    """An incident or work order made from a request."""

    kind: str
    number: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFact:
    """Something that happened to a request."""

    act: str
    """Topic of its event."""
    person: UUID
    at: datetime
    told: Mapping[str, Any]
    words_sealed: str
    """ "" where nothing was said."""


def read_requests(
    connection: Connection,
    schema: str,
    *,
    over: bool = False,
    request: UUID | None = None,
    named: str = "",
    tenants: Sequence[str] | None = None,
    enquiries: Sequence[UUID] | None = None,
    owner: UUID | None = None,
    heard: tuple[datetime, datetime] | None = None,
    closed: int = 0,
) -> list[RequestRow]:
    """Return requests, the oldest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        over: Also those that are closed; one that is meant itself is there however far it is.
        request: Only this one.
        named: Only those of this number, or whose id begins so.
        tenants: Only those of these tenants.
        enquiries: Only those that these enquiries of the portal are.
        owner: Only those that this person owns or was offered.
        heard: Only those heard, or with a complaint judged, in [from, to), however far they are.
        closed: Only so many closed ones, the last; 0: any.
    """
    names = [each.name for each in fields(RequestRow) if each.name != "pauses"]
    since, until = heard or (None, None)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.tenant_request {_which(schema)} "
        "ORDER BY heard_at, number".encode(),
        {
            "one": request,
            "over": over,
            "open": list(NOT_CLOSED),
            "named": named,
            "owner": owner,
            "tenants": None if tenants is None else list(tenants),
            "enquiries": None if enquiries is None else list(enquiries),
            "since": since,
            "until": until,
            "closed": closed,
        },
    ).fetchall()
    told = f"{schema}.tenant_request_pause"
    pauses = read_pauses(connection, told, "request", [row[0] for row in rows])
    return [
        RequestRow(**dict(zip(names, row, strict=True)), pauses=pauses.get(row[0], []))
        for row in rows
    ]


def _which(schema: str) -> str:
    """Return the clause of the requests that `read_requests` is asked for."""
    return (
        "WHERE (%(over)s OR %(closed)s > 0 OR %(one)s::uuid IS NOT NULL OR %(named)s <> '' "
        "OR %(since)s::timestamptz IS NOT NULL OR state = ANY(%(open)s)) "
        "AND request = coalesce(%(one)s, request) "
        "AND (%(owner)s::uuid IS NULL OR %(owner)s IN (owner, offered)) "
        "AND (%(enquiries)s::uuid[] IS NULL OR enquiry = ANY(%(enquiries)s)) "
        "AND (%(tenants)s::text[] IS NULL OR tenant = ANY(%(tenants)s)) "
        "AND (%(since)s::timestamptz IS NULL OR (heard_at >= %(since)s AND heard_at < %(until)s) "
        "OR (judged_at >= %(since)s AND judged_at < %(until)s)) "
        "AND (%(closed)s = 0 OR request IN (SELECT request FROM "
        f"{schema}.tenant_request WHERE closed_at IS NOT NULL "
        "ORDER BY closed_at DESC, number DESC LIMIT %(closed)s)) "
        "AND (%(named)s = '' OR number = upper(%(named)s) "
        "OR starts_with(replace(request::text, '-', ''), replace(lower(%(named)s), '-', '')))"
    )


def read_calls(
    connection: Connection,
    schema: str,
    *,
    request: UUID | None = None,
    person: UUID | None = None,
    done: bool = False,
) -> list[CallRow]:
    """Return call-backs, the one due first first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        request: Only those of a request.
        person: Only those that this person makes.
        done: Also those that were made.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT c.call, c.request, r.number, c.due_at, c.person, c.set_by, c.outcome, c.done_at, "
        f"c.done_by FROM {schema}.tenant_request_call AS c "
        f"JOIN {schema}.tenant_request AS r USING (request) "
        "WHERE (%(done)s OR c.outcome = '') AND c.request = coalesce(%(request)s, c.request) "
        "AND c.person = coalesce(%(person)s, c.person) ORDER BY c.due_at, c.position".encode(),
        {"done": done, "request": request, "person": person},
    ).fetchall()
    names = [each.name for each in fields(CallRow)]
    return [CallRow(**dict(zip(names, row, strict=True))) for row in rows]


def read_made(connection: Connection, schema: str, request: UUID) -> list[MadeRow]:
    """Return what was made from a request, with its state, in the order of making."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT m.kind, m.number, coalesce(i.state, w.state) "
        f"FROM {schema}.tenant_request_made AS m "
        f"LEFT JOIN {schema}.incident AS i ON i.incident = m.thing "
        f"LEFT JOIN {schema}.work_order AS w ON w.work_order = m.thing "
        "WHERE m.request = %s ORDER BY m.position".encode(),
        (request,),
    ).fetchall()
    return [MadeRow(kind=kind, number=number, state=state) for kind, number, state in rows]


def read_request_history(connection: Connection, schema: str, request: UUID) -> list[RequestFact]:
    """Return what happened to a request, in the order of the journal."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT act, person, at, told, words_sealed FROM {schema}.tenant_request_fact "
        "WHERE request = %s ORDER BY position",
        (request,),
    ).fetchall()
    names = [each.name for each in fields(RequestFact)]
    return [RequestFact(**dict(zip(names, row, strict=True))) for row in rows]


def is_over(row: RequestRow) -> bool:
    """Return whether a request is dealt with."""
    return row.state in {RequestState.RESOLVED, RequestState.CLOSED}
