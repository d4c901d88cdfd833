"""In: entries in position order. Out: the first that does not fit its stream. Pure.

Versions of an aggregate follow each other in position order. Batches of a source epoch may arrive
in any order, so those whose predecessor has not come wait for it; what waits at the end shows a
gap. What was learned later stands later.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from energy.base.errors import JournalError
from energy.journal.entry import BATCH_TOPIC, BatchRecord, Entry, decode_batch
from energy.metering.codec import ZERO_HASH, batch_hash, decode

Note = Callable[[int, str], None]
"""Takes a broken position and why."""


@dataclass(slots=True)
class _Epoch:
    """One source epoch: how far its batches follow each other, and which wait."""

    sequence: int = 0
    own_hash: bytes = ZERO_HASH
    waiting: dict[int, tuple[int, bytes, bytes]] = field(default_factory=dict)
    """(position, hash before, own hash) by sequence."""


class StreamAudit:
    """Checks what the entries of one application say of themselves and of each other."""

    def __init__(self, note: Note) -> None:
        """Report broken positions to a function."""
        self._note = note
        self._versions: dict[UUID, int] = {}
        self._epochs: dict[UUID, _Epoch] = {}
        self._learned = array("q")
        self._learned_at_position = array("q")
        self.readings = 0
        self.first_us: int | None = None
        self.last_us: int | None = None

    def entry(self, entry: Entry) -> None:
        """Check the next entry."""
        if entry.topic == BATCH_TOPIC:
            self._batch(entry)
            return
        before = self._versions.get(entry.stream, 0)
        if entry.version <= before:
            self._note(entry.position, f"version {entry.version} stands behind {before}")
        elif entry.version != before + 1:
            self._note(entry.position, f"versions {before + 1} to {entry.version - 1} are missing")
        self._versions[entry.stream] = max(before, entry.version)

    def finish(self) -> None:
        """Report the batches whose predecessor never came."""
        for epoch in self._epochs.values():
            sequence = epoch.sequence
            for waiting in sorted(epoch.waiting):
                if waiting != sequence + 1:
                    self._note(
                        epoch.waiting[waiting][0],
                        f"versions {sequence + 1} to {waiting - 1} are missing",
                    )
                sequence = waiting

    def _batch(self, entry: Entry) -> None:
        record = self._record(entry)
        before, own = (record.previous_hash, record.own_hash) if record else (ZERO_HASH, ZERO_HASH)
        epoch = self._epochs.setdefault(entry.stream, _Epoch())
        if entry.version <= epoch.sequence or entry.version in epoch.waiting:
            self._note(entry.position, f"batch {entry.version} of its source epoch stands twice")
            return
        epoch.waiting[entry.version] = (entry.position, before, own)
        while epoch.sequence + 1 in epoch.waiting:
            position, before, own = epoch.waiting.pop(epoch.sequence + 1)
            if before != epoch.own_hash:
                self._note(position, "the batch does not follow the one before it")
            epoch.sequence, epoch.own_hash = epoch.sequence + 1, own

    def _record(self, entry: Entry) -> BatchRecord | None:
        """Return a batch's record after a look at its own claims, None when it has none."""
        try:
            record = decode_batch(entry.state)
            self._order(entry.position, record.learned_us)
            self._content(entry, record)
        except JournalError as error:
            self._note(entry.position, str(error))
            return None
        self.readings += record.count
        return record

    def _content(self, entry: Entry, record: BatchRecord) -> None:
        own = batch_hash(
            previous_hash=record.previous_hash,
            stream=entry.stream,
            sequence=entry.version,
            source=record.source,
            payload=record.payload,
        )
        if own != record.own_hash:
            self._note(entry.position, "the payload does not have the hash it was stored with")
        columns = decode(record.payload)
        first, last = int(columns.at_us.min()), int(columns.at_us.max())
        if len(columns) != record.count:
            self._note(entry.position, "the batch holds another number of readings than it states")
        elif (first, last) != (record.first_us, record.last_us):
            self._note(entry.position, "the batch holds readings of other times than it states")
        self.first_us = first if self.first_us is None else min(first, self.first_us)
        self.last_us = last if self.last_us is None else max(last, self.last_us)

    def _order(self, position: int, learned_us: int) -> None:
        """Report the first batch that stands before one learned earlier."""
        if self._learned and learned_us < self._learned[-1]:
            first = bisect_right(self._learned, learned_us)
            self._note(
                self._learned_at_position[first],
                "the batch stands before one that was learned earlier",
            )
            return
        if not self._learned or learned_us > self._learned[-1]:  # equal ones need no row
            self._learned.append(learned_us)
            self._learned_at_position.append(position)
