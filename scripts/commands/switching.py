"""In: `switching` verbs. Out: templates and orders written, shown, printed. I/O: desks."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from energy.base.errors import RefusedError
from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.field_paper import write as write_file
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_json
from scripts.commands.switching_acting import add_acting, desk_of, person_named, row_of
from scripts.commands.switching_print import (
    print_order,
    print_orders,
    print_templates,
    story_of,
)
from scripts.commands.tree import Json, group
from scripts.commands.work_frame import text_of

if runs():
    from billing.documents.switching_sheet import sheet_of
    from dashboards.note_words import wall_instant
    from dashboards.security.scope import Right
    from energy.service.switching.confirming import INTERVALS
    from energy.service.switching.kinds import SwitchingState
    from energy.service.switching.planned import Planned
    from energy.service.switching.reads import read_switching, read_templates
    from energy.service.switching.steps import parse_plan
    from energy.system import WEB, WRITER

app = group("switching")
First = Annotated[str | None, typer.Option("--from")]
Last = Annotated[str | None, typer.Option("--to")]


class Tongue(StrEnum):
    """Languages of the paper."""

    EN = "en"
    ZH = "zh"


@app.command()
def template(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Write the next version of a template from a file; another person reviews it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        plan = parse_plan(text_of(file))
        with at.system.database.connection() as connection:
            known = read_templates(connection, at.site.schema)
        newest = next((each for each in known if each.key == plan.key), None)
        # Said again by the same person it is the same command; behind another version, a new one.
        same = newest is not None and newest.plan == plan and newest.author == person
        seen = 0 if newest is None else newest.version - same
        said = (at.site.key, str(seen), repr(plan), str(person))
        version = desk_of(at).draft(
            plan, by=person, command_id=id_of("command", "draft switching template", *said)
        )
        at.settle("operations")
        print(at.text("switching.drafted", template=plan.key, version=version))


@app.command()
def review(ctx: typer.Context, key: str, version: int, by: str | None = None) -> None:
    """Let orders be made from the version of a template that one read; nobody reviews theirs."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        said = (at.site.key, key, str(version), str(person))
        command = id_of("command", "review switching template", *said)
        desk_of(at).review(key, version, by=person, command_id=command)
        at.settle("operations")
        print(at.text("switching.reviewed", template=key, version=version))


@app.command()
def templates(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the templates with their versions."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_templates(connection, at.site.schema)
        if as_json:
            print_json(rows)
            return
        print_templates(at, rows)


@app.command()
def write(
    ctx: typer.Context,
    key: str,
    node: str,
    first: First = None,
    last: Last = None,
    reason: str | None = None,
    operator: str | None = None,
    guardian: str | None = None,
    request: str = "",
    by: str | None = None,
) -> None:
    """Write a switching order from the reviewed template, for a node and a span."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        about = f"node:{node.removeprefix('node:')}"
        planned = _planned(at, about, first, last, reason, operator, guardian)
        said = (at.site.key, key, repr(planned), request, str(person), _vain(at, key, planned))
        order = desk_of(at).write(
            key,
            planned,
            reference=request,
            by=person,
            command_id=id_of("command", "write switching order", *said),
        )
        _written(at, order)


@app.command()
def back(
    ctx: typer.Context,
    number: str,
    first: First = None,
    last: Last = None,
    reason: str | None = None,
    operator: str | None = None,
    guardian: str | None = None,
    by: str | None = None,
) -> None:
    """Write the order that takes back what an aborted one has done, last step first."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        row = row_of(at, number)
        planned = _planned(at, row.about, first, last, reason, operator, guardian)
        vain = _vain(at, row.template, planned)
        said = (str(row.switching_order), repr(planned), str(person), vain)
        order = desk_of(at).write_back(
            row.switching_order,
            planned,
            by=person,
            command_id=id_of("command", "write switching order back", *said),
        )
        _written(at, order)


@app.command()
def show(
    ctx: typer.Context,
    number: str,
    intervals: Annotated[int | None, typer.Option(min=1, max=1000)] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show an order: its steps, permits, what happened, what readings say of a request."""
    with opened(ctx, WEB) as at:
        story = story_of(at, row_of(at, number), intervals or INTERVALS)
        if as_json:
            print_json(story)
            return
        print_order(at, story)


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    over: Annotated[bool, typer.Option("--all")] = False,
    as_json: Json = False,
) -> None:
    """List the switching orders that are not over."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_switching(connection, at.site.schema, over=over)
        if as_json:
            print_json(rows)
            return
        print_orders(at, rows)


@app.command("print")
def print_(
    ctx: typer.Context,
    number: str,
    file: Path | None = None,
    tongue: Annotated[Tongue | None, typer.Option("--language")] = None,
) -> None:
    """Write an order as a PDF for the room: steps with empty boxes for time and initials."""
    if file is not None and file.suffix != ".pdf":
        raise RefusedError.of("file.no_pdf", target=file)
    with opened(ctx, WEB) as at:
        story = story_of(at, row_of(at, number), INTERVALS)
        language = tongue.value if tongue is not None else at.language
        content = sheet_of(story, at.site, language, at.name_of, dated=at.system.clock.now())
        write_file(at, file or Path(f"{story.order.number}.pdf"), content)


def _planned(
    at: Opened,
    about: str,
    first: str | None,
    last: str | None,
    reason: str | None,
    operator: str | None,
    guardian: str | None,
) -> Planned:
    zone = at.site.zone
    begins = required(first, "--from", at.text("ask.note_from"))
    ends = required(last, "--to", at.text("ask.until"))
    return Planned(
        about=about,
        reason=required(reason, "--reason", at.text("ask.reason")),
        begins_at=wall_instant(begins, zone),
        ends_at=wall_instant(ends, zone, last=True),
        operator=person_named(at, operator, "operator"),
        guardian=person_named(at, guardian, "guardian"),
    )


def _vain(at: Opened, key: str, planned: Planned) -> str:
    """Return how many orders planned like this one were withdrawn or aborted: it is another one."""
    with at.system.database.connection() as connection:
        rows = read_switching(connection, at.site.schema)
    over = (SwitchingState.WITHDRAWN, SwitchingState.ABORTED)
    span = (planned.about, planned.begins_at, planned.ends_at)
    same = [each for each in rows if (each.about, each.begins_at, each.ends_at) == span]
    return str(sum(each.template == key and each.state in over for each in same))


def _written(at: Opened, order: UUID) -> None:
    at.settle("operations")
    print(at.text("switching.written", number=desk_of(at).order(order).number))


add_acting(app)
