"""In: rows of the spool's tables. Out: batches, groups and verdicts as values. Pure."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from energy.base.errors import EnergyError
from energy.metering.codec import MAX_READINGS, batch_hash, decode
from energy.metering.reading import ReadingColumns, SpooledBatch

QUARANTINE_BYTES = 4_096
"""Most bytes kept of a refused message. [byte]"""
Row = tuple[Any, ...]
"""A row as SQLite gives it."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS identity (
    one INTEGER PRIMARY KEY CHECK (one = 1), stream BLOB NOT NULL,
    head_sequence INTEGER NOT NULL, head_hash BLOB NOT NULL, safe_slot_us INTEGER,
    quarantine_dropped INTEGER NOT NULL DEFAULT 0, digest BLOB);
CREATE TABLE IF NOT EXISTS open (
    place INTEGER PRIMARY KEY, source TEXT NOT NULL, readings INTEGER NOT NULL,
    payload BLOB NOT NULL, digest BLOB);
CREATE TABLE IF NOT EXISTS batch (
    place INTEGER PRIMARY KEY, stream BLOB NOT NULL, sequence INTEGER NOT NULL,
    source TEXT NOT NULL, readings INTEGER NOT NULL, first_us INTEGER NOT NULL,
    last_us INTEGER NOT NULL, payload BLOB NOT NULL, previous_hash BLOB NOT NULL,
    own_hash BLOB NOT NULL, UNIQUE (stream, sequence));
CREATE TABLE IF NOT EXISTS seen (
    place INTEGER PRIMARY KEY AUTOINCREMENT, channel INTEGER NOT NULL, at_us INTEGER NOT NULL,
    count INTEGER NOT NULL, UNIQUE (channel, at_us, count));
CREATE TABLE IF NOT EXISTS quarantine (
    place INTEGER PRIMARY KEY, source TEXT NOT NULL, topic TEXT NOT NULL, reason TEXT NOT NULL,
    detail TEXT NOT NULL, size INTEGER NOT NULL, body BLOB NOT NULL, digest BLOB NOT NULL,
    first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, times INTEGER NOT NULL,
    UNIQUE (source, topic, reason, digest));
