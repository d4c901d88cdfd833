"""In: an instant and a reason. Out: a mark in the metering journal. I/O: PostgreSQL.

A mark freezes usage as known at its position: after it a changed usage block becomes a new row.
The stream of a mark is uuid5 of (reason, instant), so marking twice is a no-op.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.journal.entry import MARK_TOPIC, Entry, MarkRecord, encode_mark
from energy.journal.recorder import insert_entries, take_positions
from energy.store.pool import Database


@dataclass(frozen=True, slots=True)
class Marks:
    """Appends marks to one site's metering journal."""

    database: Database
    schema: str
    clock: Clock

    def append(self, *, reason: str, at: datetime) -> int:
        """Mark an instant; return the mark's position, also when it was there already.

        Args:
            reason: Why, for example "midnight 2019-01-02" or "bill run <id>".
            at: The instant marked, aware UTC.
        """
        stream = id_of("mark", reason, at.isoformat())
        with self.database.transaction() as connection:
            take_positions(connection, self.schema, "metering", 0, self.clock.now())
            row = connection.execute(
                f"SELECT notification_id FROM {self.schema}.metering_events "
                "WHERE originator_id = %s AND originator_version = 1",
                (stream,),
            ).fetchone()
            if row is not None:
                return int(str(row[0]))
            position, learned_at = take_positions(
                connection, self.schema, "metering", 1, self.clock.now()
            )
            record = MarkRecord(at=at, reason=reason, learned_at=learned_at)
            entry = Entry(
                position=position,
                stream=stream,
                version=1,
                topic=MARK_TOPIC,
                state=encode_mark(record),
            )
            insert_entries(connection, self.schema, "metering", [entry])
        return position
