"""In: what a person says of a place or a point. Out: the note, with what it names checked. I/O."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from adapters.wall_time import instants_of
from energy.base.clock import from_us
from energy.journal.pinned_notes import NoteDesk
from energy.metering.pinned_note import NoteWords, PinnedNoteError
from energy.store.pool import Database
from energy.store.sites import Site
from energy.system import System
from energy.views.pinned_notes import PinnedNote, check_about, read_notes
from processes.settling import settle

_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d")


def pin_note(system: System, site: Site, words: NoteWords, *, by: UUID, command_id: UUID) -> UUID:
    """Pin a note; return its id.

    Args:
        system: In the writer's role.
        site: The site.
        words: What it says.
        by: The author.
        command_id: Id of the command.

    Raises:
        PinnedNoteError: There is no such place, point or channel.
    """
    with system.database.connection() as connection:
        check_about(connection, site.schema, words)
    note = desk_at(system, site).pin(words, by=by, command_id=command_id)
    settle(system.database, site, system.clock, "operations")
    return note


def desk_at(system: System, site: Site) -> NoteDesk:
    """Return the commands on notes of a site."""
    return NoteDesk(system.database, site.schema, system.clock)


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


def wall_instant(text: str, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """Return the instant of a wall-clock time of the site, as typed.

    Args:
        text: "2026-07-01 08:30", or a day: its first instant, or its last minute.
        zone: The site's zone.
        last: Whether it ends a span: of an hour that happens twice the later one is meant.

    Raises:
        PinnedNoteError: It is none, or never was: clocks were put forward over it.
    """
    text = text.strip()
    for form in _FORMS:
        try:
            wall = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the site's
        except ValueError:
            continue
        if last and form == "%Y-%m-%d":
            wall = wall.replace(hour=23, minute=59)
        try:
            instants = instants_of(wall, zone)
        except OverflowError:
            break
        if instants:
            return from_us(instants[-1 if last else 0]).astimezone(UTC)
        break
    raise PinnedNoteError.of("note.time", text=text[:40])
