"""In: verbs of planned maintenance. Out: plans, what is due, what was done, orders. I/O: desks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.equipment_frame import heads, one_of, piece_named, quoted
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import in_zone, print_json, print_table
from scripts.commands.tree import DONE, FINDINGS, Json
from scripts.commands.work_frame import other_person

if runs():
    from dashboards.note_words import wall_instant
    from dashboards.security.scope import Right
    from energy.service.equipment.maintenance import (
        CALENDAR,
        DueState,
        Every,
        PlanKind,
        PlanSpec,
        TestResult,
    )
    from energy.service.equipment.plan_desk import PlanDesk
    from energy.service.equipment.plan_reads import (
        DueRow,
        PlanRow,
        find_plan,
        read_due,
        read_past_plans,
        read_plans,
    )
    from energy.service.equipment.words import EquipmentClass, EquipmentError
    from energy.service.work.order_desk import WorkOrderDesk
    from energy.system import WEB, WRITER

Level = Annotated[str, typer.Option("--class")]


def add_plans(app: typer.Typer) -> None:
    """Add the verbs of planned maintenance to the group."""
    app.command("plan")(plan_)
    app.command("change-plan")(change_plan_)
    app.command("end-plan")(end_plan_)
    app.command("plans")(plans_)
    app.command("due")(due_)
    app.command("done")(done_)
    app.command("order")(order_)


def plan_(
    ctx: typer.Context,
    name: str,
    every: Annotated[str, typer.Option()],
    of: str = "",
    of_class: Annotated[str, typer.Option("--class")] = "",
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    rule: str = "",
    kind: str = "maintenance",
    orders: str = "",
    checklist: str = "",
    owner: str | None = None,
    by: str | None = None,
) -> None:
    """Plan what is done again and again: by calendar, by run hours, by a rule's alerts."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        number, unit = _every(every)
        spec = PlanSpec(
            kind=PlanKind(one_of(kind.replace("-", "_"), "--kind", PlanKind)),
            name=name,
            equipment=piece_named(at, of).number if of else "",
            of_class=one_of(of_class, "--class", EquipmentClass) if of_class else "",
            every=unit,
            number=number,
            first_on=None if first is None else first.date(),
            rule=rule,
            level=orders,
            checklist=checklist,
            owner="" if owner is None else str(other_person(at, owner)),
        )
        said = (*(str(each) for each in spec.to_json().values()), str(person), _gone(at, spec))
        identity = _desk(at).plan(
            spec,
            by=person,
            command_id=id_of("command", "plan maintenance", at.site.key, *quoted(said)),
        )
        at.settle("operations")
        with at.system.database.connection() as connection:
            known = read_plans(connection, at.site.schema)
        (row,) = [each for each in known if each.plan == identity]
        print(at.text("equipment.planned", number=row.number))


def change_plan_(
    ctx: typer.Context,
    plan: str,
    name: str | None = None,
    every: str | None = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    rule: str | None = None,
    orders: str | None = None,
    checklist: str | None = None,
    owner: str | None = None,
    by: str | None = None,
) -> None:
    """Plan it otherwise from now on: a new version; orders that were made keep what they say."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.PLAN_WORK), _plan(at, plan)
        number, unit = (row.spec.number, row.spec.every) if every is None else _every(every)
        said: dict[str, object] = {
            "name": name,
            "first_on": None if first is None else first.date().isoformat(),
            "rule": rule,
            "level": orders,
            "checklist": checklist,
            "owner": str(other_person(at, owner)) if owner else owner,
        }
        kept = {key: value for key, value in said.items() if value is not None}
        if unit not in CALENDAR:
            kept["first_on"] = None
        spec = PlanSpec.from_json({**row.spec.to_json(), "number": number, "every": unit, **kept})
        words = (*(str(each) for each in spec.to_json().values()), str(person), str(row.position))
        _desk(at).change(
            row.plan,
            spec,
            by=person,
            command_id=id_of("command", "change plan", str(row.plan), *quoted(words)),
        )
        at.settle("operations")
        version = _plan(at, row.number).version
        print(at.text("equipment.plan_changed", number=row.number, version=version))


def end_plan_(ctx: typer.Context, plan: str, by: str | None = None) -> None:
    """Plan it no more; what was done stays."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.PLAN_WORK), _plan(at, plan)
        command = id_of("command", "end plan", str(row.plan), str(person))
        _desk(at).end(row.plan, by=person, command_id=command)
        at.settle("operations")
        print(at.text("equipment.plan_ended", number=row.number))


