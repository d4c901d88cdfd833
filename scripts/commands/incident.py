"""In: `incident` verbs. Out: incidents opened, dealt with, signed, shown. I/O: desks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from energy.base.ids import id_of
from energy.base.period import local_day
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.incident_print import (
    for_machines,
    print_incident,
    print_incidents,
    print_levels,
    story_of,
)
from scripts.commands.printing import print_json
from scripts.commands.tree import Json, group
from scripts.commands.work_frame import (
    choice_of,
    command_of,
    incident_named,
    instant_of,
    other_person,
    text_of,
)

if runs():
    from billing.accounts.account import account_id
    from dashboards.security.scope import Right
    from energy.alerting.causes import AlertCause
    from energy.service.work.desk import IncidentDesk, WorkPlanDesk
    from energy.service.work.errors import WorkError
    from energy.service.work.heard import Heard, Spot
    from energy.service.work.incident import Incident
    from energy.service.work.kinds import Origin, Problem, Urgency, WaitsFor
    from energy.service.work.levels import parse_levels
    from energy.service.work.reads import read_incidents, read_levels
    from energy.system import WEB, WRITER

app = group("incident")
Level = Annotated[str | None, typer.Option("--class")]
To = Annotated[str | None, typer.Option("--to")]


@app.command()
def levels(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Publish the service levels of a file: they hold for what is opened from now on."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        first, stated = parse_levels(text_of(file))
        with at.system.database.connection() as connection:
            known = len(read_levels(connection, at.site.schema))
        said = (at.site.key, str(known), first.isoformat(), repr(stated), str(person))
        version = WorkPlanDesk(at.system.database, at.site, at.system.clock).publish_levels(
            stated,
            valid_from=first,
            by=person,
            command_id=id_of("command", "publish levels", *said),
        )
        at.settle("operations")
        print(at.text("work.levels", version=version, day=first))


@app.command()
def classes(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show the service levels of every version, the newest first."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_levels(connection, at.site.schema)
        if as_json:
            print_json([found[version] for version in sorted(found, reverse=True)])
            return
        print_levels(at, found)


@app.command("open")
def open_(
    ctx: typer.Context,
    what: str,
    level: Level = None,
    alert: str = "",
    account: str = "",
    plan: str = "",
    urgency: str = "normal",
    place: str = "",
    node: str = "",
    point: str = "",
    heard: str | None = None,
    by: str | None = None,
) -> None:
    """Open an incident of an alert, a tenant, a plan, or what was seen; who opens it owns it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        kind = required(level, "--class", at.text("ask.class"))
        soon = choice_of(Urgency, urgency)
        if sum(map(bool, (alert, account, plan))) > 1:
            raise WorkError.of("origin")
        desk = _desk(at)
        first = instant_of(at, heard)
        day = local_day(first, at.site.zone)  # the same words on another day are another one
        said = (what, kind, account, plan, place, node, point, str(heard), str(day), str(person))
        command = id_of("command", "open incident", at.site.key, repr(said))
        if alert:
            incident = desk.open_from_alert(
                _alert(at, alert), kind, what=what, urgency=soon, by=person, command_id=command
            )
        else:
            origin = Origin.ACCOUNT if account else Origin.PLAN if plan else Origin.SEEN
            facts = Heard(
                origin=origin,
                about=account or plan,
                what=what,
                urgency=soon,
                spot=Spot(place=place, node=node, point=point),
                heard_at=first,
            )
            incident = desk.open(facts, kind, by=person, command_id=command)
        at.settle("operations")
        known = desk.incident(incident)
        print(at.text("work.opened", number=known.number, owner=at.name_of(known.owner)))


@app.command()
def respond(ctx: typer.Context, incident: str, by: str | None = None) -> None:
    """Say that somebody does something about it: the clock of the response stops."""
    _act(ctx, incident, by, "respond", lambda it, p, c: it.respond(by=p, command_id=c))


@app.command()
def pause(
    ctx: typer.Context,
    incident: str,
    waits_for: Annotated[str, typer.Option("--for")],
    by: str | None = None,
) -> None:
    """Let its clock stand still while it waits for customer, part or permit."""
    what = choice_of(WaitsFor, waits_for)
    _act(ctx, incident, by, "pause", lambda it, p, c: it.pause(what, by=p, command_id=c), what)


@app.command()
def resume(ctx: typer.Context, incident: str, by: str | None = None) -> None:
    """Go on: its clock runs again."""
    _act(ctx, incident, by, "resume", lambda it, p, c: it.resume(by=p, command_id=c))


@app.command()
def diagnose(
    ctx: typer.Context,
    incident: str,
    words: str,
    problem: Annotated[str, typer.Option()],
    cause: Annotated[str, typer.Option()],
    by: str | None = None,
) -> None:
    """Say what is wrong and why; the latest counts."""
    what, why = choice_of(Problem, problem), choice_of(AlertCause, cause)
    _act(
        ctx,
        incident,
        by,
        "diagnose",
        lambda it, p, c: it.diagnose(what, why, words, by=p, command_id=c),
        *(what, why, words),
    )


