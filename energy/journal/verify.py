"""In: the journal of a schema. Out: whether it is whole, else where it breaks. I/O: reads.

Checked: positions without a gap up to the head; versions of every stream without a gap, those of
aggregates in the order of positions; that what was learned later stands later; every batch's own
hash, its link to the batch before, its count, its times and that its payload decodes. What no
hash covers yet (the content of other entries) is the seal's to prove.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import psycopg

from energy.base.errors import JournalError
from energy.journal.entry import BATCH_TOPIC, decode_batch
from energy.journal.recorder import head_position
from energy.metering.codec import ZERO_HASH, batch_hash, decode

_FETCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a verification found."""

    application: str
    entries: int
    readings: int
    position: int
    """Head of the journal."""
    broken_at: int | None
    """First broken position, or None when the chain is whole."""
    reason: str = ""

    @property
    def chain_ok(self) -> bool:
        """Return whether everything fits."""
        return self.broken_at is None


@dataclass(slots=True)
class _Broken:
    position: int | None = None
    reason: str = ""
    learned: dict[int, int] = field(default_factory=dict)
    """When each batch was learned, by position. [us]"""

    def note(self, position: int, reason: str) -> None:
        """Keep the lowest position."""
        if self.position is None or position < self.position:
            self.position, self.reason = position, reason


def verify(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, application: str
) -> Verified:
    """Verify one application's journal in one snapshot.

    Args:
        connection: Any connection that may read the events.
        schema: Schema of the application.
        application: "metering", "operations", "books" or "directory".
    """
    broken = _Broken()
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        head = head_position(connection, schema, application)
        _check_positions(connection, schema, application, head, broken)
        entries, readings = _check_streams(connection, schema, application, broken)
    _check_order(broken)
    return Verified(
        application=application,
        entries=entries,
        readings=readings,
        position=head,
        broken_at=broken.position,
        reason=broken.reason,
    )


def _check_positions(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    head: int,
    broken: _Broken,
) -> None:
    row: tuple[Any, ...] | None = connection.execute(
        "SELECT min(position) FROM (SELECT notification_id AS position, "
        "row_number() OVER (ORDER BY notification_id) AS expected "
        f"FROM {schema}.{application}_events) AS e WHERE position <> expected"
    ).fetchone()
    if row is not None and row[0] is not None:
        missing: tuple[Any, ...] | None = connection.execute(
            f"SELECT count(*) + 1 FROM {schema}.{application}_events WHERE notification_id < %s",
            (row[0],),
        ).fetchone()
        assert missing is not None, "a count is a row"
        broken.note(missing[0], "the entry at this position is missing")
        return
    last: tuple[Any, ...] | None = connection.execute(
        f"SELECT coalesce(max(notification_id), 0) FROM {schema}.{application}_events"
    ).fetchone()
    assert last is not None, "an aggregate is a row"
    if last[0] != head:
        broken.note(last[0] + 1, f"the journal ends before its head {head}: it was cut off")


def _check_streams(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    broken: _Broken,
) -> tuple[int, int]:
    """Walk every stream in version order; return entries and readings seen."""
    entries = readings = 0
    stream: UUID | None = None
    version, last_position, previous_hash = 0, 0, ZERO_HASH
    with connection.cursor(name=f"verify_{application}", binary=True) as cursor:
        cursor.itersize = _FETCH
        cursor.execute(
            "SELECT notification_id, originator_id, originator_version, topic, state "
            f"FROM {schema}.{application}_events ORDER BY originator_id, originator_version"
        )
        row: Any
        for row in cursor:
            position, own_stream, own_version, topic, state = row
            entries += 1
            if own_stream != stream:
                stream, version, last_position, previous_hash = own_stream, 0, 0, ZERO_HASH
            if own_version != version + 1:
                broken.note(position, f"versions {version + 1} to {own_version - 1} are missing")
            version = own_version
            if topic == BATCH_TOPIC:
                previous_hash, count = _check_batch(
                    position, own_stream, own_version, bytes(state), previous_hash, broken
                )
                readings += count
            elif position < last_position:
                broken.note(position, f"version {version} stands before the one it follows")
            last_position = position
    return entries, readings


def _check_order(broken: _Broken) -> None:
    """Name the first batch that stands before one learned earlier."""
    if not broken.learned:
        return
    positions = np.array(sorted(broken.learned), dtype=np.int64)
    learned = np.array([broken.learned[p] for p in positions.tolist()], dtype=np.int64)
    earliest_behind = np.minimum.accumulate(learned[::-1])[::-1]
    early = np.flatnonzero(learned[:-1] > earliest_behind[1:])
    if len(early):
        broken.note(
            int(positions[early[0]]), "the batch stands before one that was learned earlier"
        )


def _check_batch(
    position: int,
    stream: UUID,
    version: int,
    state: bytes,
    previous_hash: bytes,
    broken: _Broken,
) -> tuple[bytes, int]:
    """Check one batch; return its stated hash and count for the next."""
    try:
        record = decode_batch(state)
        broken.learned[position] = record.learned_us
        own = batch_hash(
            previous_hash=record.previous_hash,
            stream=stream,
            sequence=version,
            source=record.source,
            payload=record.payload,
        )
        if own != record.own_hash:
            broken.note(position, "the payload does not have the hash it was stored with")
        if record.previous_hash != previous_hash:
            broken.note(position, "the batch does not follow the one before it")
        columns = decode(record.payload)
        if len(columns) != record.count:
            broken.note(position, "the batch holds another number of readings than it states")
        elif (columns.at_us.min(), columns.at_us.max()) != (record.first_us, record.last_us):
            broken.note(position, "the batch holds readings of other times than it states")
    except JournalError as error:
        broken.note(position, str(error))
        return ZERO_HASH, 0
    return record.own_hash, record.count
