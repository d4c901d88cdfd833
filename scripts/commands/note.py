"""In: `note` verbs. Out: notes pinned, listed, shown, edited, withdrawn. I/O: the database."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_facts, print_json, print_table
from scripts.commands.tree import Json, group

if runs():
    from dashboards.note_words import wall_instant, whole_days
    from dashboards.security.scope import Right
    from energy.metering.pinned_note import NoteWords
    from energy.service.note_desk import NoteDesk
    from energy.system import WEB, WRITER
    from energy.views.pinned_notes import ALWAYS, PinnedNote, notes_at, read_notes
    from processes.installation import acting
    from processes.pinned_notes import note_named

app = group("note")
First = Annotated[str | None, typer.Option("--from")]
Last = Annotated[str | None, typer.Option("--to")]
SHORT = 8
MOST_SHOWN = 60
"""Characters of a note in a list."""


@app.command()
def pin(
    ctx: typer.Context,
    text: str,
    first: First = None,
    last: Last = None,
    point: str = "",
    place: str = "",
    quantity: str = "",
    by: str | None = None,
) -> None:
    """Pin a note to a place or a point over a span."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PIN_NOTES)
        begin = required(first, "--from", at.text("ask.note_from"))
        zone = at.site.zone
        words = NoteWords.checked(
            text=text,
            first=wall_instant(begin, zone),
            last=wall_instant(last or begin, zone, last=True),
            place=place,
            point=point,
            quantity=quantity,
            zone=zone,
        )
        note = _desk(at).pin(words, person)
        at.settle("operations")
        print(at.text("note.pinned", note=note.hex[:SHORT]))


@app.command("list")
def list_(
    ctx: typer.Context,
    point: str | None = None,
    place: str | None = None,
    first: First = None,
    last: Last = None,
    *,
    as_json: Json = False,
) -> None:
    """List notes; of a point also those on the places it is in."""
    with opened(ctx, WEB) as at:
        zone = at.site.zone
        begin = wall_instant(first, zone) if first else ALWAYS[0]
        end = wall_instant(last, zone, last=True) if last else ALWAYS[1]
        with at.system.database.connection() as connection:
            if point is None and place is None:
                every = read_notes(connection, at.site.schema)
                found = [note for note in every if note.first <= end and note.last >= begin]
            else:
                points, places = ([key] if key else [] for key in (point, place))
                found = notes_at(connection, at.site.schema, points, places, begin, end)
        if as_json:
            print_json(found)
            return
        keys = ("id", "from", "to", "about", "text", "by")
        rows = [
            (
                note.note.hex[:SHORT],
                *_span(note, zone),
                note.about,
                _short(note.text),
                at.name_of(note.by),
            )
            for note in found
        ]
        print_table([at.text(f"note_head.{key}") for key in keys], rows)


@app.command()
def show(ctx: typer.Context, note: str, *, as_json: Json = False) -> None:
    """Show a note with all its versions."""
    with opened(ctx, WEB) as at:
        meant = note_named(at.system.database, at.site, note)
        with at.system.database.connection() as connection:
            found = read_notes(connection, at.site.schema, note=meant.note.hex, versions=True)
        if as_json:
            print_json(found)
            return
        for version in found:
            print_facts(_facts(at, version))
            print()


@app.command()
def edit(
    ctx: typer.Context,
    note: str,
    text: str | None = None,
    first: First = None,
    last: Last = None,
    by: str | None = None,
) -> None:
    """Let a note of one's own say something else; what it said stays readable."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PIN_NOTES)
        known = note_named(at.system.database, at.site, note)
        zone = at.site.zone
        words = NoteWords.checked(
            text=known.text if text is None else text,
            first=wall_instant(first, zone) if first else known.first,
            last=wall_instant(last, zone, last=True) if last else known.last,
            place=known.place,
            point=known.point,
            quantity=known.quantity,
            zone=zone,
        )
        said = (words.text, words.first, words.last, known.version)
        command = id_of("command", "edit_note", str(known.note), repr(said))
        _desk(at).edit(known.note, words, by=person, command_id=command)
        at.settle("operations")
        print(at.text("note.edited", note=known.note.hex[:SHORT]))


@app.command()
def withdraw(ctx: typer.Context, note: str, by: str | None = None) -> None:
    """Show a note no more; energy managers may withdraw those of others."""
    with opened(ctx, WRITER) as at:
        named = required(by, "--by", at.text("ask.by"))
        person = at.person(named, Right.PIN_NOTES)
        known = note_named(at.system.database, at.site, note)
        _desk(at).withdraw(
            known.note,
            by=person,
            any_author=_decides(at, named),
            command_id=id_of("command", "withdraw_note", str(known.note), str(person)),
        )
        at.settle("operations")
        print(at.text("note.withdrawn", note=known.note.hex[:SHORT]))


def _desk(at: Opened) -> NoteDesk:
    return NoteDesk(at.system.database, at.site.schema, at.system.clock)


def _decides(at: Opened, sign_in: str) -> bool:
    """Return whether a person may withdraw notes of others."""
    try:
        acting(at.system, sign_in, at.site, Right.DECIDE_READINGS)
    except NotPermittedError:
        return False
    return True


def _facts(at: Opened, note: PinnedNote) -> list[tuple[str, object]]:
    first, last = _span(note, at.site.zone)
    state = "note.state_held"
    if note.until_position is not None:
        state = "note.state_withdrawn" if note.withdrawn else "note.state_edited"
    return [
        (at.text("note_head.id"), note.note),
        (at.text("note_head.version"), note.version),
        (at.text("note_head.about"), note.about),
        (at.text("note_head.from"), first),
        (at.text("note_head.to"), last),
        (at.text("note_head.by"), at.name_of(note.by)),
        (at.text("note_head.written_at"), note.at.astimezone(at.site.zone)),
        (at.text("note_head.state"), at.text(state)),
        (at.text("note_head.text"), note.text.replace("\n", " / ")),
    ]


def _span(note: PinnedNote, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first and last instant of a note; of one of whole days its days."""
    days = whole_days(note.first, note.last, zone)
    return days or (note.first.astimezone(zone), note.last.astimezone(zone))


def _short(text: str) -> str:
    first = text.partition("\n")[0]
    cut = len(first) > MOST_SHOWN or first != text
    return first[:MOST_SHOWN].rstrip() + ("..." if cut else "")
