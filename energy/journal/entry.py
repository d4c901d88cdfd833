"""In: rows of an events table. Out: journal entries, and the readings an entry tells. Pure.

Readings come in batches of sources and in statements of people: approved corrections, estimates,
readings taken from a display. `told_by` decodes them all; nothing else knows their shapes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

import msgspec
import numpy as np

from energy.base.clock import from_us
from energy.base.errors import JournalError
from energy.base.quality import Quality
from energy.metering.codec import decode
from energy.metering.reading import ReadingColumns, SpooledBatch

BATCH_TOPIC: Final = "readings.recorded"
MARK_TOPIC: Final = "mark.made"
CORRECTED_TOPIC: Final = "correction.approved"
ESTIMATED_TOPIC: Final = "readings.estimated"
ENTERED_TOPIC: Final = "readings.entered"
RETRIED_TOPIC: Final = "entry.retried"
STATED: Final[Mapping[str, Quality]] = {
    CORRECTED_TOPIC: Quality.CORRECTED,
    ENTERED_TOPIC: Quality.MANUAL,
    ESTIMATED_TOPIC: Quality.ESTIMATED,
}
"""Topics of people's statements, and the quality of the readings in them."""
READING_TOPICS: Final = frozenset({BATCH_TOPIC, *STATED})
"""Topics of entries with readings; `unwrapped` shows what a retried entry holds."""
_Record = TypeVar("_Record", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of an events table."""

    position: int
    stream: UUID
    version: int
    topic: str
    state: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The readings that an entry tells."""

    readings: ReadingColumns
    learned_us: int
    """When the journal learned them. [us]"""
    source: str | None
    """Name of the source; None when a person stated them."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What this file needs of a person's statement: JSON of the domain event."""

    channel: int
    readings: list[tuple[int, int]]
    """(instant [us], count [count])"""
    learned_us: int


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    """What this file needs of a retried entry: JSON of the domain event."""

    stream: str
    version: int
    topic: str
    state: str
    """Bytes of the entry's state in hex."""


class BatchRecord(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """State of a `readings.recorded` entry: msgpack, fields only ever appended."""

    format: int
    learned_us: int
    """When the journal learned it. [us]"""
    source: str
    count: int
    first_us: int
    last_us: int
    previous_hash: bytes
    own_hash: bytes
    payload: bytes

    @property
    def learned_at(self) -> datetime:
        """Return when the journal learned it, aware UTC."""
        return from_us(self.learned_us)


class MarkRecord(msgspec.Struct, frozen=True, kw_only=True):
    """State of a `mark.made` entry: JSON."""

    at: datetime
    """The instant marked, for example a local midnight."""
    reason: str
    learned_at: datetime


def encode_batch(batch: SpooledBatch, learned_us: int) -> bytes:
    """Return the state of a batch's entry.

    Args:
        batch: The batch as the spool hashed it; nothing of it is changed here.
        learned_us: The journal's clock. [us]
    """
    return msgspec.msgpack.encode(
        BatchRecord(
            format=1,
            learned_us=learned_us,
            source=batch.source,
            count=batch.count,
            first_us=batch.first_us,
            last_us=batch.last_us,
            previous_hash=batch.previous_hash,
            own_hash=batch.own_hash,
            payload=batch.payload,
        )
    )


def decode_batch(state: bytes) -> BatchRecord:
    """Return the record of a batch's entry.

    Raises:
        JournalError: The state is no batch record.
    """
    try:
        return msgspec.msgpack.decode(state, type=BatchRecord)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalError(
            f"A batch entry does not decode ({error}). Run `journal verify`."
        ) from error


def unwrapped(entry: Entry) -> Entry:
    """Return what a retried entry holds, at the position of the retry; any other entry as it is.

    What was parked counts from its retry on: knowledge as of a position before never changes.

    Raises:
        JournalError: The state is no retried entry.
    """
    if entry.topic != RETRIED_TOPIC:
        return entry
    inner = _json(entry, Retried)
    return replace(
        entry,
        stream=UUID(inner.stream),
        version=inner.version,
        topic=inner.topic,
        state=bytes.fromhex(inner.state),
    )


def told_by(entry: Entry) -> Told | None:
    """Return the readings an entry tells; None when it is of another kind.

    Raises:
        JournalError: The entry or its payload does not decode.
    """
    entry = unwrapped(entry)
    if entry.topic == BATCH_TOPIC:
        record = decode_batch(entry.state)
        return Told(
            readings=decode(record.payload), learned_us=record.learned_us, source=record.source
        )
    quality = STATED.get(entry.topic)
    if quality is None:
        return None
    stated = _json(entry, Statement)
    many = len(stated.readings)
    columns = ReadingColumns(
        channel=np.full(many, stated.channel, dtype=np.int32),
        at_us=np.array([at_us for at_us, _ in stated.readings], dtype=np.int64),
        count=np.array([count for _, count in stated.readings], dtype=np.int64),
        quality=np.full(many, quality, dtype=np.uint8),
    )
    return Told(readings=columns, learned_us=stated.learned_us, source=None)


def readings_of(entry: Entry) -> ReadingColumns | None:
    """Return the readings of an entry in their order; None when it tells none.

    Raises:
        JournalError: The entry or its payload does not decode.
    """
    told = told_by(entry)
    return None if told is None else told.readings


def readings_in(entry: Entry) -> int:
    """Return how many readings a batch says it holds; 0 for other entries and damaged ones."""
    if entry.topic != BATCH_TOPIC:
        return 0
    try:
        return decode_batch(entry.state).count
    except JournalError:
        return 0


def _json(entry: Entry, kind: type[_Record]) -> _Record:
    try:
        return msgspec.json.decode(entry.state, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalError(
            f"Entry {entry.position} does not decode ({error}). Run `journal verify`."
        ) from error


def encode_mark(record: MarkRecord) -> bytes:
    """Return the state of a mark's entry."""
    return msgspec.json.encode(record)


def decode_mark(state: bytes) -> MarkRecord:
    """Return the record of a mark's entry.

    Raises:
        JournalError: The state is no mark record.
    """
    try:
        return msgspec.json.decode(state, type=MarkRecord)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalError(
            f"A mark entry does not decode ({error}). Run `journal verify`."
        ) from error
