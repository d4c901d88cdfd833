"""In: `contingency` verbs. Out: plans reviewed, activated, their log told. I/O: desks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.contingency_print import (
    print_activation,
    print_activations,
    print_due,
    print_plans,
)
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_json
from scripts.commands.tree import Json, group
from scripts.commands.work_frame import choice_of, command_of, instant_of, text_of

if TYPE_CHECKING:
    from energy.service.contingency.activation import Activation
if runs():
    from dashboards.security.scope import Right
    from energy.service.contingency.desk import ContingencyDesk
    from energy.service.contingency.reads import (
        ActivationRow,
        activation_named,
        last_call,
        read_activations,
        read_due,
        read_plans,
        read_story,
    )
    from energy.service.contingency.steps import CallState, parse_contingency
    from energy.system import WEB, WRITER

app = group("contingency")


@app.command()
def draft(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Write the next version of the plan of a file; it holds when another person reviewed it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        steps = parse_contingency(text_of(file))
        at.settle("operations")
        with at.system.database.connection() as connection:
            every = read_plans(connection, at.site.schema)
        # The newest version says it already: that is the same command.
        known = [each for each in every if each.key == steps.key and each.steps != steps]
        said = (at.site.key, repr(steps), str(len(known)), str(person))
        command = id_of("command", "draft contingency", *said)
        version = _desk(at).draft(steps, by=person, command_id=command)
        at.settle("operations")
        print(at.text("contingency.drafted", plan=steps.key, version=version))


@app.command()
def review(ctx: typer.Context, key: str, version: int, by: str | None = None) -> None:
    """Let a version of a plan be the one that is activated, as another person than its author."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        said = (at.site.key, repr(key), str(version), str(person))
        command = id_of("command", "review contingency", *said)
        _desk(at).review(key, version, by=person, command_id=command)
        at.settle("operations")
        print(at.text("contingency.reviewed", plan=key, version=version))


