"""In: decisions about cases of findings. Out: the table `review_decision`, findings ended. I/O.

A decision that ends findings ends them at its own position; a correction that was proposed for a
case ends them at the position of its approval. What was known before does not change.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from energy.base.clock import from_us
from energy.base.errors import RefusedError
from energy.base.finding import Severity
from energy.metering.review import DecidedCase, finding_of
from energy.metering.review_case import (
    Case,
    CaseFinding,
    Decision,
    DecisionKind,
    case_ids,
    cases_of,
)
from energy.views.findings import read_findings
from energy.views.positioned import LAST_POSITION, or_last

REVIEW_TOPICS = frozenset({DecidedCase.Created.TOPIC})
"""Topics that `fold_review` takes."""
_ENDS = frozenset({DecisionKind.ACCEPTED, DecisionKind.ESTIMATED})
Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]


class CaseNameError(RefusedError):
    """The beginning of an id names no case, or more than one."""

    code = "review.unknown"


def fold_review(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Keep a decision and end the findings that it ends.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: The event's position.
        event: A DecidedCase.Created.
    """
    cursor.execute(
        f"INSERT INTO {schema}.review_decision (position, review, number, kind, cause, point, "
        "source, findings, reason, evidence, until, correction, estimate, stake, currency, "
        "proposed_by, decided_by, decided_at, command) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, "
        "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            position,
            event.case,
            event.number,
            event.kind,
            event.cause,
            event.point,
            event.source,
            json.dumps(event.findings),
            event.reason,
            event.evidence,
            event.until,
            event.correction,
            event.estimate,
            Decimal(event.stake) if event.stake else None,
            event.currency,
            event.proposed_by,
            event.decided_by,
            event.timestamp,
            event.command_id,
        ),
    )
    if event.kind in _ENDS:
        _end(
            cursor, schema, position, event.findings, event.timestamp, event.decided_by,
            event.reason,
        )  # fmt: skip


def end_by_correction(
    cursor: Cursor, schema: str, position: int, correction: UUID, at: datetime, by: UUID
) -> None:
    """End the findings for which a correction was proposed, where it is approved.

    Args:
        cursor: Inside the follower's transaction, behind the fold of the approval's readings.
        schema: The site's schema.
        position: Of the approval.
        correction: The correction.
        at: When it was approved.
        by: Who approved it.
    """
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"SELECT findings, reason FROM {schema}.review_decision WHERE correction = %s "
        "ORDER BY position",
        (correction,),
    ).fetchall()
    for findings, reason in rows:
        _end(cursor, schema, position, findings, at, by, reason)


def _end(
    cursor: Cursor,
    schema: str,
    position: int,
    findings: Sequence[Mapping[str, Any]],
    at: datetime,
    by: UUID,
    reason: str,
) -> None:
    """Resolve findings by their keys; one that ended before stays as it was."""
    cursor.execute(
        f"UPDATE {schema}.finding AS f SET resolved_at = %s, resolved_position = %s, "
        "resolved_by = %s, resolution = %s FROM unnest(%s::text[], %s::int[], "
        "%s::timestamptz[], %s::bigint[]) AS k (code, channel, start_at, position) "
        "WHERE f.code = k.code AND f.channel = k.channel AND f.start_at = k.start_at "
        "AND f.position = k.position AND f.resolved_position IS NULL",
        (
            at,
            position,
            by,
            reason,
            [each["code"] for each in findings],
            [each["channel"] for each in findings],
            [from_us(each["start_us"]) for each in findings],
            [each["position"] for each in findings],
        ),
    )


def read_cases(
    connection: Connection,
    schema: str,
    today: date,
    *,
    point: str | None = None,
    as_of: int | None = None,
) -> list[Case]:
    """Return the cases that wait for a person, by first instant.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        today: Local day: a hold that ends on it is over.
        point: Only of this metering point, and of whole sources.
        as_of: As known at this metering position; None for now.
    """
    found = [
        CaseFinding(
            finding=row.finding,
            code=row.key.code,
            channel=row.key.channel,
            start=row.key.start,
            end=row.end,
            position=row.key.position,
            severity=Severity(row.severity),
            point=row.point,
            source=str(row.proof.get("source", "")) if row.point is None else "",
        )
        for row in read_findings(connection, schema, point=point, as_of=as_of)
    ]
    return cases_of(found, _standing(connection, schema, as_of, point, case_ids(found)), today)


