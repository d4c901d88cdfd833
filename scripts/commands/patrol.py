"""In: `patrol` verbs. Out: rounds planned, walked, shown as log sheets. I/O: desks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from energy.base.ids import id_of
from energy.base.period import local_day
from scripts.commands.asked import runs
from scripts.commands.frame import opened, required
from scripts.commands.patrol_frame import desk_of, rounds_of, row_named, said_of, walk_named
from scripts.commands.patrol_offline import add_offline
from scripts.commands.patrol_print import (
    print_plan,
    print_rounds,
    print_sheet,
    print_walk,
    reader_of,
)
from scripts.commands.printing import in_zone, print_json
from scripts.commands.tree import FINDINGS, Json, group
from scripts.commands.work_frame import choice_of, text_of

if runs():
    from billing.ledger.sheets import SheetFormat, written
    from dashboards.patrol_paper import log_pdf
    from dashboards.patrol_sheet import sheet_of
    from dashboards.security.scope import Right
    from energy.service.rounds.desk import Raise
    from energy.service.rounds.errors import PatrolError
    from energy.service.rounds.kinds import Raised
    from energy.service.rounds.plan_file import parse_patrol_plan
    from energy.service.rounds.reads import current, read_editions
    from energy.service.rounds.schedule import Standing
    from energy.service.rounds.sheet import log_sheet
    from energy.service.work.kinds import Urgency
    from energy.system import WEB, WRITER

app = group("patrol")
add_offline(app)
Round = Annotated[str, typer.Argument(metavar="ROUND")]
When = Annotated[str | None, typer.Option("--at")]


@app.command("set-plan")
def set_plan(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Publish the rounds of a file: stops, log values with limits, when each is due."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        first, plan = parse_patrol_plan(text_of(file))
        at.settle("metering", "operations")
        desk = desk_of(at)
        said = (at.site.key, str(len(desk.editions)), str(first), repr(plan), str(person))
        version = desk.publish(
            plan, valid_from=first, by=person, command_id=id_of("command", "patrol plan", *said)
        )
        at.settle("operations")
        print(at.text("patrol.published", version=version, day=first))


@app.command()
def plan(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show the rounds, version by version."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_editions(connection, at.site.schema)
        if as_json:
            print_json(found)
            return
        print_plan(at, found)


@app.command()
def due(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List rounds due, under way, next, and missed since yesterday (exit 1: overdue or missed)."""
    with opened(ctx, WEB) as at:
        rows = rounds_of(at)
        missed = [row for row in rows if row.standing is Standing.MISSED]
        shown = [*missed, *current(rows)]
        if as_json:
            print_json(shown)
        else:
            print_rounds(at, shown)
        if any(row.standing in {Standing.MISSED, Standing.OVERDUE} for row in shown):
            raise typer.Exit(FINDINGS)


@app.command()
def start(ctx: typer.Context, key: Round, by: str | None = None) -> None:
    """Begin a round: who begins it walks and signs it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        asked = desk_of(at).open(key)
        desk_of(at).start(asked, by=person)
        at.settle("operations")
        name = asked.spec.name[at.language]
        when = in_zone(asked.due_at, at.site.zone)
        print(at.text("patrol.begun", name=name, due=when, stops=len(asked.spec.stops)))


@app.command()
def value(
    ctx: typer.Context,
    key: Round,
    stop: str,
    read: Annotated[list[str], typer.Argument(metavar="KEY=VALUE...")],
    when: When = None,
    sure: list[str] | None = None,
    reason: str = "",
    note: str = "",
    due: str | None = None,
    by: str | None = None,
) -> None:
    """Say what is read at a stop; a value that is there is mended with a reason, both stay."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        walked = walk_named(at, key, due)
        said = said_of(at, read, when=when, sure=sure or (), reason=reason, note=note)
        desk_of(at).tell(walked, stop, said, by=person)
        at.settle("operations")
        left = desk_of(at).walk(walked)
        stops = left.known.open_stops(left.spec)
        print(at.text("patrol.told", values=", ".join(said), stop=stop, left=len(stops)))


@app.command()
def skip(
    ctx: typer.Context,
    key: Round,
    stop: str,
    reason: str | None = None,
    due: str | None = None,
    by: str | None = None,
) -> None:
    """Say why what is not read at a stop will not be."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        why = required(reason, "--reason", at.text("ask.reason"))
        desk_of(at).skip(walk_named(at, key, due), stop, why, by=person)
        at.settle("operations")
        print(at.text("patrol.skipped", stop=stop))


@app.command("raise")
def raise_(
    ctx: typer.Context,
    key: Round,
    stop: str,
    value: str,
    kind: Annotated[str, typer.Argument(metavar="incident|order")],
    level: Annotated[str, typer.Option("--class")],
    what: Annotated[str, typer.Option()],
    urgency: str = "normal",
    due: str | None = None,
    by: str | None = None,
) -> None:
    """Make an incident or a work order of a value outside its limits; of each kind one."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        said = Raise(
            stop=stop,
            value=value,
            kind=choice_of(Raised, kind),
            level=level,
            what=what,
            urgency=choice_of(Urgency, urgency),
        )
        number = desk_of(at).raise_from(walk_named(at, key, due), said, by=person)
        at.settle("operations")
        print(at.text("patrol.raised", number=number, stop=stop, value=value))


@app.command()
def end(ctx: typer.Context, key: Round, due: str | None = None, by: str | None = None) -> None:
    """Sign a round: everything is read, or skipped with a reason."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        walked = walk_named(at, key, due)
        desk_of(at).end(walked, by=person)
        at.settle("operations")
        known = desk_of(at).walk(walked)
        name = known.spec.name[at.language]
        print(at.text("patrol.ended", name=name, due=in_zone(known.known.due_at, at.site.zone)))


@app.command()
def show(ctx: typer.Context, key: Round, due: str | None = None, *, as_json: Json = False) -> None:
    """Show a round: every value with when and by whom, what was mended, skipped, raised."""
    with opened(ctx, WEB) as at:
        row = row_named(at, key, due)
        if as_json:
            print_json(row)
            return
        print_walk(at, row)


@app.command()
def sheet(
    ctx: typer.Context,
    key: Round,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    file: Path | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the log sheet of a day, or write it as PDF, XLSX or CSV."""
    with opened(ctx, WEB) as at:
        today = local_day(at.system.clock.now(), at.site.zone)
        meant = today if day is None else day.date()
        rows = rounds_of(at, (meant, meant), key)
        if not rows:
            raise PatrolError.of("no_sheet", round=key[:40], day=meant)
        log = log_sheet(rows)
        if file is not None and file.suffix.lower() == ".pdf":
            now = at.system.clock.now()
            file.write_bytes(log_pdf(rows, meant, at.site.name, reader_of(at), now=now))
            print(at.text("patrol.paper", file=file))
            return
        if file is not None:
            form = SheetFormat.XLSX if file.suffix.lower() == ".xlsx" else SheetFormat.CSV
            table = sheet_of(log, f"{rows[0].spec.key} {meant}", reader_of(at))
            file.write_bytes(written(table, form))
            print(at.text("pay.exported", number=len(table.rows), file=file))
            return
        if as_json:
            print_json(log)
            return
        print_sheet(at, log)
