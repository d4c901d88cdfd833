"""In: rows of an events table. Out: journal entries, and the record of a reading batch. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from energy.base.clock import from_us
from energy.base.errors import JournalError
from energy.metering.reading import SpooledBatch

BATCH_TOPIC: Final = "readings.recorded"
MARK_TOPIC: Final = "mark.made"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of an events table."""

    position: int
    stream: UUID
    version: int
    topic: str
    state: bytes


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
