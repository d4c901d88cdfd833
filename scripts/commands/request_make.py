"""In: `request` verbs that make work. Out: work orders and incidents of requests. I/O: desks."""

from __future__ import annotations

from typing import Annotated

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import opened
from scripts.commands.request_frame import desk_of, request_named
from scripts.commands.work_frame import choice_of, command_of

if runs():
    from dashboards.security.scope import Right
    from energy.service.work.heard import Spot
    from energy.service.work.job import Job
    from energy.service.work.kinds import OrderKind, Urgency
    from energy.system import WRITER

Level = Annotated[str, typer.Option("--class")]


def add_making(app: typer.Typer) -> None:
    """Add the verbs by which a request becomes work."""
    app.command("order")(order)
    app.command("incident")(incident)


def order(
    ctx: typer.Context,
    request: str,
    what: str,
    level: Level = "",
    kind: str = "corrective",
    checklist: str = "",
    by: str | None = None,
) -> None:
    """Make a work order from a request; both are stored together."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.SERVE), request_named(at, request)
        # The same words about a request are one order, however far the request is meanwhile.
        said = (what, level, kind, checklist)
        command = command_of("request order", row.request, 0, person, *said)
        desk = desk_of(at)
        job = Job(
            kind=choice_of(OrderKind, kind),
            what=what,
            spot=Spot(),
            since=at.system.clock.now().replace(second=0, microsecond=0),
        )
        thing = desk.make_order(
            row.request, job, level, checklist=checklist, by=person, command_id=command
        )
        at.settle("operations")
        made = desk.request(row.request).made[thing]
        print(at.text("request.made", number=row.number, made=made))


def incident(
    ctx: typer.Context,
    request: str,
    what: str,
    level: Level = "",
    urgency: str = "normal",
    by: str | None = None,
) -> None:
    """Open an incident from a request; both are stored together, and its clock began with it."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.SERVE), request_named(at, request)
        said = (what, level, urgency)
        command = command_of("request incident", row.request, 0, person, *said)
        desk, soon = desk_of(at), choice_of(Urgency, urgency)
        thing = desk.make_incident(row.request, what, level, soon, by=person, command_id=command)
        at.settle("operations")
        made = desk.request(row.request).made[thing]
        print(at.text("request.made", number=row.number, made=made))
