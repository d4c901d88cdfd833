"""In: commands on notes: pin, edit, withdraw. Out: events of `operations`. I/O: PostgreSQL.

The web's role may append to this journal, so a note can be pinned from a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from itertools import count
from uuid import UUID

from energy.base.clock import Clock
from energy.base.errors import ConflictError
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.metering.pinned_note import NoteEntry, NoteWords, PinnedNoteError, note_id
from energy.store.pool import Database
from energy.views.pinned_notes import check_about


class NoteDesk:
    """Where notes are pinned."""

    def __init__(self, database: Database, schema: str, clock: Clock) -> None:
        """Work on a site's notes.

        Args:
            database: A pool in the writer's or the web's role.
            schema: The site's schema.
            clock: The injected clock.
        """
        self._database = database
        self._schema = schema
        self._application = JournalApplication(database, schema, "operations", clock)

    def pin(self, words: NoteWords, by: UUID) -> UUID:
        """Pin a note; return its id. While it stands, the same person's same note is one.

        Args:
            words: What it says.
            by: The author.

        Raises:
            PinnedNoteError: There is no such place, point or channel.
        """
        with self._database.connection() as connection:
            check_about(connection, self._schema, words)
        for number in count():
            command = _command(words, by, number)
            known = self._application.find(note_id(command))
            if isinstance(known, NoteEntry):
                if known.withdrawn or known.words != words:
                    continue
                return known.id
            note = NoteEntry(**asdict(words), by=by, command_id=command)
            try:
                self._application.store(note)
            except ConflictError:  # a second press of the button was faster
                return note.id
            return note.id
        raise AssertionError("unreachable")

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
        def once() -> int:
            entry = self._application.find(note)
            if not isinstance(entry, NoteEntry):
                raise PinnedNoteError.of("note.unknown", note=note)
            change(entry)
            return self._application.store(entry)

        return retried(once)


def _command(words: NoteWords, by: UUID, number: int) -> UUID:
    """Return the id of the n-th command of a person to pin these words."""
    said = repr(sorted(asdict(words).items()))
    return id_of("command", "pin", str(by), said, str(number))
