"""In: `pay write-off|write-offs|approve|refuse`. Out: amounts given up by two people. I/O."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import opened
from scripts.commands.pay_options import (
    Day,
    Reason,
    day_of,
    once,
    past_day_of,
    receivables_of,
)
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import Json, Words
from scripts.commands.typed import amount_of

if runs():
    from billing.views.owed import read_write_offs
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER


def add_write_offs(app: Words) -> None:
    """Add the verbs about write-offs."""
    app.command("write-off")(write_off)
    app.command("write-offs")(write_offs)
    app.command()(approve)
    app.command()(refuse)


def write_off(
    ctx: typer.Context,
    item: str,
    reason: Reason,
    amount: Annotated[str | None, typer.Option()] = None,
    by: str | None = None,
) -> None:
    """Propose to give up what is open of a document, or a part of it (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        at.settle("books")
        identity = receivables_of(at).propose_write_off(
            item,
            None if amount is None else amount_of(amount),
            reason=reason,
            by=person,
            command_id=once(at, "write off", item, amount, reason, person, day_of(at, None)),
        )
        at.settle("books")
        print(at.text("pay.write_off_proposed", write_off=str(identity)[:8], item=item))


def write_offs(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List write-offs, proposed and decided."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_write_offs(connection, at.site.schema)
        if as_json:
            print_json(rows)
            return
        keys = ("write_off", "item", "account", "amount", "state", "reason", "by")
        table = [
            (
                str(row.write_off)[:8],
                row.item,
                row.account,
                row.amount,
                at.text(f"pay.state.{row.state}"),
                row.reason,
                at.name_of(row.proposed_by),
            )
            for row in rows
        ]
        print_table(
            [at.text(f"pay.head.{key}") for key in keys],
            table,
            right=(3,),
            nothing=at.text("none.write_offs"),
        )


def approve(ctx: typer.Context, write_off: str, on: Day = None, by: str | None = None) -> None:
    """Agree to a write-off as a second person (billing approver)."""
    _decide(ctx, write_off, on, by, agreed=True)


def refuse(ctx: typer.Context, write_off: str, by: str | None = None) -> None:
    """Refuse a write-off: the amount stays open (billing approver)."""
    _decide(ctx, write_off, None, by, agreed=False)


def _decide(ctx: typer.Context, write_off: str, on: Day, by: str | None, *, agreed: bool) -> None:
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.APPROVE)
        at.settle("books")
        amount = receivables_of(at).decide_write_off(
            write_off, agreed=agreed, on=past_day_of(at, on), by=person, command_id=uuid4()
        )
        at.settle("books")
        key = "pay.written_off" if agreed else "pay.write_off_refused"
        print(at.text(key, write_off=write_off, amount=amount))
