"""In: commands on notes: pin, edit, withdraw. Out: events of `operations`. I/O: PostgreSQL.

The web's role may append to this journal, so a note can be pinned from a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from uuid import UUID

from energy.base.clock import Clock
from energy.base.errors import ConflictError
from energy.journal.application import JournalApplication
from energy.metering.pinned_note import NoteEntry, NoteWords, PinnedNoteError, note_id
from energy.store.pool import Database


class NoteDesk:
    """Where notes are pinned."""

    def __init__(self, database: Database, schema: str, clock: Clock) -> None:
        """Work on a site's notes.

        Args:
            database: A pool in the writer's or the web's role.
            schema: The site's schema.
            clock: The injected clock.
        """
        self._application = JournalApplication(database, schema, "operations", clock)

    def pin(self, words: NoteWords, *, by: UUID, command_id: UUID) -> UUID:
        """Pin a note; return its id, that of the first time for a command sent again.

        Args:
            words: What it says; its place and point are known to exist.
            by: The author.
            command_id: Id of the command.
        """
        identity = note_id(command_id)
        if self._application.find(identity) is None:
            self._application.store(NoteEntry(**asdict(words), by=by, command_id=command_id))
        return identity

    def edit(self, note: UUID, words: NoteWords, *, by: UUID, command_id: UUID) -> int:
        """Let a note say something else; return the journal's position.

        Raises:
            PinnedNoteError: There is no such note, it was withdrawn, or is another person's.
        """
        return self._change(note, lambda entry: entry.edit(words, by=by, command_id=command_id))

    def withdraw(self, note: UUID, *, by: UUID, any_author: bool, command_id: UUID) -> int:
        """Show a note no more; return the journal's position.

        Args:
            note: The note.
            by: Who withdraws it.
            any_author: Whether that person may withdraw notes of others.
            command_id: Id of the command.

        Raises:
            PinnedNoteError: There is no such note, it was withdrawn, or is another person's.
        """
        return self._change(
            note,
            lambda entry: entry.withdraw(by=by, any_author=any_author, command_id=command_id),
        )

    def _change(self, note: UUID, change: Callable[[NoteEntry], None]) -> int:
        for attempt in (1, 2):
            entry = self._application.find(note)
            if not isinstance(entry, NoteEntry):
                raise PinnedNoteError.of("note.unknown", note=note)
            change(entry)
            try:
                return self._application.store(entry)
            except ConflictError:
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")
