"""In: the beginning of an id. Out: the note that is meant. I/O: reads."""

from __future__ import annotations

from energy.metering.pinned_note import PinnedNoteError
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.pinned_notes import PinnedNote, read_notes


def note_named(database: Database, site: Site, name: str) -> PinnedNote:
    """Return the newest version of the note meant by its id or the beginning of it.

    Raises:
        PinnedNoteError: None is meant, or several are.
    """
    with database.connection() as connection:
        found = read_notes(connection, site.schema, note=name, versions=True) if name else []
    newest = {each.note: each for each in found}
    if len(newest) != 1:
        raise PinnedNoteError.of("note.name", name=name, number=len(newest))
    return next(iter(newest.values()))
