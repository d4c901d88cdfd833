"""In: notes of a collector. Out: the entries that keep them, and back. I/O: PostgreSQL.

The stream of such an entry is the note's own id: sent again it is no second entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
import psycopg

from energy.base.clock import Clock, from_us, to_us
from energy.base.errors import JournalError
from energy.journal.entry import Entry
from energy.journal.recorder import insert_entries, take_positions
from energy.metering.note import Note
from energy.store.pool import Database

NOTED_TOPIC: Final = "collector.noted"
_APPLICATION: Final = "metering"


class NotedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """State of a `collector.noted` entry: JSON."""

    note: Note
    learned_us: int
    """When the journal learned it. [us]"""

    @property
    def learned_at(self) -> datetime:
        """Return when the journal learned it, aware UTC."""
        return from_us(self.learned_us)


def noted_entry(told: Note, *, position: int, learned_us: int) -> Entry:
    """Return the entry that keeps a note.

    Args:
        told: The note.
        position: Position of the new entry.
        learned_us: The journal's clock. [us]
    """
    return Entry(
        position=position,
        stream=told.id,
        version=1,
        topic=NOTED_TOPIC,
        state=msgspec.json.encode(NotedRecord(note=told, learned_us=learned_us)),
    )


def decode_noted(state: bytes) -> NotedRecord:
    """Return the record of a `collector.noted` entry.

    Raises:
        JournalError: The state is no such record.
    """
    try:
        return msgspec.json.decode(state, type=NotedRecord)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalError(
            f"A collector.noted entry does not decode ({error}). Run `journal verify`."
        ) from error


class Notes:
    """The door of the journal for what is no reading."""

    def __init__(self, database: Database, schema: str, clock: Clock) -> None:
        """Accept notes of one site.

        Args:
            database: The process's pool (role meterline_writer).
            schema: The site's schema.
            clock: Gives learned_at.
        """
        self._database = database
        self._schema = schema
        self._clock = clock

    def take(self, notes: Sequence[Note]) -> int:
        """Store what is new in one transaction; returns how many were.

        Raises:
            StoreUnavailableError, psycopg.OperationalError: Unknown whether they were stored;
                send the same notes again.
        """
        if not notes:
            return 0
        with self._database.transaction() as connection:
            # The head row is locked from here on: nobody else stores the same note meanwhile.
            take_positions(connection, self._schema, _APPLICATION, 0, self._clock.now())
            new = self._new(connection, notes)
            if new:
                first, learned_at = take_positions(
                    connection, self._schema, _APPLICATION, len(new), self._clock.now()
                )
                entries = [
                    noted_entry(each, position=first + n, learned_us=to_us(learned_at))
                    for n, each in enumerate(new)
                ]
                insert_entries(connection, self._schema, _APPLICATION, entries)
        return len(new)

    def _new(
        self, connection: psycopg.Connection[tuple[object, ...]], notes: Sequence[Note]
    ) -> list[Note]:
        by_id = {each.id: each for each in notes}
        rows = connection.execute(
            f"SELECT originator_id FROM {self._schema}.metering_events "
            "WHERE originator_id = ANY(%s) AND originator_version = 1",
            (list(by_id),),
        ).fetchall()
        there = {stream for (stream,) in rows}
        return [each for key, each in by_id.items() if key not in there]
