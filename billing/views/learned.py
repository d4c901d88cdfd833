"""In: an issued invoice. Out: what arrived since that bears on it, and when. I/O: PostgreSQL.

Usage as known at a mark is a lookup: what arrived for a bill is known from the next mark on. What
the books learned is known at once. Two readings of the same mark are one step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from billing.views.late import BEARING
from energy.base.period import span_of_days
from energy.journal.learned import learned_at
from energy.journal.recorder import read_entries
from energy.store.sites import Site
from energy.views.computed_inputs import inputs_behind

Connection = psycopg.Connection[tuple[object, ...]]
FOLLOWERS = ("metering", "books")
CALENDARS = tuple(topic for topic in BEARING if not topic.startswith("tariff_version"))
"""Calendars of day classes and tables of prices bear on anybody; a tariff on who has it."""
MOST_ACTS = 200
"""Entries of the books looked at, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledDays:
    """Some days of a point on an invoice, and a channel that its usage is of or rests on."""

    point: str
    """As the invoice names it."""
    channel: int
    tariff: str
    first_day: str
    last_day: str
    behind: bool
    """Whether the channel is one that a computed usage rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedMark:
    """A mark from which on something that arrived for a bill is known."""

    position: int | None
    """Of the metering journal; None for what no mark has frozen yet."""
    at: datetime | None
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedAct:
    """An entry of the books that bears on a bill."""

    position: int
    at: datetime | None
    topic: str


def billed_days(
    connection: Connection, site: Site, provenance: Mapping[str, Any]
) -> list[BilledDays]:
    """Return the channels that an invoice rests on, with its days.

    Args:
        connection: Any connection that may read.
        site: The site.
        provenance: Of the invoice.
    """
    found: list[BilledDays] = []
    for told in provenance["supplies"]:
        if told["channel"] is None:
            continue
        days = told["first_day"], told["last_day"]
        own = int(told["channel"])
        period = span_of_days(*(date.fromisoformat(day) for day in days), site.zone)
        behind = inputs_behind(connection, site.schema, site.zone, [own], period)
        numbers = {own: False, **dict.fromkeys(sorted(behind - {own}), True)}
        found += [
            BilledDays(
                point=told["point"],
                channel=number,
                tariff=told["tariff"],
                first_day=days[0],
                last_day=days[1],
                behind=beyond,
            )
            for number, beyond in numbers.items()
        ]
    return found


def learned_marks(
    connection: Connection, schema: str, billed: Sequence[BilledDays], since: int
) -> list[LearnedMark]:
    """Return the marks behind a position from which on a bill's usage is known otherwise.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        billed: What the bill rests on.
        since: Metering position that the bill was made at.

    Returns:
        In the order of the journal; what no mark has frozen comes last.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"""
        WITH asked AS (SELECT * FROM unnest(%(points)s::text[], %(channels)s::int[],
            %(first)s::date[], %(last)s::date[]) AS a (point, channel, first_day, last_day)
        ), told AS (
            SELECT b.epoch AS position, a.point FROM asked AS a JOIN {schema}.usage_block AS b
            ON b.channel = a.channel AND b.day BETWEEN a.first_day AND a.last_day
            WHERE b.epoch >= %(since)s
            UNION SELECT d.decided_position, a.point FROM asked AS a JOIN {schema}.adjustment AS d
            ON d.channel = a.channel AND d.first_day <= a.last_day AND d.last_day >= a.first_day
            WHERE d.state = 'approved' AND d.decided_position > %(since)s
            UNION SELECT e.notification_id, a.point FROM asked AS a, {schema}.metering_events AS e
            WHERE a.channel = ANY(%(behind)s) AND e.notification_id > %(since)s
            AND (e.topic LIKE 'formula%%' OR e.topic LIKE 'share%%')
        )
        SELECT m.position, m.learned_at, array_agg(DISTINCT t.point ORDER BY t.point)
        FROM told AS t LEFT JOIN LATERAL (SELECT position, learned_at FROM {schema}.mark
            WHERE position > t.position ORDER BY position LIMIT 1) AS m ON true
        GROUP BY m.position, m.learned_at ORDER BY m.position NULLS LAST
        """.encode(),
        {
            "points": [each.point for each in billed],
            "channels": [each.channel for each in billed],
            "first": [each.first_day for each in billed],
            "last": [each.last_day for each in billed],
            "behind": [each.channel for each in billed if each.behind],
            "since": since,
        },
    ).fetchall()
    return [LearnedMark(position=row[0], at=row[1], points=tuple(row[2])) for row in rows]


def learned_acts(
    connection: Connection, schema: str, account: str, billed: Sequence[BilledDays], since: int
) -> list[LearnedAct]:
    """Return what the books learned behind a position that bears on a bill, in order.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        account: Whose bill it is.
        billed: What the bill rests on.
        since: Books position that the bill was made at.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"""
        SELECT position FROM {schema}.contract_act
        WHERE account = %(account)s AND position > %(since)s
        UNION SELECT position FROM {schema}.account_channel
        WHERE account = %(account)s AND position > %(since)s
        UNION SELECT unnest(ARRAY[position, withdrawn_position]) FROM {schema}.tariff_version
        WHERE tariff = ANY(%(tariffs)s)
        AND greatest(position, withdrawn_position) > %(since)s
        UNION SELECT notification_id FROM {schema}.books_events
        WHERE topic LIKE ANY(%(calendars)s) AND notification_id > %(since)s
        ORDER BY 1 DESC LIMIT %(most)s
        """.encode(),
        {
            "account": account,
            "since": since,
            "tariffs": sorted({each.tariff for each in billed}),
            "calendars": list(CALENDARS),
            "most": MOST_ACTS,
        },
    ).fetchall()
    found: list[LearnedAct] = []
    for position in sorted(row[0] for row in rows if row[0] is not None and row[0] > since):
        entries = read_entries(
            connection, schema, "books", after=position - 1, limit=1, up_to=position
        )
        found += [
            LearnedAct(position=each.position, at=learned_at(each), topic=each.topic)
            for each in entries
        ]
    return found


def known_now(connection: Connection, schema: str) -> tuple[int, int]:
    """Return how far the views of both journals have come: metering, books."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT name, position FROM {schema}.follower WHERE name = ANY(%s)", (list(FOLLOWERS),)
    ).fetchall()
    reached = dict(rows)
    return tuple(int(reached.get(name, 0)) for name in FOLLOWERS)  # type: ignore[return-value]


def newest_mark(connection: Connection, schema: str) -> int:
    """Return the position of the newest mark; 0 where there is none."""
    row = connection.execute(f"SELECT coalesce(max(position), 0) FROM {schema}.mark").fetchone()
    assert row is not None, "an aggregate function gives a row"
    return int(str(row[0]))
