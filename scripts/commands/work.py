"""In: `work` verbs. Out: work orders made, done, signed, shown. I/O: desks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from energy.base.ids import id_of
from energy.base.period import local_day
from scripts.commands.asked import runs
from scripts.commands.field_options import documents_of
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_json
from scripts.commands.tree import Json, group
from scripts.commands.work_frame import (
    choice_of,
    command_of,
    incident_named,
    instant_of,
    order_named,
    other_person,
    text_of,
)
from scripts.commands.work_print import (
    clock_of,
    for_machines,
    print_checklists,
    print_order,
    print_orders,
    story_of,
)

if runs():
    from dashboards.security.scope import Right
    from energy.service.work.checklist import parse_checklist
    from energy.service.work.desk import WorkPlanDesk
    from energy.service.work.heard import Spot
    from energy.service.work.job import Job, Part, Stretch
    from energy.service.work.kinds import OrderKind, WaitsFor
    from energy.service.work.order import WorkOrder
    from energy.service.work.order_desk import WorkOrderDesk
    from energy.service.work.reads import read_checklists, read_levels, read_orders
    from energy.system import WEB, WRITER
    from processes.installation import acting

app = group("work")
Level = Annotated[str, typer.Option("--class")]
To = Annotated[str | None, typer.Option("--to")]
Do = Callable[["WorkOrder", UUID, UUID], None]


@app.command()
def checklist(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Publish the checklist of a file: orders are made with it from now on."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        stated = parse_checklist(text_of(file))
        with at.system.database.connection() as connection:
            known = read_checklists(connection, at.site.schema)
        seen = {each.key: version for version, each in known}.get(stated.key, 0)
        said = (at.site.key, str(seen), repr(stated), str(person))
        version = WorkPlanDesk(at.system.database, at.site, at.system.clock).publish_checklist(
            stated, by=person, command_id=id_of("command", "publish checklist", *said)
        )
        at.settle("operations")
        print(at.text("work.checklist", name=stated.key, version=version))


@app.command()
def checklists(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show the checklists that orders are made with."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_checklists(connection, at.site.schema)
        if as_json:
            print_json([{"version": version, "checklist": each} for version, each in found])
            return
        print_checklists(at, found)


@app.command("open")
def open_(
    ctx: typer.Context,
    what: str,
    level: Level = "",
    kind: str = "corrective",
    incident: str = "",
    plan: str = "",
    equipment: str = "",
    place: str = "",
    node: str = "",
    point: str = "",
    since: str | None = None,
    due: str | None = None,
    checklist: str = "",
    by: str | None = None,
) -> None:
    """Make a work order, of an incident, a plan or alone; its maker owns it until it is taken."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        whole = incident_named(at, incident).incident if incident else None
        job = Job(
            kind=choice_of(OrderKind, kind),
            what=what,
            incident=whole,
            plan=plan,
            equipment=equipment,
            spot=Spot(place=place, node=node, point=point),
            since=instant_of(at, since),
            due_at=instant_of(at, due) if due is not None else None,
        )
        day = local_day(job.since, at.site.zone)  # the same words on another day are another one
        where = (plan, equipment, place, node, point, str(since), str(due), checklist, str(day))
        said = (what, level, kind, str(whole), *where, str(person))
        desk = _desk(at)
        order = desk.open(
            job,
            level,
            checklist=checklist,
            by=person,
            command_id=id_of("command", "open work order", at.site.key, repr(said)),
        )
        at.settle("operations")
        known = desk.order(order)
        print(at.text("work.opened", number=known.number, owner=at.name_of(known.owner)))


@app.command()
def assign(ctx: typer.Context, order: str, to: To = None, by: str | None = None) -> None:
    """Offer an order to who is to do it; its owner stays its owner until the other takes it."""
    with opened(ctx, WRITER) as at:
        other = other_person(at, to)
        number, owner = _acted(
            at, order, by, "assign", lambda it, p, c: it.assign(to=other, by=p, command_id=c), other
        )
        names = {"to": at.name_of(other), "owner": at.name_of(owner)}
        print(at.text("work.offered", number=number, **names))