@app.command()
def change(ctx: typer.Context, incident: str, words: str, by: str | None = None) -> None:
    """Say what was changed in the plant or its settings."""
    _act(ctx, incident, by, "change", lambda it, p, c: it.change(words, by=p, command_id=c), words)


@app.command()
def resolve(ctx: typer.Context, incident: str, by: str | None = None) -> None:
    """Say that the disturbance is over: its clock stops."""
    _act(ctx, incident, by, "resolve", lambda it, p, c: it.resolve(by=p, command_id=c))


@app.command()
def reopen(
    ctx: typer.Context, incident: str, reason: str | None = None, by: str | None = None
) -> None:
    """Say that it is not over after all; its clock goes on."""
    with opened(ctx, WRITER) as at:
        why = required(reason, "--reason", at.text("ask.reason"))
        now = at.system.clock.now()
        _acted(
            at,
            incident,
            by,
            "reopen",
            lambda it, p, c: it.reopen(why, by=p, now=now, command_id=c),
            why,
        )


@app.command()
def close(ctx: typer.Context, incident: str, by: str | None = None) -> None:
    """Sign an incident off; where its class demands it, that is another person."""
    _act(ctx, incident, by, "close", lambda it, p, c: it.close(by=p, command_id=c))


@app.command("hand-over")
def hand_over(ctx: typer.Context, incident: str, to: To = None, by: str | None = None) -> None:
    """Offer an incident to another; its owner stays its owner until the other takes it."""
    with opened(ctx, WRITER) as at:
        person, other = at.person(by, Right.WORK), other_person(at, to)
        row = incident_named(at, incident)
        command = command_of("hand over", row.incident, row.position, person, other)
        _desk(at).act(
            row.incident, lambda it: it.hand_over(to=other, by=person, command_id=command)
        )
        at.settle("operations")
        names = {"to": at.name_of(other), "owner": at.name_of(row.owner)}
        print(at.text("work.offered", number=row.number, **names))


@app.command()
def take(ctx: typer.Context, incident: str, by: str | None = None) -> None:
    """Own an incident that was offered."""
    _act(ctx, incident, by, "take", lambda it, p, c: it.take(by=p, command_id=c))


@app.command()
def join(
    ctx: typer.Context,
    incident: str,
    parent: str,
    by: str | None = None,
) -> None:
    """Make an incident part of another one with the same cause."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        row, whole = incident_named(at, incident), incident_named(at, parent)
        command = command_of("join", row.incident, 0, person, whole.incident)
        _desk(at).join(row.incident, whole.incident, by=person, command_id=command)
        at.settle("operations")
        print(at.text("work.joined", number=row.number, parent=whole.number))


@app.command("list")
def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all")] = False,  # noqa: FBT002 - a flag of the row
    *,
    as_json: Json = False,
) -> None:
    """List the incidents with their clocks, the oldest first; closed ones with --all."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_incidents(connection, at.site.schema, over=every)
            known = read_levels(connection, at.site.schema)
        now = at.system.clock.now()
        found = [(row, row.clocks(known, at.site.zone, now)) for row in rows]
        if as_json:
            print_json([{"incident": row, "clocks": for_machines(clocks)} for row, clocks in found])
            return
        print_incidents(at, found)


@app.command()
def show(ctx: typer.Context, incident: str, *, as_json: Json = False) -> None:
    """Show an incident: its clocks, its work orders, what happened."""
    with opened(ctx, WEB) as at:
        story = story_of(at, incident_named(at, incident))
        if as_json:
            parts = {field.name: getattr(story, field.name) for field in fields(story)}
            print_json({**parts, "clocks": for_machines(story.clocks)})
            return
        print_incident(at, story)


def _act(
    ctx: typer.Context,
    incident: str,
    by: str | None,
    act: str,
    do: Callable[[Incident, UUID, UUID], None],
    *said: object,
) -> None:
    with opened(ctx, WRITER) as at:
        _acted(at, incident, by, act, do, *said)


def _acted(
    at: Opened,
    incident: str,
    by: str | None,
    act: str,
    do: Callable[[Incident, UUID, UUID], None],
    *said: object,
) -> None:
    """Let a person do something with an incident, and say how it stands."""
    person = at.person(by, Right.WORK)
    row = incident_named(at, incident)
    command = command_of(act, row.incident, row.position, person, *said)
    desk = _desk(at)
    desk.act(row.incident, lambda it: do(it, person, command))
    at.settle("operations")
    known = desk.incident(row.incident)
    if act == "take":
        print(at.text("work.taken", number=row.number, owner=at.name_of(known.owner)))
    else:
        print(at.text("work.acted", number=row.number, state=at.text(f"work_state.{known.state}")))


def _desk(at: Opened) -> IncidentDesk:
    def known(account: str) -> bool:
        return at.books.find(account_id(at.site.key, account)) is not None

    return IncidentDesk(at.system.database, at.site, at.system.clock, known)


def _alert(at: Opened, name: str) -> UUID:
    found = at.queries.alerts_beginning(at.scope, name.lower())
    if len(found) != 1:
        raise WorkError.of("alert")
    return found[0]