CREATE TABLE IF NOT EXISTS note (
    place INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, subject TEXT NOT NULL, body BLOB NOT NULL,
    sent INTEGER NOT NULL, digest BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS gone (
    first INTEGER PRIMARY KEY, last INTEGER NOT NULL, stream BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS rung (rung INTEGER PRIMARY KEY, place INTEGER NOT NULL);
"""
BATCH_COLUMNS = (
    "stream, sequence, source, readings, first_us, last_us, payload, previous_hash, own_hash"
)
OPEN_COLUMNS = "source, readings, payload, digest"
IDENTITY_COLUMNS = "stream, head_sequence, head_hash, safe_slot_us, digest"
ADDED_COLUMNS = (("open", "digest"), ("identity", "digest"))
"""BLOB columns that a spool of an earlier version lacks; NULL in its rows."""
QUARANTINE_COLUMNS = "source, topic, reason, detail, size, body, digest, first_us, last_us, times"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolPart:
    """Readings of one source on their way into the spool."""

    source: str
    columns: ReadingColumns
    once: bool = False
    """Whether a reading stored before is left out: for sources that send again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedMessage:
    """A message that gave no reading; kept so that nothing disappears."""

    source: str
    topic: str
    reason: str
    detail: str
    body: bytes
    times: int = 1
    """How often it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolBacklog:
    """What waits for the journal."""

    open_readings: int
    sealed_batches: int
    quarantined: int
    quarantine_dropped: int
    notes: int = 0
    """Notes that wait for the journal."""
    used: int = 0
    """Bytes of its file that are in use. [B]"""
    bound: int = 0
    """Most bytes that it may use; 0 without a bound. [B]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostRecord:
    """A record of a damaged spool that could not be read."""

    table: str
    what: str
    """Which record, as far as it is known."""
    where: str
    """File or log, and the byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """What could be read of a damaged file."""

    batches: list[Row]
    open: list[Row]
    quarantine: list[Row]
    safe_slot_us: int | None
    notes: list[Row]
    lost: list[LostRecord]
    chain_whole: bool
    """Whether no batch is lost, so that the others can keep their numbers."""


def sealed_row(stream: UUID, sequence: int, previous: bytes, source: str, payload: bytes) -> Row:
    """Return encoded readings as a row of BATCH_COLUMNS.

    Args:
        stream: Source epoch.
        sequence: Number in it, from 1.
        previous: Hash of the batch before.
        source: Where the readings come from.
        payload: The readings, encoded.
    """
    columns = decode(payload)
    own = batch_hash(
        previous_hash=previous, stream=stream, sequence=sequence, source=source, payload=payload
    )
    first_us, last_us = int(columns.at_us.min()), int(columns.at_us.max())
    return (
        *(stream.bytes, sequence, source, len(columns)),
        *(first_us, last_us, payload, previous, own),
    )


def open_row(source: str, readings: int, payload: bytes) -> Row:
    """Return encoded readings as a row of OPEN_COLUMNS, with their check."""
    return (source, readings, payload, _digest(source, readings, payload))


def identity_row(stream: bytes, sequence: int, head: bytes, safe_slot_us: int | None) -> Row:
    """Return the identity of a spool as a row of IDENTITY_COLUMNS, with its check."""
    return (
        *(stream, sequence, head, safe_slot_us),
        _digest(stream.hex(), sequence, head + str(safe_slot_us).encode()),
    )


def _digest(name: str, number: int, content: bytes) -> bytes:
    return hashlib.blake2b(f"{name}\0{number}\0".encode() + content, digest_size=16).digest()


def sound_batch(row: Row) -> bool:
    """Return whether a batch row's hash fits its content."""
    try:
        batch = batch_of(row)
        own = batch_hash(
            previous_hash=batch.previous_hash,
            stream=batch.stream,
            sequence=batch.sequence,
            source=batch.source,
            payload=batch.payload,
        )
    except (EnergyError, TypeError, ValueError, AttributeError, struct.error):
        return False
    return own == batch.own_hash


def sound_open(row: Row) -> bool:
    """Return whether a row of OPEN_COLUMNS is what was stored.

    A row of an earlier version bears no check: it is sound when it can be decoded.
    """
    try:
        source, readings, payload, digest = row
        if digest is not None:
            return bool(digest == _digest(source, readings, payload))
        return bool(len(decode(payload)) == readings)
    except (EnergyError, TypeError, ValueError, AttributeError):
        return False


def sound_identity(row: Row) -> bool:
    """Return whether a row of IDENTITY_COLUMNS is what was stored."""
    try:
        stream, sequence, head, safe_slot_us, digest = row
        expected = identity_row(stream, sequence, head, safe_slot_us)
    except (TypeError, ValueError, AttributeError):
        return False
    return digest is None or tuple(row) == expected


def whole_batch(row: Row) -> bool:
    """Return whether a batch row's hash and everything derived from its payload fit."""
    if not sound_batch(row):
        return False
    batch = batch_of(row)
    columns = decode(batch.payload)
    derived = (len(columns), int(columns.at_us.min()), int(columns.at_us.max()))
    return derived == (batch.count, batch.first_us, batch.last_us)


def listed(lost: Sequence[LostRecord]) -> str:
    """Return what is lost as one text for a log row."""
    return "; ".join(f"{record.table}: {record.what} at {record.where}" for record in lost)


def batch_of(row: Row) -> SpooledBatch:
    """Return a row of BATCH_COLUMNS as a batch."""
    stream, sequence, source, readings, first_us, last_us, payload, previous, own = row
    return SpooledBatch(
        stream=UUID(bytes=stream),
        sequence=sequence,
        source=source,
        count=readings,
        first_us=first_us,
        last_us=last_us,
        payload=payload,
        previous_hash=previous,
        own_hash=own,
    )


def groups_of(rows: Sequence[tuple[int, str, int]], least: int) -> list[tuple[str, list[int]]]:
    """Return which open rows become which batches, by source and in order."""
    filling: dict[str, list[int]] = {}
    totals: dict[str, int] = {}
    groups: list[tuple[str, list[int]]] = []
    for place, source, readings in rows:
        if totals.get(source, 0) + readings > MAX_READINGS:
            groups.append((source, filling.pop(source)))
            totals[source] = 0
        filling.setdefault(source, []).append(place)
        totals[source] = totals.get(source, 0) + readings
    return groups + [
        (source, places) for source, places in filling.items() if totals[source] >= least
    ]


def chosen(columns: ReadingColumns, which: slice | NDArray[np.bool_]) -> ReadingColumns:
    """Return some of the readings, by slice or by mask."""
    return ReadingColumns(
        channel=columns.channel[which],
        at_us=columns.at_us[which],
        count=columns.count[which],
        quality=columns.quality[which],
    )


def quarantine_row(message: RefusedMessage, now_us: int) -> Row:
    """Return a refused message as a row of QUARANTINE_COLUMNS.

    Args:
        message: The message.
        now_us: The present instant. [us]
    """
    return (
        message.source,
        message.topic[:512],
        message.reason,
        message.detail[:512],
        len(message.body),
        message.body[:QUARANTINE_BYTES],
        hashlib.sha256(message.body).digest(),
        now_us,
        now_us,
        message.times,
    )