@app.command()
def take(ctx: typer.Context, order: str, by: str | None = None) -> None:
    """Own an order and do it; what nobody was assigned to, anybody may take."""
    with opened(ctx, WRITER) as at:
        number, owner = _acted(at, order, by, "take", lambda it, p, c: it.take(by=p, command_id=c))
        print(at.text("work.taken", number=number, owner=at.name_of(owner)))


@app.command()
def begin(
    ctx: typer.Context,
    order: str,
    when: Annotated[str | None, typer.Option("--at")] = None,
    by: str | None = None,
) -> None:
    """Begin the work, now or at a stated time."""
    with opened(ctx, WRITER) as at:
        first, now = instant_of(at, when), at.system.clock.now()
        do: Do = lambda it, p, c: it.begin(at=first, by=p, now=now, command_id=c)  # noqa: E731
        _acted(at, order, by, "begin", do, when)
        _say_state(at, order)


@app.command()
def pause(
    ctx: typer.Context,
    order: str,
    waits_for: Annotated[str, typer.Option("--for")],
    by: str | None = None,
) -> None:
    """Wait for customer, part or permit."""
    what = choice_of(WaitsFor, waits_for)
    _act(ctx, order, by, "pause", lambda it, p, c: it.pause(what, by=p, command_id=c), what)


@app.command()
def resume(ctx: typer.Context, order: str, by: str | None = None) -> None:
    """Go on with the work."""
    _act(ctx, order, by, "resume", lambda it, p, c: it.resume(by=p, command_id=c))


@app.command()
def part(
    ctx: typer.Context,
    order: str,
    item: str,
    number: Annotated[int, typer.Option()],
    unit: str = "pcs",
    again: int = 0,
    by: str | None = None,
) -> None:
    """Say what was used up or built in; told twice in the same words it is once."""
    used = Part(item=item, number=number, unit=unit).checked()
    with opened(ctx, WRITER) as at:
        do: Do = lambda it, p, c: it.use(used, by=p, command_id=c)  # noqa: E731
        told, _ = _acted(at, order, by, "part", do, used, again, seen=False)
        print(at.text("work.told", number=told))


@app.command()
def time(
    ctx: typer.Context,
    order: str,
    first: Annotated[str, typer.Option("--from")],
    last: Annotated[str, typer.Option("--to")],
    person: str = "",
    by: str | None = None,
) -> None:
    """Say how long somebody worked: who says it, or another person."""
    with opened(ctx, WRITER) as at:
        own = at.person(by, Right.WORK)
        who = acting(at.system, person, at.site, Right.WORK) if person else own
        spent = Stretch(person=who, began_at=instant_of(at, first), ended_at=instant_of(at, last))
        now = at.system.clock.now()
        do: Do = lambda it, p, c: it.spend(spent, by=p, now=now, command_id=c)  # noqa: E731
        told, _ = _acted(at, order, by, "time", do, spent, seen=False)
        print(at.text("work.told", number=told))


@app.command()
def answer(ctx: typer.Context, order: str, item: str, value: str, by: str | None = None) -> None:
    """Answer a question of the checklist: yes, no, a number or words; the latest counts."""
    with opened(ctx, WRITER) as at:
        do: Do = lambda it, p, c: it.answer(item, value, by=p, command_id=c)  # noqa: E731
        told, _ = _acted(at, order, by, "answer", do, item, value)
        print(at.text("work.told", number=told))