@app.command()
def activate(
    ctx: typer.Context,
    key: str,
    reason: str | None = None,
    incident: str = "",
    *,
    drill: Annotated[bool, typer.Option("--drill")] = False,
    by: str | None = None,
) -> None:
    """Activate a plan, in earnest or as a drill; of one incident, reason and person it is one."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        why = required(reason, "--reason", at.text("ask.reason"))
        at.settle("operations")
        with at.system.database.connection() as connection:
            every = read_activations(connection, at.site.schema, over=True)
        over = sum(each.key == key and each.closed_at is not None for each in every)
        said = (at.site.key, str(over), repr((key, why, incident, drill)), str(person))
        command = id_of("command", "activate contingency", *said)
        made = _desk(at).activate(
            key, why, drill=drill, incident=incident, by=person, command_id=command
        )
        at.settle("operations")
        number = _desk(at).activation(made).number
        print(at.text("contingency.drill" if drill else "contingency.activated", number=number))
        _show(at, number)


@app.command()
def call(
    ctx: typer.Context,
    number: str,
    call: int,
    result: str,
    words: str = "",
    by: str | None = None,
) -> None:
    """Note what came of a call of the call tree: reached or not_reached; the latest counts."""
    with opened(ctx, WRITER) as at:
        found = choice_of(CallState, result)
        _act(
            at,
            number,
            by,
            ("call", call, result, words),
            lambda it, person, command: it.call(call, found, words, by=person, command_id=command),
        )
        print(at.text("contingency.called", number=number.upper(), call=call))


@app.command()
def step(
    ctx: typer.Context,
    number: str,
    step: int,
    when: Annotated[str | None, typer.Option("--at")] = None,
    by: str | None = None,
) -> None:
    """Say that a step was done, now or at a minute that has been."""
    with opened(ctx, WRITER) as at:
        now = at.system.clock.now()
        done = now if when is None else instant_of(at, when)
        _act(
            at,
            number,
            by,
            ("step", step),
            lambda it, person, command: it.do(
                step, at=done, by=person, now=now, command_id=command
            ),
        )
        print(at.text("contingency.done", number=number.upper(), step=step))


@app.command()
def skip(
    ctx: typer.Context, number: str, step: int, reason: str | None = None, by: str | None = None
) -> None:
    """Leave a step out, with its reason."""
    with opened(ctx, WRITER) as at:
        why = required(reason, "--reason", at.text("ask.reason"))
        _act(
            at,
            number,
            by,
            ("skip", step, why),
            lambda it, person, command: it.skip(step, why, by=person, command_id=command),
        )
        print(at.text("contingency.skipped", number=number.upper(), step=step))


@app.command()
def finding(ctx: typer.Context, number: str, words: str, by: str | None = None) -> None:
    """Note what an activation or a drill showed that is to be done better."""
    with opened(ctx, WRITER) as at:
        _act(
            at,
            number,
            by,
            ("finding", words),
            lambda it, person, command: it.find(words, by=person, command_id=command),
        )
        print(at.text("contingency.found", number=number.upper()))


@app.command()
def close(ctx: typer.Context, number: str, words: str | None = None, by: str | None = None) -> None:
    """End an activation when every step and call is settled."""
    with opened(ctx, WRITER) as at:
        said = required(words, "--words", at.text("ask.reason"))
        _act(
            at,
            number,
            by,
            ("close", said),
            lambda it, person, command: it.close(said, by=person, command_id=command),
        )
        print(at.text("contingency.closed", number=number.upper()))


@app.command()
def plans(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the contingency plans, version by version, with steps and call tree."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_plans(connection, at.site.schema)
        if as_json:
            print_json(rows)
            return
        print_plans(at, rows)


@app.command()
def due(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List when the next drill of each plan is due, the first due first."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_due(connection, at.site, at.system.clock.now())
        if as_json:
            print_json(rows)
            return
        print_due(at, rows)


@app.command("list")
def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all")] = False,  # noqa: FBT002 - a flag of the row
    *,
    as_json: Json = False,
) -> None:
    """List the activations under way, the latest first; --all lists all."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_activations(connection, at.site.schema, over=every)
        if as_json:
            print_json(rows)
            return
        print_activations(at, rows)


@app.command()
def show(ctx: typer.Context, number: str, *, as_json: Json = False) -> None:
    """Show an activation: each step with its clock, the call tree, what was found."""
    with opened(ctx, WEB) as at:
        if as_json:
            with at.system.database.connection() as connection:
                row = activation_named(connection, at.site.schema, number)
                print_json(read_story(connection, at.site, row, at.system.clock.now()))
            return
        _show(at, number)


def _show(at: Opened, number: str) -> None:
    with at.system.database.connection() as connection:
        row = activation_named(connection, at.site.schema, number)
        story = read_story(connection, at.site, row, at.system.clock.now())
    print_activation(at, story)


def _act(
    at: Opened,
    number: str,
    by: str | None,
    said: tuple[object, ...],
    act: Callable[[Activation, UUID, UUID], None],
) -> None:
    """Let somebody say something of an activation; said again of what stands, it is one."""
    person, row = at.person(by, Right.WORK), _row(at, number)
    # A call may come to the same again behind another result: what was said last tells it apart.
    seen = _last_call(at, row) if said[0] == "call" else 0
    command = command_of(f"contingency {said[0]}", row.activation, seen, person, *said[1:])
    _desk(at).act(row.activation, lambda it: act(it, person, command))
    at.settle("operations")


def _last_call(at: Opened, row: ActivationRow) -> int:
    with at.system.database.connection() as connection:
        return last_call(connection, at.site.schema, row.activation)


def _desk(at: Opened) -> ContingencyDesk:
    return ContingencyDesk(at.system.database, at.site, at.system.clock)


def _row(at: Opened, number: str) -> ActivationRow:
    with at.system.database.connection() as connection:
        return activation_named(connection, at.site.schema, number)
