"""In: a damaged spool's file and log. Out: its sound rows, and a list of the others. I/O: reads.

Nothing undamaged is left behind. When a batch is missing, older images of the pages are searched
too: the readings it was sealed from may still stand there. What is found twice is recognised in
the journal's views.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adapters.spool_notes import sound_note
from adapters.spool_pages import Found, Record, SpoolPages
from adapters.spool_rows import (
    LostRecord,
    Readable,
    Row,
    batch_of,
    sealed_row,
    sound_batch,
    sound_identity,
    sound_open,
)
from energy.base.errors import EnergyError

_BATCH, _QUARANTINE, _NOTE = 10, 11, 6


class _Sorted:
    """Records by the table they come from."""

    def __init__(self) -> None:
        self.batches: dict[tuple[bytes, int], Row] = {}
        self.open: dict[tuple[int, bytes], Row] = {}
        self.identities: list[Row] = []
        self.quarantine: dict[int, Row] = {}
        self.notes: dict[bytes, Row] = {}
        self.gone: list[tuple[bytes, int, int]] = []
        self.lost: dict[str, LostRecord] = {}

    def take(self, found: Found, *, lost: bool = True) -> None:
        """Sort what was found; the first record of a key stands.

        Args:
            found: Records and places without one.
            lost: Whether what is not sound was lost; in older images it was replaced.
        """
        known = dict(self.lost)
        for record in found.records:
            self._take_one(record)
        for where in found.unreadable:
            self._lose("unknown", "a record", where)
        if not lost:
            self.lost = known

    def _take_one(self, record: Record) -> None:
        values = record.values
        kinds = tuple(type(value) for value in values)
        if len(values) == _BATCH and kinds[0] is type(None):
            self._take_batch(values[1:], record)
        elif kinds[:4] == (type(None), str, int, bytes) and len(values) in {4, 5}:
            self._take_open((*values[1:], None)[:4], record)
        elif kinds[:4] == (type(None), bytes, int, bytes) and len(values) in {6, 7}:
            self._take_identity((*values[1:], None), record)
        elif len(values) == _NOTE and kinds[:3] == (type(None), bytes, str):
            self._take_note(values[1:], record)
        elif kinds == (type(None), int, bytes):
            self.gone.append((values[2], record.place, values[1]))
        elif len(values) == _QUARANTINE and kinds[:3] == (type(None), str, str):
            self.quarantine.setdefault(record.place, values[1:])

    def _take_batch(self, row: Row, record: Record) -> None:
        if not sound_batch(row) or (whole := _derived_again(row)) is None:
            self._lose("batch", f"sequence {row[1]} of source {row[2]}", record.where)
            return
        self.batches.setdefault((whole[0], whole[1]), whole)

    def _take_open(self, row: Row, record: Record) -> None:
        if sound_open(row):
            self.open.setdefault((record.place, row[2]), row)
        else:
            self._lose("open", f"place {record.place} of source {row[0]}", record.where)

    def _take_identity(self, values: tuple[Any, ...], record: Record) -> None:
        row = (*values[:4], values[5])
        if sound_identity(row):
            self.identities.append(row)
        else:
            self._lose("identity", "the source epoch", record.where)

    def _take_note(self, row: Row, record: Record) -> None:
        if sound_note(row):
            held = self.notes.setdefault(row[0], row)
            if len(row[2]) > len(held[2]):  # an older image of a note that has grown since
                self.notes[row[0]] = row
        else:
            self._lose("note", "a note for the journal", record.where)

    def _lose(self, table: str, what: str, where: str) -> None:
        self.lost.setdefault(where, LostRecord(table=table, what=what, where=where))

    def chain_whole(self) -> bool:
        """Return whether every batch that the journal may not have is there."""
        from_the_first = any(sequence == 1 for _, sequence in self.batches)
        nothing_lost = not {"batch", "unknown"} & {record.table for record in self.lost.values()}
        return bool(self.identities) and not self.missing() and (from_the_first or nothing_lost)

    def missing(self) -> list[LostRecord]:
        """Return the batches that should be there: a spool lets go of the oldest first."""
        lost = []
        for stream, last, *_ in self.identities[:1]:
            there = {sequence for owner, sequence in self.batches if owner == stream}
            lost = [
                LostRecord(table="batch", what=f"sequence {sequence}", where="nowhere")
                for sequence in range(min(there, default=last + 1), last + 1)
                if sequence not in there and not self._left(stream, sequence)
            ]
        return lost

    def _left(self, stream: bytes, sequence: int) -> bool:
        """Return whether the spool let go of a batch before older ones."""
        return any(of == stream and first <= sequence <= last for of, first, last in self.gone)


def readable(damaged: Path) -> Readable:
    """Return the sound rows of a damaged file and its log, and what is not sound."""
    log = damaged.with_name(damaged.name + "-wal")
    pages = SpoolPages(damaged.read_bytes(), log.read_bytes() if log.exists() else b"")
    rows = _Sorted()
    rows.take(pages.live())
    rows.take(pages.torn())
    if rows.lost or rows.missing() or pages.log.damaged:
        rows.take(pages.every(), lost=False)
    if pages.log.damaged:  # the file may be ahead of what is left of its log
        rows.identities.sort(key=lambda row: -row[1])
    slots = [slot for *_, slot, _ in rows.identities if slot is not None]
    return Readable(
        batches=_in_order(rows.batches),
        open=[row for _, row in sorted(rows.open.items())],
        quarantine=[row for _, row in sorted(rows.quarantine.items())],
        safe_slot_us=slots[0] if slots else None,
        notes=list(rows.notes.values()),
        lost=[*rows.lost.values(), *rows.missing()],
        chain_whole=rows.chain_whole(),
    )


def _derived_again(row: Row) -> Row | None:
    """Return a batch row with what follows from its payload computed anew."""
    batch = batch_of(row)
    try:
        return sealed_row(
            batch.stream, batch.sequence, batch.previous_hash, batch.source, batch.payload
        )
    except EnergyError:
        return None


def _in_order(batches: dict[tuple[bytes, int], Row]) -> list[Row]:
    return [batches[key] for key in sorted(batches)]
