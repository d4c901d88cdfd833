"""In: `inspect` verbs. Out: suspicions noted, inspections ordered, told, billed for. I/O: desks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from energy.base.ids import id_of
from energy.base.period import local_day
from scripts.commands.asked import runs
from scripts.commands.field_options import percent_of
from scripts.commands.frame import opened, required
from scripts.commands.inspect_billing import add_billing
from scripts.commands.inspect_frame import desk_of, inspection_named, suspicion_named
from scripts.commands.inspect_print import (
    print_inspection,
    print_inspections,
    print_rules,
    print_suspicions,
    story_of,
)
from scripts.commands.printing import print_json
from scripts.commands.tree import Json, group
from scripts.commands.work_frame import choice_of, command_of, instant_of, text_of

if runs():
    from dashboards.security.scope import Right
    from energy.service.inspection.found import Evidence, Found
    from energy.service.inspection.kinds import FindingKind
    from energy.service.inspection.looking import Look
    from energy.service.inspection.reads import (
        read_inspections,
        read_rules,
        read_suspicions,
    )
    from energy.service.inspection.rules import parse_rules
    from energy.system import WEB, WRITER
    from processes.installation import acting

app = group("inspect")
FirstDay = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
LastDay = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])]
MaybeFirst = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])]
MaybeLast = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])]
Level = Annotated[str, typer.Option("--class")]


@app.command("set-rules")
def set_rules(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Publish the rules of a file: what is suspected, what may be billed in addition."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        first, stated = parse_rules(text_of(file))
        with at.system.database.connection() as connection:
            known = read_rules(connection, at.site.schema)
        said = (at.site.key, str(len(known)), str(first), repr(stated), str(person))
        version = desk_of(at).publish(
            stated, valid_from=first, by=person, command_id=id_of("command", "rules", *said)
        )
        at.settle("operations")
        print(at.text("inspect.rules", version=version, day=first))


@app.command()
def rules(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show the rules, version by version."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_rules(connection, at.site.schema)
        if as_json:
            print_json([{**_plain(each), "rules": each.rules.to_json()} for each in found])
            return
        print_rules(at, found)


@app.command()
def look(ctx: typer.Context, first: FirstDay, last: LastDay, by: str | None = None) -> None:
    """Look for suspicions over local days that are over; note those that were not told before."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        days = Look(first=first.date(), last=last.date())
        at.settle("metering", "operations", "books")
        with at.system.database.connection() as connection:
            known = len(read_suspicions(connection, at.site.schema, settled=True))
        command = id_of("command", "look", at.site.key, repr(days), str(known), str(person))
        noted = desk_of(at).look(days, by=person, command_id=command)
        at.settle("operations")
        print(at.text("inspect.looked", count=len(noted)))


@app.command()
def seal(ctx: typer.Context, point: str, words: str, by: str | None = None) -> None:
    """Say that a seal at a metering point is broken; of one point and day it is one suspicion."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        day = local_day(at.system.clock.now(), at.site.zone)
        command = id_of("command", "seal", at.site.key, point, str(day), str(person))
        noted = desk_of(at).tell_seal(point, words, by=person, command_id=command)
        at.settle("operations")
        print(at.text("inspect.noted", short=noted.hex[:8]))


@app.command()
def suspicions(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all")] = False,  # noqa: FBT002 - a flag of the row
    *,
    as_json: Json = False,
) -> None:
    """List suspicions, the most energy of each utility first; settled ones with --all."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_suspicions(connection, at.site.schema, settled=every)
        if as_json:
            print_json(rows)
            return
        print_suspicions(at, rows)


@app.command()
def dismiss(
    ctx: typer.Context, suspicion: str, reason: str | None = None, by: str | None = None
) -> None:
    """Say why nobody needs to look."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        why = required(reason, "--reason", at.text("ask.reason"))
        row = suspicion_named(at, suspicion)
        command = command_of("dismiss suspicion", row.suspicion, row.in_vain, person, why)
        desk_of(at).dismiss(row.suspicion, why, by=person, command_id=command)
        at.settle("operations")
        print(at.text("inspect.dismissed", short=row.suspicion.hex[:8]))


@app.command()
def order(
    ctx: typer.Context,
    suspicion: str,
    inspector: Annotated[list[str], typer.Option()],
    level: Level,
    what: str = "",
    by: str | None = None,
) -> None:
    """Order the inspection of a suspicion: a work order, offered to the first of two inspectors."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        row = suspicion_named(at, suspicion)
        two = [acting(at.system, name, at.site, Right.WORK) for name in inspector]
        words = what or at.text(f"inspect_kind.{row.kind}")
        said = (level, words, *two)
        made = desk_of(at).order(
            row.suspicion,
            level,
            words,
            inspectors=two,
            by=person,
            command_id=command_of("order inspection", row.suspicion, row.in_vain, person, *said),
        )
        at.settle("operations")
        known = desk_of(at).inspection(made)
        names = " · ".join(str(at.name_of(each)) for each in two)
        print(at.text("inspect.ordered", number=known.number, inspectors=names))


@app.command()
def evidence(
    ctx: typer.Context,
    number: str,
    reading: list[str] | None = None,
    seal: list[str] | None = None,
    error: str | None = None,
    words: str = "",
    when: Annotated[str | None, typer.Option("--at")] = None,
    by: str | None = None,
) -> None:
    """Say what was seen on the spot: readings, seals, a test; photos go to its work order."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        row = inspection_named(at, number)
        percent = percent_of(error)
        seen = Evidence(
            seen_at=instant_of(at, when),
            readings=tuple(reading or ()),
            seals=tuple(seal or ()),
            error_percent="" if percent is None else str(percent),
            words=words,
        )
        said = (seen.readings, seen.seals, seen.error_percent, words, when)
        command = command_of("evidence", row.work_order, 0, person, *said)
        desk_of(at).tell_evidence(row.work_order, seen, by=person, command_id=command)
        at.settle("operations")
        print(at.text("work.told", number=row.number))


@app.command()
def finding(
    ctx: typer.Context,
    number: str,
    kind: str,
    words: str,
    error: str | None = None,
    first: MaybeFirst = None,
    last: MaybeLast = None,
    by: str | None = None,
) -> None:
    """Say what was found, and over which days something was missed; the latest counts."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        row = inspection_named(at, number)
        percent = percent_of(error)
        found = Found(
            finding=choice_of(FindingKind, kind),
            error_percent=percent,
            first=None if first is None else first.date(),
            last=None if last is None else last.date(),
            words=words,
        )
        command = command_of("finding", row.work_order, row.position, person, repr(found))
        desk_of(at).tell_finding(row.work_order, found, by=person, command_id=command)
        at.settle("operations")
        kind_said = at.text(f"inspect_finding.{found.finding}")
        print(at.text("inspect.found", number=row.number, finding=kind_said))


add_billing(app)


@app.command("list")
def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all")] = False,  # noqa: FBT002 - a flag of the row
    *,
    as_json: Json = False,
) -> None:
    """List the inspections under way or waiting for approval, the newest first; --all lists all."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_inspections(connection, at.site.schema, over=every)
        if as_json:
            print_json(rows)
            return
        print_inspections(at, rows)


@app.command()
def show(ctx: typer.Context, number: str, *, as_json: Json = False) -> None:
    """Show an inspection: suspicion, evidence, finding, what is billed for it."""
    with opened(ctx, WEB) as at:
        story = story_of(at, inspection_named(at, number))
        if as_json:
            print_json(story)
            return
        print_inspection(at, story)


def _plain(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("version", "valid_from", "author")}
