"""In: the tables of notices. Out: what was told, how it went, what it cost. I/O: reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from energy.base.period import Period

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One notice, as it stands."""

    notice: UUID
    subject: UUID
    about: str
    template: str
    level: int
    repeat: int
    contact: str
    """Key of the contact."""
    way: str
    severity: str
    state: str
    gateway: str
    tries: int
    reason: str
    queued_at: datetime
    handed_at: datetime | None
    delivered_at: datetime | None
    text: str
    not_before: datetime
    segments: int | None
    cost: Decimal | None
    currency: str


def read_notices(
    connection: Connection,
    schema: str,
    *,
    notice: str = "",
    alert: str = "",
    subject: UUID | None = None,
    states: Collection[str] = (),
    period: Period | None = None,
    most: int = 100,
) -> list[NoticeRow]:
    """Return notices, the newest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        notice: Beginning of their own id; "" for all.
        alert: Beginning of the id of what they are about; "" for all.
        subject: The id itself; None for all.
        states: How far they are; none for all.
        period: When they were queued; None for ever.
        most: Rows at most.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT n.notice, n.subject, n.about, n.template, n.level, n.repeat, c.key, n.way, "
        "n.severity, n.state, n.gateway, n.tries, n.reason, n.queued_at, n.handed_at, "
        "n.delivered_at, n.text, n.not_before, n.segments, n.cost, n.currency "
        f"FROM {schema}.notice AS n JOIN {schema}.contact AS c "
        "USING (contact) WHERE starts_with(replace(n.subject::text, '-', ''), %(alert)s) "
        "AND starts_with(replace(n.notice::text, '-', ''), %(notice)s) "
        "AND (%(subject)s::uuid IS NULL OR n.subject = %(subject)s) "
        "AND (%(states)s::text[] = '{}' OR n.state = ANY(%(states)s)) "
        "AND (%(first)s::timestamptz IS NULL OR n.queued_at >= %(first)s AND n.queued_at < %(end)s)"
        " ORDER BY n.queued_at DESC, n.position DESC LIMIT %(most)s",
        {
            "notice": notice.replace("-", "").lower(),
            "alert": alert.replace("-", "").lower(),
            "subject": subject,
            "states": list(states),
            "first": period and period.start,
            "end": period and period.end,
            "most": most,
        },
    ).fetchall()
    return [
        NoticeRow(**dict(zip(NoticeRow.__dataclass_fields__, row, strict=True))) for row in rows
    ]


def read_waiting_since(connection: Connection, schema: str, now: datetime) -> datetime | None:
    """Return since when the oldest notice of the outbox could have gone; None: none waits.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        now: What quiet hours hold until later does not wait yet.
    """
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT min(greatest(queued_at, not_before)) FROM {schema}.notice "
        "WHERE state = 'queued' AND not_before <= %s",
        (now,),
    ).fetchone()
    return row[0] if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayStatistics:
    """What went by one gateway in a time."""

    gateway: str
    handed: int
    """Messages."""
    delivered: int
    failed: int
    doubles: int
    """Messages that the gateway had already: we were cut off behind its answer."""
    refused: int
    """Tries that it refused for good."""
    down: int
    """Tries in which it was down or busy."""
    segments: int
    cost: Decimal
    currency: str
    wait_s: int | None
    """Longest of 95 % of the waits from being due to being handed over. [s]"""


def read_statistics(
    connection: Connection, schema: str, first: datetime, end: datetime
) -> list[GatewayStatistics]:
    """Return what went by each gateway and currency in a time.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        first: First instant.
        end: Exclusive.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "WITH sent AS (SELECT gateway, currency, count(*) AS handed, "
        "count(*) FILTER (WHERE state = 'delivered') AS delivered, "
        "count(*) FILTER (WHERE state = 'failed') AS failed, "
        "count(*) FILTER (WHERE known) AS doubles, "
        "sum(segments) AS segments, sum(cost) AS cost, "
        "percentile_disc(0.95) WITHIN GROUP (ORDER BY "
        "extract(epoch FROM handed_at - greatest(queued_at, not_before))) AS wait_s "
        f"FROM {schema}.notice WHERE handed_at >= %(first)s AND handed_at < %(end)s "
        "AND lead IS NULL GROUP BY gateway, currency), "
        "tried AS (SELECT gateway, count(*) FILTER (WHERE outcome = 'refused') AS refused, "
        "count(*) FILTER (WHERE outcome <> 'refused') AS down "
        f"FROM {schema}.notice_try WHERE at >= %(first)s AND at < %(end)s GROUP BY gateway) "
        "SELECT gateway, coalesce(handed, 0), coalesce(delivered, 0), coalesce(failed, 0), "
        "coalesce(doubles, 0), coalesce(refused, 0), coalesce(down, 0), coalesce(segments, 0), "
        "coalesce(cost, 0), coalesce(currency, ''), ceil(wait_s)::int "
        "FROM sent FULL JOIN tried USING (gateway) ORDER BY gateway, currency",
        {"first": first, "end": end},
    ).fetchall()
    names = GatewayStatistics.__dataclass_fields__
    return [GatewayStatistics(**dict(zip(names, row, strict=True))) for row in rows]