def waits_again(connection: Connection, schema: str, last: Decision, today: date) -> bool:
    """Return whether a case waits for a person although its last decision accepted it.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        last: The last decision about the case.
        today: Local day.
    """
    if last.kind is not DecisionKind.ACCEPTED:
        return False
    cases = read_cases(connection, schema, today, point=last.point)
    return any(case.case == last.case for case in cases)


def _standing(
    connection: Connection, schema: str, as_of: int | None, point: str | None, ids: Collection[UUID]
) -> list[Decision]:
    """Return the last decision of each case that one did not end, or that waits again."""
    limit = or_last(as_of)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT * FROM (SELECT DISTINCT ON (d.review) {_COLUMNS} "
        f"FROM {schema}.review_decision AS d "
        f"LEFT JOIN {schema}.correction AS c "
        "ON c.correction = coalesce(d.correction, d.estimate) "
        "WHERE d.position <= %(limit)s AND (%(point)s::text IS NULL OR d.point = '' "
        "OR d.point = %(point)s) ORDER BY d.review, d.number DESC) AS last "
        "WHERE kind <> %(accepted)s OR review = ANY(%(ids)s)",
        {
            "limit": limit,
            "point": point,
            "accepted": DecisionKind.ACCEPTED,
            "ids": list(ids),
        },
    ).fetchall()
    return [_decision(row, limit) for row in rows]


def read_decisions(
    connection: Connection,
    schema: str,
    *,
    case: UUID | None = None,
    cases: Sequence[UUID] | None = None,
    point: str | None = None,
    limit: int = 1_000,
) -> list[Decision]:
    """Return decisions, the newest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        case: Only about this case.
        cases: Only about these cases.
        point: Only about cases at this metering point.
        limit: Most of them.
    """
    wanted = None if cases is None else list(cases)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM {schema}.review_decision AS d "
        f"LEFT JOIN {schema}.correction AS c "
        "ON c.correction = coalesce(d.correction, d.estimate) "
        "WHERE (%(cases)s::uuid[] IS NULL OR d.review = ANY(%(cases)s)) "
        "AND (%(point)s::text IS NULL OR d.point = %(point)s) "
        "ORDER BY d.position DESC LIMIT %(limit)s",
        {"cases": [case] if case is not None else wanted, "point": point, "limit": limit},
    ).fetchall()
    return [_decision(row, LAST_POSITION) for row in rows]


def decided_case_named(connection: Connection, schema: str, name: str) -> UUID:
    """Return the case about which there are decisions and whose id begins so.

    Raises:
        CaseNameError: None begins so, or more than one.
    """
    wanted = name.lower().replace("-", "")
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT review FROM {schema}.review_decision "
        "WHERE replace(review::text, '-', '') LIKE %s LIMIT 2",
        (wanted.replace("%", "").replace("_", "") + "%",),
    ).fetchall()
    if not wanted or len(rows) != 1:
        raise CaseNameError.of("review.several" if rows else "review.no_such", name=name)
    found: UUID = rows[0][0]
    return found


_FIELDS = (
    *("review", "number", "kind", "cause", "point", "source", "findings", "reason", "evidence"),
    *("until", "correction", "estimate", "stake", "currency", "proposed_by", "decided_by"),
    *("decided_at", "command", "position"),
)
_COLUMNS = ", ".join(
    (*(f"d.{name}" for name in _FIELDS), "c.state", "c.position AS settled", "c.decided_by AS who")
)


def _decision(row: tuple[Any, ...], limit: int) -> Decision:
    told = dict(zip(_FIELDS, row[: len(_FIELDS)], strict=True))
    state, settled, settled_by = row[len(_FIELDS) :]
    if state is not None and settled > limit:
        state, settled_by = "proposed", None  # it was decided on later
    point = told["point"] or None
    return Decision(
        case=told["review"],
        number=told["number"],
        kind=DecisionKind(told["kind"]),
        cause=told["cause"],
        point=point,
        source=told["source"],
        findings=tuple(finding_of(each, point, told["source"]) for each in told["findings"]),
        reason=told["reason"],
        evidence=tuple(told["evidence"]),
        until=told["until"],
        correction=told["correction"],
        correction_state=state if told["correction"] is not None else None,
        estimate=told["estimate"],
        stated_position=settled,
        settled_by=settled_by,
        stake=told["stake"],
        currency=told["currency"],
        proposed_by=told["proposed_by"],
        decided_by=told["decided_by"],
        decided_at=told["decided_at"],
        command=told["command"],
        position=told["position"],
    )
