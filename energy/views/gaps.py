"""In: polled channels and a time. Out: where readings are missing, as rows. I/O: reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from energy.journal.entry import BATCH_TOPIC
from energy.metering.source_facts import MQTT

Connection = psycopg.Connection[tuple[object, ...]]
SLOTS_LATE = 2.5
"""From so many intervals without a reading on, slots are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledChannel:
    """A channel that is asked at slots."""

    number: int
    point: str
    quantity: str
    kind: str
    source: str
    interval_s: int
    """[s]"""
    since: datetime | None
    """When its meter was commissioned, aware UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptySpan:
    """A time without a reading of a channel though slots were due."""

    channel: PolledChannel
    start: datetime
    """The last reading before it, or the begin of the time asked for."""
    end: datetime
    """The first reading after it, or the end of the time asked for."""

    @property
    def slots(self) -> int:
        """Return how many slots were due inside."""
        inside = (self.end - self.start) / timedelta(seconds=self.channel.interval_s)
        return max(1, round(inside) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingBatches:
    """Numbers of a source epoch that the journal lacks, between some that it has."""

    source_epoch: UUID
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFact:
    """A finding that may be the reason of a gap."""

    code: str
    channel: int
    """0 means the whole source."""
    source: str
    start: datetime
    end: datetime
    proof: dict[str, Any]


def polled_channels(
    connection: Connection, schema: str, source: str | None = None
) -> list[PolledChannel]:
    """Return the channels of meters at work behind polled sources, by number.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        source: Only of this source; None of all.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT c.number, c.point, c.quantity, c.kind, m.source, "
        "coalesce((s.settings->>'interval_s')::int, 60), m.commissioned_at "
        f"FROM {schema}.channel AS c JOIN {schema}.meter AS m USING (point) "
        f"JOIN {schema}.source AS s ON s.key = m.source "
        "WHERE m.serial IS NOT NULL AND m.retired_at IS NULL AND s.kind <> %(pushed)s "
        "AND (%(source)s::text IS NULL OR m.source = %(source)s) ORDER BY c.number",
        {"source": source, "pushed": MQTT},
    ).fetchall()
    return [
        PolledChannel(
            number=number,
            point=point,
            quantity=quantity,
            kind=kind,
            source=key,
            interval_s=every,
            since=since,
        )
        for number, point, quantity, kind, key, every, since in rows
    ]


def empty_spans(
    connection: Connection,
    schema: str,
    channels: Sequence[PolledChannel],
    start: datetime,
    end: datetime,
) -> list[EmptySpan]:
    """Return where channels have no readings, by channel and time.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Which ones.
        start: Begin of the time, aware UTC.
        end: Its end, aware UTC; not in the future.
    """
    by_number = {channel.number: channel for channel in channels}
    begins = [max(start, c.since) if c.since is not None else start for c in channels]
    rows: list[tuple[Any, ...]] = connection.execute(
        "WITH asked AS (SELECT * FROM unnest(%(numbers)s::int[], %(begins)s::timestamptz[], "
        "%(late)s::float[]) AS a (channel, begin, late)), "
        "told AS (SELECT a.channel, a.late, r.at FROM asked AS a "
        f"JOIN {schema}.reading AS r ON r.channel = a.channel "
        "AND r.at >= a.begin AND r.at <= %(end)s "
        "UNION ALL SELECT channel, late, begin FROM asked "
        "UNION ALL SELECT channel, late, %(end)s FROM asked), "
        "pairs AS (SELECT channel, late, at, lead(at) OVER (PARTITION BY channel ORDER BY at) "
        "AS next FROM told) "
        "SELECT channel, at, next FROM pairs "
        "WHERE next - at > make_interval(secs => late) ORDER BY channel, at",
        {
            "numbers": [channel.number for channel in channels],
            "begins": begins,
            "late": [SLOTS_LATE * channel.interval_s for channel in channels],
            "end": end,
        },
    ).fetchall()
    return [EmptySpan(channel=by_number[n], start=first, end=last) for n, first, last in rows]


def missing_batches(connection: Connection, schema: str, since: datetime) -> list[MissingBatches]:
    """Return the numbers that are missing in the source epochs since the mark before a time.

    Batches come out of order: between two that came since, others may have come before.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        since: Aware UTC.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "WITH fresh AS (SELECT originator_id AS stream, min(originator_version) AS first, "
        f"max(originator_version) AS last FROM {schema}.metering_events "
        "WHERE topic = %(topic)s AND notification_id > "
        f"coalesce((SELECT max(position) FROM {schema}.mark WHERE at <= %(since)s), 0) GROUP BY 1) "
        "SELECT stream, version + 1, next - 1 FROM ("
        "SELECT stream, originator_version AS version, lead(originator_version) "
        "OVER (PARTITION BY stream ORDER BY originator_version) AS next "
        f"FROM fresh JOIN {schema}.metering_events ON originator_id = stream "
        "AND originator_version BETWEEN first AND last) AS v "
        "WHERE next > version + 1 ORDER BY stream, version",
        {"topic": BATCH_TOPIC, "since": since},
    ).fetchall()
    return [MissingBatches(source_epoch=s, first=first, last=last) for s, first, last in rows]


def newest_batches(connection: Connection, schema: str, epochs: Sequence[UUID]) -> dict[UUID, int]:
    """Return the newest number that the journal has of some source epochs."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT originator_id, max(originator_version) FROM {schema}.metering_events "
        "WHERE originator_id = ANY(%s) GROUP BY originator_id",
        (list(epochs),),
    ).fetchall()
    return dict(rows)


def facts_between(
    connection: Connection, schema: str, codes: Sequence[str], start: datetime, end: datetime
) -> list[KnownFact]:
    """Return the findings of some codes that touch a time.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        codes: Which codes.
        start: Aware UTC.
        end: Aware UTC.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT code, channel, coalesce(proof->>'source', ''), start_at, end_at, proof "
        f"FROM {schema}.finding WHERE code = ANY(%s) AND start_at <= %s AND end_at >= %s "
        "ORDER BY start_at",
        (list(codes), end, start),
    ).fetchall()
    return [
        KnownFact(code=code, channel=channel, source=source, start=first, end=last, proof=proof)
        for code, channel, source, first, last, proof in rows
    ]