def count_notices(connection: Connection, schema: str, period: Period) -> dict[str, int]:
    """Return how many notices were queued in a time, by how far they are; all that wait."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT state, count(*) FROM {schema}.notice "
        "WHERE state = 'queued' OR queued_at >= %s AND queued_at < %s GROUP BY state",
        (period.start, period.end),
    ).fetchall()
    return {state: int(count) for state, count in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRow:
    """What became of one reply; what it said stays sealed."""

    contact: str
    """Key of the contact; "" of a stranger."""
    way: str
    gateway: str
    outcome: str
    at: datetime


def read_replies(connection: Connection, schema: str, alert: UUID) -> list[ReplyRow]:
    """Return the replies that were about an alert, the newest first."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT coalesce(c.key, ''), r.way, r.gateway, r.outcome, r.at "
        f"FROM {schema}.notice_reply AS r LEFT JOIN {schema}.contact AS c USING (contact) "
        "WHERE r.alert = %s ORDER BY r.at DESC, r.position DESC LIMIT 100",
        (alert,),
    ).fetchall()
    return [ReplyRow(**dict(zip(ReplyRow.__dataclass_fields__, row, strict=True))) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayStanding:
    """How a gateway does, as what it did tells."""

    gateway: str
    way: str
    waiting: int
    """Notices that are to go by it next."""
    handed_at: datetime | None
    """When it took a message last."""
    delivered_at: datetime | None
    """When it told last that one arrived."""
    tried_at: datetime | None
    """When it last did not take one."""
    outcome: str
    """Why it did not: "down", "busy", "refused"; "" where it always did."""
    reason: str

    @property
    def state(self) -> str:
        """Return "takes", "refuses", "down", or "silent" where nothing went by it."""
        if self.tried_at is not None and (self.handed_at is None or self.tried_at > self.handed_at):
            return "refuses" if self.outcome == "refused" else "down"
        return "takes" if self.handed_at is not None else "silent"


def read_gateways(
    connection: Connection, schema: str, since: datetime, known: Mapping[str, str]
) -> list[GatewayStanding]:
    """Return the gateways that there are, or by which something went or was to go, by name.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        since: What was queued, or tried, before tells nothing.
        known: Kind of each gateway that the site has, by name: one that nothing went by, too.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "WITH sent AS (SELECT gateway, min(way) AS way, "
        "count(*) FILTER (WHERE state = 'queued') AS waiting, max(handed_at) AS handed_at, "
        f"max(delivered_at) AS delivered_at FROM {schema}.notice "
        "WHERE gateway <> '' AND (state = 'queued' OR queued_at >= %(since)s) GROUP BY gateway), "
        "tried AS (SELECT DISTINCT ON (t.gateway) t.gateway, t.at, t.outcome, t.reason, n.way "
        f"FROM {schema}.notice_try AS t JOIN {schema}.notice AS n USING (notice) "
        "WHERE t.at >= %(since)s ORDER BY t.gateway, t.at DESC, t.n DESC) "
        "SELECT gateway, coalesce(s.way, t.way), coalesce(s.waiting, 0), s.handed_at, "
        "s.delivered_at, t.at, coalesce(t.outcome, ''), coalesce(t.reason, '') "
        "FROM sent AS s FULL JOIN tried AS t USING (gateway) ORDER BY gateway",
        {"since": since},
    ).fetchall()
    found = {row[0]: row for row in rows}
    found |= {
        name: (name, kind, 0, None, None, None, "", "")
        for name, kind in known.items()
        if name not in found
    }
    names = GatewayStanding.__dataclass_fields__
    return [GatewayStanding(**dict(zip(names, found[name], strict=True))) for name in sorted(found)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRow:
    """One version of a text."""

    key: str
    version: int
    wordings: dict[str, dict[str, str]]
    drafted_by: UUID
    reviewed_by: UUID | None


def read_templates(connection: Connection, schema: str) -> list[TemplateRow]:
    """Return the newest version of each text."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT DISTINCT ON (key) key, version, wordings, drafted_by, reviewed_by "
        f"FROM {schema}.notice_template ORDER BY key, version DESC"
    ).fetchall()
    return [
        TemplateRow(**dict(zip(TemplateRow.__dataclass_fields__, row, strict=True))) for row in rows
    ]


def read_spec(connection: Connection, schema: str) -> dict[str, Any] | None:
    """Return the plan as it was written; None where there is none."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT spec FROM {schema}.notice_plan ORDER BY version DESC LIMIT 1"
    ).fetchone()
    return row[0] if row else None
