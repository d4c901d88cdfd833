"""In: what a collector met that is no reading. Out: a note for the journal, as JSON and back. Pure.

Readings that were thinned or refused, a device that kept silent, a clock that is wrong: facts that
a person must learn even when the journal was away as they happened. A note waits in the spool
beside the readings and becomes an entry and a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import msgspec

from energy.base.clock import to_us
from energy.base.errors import EnergyError
from energy.base.finding import Severity


class NoteError(EnergyError):
    """The bytes are no note."""

    code = "note.damaged"


class Phase(StrEnum):
    """What a note says of the time of its fact."""

    WAS = "was"
    """It held from first to last, and this is all there is to say."""
    BEGUN = "begun"
    """It holds from the first instant on, and still does: its finding has no end yet."""
    OVER = "over"
    """It held from first to last, and was told as begun."""
    EXPLAINED = "explained"
    """It was told as WAS, and what came later has explained it: nobody need look at it."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One fact; stored once however often it is sent."""

    id: UUID
    """The stream of its entry."""
    code: str
    """Code of its finding, for example "spool.thinned"."""
    severity: Severity
    source: str
    """Source concerned; empty means the whole collector."""
    channel: int | None = None
    """Channel concerned; None means all of the source."""
    first_us: int
    """First instant concerned. [us]"""
    last_us: int
    """Last instant concerned. [us]"""
    proof: dict[str, Any] = {}
    """JSON values that let a person judge it."""
    phase: Phase = Phase.WAS
    stays: bool = True
    """Whether it waits for a person when it is over; else the end explains it."""


def note(
    code: str,
    first: datetime,
    last: datetime,
    *,
    source: str = "",
    channel: int | None = None,
    severity: Severity = Severity.WARN,
    proof: Mapping[str, Any] | None = None,
    note_id: UUID | None = None,
) -> Note:
    """Return a note.

    Args:
        code: Code of its finding.
        first: First instant concerned, aware UTC.
        last: Last instant concerned, aware UTC.
        source: Source concerned; empty means the whole collector.
        channel: Channel concerned; None means all of the source.
        severity: What its finding forbids.
        proof: JSON values that let a person judge it.
        note_id: Made of what it says, if the same fact may be told again; None makes a new one.
    """
    return Note(
        id=note_id or uuid4(),
        code=code,
        severity=severity,
        source=source,
        channel=channel,
        first_us=to_us(first),
        last_us=to_us(last),
        proof=dict(proof or {}),
    )


def encode_note(told: Note) -> bytes:
    """Return a note as JSON."""
    return msgspec.json.encode(told)


def decode_note(body: bytes) -> Note:
    """Return the note in a JSON text.

    Raises:
        NoteError: It is none.
    """
    try:
        return msgspec.json.decode(body, type=Note)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoteError(
            f"A note does not decode ({error}). Keep the file and report it."
        ) from error