@app.command()
def paper(
    ctx: typer.Context,
    order: str,
    photo: Annotated[list[Path], typer.Option()],
    by: str | None = None,
) -> None:
    """Keep photos or papers with an order."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        row = order_named(at, order)
        for document in documents_of(at, photo):
            sha256 = _desk(at).add_paper(
                row.work_order,
                document.content,
                document.media_type,
                by=person,
                command_id=command_of("paper", row.work_order, 0, person, document.sha256),
            )
            print(at.text("work.paper", number=row.number, sha256=sha256))
        at.settle("operations")


@app.command()
def done(ctx: typer.Context, order: str, by: str | None = None) -> None:
    """Say that the work is done; where its class demands it, another person signs."""
    _act(ctx, order, by, "done", lambda it, p, c: it.finish(by=p, command_id=c))


@app.command()
def sign(ctx: typer.Context, order: str, by: str | None = None) -> None:
    """Sign as a second person that the work is done."""
    _act(ctx, order, by, "sign", lambda it, p, c: it.sign(by=p, command_id=c))


@app.command()
def refuse(
    ctx: typer.Context, order: str, reason: str | None = None, by: str | None = None
) -> None:
    """Send an order back to its doer as a second person."""
    with opened(ctx, WRITER) as at:
        why = required(reason, "--reason", at.text("ask.reason"))
        do: Do = lambda it, p, c: it.refuse(why, by=p, command_id=c)  # noqa: E731
        _acted(at, order, by, "refuse", do, why)
        _say_state(at, order)


@app.command()
def cancel(
    ctx: typer.Context, order: str, reason: str | None = None, by: str | None = None
) -> None:
    """Let an order not be done."""
    with opened(ctx, WRITER) as at:
        why = required(reason, "--reason", at.text("ask.reason"))
        do: Do = lambda it, p, c: it.cancel(why, by=p, command_id=c)  # noqa: E731
        _acted(at, order, by, "cancel", do, why)
        _say_state(at, order)


@app.command("list")
def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all")] = False,  # noqa: FBT002 - a flag of the row
    *,
    as_json: Json = False,
) -> None:
    """List the work orders, the oldest first; those that are over with --all."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            levels = read_levels(connection, at.site.schema)
            rows = read_orders(connection, at.site.schema, over=every)
        found = [(row, clock_of(at, levels, row)) for row in rows]
        if as_json:
            print_json([for_machines(row, clock) for row, clock in found])
            return
        print_orders(at, found)


@app.command()
def show(ctx: typer.Context, order: str, *, as_json: Json = False) -> None:
    """Show a work order: parts, time, checklist, papers, what happened."""
    with opened(ctx, WEB) as at:
        story = story_of(at, order_named(at, order))
        if as_json:
            print_json(for_machines(story, story.clock))
            return
        print_order(at, story)


def _act(ctx: typer.Context, order: str, by: str | None, act: str, do: Do, *said: object) -> None:
    with opened(ctx, WRITER) as at:
        _acted(at, order, by, act, do, *said)
        _say_state(at, order)


def _acted(
    at: Opened, order: str, by: str | None, act: str, do: Do, *said: object, seen: bool = True
) -> tuple[str, UUID]:
    """Let a person do something with an order; return its number and its owner then.

    Args:
        at: The site.
        order: Number, or beginning of the id.
        by: Sign-in of the person.
        act: Names the command.
        do: Does it.
        said: What the command says.
        seen: Whether the same words are another command once something else happened.
    """
    person = at.person(by, Right.WORK)
    row = order_named(at, order)
    position = row.position if seen else 0
    command = command_of(act, row.work_order, position, person, *said)
    desk = _desk(at)
    desk.act(row.work_order, lambda it: do(it, person, command), command_id=command)
    at.settle("operations")
    return row.number, desk.order(row.work_order).owner


def _say_state(at: Opened, order: str) -> None:
    row = order_named(at, order)
    print(at.text("work.acted", number=row.number, state=at.text(f"work_state.{row.state}")))


def _desk(at: Opened) -> WorkOrderDesk:
    return WorkOrderDesk(at.system.database, at.site, at.system.clock)