def plans_(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the plans of maintenance in the order of the numbers."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_plans(connection, at.site.schema)
        if as_json:
            print_json(found)
            return
        keys = ("number", "version", "plan_kind", "what", "whom", "every", "first_on", "orders")
        rows = [
            (
                *(row.number, row.version),
                *(at.text(f"equipment_plan_kind.{row.spec.kind}"), row.spec.name),
                row.spec.equipment or at.text(f"equipment_class.{row.spec.of_class}"),
                *(_told_every(at, row.spec), row.spec.first_on, row.spec.level or None),
                row.ended_on,
            )
            for row in found
        ]
        print_table(heads(at, (*keys, "ended_on")), rows, nothing=at.text("equipment.none_plans"))


def due_(
    ctx: typer.Context,
    *,
    every: Annotated[bool, typer.Option("--all")] = False,
    as_json: Json = False,
) -> None:
    """List what is due of which piece; exit 1 when anything is."""
    with opened(ctx, WEB) as at:
        known = _due(at)
        waiting = [row for row in known if row.due.state is DueState.DUE]
        found = known if every else waiting
        if as_json:
            print_json(found)
        else:
            keys = ("due", "on", "left_h", "plan", "what", "piece", "name", "last_done")
            rows = [
                (
                    *(at.text(f"equipment_due.{row.due.state}"), row.due.on),
                    None if row.due.left_h is None else round(row.due.left_h),
                    *(row.plan.number, row.plan.spec.name, row.piece.number, row.piece.name),
                    in_zone(row.last_done, at.site.zone),
                )
                for row in found
            ]
            nothing = at.text("equipment.none_due")
            print_table(heads(at, keys), rows, right=(2,), nothing=nothing)
        raise typer.Exit(FINDINGS if waiting else DONE)


def done_(
    ctx: typer.Context,
    plan: str,
    equipment: str,
    at_: Annotated[str, typer.Option("--at")],
    minutes: int | None = None,
    by: str | None = None,
    *,
    started: bool | None = None,
    took_load: bool = False,
) -> None:
    """Record that a plan was done to a piece; of standby pieces with how it went."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.WORK), _plan(at, plan)
        piece = piece_named(at, equipment)
        result = None
        if started is not None and minutes is not None:
            result = TestResult(started=started, took_load=took_load, minutes=minutes)
        elif started is not None or minutes is not None or took_load:
            raise EquipmentError.of("result")
        instant = wall_instant(at_, at.site.zone)
        said = (piece.number, instant.isoformat(), str(result), str(person))
        _desk(at).done(
            row.plan,
            piece.number,
            at=instant,
            result=result,
            by=person,
            command_id=id_of("command", "done by plan", str(row.plan), *quoted(said)),
        )
        at.settle("operations")
        failed = result is not None and not result.passed(row.spec.kind)
        key = "equipment.failed" if failed else "equipment.done"
        print(at.text(key, plan=row.number, number=piece.number))


def order_(
    ctx: typer.Context,
    plan: str,
    equipment: str,
    level: Level,
    checklist: str = "",
    by: str | None = None,
) -> None:
    """Make the work order of what is due of a piece; of each time it is due one."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.WORK), _plan(at, plan)
        number = piece_named(at, equipment).number
        due = [
            each
            for each in _due(at)
            if (each.plan.number, each.piece.number) == (row.number, number)
        ]
        if not due:
            raise EquipmentError.of("not_planned", plan=row.number, number=number)
        order = _desk(at).order(due[0], level, checklist=checklist, by=person)
        at.settle("operations")
        known = WorkOrderDesk(at.system.database, at.site, at.system.clock).order(order)
        print(at.text("equipment.ordered", order=known.number, plan=row.number, number=number))


def _gone(at: Opened, spec: PlanSpec) -> str:
    """Return how many plans of these words are gone: behind them the words make another plan."""
    same, gone = spec.checked(), 0
    with at.system.database.connection() as connection:
        for each in read_plans(connection, at.site.schema):
            past = read_past_plans(connection, at.site.schema, each.plan)
            first = past[0].spec if past else each.spec
            gone += first == same and (each.ended_on is not None or each.spec != same)
    return str(gone)


def _every(text: str) -> tuple[int, Every]:
    """Return the number and unit of "3 months", "500 hours", "alert"."""
    number, _, unit = text.strip().rpartition(" ")
    if unit == Every.ALERT and not number:
        return 1, Every.ALERT
    if unit not in set(Every) - {Every.ALERT} or not (number.isascii() and number.isdigit()):
        raise EquipmentError.of("every", text=text)
    return int(number[:9]), Every(unit)


def _told_every(at: Opened, spec: PlanSpec) -> str:
    return at.text(f"equipment_every.{spec.every}", number=spec.number, rule=spec.rule)


def _desk(at: Opened) -> PlanDesk:
    return PlanDesk(at.system.database, at.site, at.system.clock)


def _plan(at: Opened, number: str) -> PlanRow:
    with at.system.database.connection() as connection:
        return find_plan(connection, at.site.schema, number)


def _due(at: Opened) -> list[DueRow]:
    with at.system.database.connection() as connection:
        return read_due(connection, at.site.schema, at.site.zone, at.system.clock.now())
