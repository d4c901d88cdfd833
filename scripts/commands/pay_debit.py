"""In: `pay mandate|mandates|mandate-end|debit`. Out: mandates, and a file for the bank. I/O."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.pay_options import Day, day_of
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import Json, Words

if runs():
    from billing.bank.debits import Debits
    from billing.bank.mandate import checked_iban
    from billing.bank.pain008 import Creditor
    from billing.views.bank import read_mandates
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER


def add_debit(app: Words) -> None:
    """Add the verbs about mandates and collections."""
    app.command()(mandate)
    app.command()(mandates)
    app.command("mandate-end")(mandate_end)
    app.command()(debit)


def mandate(
    ctx: typer.Context,
    account: str,
    reference: str,
    iban: Annotated[str, typer.Option()],
    name: Annotated[str, typer.Option()],
    signed: Annotated[datetime, typer.Option("--signed", formats=["%Y-%m-%d"])],
    bic: Annotated[str, typer.Option()] = "",
    by: str | None = None,
) -> None:
    """Note a signed mandate of an account: what it owes may be collected (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        _debits(at).sign(
            reference,
            account,
            name=name,
            iban=iban,
            bic=bic,
            signed_on=signed.date(),
            by=person,
            command_id=uuid4(),
        )
        at.settle("books")
        print(at.text("pay.mandate_signed", mandate=reference, account=account))


def mandates(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the mandates; of an IBAN the last four signs are shown."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_mandates(connection, at.site.schema)
        told = [
            (
                row.mandate,
                row.account,
                at.system.vault.open(row.person, row.iban_sealed)[-4:],
                row.signed_on,
                row.collected,
                row.ended_on,
            )
            for row in rows
        ]
        keys = ("mandate", "account", "iban", "signed_on", "collected", "ended_on")
        if as_json:
            print_json([dict(zip(keys, row, strict=True)) for row in told])
            return
        print_table(
            [at.text(f"pay.head.{key}") for key in keys],
            told,
            right=(4,),
            nothing=at.text("none.mandates"),
        )


def mandate_end(ctx: typer.Context, reference: str, on: Day = None, by: str | None = None) -> None:
    """Withdraw a mandate (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        _debits(at).end(reference, on=day_of(at, on), by=person, command_id=uuid4())
        at.settle("books")
        print(at.text("pay.mandate_ended", mandate=reference))


def debit(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option("--out")],
    due: Annotated[datetime, typer.Option("--due", formats=["%Y-%m-%d"])],
    creditor: Annotated[str, typer.Option("--creditor")],
    iban: Annotated[str, typer.Option()],
    bic: Annotated[str, typer.Option()] = "",
    on: Day = None,
    again: Annotated[list[str] | None, typer.Option("--again")] = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Write a pain.008 file that collects what is due on accounts with a mandate."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        at.settle("books")
        with out.open("wb") as file:  # first: a collection without its file would be for nothing
            books = at.books
            found = _debits(at).collect(
                Creditor(
                    name=books.issuer().name, iban=checked_iban(iban), bic=bic, creditor_id=creditor
                ),
                due_by=due.date(),
                again_for=again or (),
                collect_on=day_of(at, on),
                by=person,
                command_id=uuid4(),
            )
            file.write(found.octets)
        at.settle("books")
        if as_json:
            print_json({"collection": found.collection, "total": found.total, "file": out})
            return
        count = len(found.debits)
        print(at.text("pay.debited", number=count, total=found.total, file=out))


def _debits(at: Opened) -> Debits:
    return Debits(at.books, at.system.vault)
