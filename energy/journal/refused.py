"""In: a reading batch refused at the door. Out: the entry that says so, and back. Pure.

The journal holds another batch under the same key, or one that this is not chained to. That it
was refused is a fact like any other: an entry, so that its finding stands again after a rebuild.
The stream of such an entry is uuid5 of what was refused: sent again it is no second entry.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from energy.base.clock import from_us
from energy.base.errors import JournalError
from energy.base.ids import id_of
from energy.journal.entry import Entry
from energy.metering.reading import SpooledBatch

REFUSED_TOPIC: Final = "batch.refused"


class RefusedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """State of a `batch.refused` entry: JSON."""

    stream: UUID
    """Source epoch of the refused batch."""
    sequence: int
    source: str
    count: int
    first_us: int
    """Earliest instant of its readings. [us]"""
    last_us: int
    """Latest instant of its readings. [us]"""
    hash: str
    """Hash of the refused batch, in hex."""
    against: int
    """Position of the entry that it contradicts."""
    learned_us: int
    """When the journal learned it. [us]"""

    @property
    def learned_at(self) -> datetime:
        """Return when the journal learned it, aware UTC."""
        return from_us(self.learned_us)


def refused_stream(batch: SpooledBatch) -> UUID:
    """Return the stream of the entry that says a batch was refused."""
    return id_of("refused batch", str(batch.stream), str(batch.sequence), batch.own_hash.hex())


def refused_entry(batch: SpooledBatch, *, against: int, position: int, learned_us: int) -> Entry:
    """Return the entry that says a batch was refused.

    Args:
        batch: The batch; its readings are not kept, the spool sends them under another key.
        against: Position of the entry that it contradicts.
        position: Position of the new entry.
        learned_us: The journal's clock. [us]
    """
    record = RefusedRecord(
        stream=batch.stream,
        sequence=batch.sequence,
        source=batch.source,
        count=batch.count,
        first_us=batch.first_us,
        last_us=batch.last_us,
        hash=batch.own_hash.hex(),
        against=against,
        learned_us=learned_us,
    )
    return Entry(
        position=position,
        stream=refused_stream(batch),
        version=1,
        topic=REFUSED_TOPIC,
        state=msgspec.json.encode(record),
    )


def decode_refused(state: bytes) -> RefusedRecord:
    """Return the record of a `batch.refused` entry.

    Raises:
        JournalError: The state is no such record.
    """
    try:
        return msgspec.json.decode(state, type=RefusedRecord)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalError(
            f"A batch.refused entry does not decode ({error}). Run `journal verify`."
        ) from error
