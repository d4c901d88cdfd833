"""In: `supplier` verbs. Out: purchase invoices entered, checked, paid; recovery. I/O: the books."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.pay_options import (
    Day,
    Reason,
    day_of,
    once,
    past_day_of,
)
from scripts.commands.printing import percent, print_facts, print_json, print_table, working
from scripts.commands.tree import FINDINGS, Json, group
from scripts.commands.typed import amount_of, means_of

if runs():
    from billing.ledger.sheets import Sheet, SheetFormat, written
    from billing.suppliers.office import CheckedPurchase, SupplierOffice
    from billing.views.suppliers import read_purchases
    from dashboards.security.scope import Right
    from energy.journal.application import JournalApplication
    from energy.system import WEB, WRITER
    from processes.import_purchases import read_purchases_file

app = group("supplier")
FirstDay = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
LastDay = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])]


@app.command()
def enter(
    ctx: typer.Context,
    file: Path,
    by: str | None = None,
    *,
    preview: bool = False,
    as_json: Json = False,
) -> None:
    """Enter the purchase invoices of a CSV or XLSX file, all or none (billing clerk)."""
    with opened(ctx, WEB if preview else WRITER) as at:
        person = None if preview else at.person(by, Right.ISSUE)
        found = read_purchases_file(file, at.site.currency)
        if person is not None:
            at.settle("books")
            found = SupplierOffice(at.books).enter(
                found, file=file.name, by=person, command_id=uuid4()
            )
            at.settle("books")
        if as_json:
            print_json(found)
            return
        for each in found:
            for problem in each.problems():
                print(at.text("pay.purchase_problem", number=each.number, problem=problem))
        key = "pay.purchases_would" if preview else "pay.purchases_entered"
        print(at.text(key, number=len(found)))


@app.command("list")
def list_(ctx: typer.Context, utility: str | None = None, *, as_json: Json = False) -> None:
    """List the purchase invoices with what was found and paid."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_purchases(connection, at.site.schema, utility=utility)
        if as_json:
            print_json(rows)
            return
        keys = ("supplier", "number", "utility", "first_day", "last_day", "net", "total", "paid",
                "state", "own_net")  # fmt: skip
        table = [
            (
                row.supplier,
                row.number,
                at.say(f"utility.{row.utility}"),
                row.first_day,
                row.last_day,
                row.net,
                row.total,
                row.paid,
                at.text(f"pay.state.{row.state}"),
                (row.checked or {}).get("own_net"),
            )
            for row in rows
        ]
        print_table(
            [at.text(f"pay.head.{key}") for key in keys],
            table,
            right=(5, 6, 7, 9),
            nothing=at.text("none.purchases"),
        )


@app.command()
def check(ctx: typer.Context, number: str, by: str | None = None, *, as_json: Json = False) -> None:
    """Compare a purchase invoice with our own rating of its point; exit 1: they differ."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        with working(at.text("bill.rating")):
            at.settle("metering", "books")
            metering = JournalApplication(
                at.system.database, at.site.schema, "metering", at.system.clock
            )
            position = metering.position()
            found = SupplierOffice(at.books).check(
                number,
                metering_position=position,
                by=person,
                command_id=once(at, "check", number, position),
            )
            at.settle("books")
        if as_json:
            print_json({"too_much": found.too_much, "checked": found})
        else:
            _print_checked(at, found)
        if found.problems or any(each.amount for each in found.differences):
            raise typer.Exit(FINDINGS)


@app.command()
def pay(
    ctx: typer.Context,
    number: str,
    amount: Annotated[str | None, typer.Option()] = None,
    means: Annotated[str, typer.Option()] = "bank",
    on: Day = None,
    by: str | None = None,
) -> None:
    """Note that a purchase invoice was paid (billing approver)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.APPROVE)
        at.settle("books")
        paid = SupplierOffice(at.books).pay(
            number,
            None if amount is None else amount_of(amount),
            on=past_day_of(at, on),
            means=means_of(means),
            by=person,
            command_id=once(at, "pay", number, amount, means, past_day_of(at, on)),
        )
        at.settle("books")
        print(at.text("pay.purchase_paid", number=number, amount=paid))


@app.command()
def withdraw(
    ctx: typer.Context, number: str, reason: Reason, on: Day = None, by: str | None = None
) -> None:
    """Take a purchase invoice back that was wrong (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        at.settle("books")
        SupplierOffice(at.books).withdraw(
            number, on=day_of(at, on), reason=reason, by=person, command_id=uuid4()
        )
        at.settle("books")
        print(at.text("pay.purchase_withdrawn", number=number))


@app.command()
def recovery(
    ctx: typer.Context,
    first: FirstDay,
    last: LastDay,
    out: Annotated[Path | None, typer.Option("--out")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what of each utility's purchase was billed on, of some days: billed / purchased."""
    with opened(ctx, WEB) as at:
        rows = SupplierOffice(at.books).recovery(first.date(), last.date())
        keys = ("utility", "purchased", "billed", "recovery")
        told = [(row.utility, row.purchased, row.billed, percent(row.ratio)) for row in rows]
        if out is not None:
            form = SheetFormat.XLSX if out.suffix.lower() == ".xlsx" else SheetFormat.CSV
            out.write_bytes(written(Sheet(name="recovery", heads=keys, rows=told), form))
        if as_json:
            print_json([{"ratio": row.ratio, "recovery": row} for row in rows])
            return
        table = [(at.say(f"utility.{row[0]}"), *row[1:]) for row in told]
        print_table(
            [at.text(f"pay.head.{key}") for key in keys],
            table,
            right=(1, 2, 3),
            nothing=at.text("none.recovery"),
        )


def _print_checked(at: Opened, found: CheckedPurchase) -> None:
    purchase = found.purchase
    print_facts(
        [
            (at.text("pay.head.number"), purchase.number),
            (at.text("pay.head.net"), purchase.net),
            (at.text("pay.head.own_net"), found.own_net),
            (at.text("pay.head.too_much"), found.too_much),
        ]
    )
    for problem in found.problems:
        print(at.text("pay.purchase_problem", number=purchase.number, problem=problem))
    keys = ("charge", "their_quantity", "our_quantity", "their_amount", "our_amount", "too_much")
    table = [
        (
            each.charge,
            each.theirs.quantity if each.theirs else None,
            each.ours.quantity if each.ours else None,
            each.theirs.amount if each.theirs else None,
            each.ours.amount if each.ours else None,
            each.amount,
        )
        for each in found.differences
    ]
    print_table([at.text(f"pay.head.{key}") for key in keys], table, right=(1, 2, 3, 4, 5))
