"""Step 3 of 6. From: reading batches of a spool. To: journal entries and findings. I/O: PostgreSQL.

A batch is keyed by (source epoch, sequence). A re-send is a no-op; the same key with another
hash, or a batch that does not follow the one before it, is refused: an entry says so, of which
the views make a finding. Its spool was restored from a backup and must seal again under a new
source epoch. Order of arrival does not matter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from energy.base.clock import Clock, to_us
from energy.base.finding import Finding
from energy.journal.entry import BATCH_TOPIC, Entry, decode_batch, encode_batch
from energy.journal.recorder import head_position, insert_entries, take_positions
from energy.journal.refused import refused_entry, refused_stream
from energy.metering.reading import SpooledBatch
from energy.store.pool import Database

APPLICATION = "metering"
Key = tuple[UUID, int]
"""Source epoch and sequence of a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of some batches; all of them are safe in the journal or named as conflicting."""

    stored: int
    repeated: int
    conflicts: int
    position: int
    """Head of the journal afterwards."""
    conflicting: tuple[Key, ...] = ()
    """Keys of the batches refused: the journal does not hold their readings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is held under a key."""

    position: int
    before: bytes
    """Hash that its batch follows."""
    own: bytes


@dataclass(frozen=True, slots=True)
class _Sorting:
    """Indexes of batches by what becomes of them; in neither list: sent again."""

    fresh: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    against: dict[int, Key] = field(default_factory=dict)
    """Key of the entry that a refused batch contradicts; absent when it follows a refused one."""


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
            return self.accept_in(connection, batches)

    def accept_in(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        batches: Sequence[SpooledBatch],
    ) -> Accepted:
        """Store what is new inside a transaction that holds more than these batches.

        Args:
            connection: Inside a transaction; nobody else appends until it ends.
            batches: At least one.
        """
        head, _ = take_positions(connection, self._schema, APPLICATION, 0, self._clock.now())
        head -= 1  # the position before the next one
        known = self._known(connection, batches)
        sorting = _sorted_out(batches, known)
        fresh = [batches[n] for n in sorted(sorting.fresh)]
        positions = {key: entry.position for key, entry in known.items()}
        positions |= {_key(batch): head + n for n, batch in enumerate(fresh, start=1)}
        if fresh:
            self._append(connection, fresh)
        against = [(batches[n], positions[key]) for n, key in sorting.against.items()]
        told = self._tell_refused(connection, against)
        return Accepted(
            stored=len(fresh),
            repeated=len(batches) - len(fresh) - len(sorting.refused),
            conflicts=len(sorting.refused),
            position=head + len(fresh) + told,
            conflicting=tuple(_key(batches[n]) for n in sorting.refused),
        )

    def _known(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        batches: Sequence[SpooledBatch],
    ) -> dict[Key, _Known]:
        """Return what the journal holds of the batches and of those just before and after them."""
        keys = {(b.stream, b.sequence + n) for b in batches for n in (-1, 0, 1)}
        rows: list[tuple[Any, ...]] = connection.execute(
            "SELECT originator_id, originator_version, notification_id, state "
            f"FROM {self._schema}.metering_events JOIN unnest(%s::uuid[], %s::bigint[]) "
            "AS sent (stream, sequence) "
            "ON originator_id = sent.stream AND originator_version = sent.sequence",
            ([stream for stream, _ in keys], [sequence for _, sequence in keys]),
            binary=True,
        ).fetchall()
        known: dict[Key, _Known] = {}
        for stream, version, position, state in rows:
            record = decode_batch(bytes(state))
            known[stream, version] = _Known(
                position=position, before=record.previous_hash, own=record.own_hash
            )
        return known

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

    def _tell_refused(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        against: Sequence[tuple[SpooledBatch, int]],
    ) -> int:
        """Append that batches were refused, each once for good; return how many were new."""
        if not against:
            return 0
        rows = connection.execute(
            f"SELECT originator_id FROM {self._schema}.metering_events "
            "WHERE originator_id = ANY(%s) AND originator_version = 1",
            ([refused_stream(batch) for batch, _ in against],),
        ).fetchall()
        there = {stream for (stream,) in rows}
        new = [each for each in against if refused_stream(each[0]) not in there]
        if not new:
            return 0
        first, learned_at = take_positions(
            connection, self._schema, APPLICATION, len(new), self._clock.now()
        )
        entries = [
            refused_entry(batch, against=position, position=first + n, learned_us=to_us(learned_at))
            for n, (batch, position) in enumerate(new)
        ]
        insert_entries(connection, self._schema, APPLICATION, entries)
        return len(new)


def _key(batch: SpooledBatch) -> Key:
    return (batch.stream, batch.sequence)


def _sorted_out(batches: Sequence[SpooledBatch], known: Mapping[Key, _Known]) -> _Sorting:
    """Return which batches to store and which to refuse.

    What follows a refused batch is refused with it: it would leave a gap in its stream for ever.

    Args:
        batches: What was sent.
        known: What the journal holds of their streams.
    """
    held = dict(known)
    sorting = _Sorting()
    refused: set[bytes] = set()
    for n in sorted(range(len(batches)), key=lambda n: batches[n].sequence):
        batch, key = batches[n], _key(batches[n])
        if key in held and held[key].own == batch.own_hash:
            continue  # sent again
        follows = batch.previous_hash in refused
        other = key if key in held else None if follows else _contradicted_by(batch, held)
        if other is not None:
            sorting.against[n] = other
        if other is not None or follows:
            sorting.refused.append(n)
            refused.add(batch.own_hash)
        else:
            sorting.fresh.append(n)
            held[key] = _Known(position=0, before=batch.previous_hash, own=batch.own_hash)
    return sorting


def _contradicted_by(batch: SpooledBatch, held: Mapping[Key, _Known]) -> Key | None:
    """Return the key of the entry before or after that a batch is not chained to, or None."""
    before, after = ((batch.stream, batch.sequence + n) for n in (-1, 1))
    if before in held and held[before].own != batch.previous_hash:
        return before
    if after in held and held[after].before != batch.own_hash:
        return after
    return None


def store_findings(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    findings: Sequence[Finding],
) -> None:
    """Store findings; the same one twice is one row.

    In one statement: a gateway with a wrong clock brings one finding a reading.
    """
    if not findings:
        return
    connection.execute(
        f"INSERT INTO {schema}.finding "
        "(code, severity, channel, start_at, end_at, position, proof) "
        "SELECT * FROM unnest(%s::text[], %s::text[], %s::int[], %s::timestamptz[], "
        "%s::timestamptz[], %s::bigint[], %s::jsonb[]) ON CONFLICT DO NOTHING",
        (
            [finding.code for finding in findings],
            [finding.severity for finding in findings],
            [finding.channel or 0 for finding in findings],
            [finding.start for finding in findings],
            [finding.end for finding in findings],
            [finding.position for finding in findings],
            [json.dumps(dict(finding.proof)) for finding in findings],
        ),
    )
