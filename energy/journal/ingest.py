"""Step 3 of 6. From: reading batches of a spool. To: journal entries and findings. I/O: PostgreSQL.

A batch is keyed by (source epoch, sequence). A re-send is a no-op; the same key with another
hash is a conflict finding and changes nothing. Order of arrival does not matter.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from energy.base.clock import Clock, from_us, to_us
from energy.base.finding import Finding, Severity
from energy.journal.entry import BATCH_TOPIC, Entry, decode_batch, encode_batch
from energy.journal.recorder import head_position, insert_entries, take_positions
from energy.metering.reading import SpooledBatch
from energy.store.pool import Database

APPLICATION = "metering"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of some batches; all of them are safe in the journal or named in a finding."""

    stored: int
    repeated: int
    conflicts: int
    position: int
    """Head of the journal afterwards."""


class Ingest:
    """The door of the journal."""

    def __init__(self, database: Database, schema: str, clock: Clock) -> None:
        """Accept batches of one site.

        Args:
            database: The process's pool (role meterline_writer).
            schema: The site's schema.
            clock: Gives learned_at.
        """
        self._database = database
        self._schema = schema
        self._clock = clock

    def accept(self, batches: Sequence[SpooledBatch]) -> Accepted:
        """Store what is new in one transaction.

        Raises:
            StoreUnavailableError, psycopg.OperationalError: Unknown whether it was stored;
                send the same batches again.
        """
        if not batches:
            with self._database.connection() as connection:
                head = head_position(connection, self._schema, APPLICATION)
            return Accepted(stored=0, repeated=0, conflicts=0, position=head)
        with self._database.transaction() as connection:
            head, _ = take_positions(connection, self._schema, APPLICATION, 0, self._clock.now())
            head -= 1  # the position before the next one
            known = self._known(connection, batches)
            fresh: list[SpooledBatch] = []
            conflicts: list[Finding] = []
            for batch in batches:
                key = (batch.stream, batch.sequence)
                if key not in known:
                    fresh.append(batch)
                    known[key] = (head + len(fresh), batch.own_hash)
                elif known[key][1] != batch.own_hash:
                    conflicts.append(_conflict(batch, known[key][0]))
            if fresh:
                self._append(connection, fresh)
            store_findings(connection, self._schema, conflicts)
        return Accepted(
            stored=len(fresh),
            repeated=len(batches) - len(fresh) - len(conflicts),
            conflicts=len(conflicts),
            position=head + len(fresh),
        )

    def _known(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        batches: Sequence[SpooledBatch],
    ) -> dict[tuple[object, object], tuple[int, bytes]]:
        """Return position and hash of those batches that the journal already holds."""
        rows: list[tuple[Any, ...]] = connection.execute(
            "SELECT originator_id, originator_version, notification_id, state "
            f"FROM {self._schema}.metering_events JOIN unnest(%s::uuid[], %s::bigint[]) "
            "AS sent (stream, sequence) "
            "ON originator_id = sent.stream AND originator_version = sent.sequence",
            ([b.stream for b in batches], [b.sequence for b in batches]),
            binary=True,
        ).fetchall()
        return {
            (stream, version): (position, decode_batch(bytes(state)).own_hash)
            for stream, version, position, state in rows
        }

    def _append(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        batches: Sequence[SpooledBatch],
    ) -> None:
        first, learned_at = take_positions(
            connection, self._schema, APPLICATION, len(batches), self._clock.now()
        )
        learned_us = to_us(learned_at)
        entries = [
            Entry(
                position=first + n,
                stream=batch.stream,
                version=batch.sequence,
                topic=BATCH_TOPIC,
                state=encode_batch(batch, learned_us),
            )
            for n, batch in enumerate(batches)
        ]
        insert_entries(connection, self._schema, APPLICATION, entries)


def _conflict(batch: SpooledBatch, position: int) -> Finding:
    """Return the finding on a batch refused because the entry at a position has its key."""
    return Finding(
        code="batch.conflict",
        severity=Severity.DO_NOT_BILL,
        channel=None,
        start=from_us(batch.first_us),
        end=from_us(batch.last_us),
        position=position,
        proof={
            "stream": str(batch.stream),
            "sequence": batch.sequence,
            "source": batch.source,
            "hash": batch.own_hash.hex(),
        },
    )


def store_findings(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    findings: Sequence[Finding],
) -> None:
    """Store findings; the same one twice is one row."""
    for finding in findings:
        connection.execute(
            f"INSERT INTO {schema}.finding "
            "(code, severity, channel, start_at, end_at, position, proof) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (
                finding.code,
                finding.severity,
                finding.channel or 0,
                finding.start,
                finding.end,
                finding.position,
                json.dumps(dict(finding.proof)),
            ),
        )
