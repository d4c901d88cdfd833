"""In: `event` verbs. Out: assured events planned, approved, checked, ended, signed. I/O: desks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.event_print import (
    paper_of,
    print_event,
    print_events,
    print_report,
    story_of,
)
from scripts.commands.field_paper import write as write_file
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_json
from scripts.commands.tree import Json, group
from scripts.commands.work_frame import command_of, text_of

if TYPE_CHECKING:
    from energy.service.assurance.plan import EventPlan
if runs():
    from dashboards.security.scope import Right
    from energy.service.assurance.desk import AssuranceDesk
    from energy.service.assurance.event_file import parse_event
    from energy.service.assurance.reads import EventRow, event_named, read_answers, read_events
    from energy.system import WEB, WRITER
    from processes.installation import acting

app = group("event")
_SHOWN_DAYS = 7
"""How long an event is listed behind its end. [d]"""


@app.command()
def plan(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Plan the assured event of a file; it holds when another person approves it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        at.settle("metering", "operations")
        stated = _plan_of(at, file)
        said = (at.site.key, repr(stated), str(person))
        made = _desk(at).plan(stated, by=person, command_id=id_of("command", "event", *said))
        at.settle("operations")
        print(at.text("event.planned", number=_desk(at).event(made).number))


@app.command()
def change(
    ctx: typer.Context, number: str, file: Path, reason: str | None = None, by: str | None = None
) -> None:
    """Write the next edition of an event from a file; it holds when another person approves it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        why = required(reason, "--reason", at.text("ask.reason"))
        at.settle("metering", "operations")
        stated, row = _plan_of(at, file), _row(at, number)
        # Said again, the newest edition says it already: that is the same command.
        same = row.spec == stated.to_json()
        seen = row.edition - 1 if same else row.edition
        command = command_of("change event", row.assured_event, seen, person, repr(stated), why)
        edition = _desk(at).change(row.assured_event, stated, why, by=person, command_id=command)
        at.settle("operations")
        print(at.text("event.changed", number=row.number, edition=edition))


@app.command()
def approve(ctx: typer.Context, number: str, by: str | None = None) -> None:
    """Let the newest edition of an event hold, as another person than its author."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        at.settle("metering", "operations")  # what is in the way may have been planned just now
        row = _row(at, number)
        command = command_of("approve event", row.assured_event, row.edition, person)
        limits = _desk(at).approve(
            row.assured_event, seen=row.edition, by=person, command_id=command
        )
        at.settle("operations")
        print(at.text("event.approved", number=row.number, limits=limits))


@app.command()
def check(ctx: typer.Context, number: str, item: str, answer: str, by: str | None = None) -> None:
    """Answer a question of an event's checklist; the latest answer counts."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.WORK), _row(at, number)
        with at.system.database.connection() as connection:
            told = read_answers(connection, at.site.schema, row.assured_event)
        seen = max((each.position for each in told if each.item == item), default=0)
        command = command_of("check event", row.assured_event, seen, person, item, answer)
        _desk(at).check(row.assured_event, item, answer, by=person, command_id=command)
        at.settle("operations")
        print(at.text("event.checked", number=row.number, item=item))


@app.command()
def allow(
    ctx: typer.Context, number: str, thing: str, reason: str | None = None, by: str | None = None
) -> None:
    """Let a switching order or a planned outage happen in spite of an event."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.PLAN_WORK), _row(at, number)
        why = required(reason, "--reason", at.text("ask.reason"))
        command = command_of("allow event", row.assured_event, 0, person, thing, why)
        called = _desk(at).allow(row.assured_event, thing, why, by=person, command_id=command)
        at.settle("operations")
        print(at.text("event.allowed", number=row.number, thing=called))


@app.command("call-off")
def call_off(
    ctx: typer.Context, number: str, reason: str | None = None, by: str | None = None
) -> None:
    """Let an event not be, or end it before its time; its limits end with it."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.PLAN_WORK), _row(at, number)
        why = required(reason, "--reason", at.text("ask.reason"))
        command = command_of("call off event", row.assured_event, 0, person, why)
        _desk(at).call_off(row.assured_event, why, by=person, command_id=command)
        at.settle("operations")
        print(at.text("event.called_off", number=row.number))


@app.command()
def sign(ctx: typer.Context, number: str, words: str | None = None, by: str | None = None) -> None:
    """Sign the report of an event that is over, as another person than its author."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.PLAN_WORK), _row(at, number)
        said = required(words, "--words", at.text("ask.reason"))
        command = command_of("sign event", row.assured_event, 0, person, said)
        at.settle("metering", "operations")
        _desk(at).sign(row.assured_event, said, by=person, command_id=command)
        at.settle("operations")
        print(at.text("event.signed", number=row.number))


@app.command("list")
def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all")] = False,  # noqa: FBT002 - a flag of the row
    *,
    as_json: Json = False,
) -> None:
    """List assured events, the latest first; with --all also those long over."""
    with opened(ctx, WEB) as at:
        now = at.system.clock.now()
        with at.system.database.connection() as connection:
            since = None if every else now - timedelta(days=_SHOWN_DAYS)
            rows = read_events(connection, at.site.schema, since=since)
        if as_json:
            print_json(rows)
            return
        print_events(at, rows, now)


@app.command()
def show(ctx: typer.Context, number: str, *, as_json: Json = False) -> None:
    """Show an event: time, limits, staffing with its gaps, checklist, what is allowed, editions."""
    with opened(ctx, WEB) as at:
        story = story_of(at, _row(at, number))
        if as_json:
            print_json(story)
            return
        print_event(at, story)


@app.command()
def report(
    ctx: typer.Context,
    number: str,
    pdf: Annotated[Path | None, typer.Option("--pdf")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what happened in an event's time, as signed or as known now; write it as a paper."""
    with opened(ctx, WEB) as at:
        row = _row(at, number)
        contents = _desk(at).report(row.assured_event)
        if as_json:
            print_json(contents)
        elif pdf is None:
            print_report(at, row, contents)
        if pdf is not None:
            write_file(at, pdf, paper_of(at, row, contents))


def _plan_of(at: Opened, file: Path) -> EventPlan:
    def person(sign_in: str) -> UUID:
        return acting(at.system, sign_in, at.site, Right.WORK)

    return parse_event(text_of(file), at.site.zone, person)


def _desk(at: Opened) -> AssuranceDesk:
    return AssuranceDesk(at.system.database, at.site, at.system.clock)


def _row(at: Opened, number: str) -> EventRow:
    with at.system.database.connection() as connection:
        return event_named(connection, at.site.schema, number)
