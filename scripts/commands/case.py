"""In: `case` verbs. Out: supply cases opened, led from step to step, decided, shown. I/O: desks."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from energy.base.ids import id_of
from energy.base.period import local_day, midnight
from scripts.commands.account_terms import DAY
from scripts.commands.asked import runs
from scripts.commands.case_acting import acted, add_acting, desk_of, plans_of, row_of
from scripts.commands.case_print import (
    for_machines,
    print_case,
    print_cases,
    print_figures,
    print_plans,
    print_view,
    results,
    say_state,
)
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_json
from scripts.commands.tree import Json, group
from scripts.commands.typed import number_of
from scripts.commands.work_frame import choice_of, instant_of, text_of

if runs():
    from dashboards.security.scope import Right
    from energy.service.cases.asked import Application
    from energy.service.cases.code import case_code
    from energy.service.cases.kinds import Capacity, CaseKind, CaseStep
    from energy.service.cases.meters import read_meter
    from energy.service.cases.plan import parse_case_plan
    from energy.service.cases.progress import figures_of
    from energy.service.cases.proofs import Said
    from energy.service.cases.reads import read_case_plans, read_case_story, read_cases
    from energy.service.cases.seen import applicant_view
    from energy.system import WEB, WRITER

app = group("case")
add_acting(app)
_KILO = 1000


@app.command()
def plan(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Publish the steps of a file with what is promised: they hold for cases opened from now on."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        first, stated = parse_case_plan(text_of(file))
        said = (str(len(plans_of(at))), first.isoformat(), repr(stated), str(person))
        version = desk_of(at).publish(
            stated,
            valid_from=first,
            by=person,
            command_id=id_of("command", "publish case plan", at.site.key, *said),
        )
        at.settle("operations")
        print(at.text("case.plan", version=version, day=first))


@app.command()
def plans(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show the steps of every version with what is promised, the newest first."""
    with opened(ctx, WEB) as at:
        found = plans_of(at)
        if as_json:
            print_json([found[version] for version in sorted(found, reverse=True)])
            return
        print_plans(at, found)


@app.command("open")
def open_(
    ctx: typer.Context,
    kind: str,
    applicant: Annotated[str, typer.Option()],
    utility: str = "",
    place: str = "",
    node: str = "",
    point: str = "",
    account: str = "",
    kilowatt: Annotated[str, typer.Option("--kw")] = "0",
    wanted: Annotated[datetime | None, typer.Option(formats=DAY)] = None,
    asked: str | None = None,
    by: str | None = None,
) -> None:
    """Open a case for an applicant; who opens it owns it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.CASES)
        said = Application(
            kind=choice_of(CaseKind, kind),
            applicant=applicant,
            utility=utility or _utility_of(at, point),
            place=place,
            node=node,
            point=point,
            account=account,
            capacity_w=int(number_of(kilowatt, "--kw") * _KILO),
            wanted_on=None if wanted is None else wanted.date(),
            asked_at=instant_of(at, asked),
        )
        day = local_day(said.asked_at, at.site.zone)  # the same words on another day are another
        where = (said.utility, place, node, point, account, str(said.capacity_w))
        words = (kind, applicant, *where, str(wanted), str(asked), str(day), str(person))
        desk = desk_of(at)
        command = id_of("command", "open case", at.site.key, repr(words))
        identity = desk.open(said, by=person, command_id=command)
        at.settle("operations")
        known = desk.case(identity)
        names = {"number": known.number, "owner": at.name_of(known.owner)}
        print(at.text("case.opened", **names, code=case_code(at.system.vault, identity)))
        say_state(at, row_of(at, known.number))


@app.command()
def step(
    ctx: typer.Context,
    case: str,
    step: str,
    words: str = "",
    account: str = "",
    contract: str = "",
    point: str = "",
    switching: str = "",
    by: str | None = None,
) -> None:
    """End the step a case is at, once what it is to bring is there."""
    stated = {"account": account, "contract": contract, "point": point, "switching": switching}
    with opened(ctx, WRITER) as at:
        ended = choice_of(CaseStep, step)
        said = Said(words=words, **stated)
        desk = desk_of(at)

        def do(known: UUID, person: UUID, command: UUID) -> None:
            desk.end_step(known, ended, said, by=person, command_id=command)

        row = acted(at, case, at.person(by, Right.CASES), do, "step", ended, said)
        result = [each.result for each in row.been if each.outcome][-1]
        for name, value in results(at, result):
            print(f"{name}: {value}")
        if result.get("capacity") == Capacity.BEYOND:
            print(at.text("case.beyond"))
        say_state(at, row)


@app.command("list")
def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all")] = False,  # noqa: FBT002 - a flag of the row
    *,
    as_json: Json = False,
) -> None:
    """List the cases with their clocks, the oldest first; those that are over with --all."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_cases(connection, at.site.schema, over=every)
            known = read_case_plans(connection, at.site.schema)
        if as_json:
            print_json([for_machines(at, row, known) for row in rows])
            return
        print_cases(at, rows, known)


@app.command()
def show(ctx: typer.Context, case: str, *, as_json: Json = False) -> None:
    """Show a case: steps with owner and clock, offers, papers, what happened, the code."""
    with opened(ctx, WEB) as at:
        row = row_of(at, case)
        with at.system.database.connection() as connection:
            story = read_case_story(connection, at.site.schema, row)
        if as_json:
            print_json(story)
            return
        print_case(at, story)


@app.command()
def view(ctx: typer.Context, case: str, *, as_json: Json = False) -> None:
    """Show what the applicant sees: the step, what is next, whose turn it is, until when."""
    with opened(ctx, WEB) as at:
        row, now = row_of(at, case), at.system.clock.now()
        with at.system.database.connection() as connection:
            seen = applicant_view(connection, at.site, row, now)
        if as_json:
            print_json(seen)
            return
        print_view(at, seen)


@app.command()
def figures(
    ctx: typer.Context,
    first: Annotated[datetime | None, typer.Option("--from", formats=DAY)] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY)] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show cases by kind and step: how many, how long, how many within what is promised."""
    with opened(ctx, WEB) as at:
        today = local_day(at.system.clock.now(), at.site.zone)
        until = today if last is None else last.date()
        since = until - timedelta(days=364) if first is None else first.date()
        zone = at.site.zone
        with at.system.database.connection() as connection:
            rows = read_cases(connection, at.site.schema, over=True)
        kept = {version: row.plan for version, row in plans_of(at).items()}
        after = midnight(until + timedelta(days=1), zone)
        found = figures_of(rows, kept, zone, midnight(since, zone), after)
        if as_json:
            spans = [
                {"median_s": each.median and each.median // timedelta(seconds=1)} for each in found
            ]
            told = [
                {**{n: getattr(e, n) for n in ("kind", "step", "at_it", "ended", "within")}, **s}
                for e, s in zip(found, spans, strict=True)
            ]
            print_json(told)
            return
        print_figures(at, found)


def _utility_of(at: Opened, point: str) -> str:
    """Return what the meter of a point measures; asked for where there is none."""
    with at.system.database.connection() as connection:
        meter = read_meter(connection, at.site.schema, point, at.system.clock.now())
    return required(meter.utility if meter else None, "--utility", at.text("case_head.utility"))
