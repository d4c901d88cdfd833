"""In: `bill` verbs on exceptions. Out: exceptions shown and decided, the bridge. I/O: office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_facts, print_json, print_table, worded, working
from scripts.commands.tree import DONE, FINDINGS, Json

if runs():
    from billing.runs.bill_run import Choice
    from billing.runs.told import exception_told
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER
    from scripts.commands.bill_office import office_of, run_of

if TYPE_CHECKING:
    from billing.runs.deciding import Reviewed
    from billing.runs.exceptions import RunException


def add_decisions(app: typer.Typer) -> None:
    """Add the verbs by which a run is decided about."""
    app.command()(exceptions)
    app.command()(decide)
    app.command()(bridge)


def exceptions(ctx: typer.Context, run: str, *, as_json: Json = False) -> None:
    """Show what of a run a person should look at, the most money first; exit 1 while some wait."""
    with opened(ctx, WEB) as at:
        with working(at.text("bill.looking")):
            found = office_of(at).reviewed(run_of(at, run))
        if as_json:
            print_json([_row(found, each) for each in found.exceptions])
        else:
            _print(at, found)
        raise typer.Exit(FINDINGS if found.undecided else DONE)


def decide(
    ctx: typer.Context,
    run: str,
    why: Annotated[str, typer.Option()],
    cause: str | None = None,
    account: list[str] | None = None,
    by: str | None = None,
    *,
    accept: bool = False,
    correct: bool = False,
    estimate: bool = False,
    hold: bool = False,
) -> None:
    """Decide about a run's exceptions of one cause, or about all that wait (billing clerk)."""
    given = {"accept": accept, "correct": correct, "estimate": estimate, "hold": hold}
    named = [name for name, said in given.items() if said]
    if len(named) != 1:
        raise typer.BadParameter("--accept, --correct, --estimate, --hold")
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_RUNS)
        done = office_of(at).decide(
            run_of(at, run),
            person,
            Choice(named[0]),
            why,
            cause=cause,
            accounts=account or (),
            command_id=uuid4(),
        )
        at.settle("books")
        print(at.text(f"bill.decided.{named[0]}", count=len(done), run=run))


def bridge(ctx: typer.Context, run: str, *, as_json: Json = False) -> None:
    """Show from which total a run comes, by cause, and where the supply went."""
    with opened(ctx, WEB) as at:
        with working(at.text("bill.looking")):
            found = office_of(at).reviewed(run_of(at, run))
        if as_json:
            print_json(_bridge_json(found))
            return
        _print_bridge(at, found)


def _row(found: Reviewed, each: RunException) -> dict[str, object]:
    decision = found.decision(each)
    return {
        "key": each.key,
        "cause": each.cause,
        "account": each.account,
        "point": each.point,
        "money": each.money,
        "barred": each.barred,
        "asked": each.asked,
        "proof": dict(each.proof),
        "decision": None if decision is None else decision.choice,
        "why": None if decision is None else decision.why,
        "by": None if decision is None else decision.by,
    }


def _print(at: Opened, found: Reviewed) -> None:
    keys = ("cause", "account", "point", "money", "currency", "what", "decision")
    rows = [
        (
            each.cause,
            each.account,
            each.point or "",
            each.money,
            at.site.currency,
            exception_told(at.language, each, at.site.zone),
            _decided(at, found, each),
        )
        for each in found.exceptions
    ]
    heads = [at.text(f"bill.head.{key}") for key in keys]
    print_table(heads, rows, right=(3,), below=(5, 6))
    waiting = found.undecided
    print(at.text("bill.waiting", count=len(waiting), money=sum(each.money for each in waiting)))


def _supplied(at: Opened, row: Mapping[str, object], key: str) -> object:
    value = row[key]
    if key == "utility":
        return worded(at.language, "utility", value)
    return "" if value is None else value


def _decided(at: Opened, found: Reviewed, each: RunException) -> str:
    decision = found.decision(each)
    if decision is not None:
        return f"{at.text(f'bill.choice.{decision.choice}')}: {decision.why}"
    return at.text("bill.choice.open") if each.asked else ""


def _bridge_json(found: Reviewed) -> dict[str, object]:
    told = found.bridge
    return {
        "before": found.before,
        "bridge": None
        if told is None
        else {
            "before": told.before,
            "after": told.after,
            "causes": dict(told.causes),
            "accounts": {key: dict(parts) for key, parts in told.accounts.items()},
        },
        "reconciliation": [row.document() for row in found.reconciliation],
    }


def _print_bridge(at: Opened, found: Reviewed) -> None:
    told = found.bridge
    if told is None:
        print(at.text("bill.no_run_before"))
    else:
        rows = [(at.text("bill.bridge.before", run=found.before), f"{told.before}")]
        rows += [
            (at.text(f"bill.bridge.{cause}"), f"{money:+}")
            for cause, money in told.causes.items()
            if money
        ]
        print_facts([*rows, (at.text("bill.bridge.after"), f"{told.after}")])
    print()
    keys = ("utility", "unit", "supplied", "billed", "own_use", "loss")
    table = [[_supplied(at, row.document(), key) for key in keys] for row in found.reconciliation]
    print_table([at.text(f"bill.head.{key}") for key in keys], table, right=(2, 3, 4, 5))
