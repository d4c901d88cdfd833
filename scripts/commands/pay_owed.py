"""In: `pay items|list|statement|ageing`. Out: what is owed and paid, as of any day. I/O: reads."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.pay_options import day_of
from scripts.commands.printing import print_json, print_table, worded
from scripts.commands.tree import Json, Words

if runs():
    from billing.ledger.register import aged_sheet
    from billing.ledger.sheets import SheetFormat, written
    from billing.receivables.ageing import AccountStatement, aged, statement
    from billing.receivables.statement_paper import statement_content
    from billing.views.owed import read_day_items, read_items, read_movements, read_payments
    from energy.system import WEB

AtDay = Annotated[datetime | None, typer.Option("--day", formats=["%Y-%m-%d"])]
Account = Annotated[str | None, typer.Option("--account")]


def add_owed(app: Words) -> None:
    """Add the verbs that read what is owed."""
    app.command()(items)
    app.command("list")(list_)
    app.command("statement")(statement_)
    app.command()(ageing)


def items(
    ctx: typer.Context,
    account: Account = None,
    *,
    all_: Annotated[bool, typer.Option("--all")] = False,
    as_json: Json = False,
) -> None:
    """List open items: invoices, fees, credits, in the order in which they are due."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_items(connection, at.site.schema, account=account, open_only=not all_)
        if as_json:
            print_json([{"open": row.open, "item": row} for row in rows])
            return
        keys = ("item", "kind", "account", "dated", "due_on", "amount", "open", "disputed")
        table = [
            (
                row.number,
                at.text(f"pay.kind.{row.kind}"),
                row.account,
                row.dated,
                row.due_on,
                row.amount,
                row.open,
                row.disputed or None,
            )
            for row in rows
        ]
        print_table(
            [at.text(f"pay.head.{key}") for key in keys],
            table,
            right=(5, 6, 7),
            nothing=at.text("none.items_all" if all_ else "none.items"),
        )


def list_(ctx: typer.Context, account: Account = None, *, as_json: Json = False) -> None:
    """List payments with what each has left."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_payments(connection, at.site.schema, account=account)
        if as_json:
            print_json([{"left": row.left, "payment": row} for row in rows])
            return
        keys = ("payment", "account", "day", "means", "amount", "left", "reversed_on")
        table = [
            (
                row.payment,
                row.account,
                row.received_on,
                worded(at.language, "means", row.means),
                row.amount,
                row.left,
                row.reversed_on,
            )
            for row in rows
        ]
        print_table(
            [at.text(f"pay.head.{key}") for key in keys],
            table,
            right=(4, 5),
            nothing=at.text("none.payments"),
        )


def statement_(
    ctx: typer.Context,
    account: str,
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])],
    pdf: Annotated[Path | None, typer.Option()] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the statement of an account over some days, past days as they stood."""
    with opened(ctx, WEB) as at:
        known = at.books.account(account)
        with at.system.database.connection() as connection:
            movements = read_movements(connection, at.site.schema, account, last.date())
            there = read_day_items(connection, at.site.schema, last.date(), account=account)
        days = first.date(), last.date()
        found = statement(account, at.site.currency, movements, *days, there)
        if pdf is not None:
            _write_paper(at, found, pdf, known.language)
        if as_json:
            print_json(found)
            return
        _print_statement(at, found)


def ageing(
    ctx: typer.Context,
    day: AtDay = None,
    out: Annotated[Path | None, typer.Option("--out")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what is overdue by 30, 60 and 90 days at the end of a day."""
    with opened(ctx, WEB) as at:
        meant = day_of(at, day)
        with at.system.database.connection() as connection:
            rows = aged(read_day_items(connection, at.site.schema, meant), meant)
        if out is not None:
            form = SheetFormat.XLSX if out.suffix.lower() == ".xlsx" else SheetFormat.CSV
            out.write_bytes(written(aged_sheet(rows), form))
        if as_json:
            print_json(
                [{"balance": row.balance, "overdue": row.overdue, "row": row} for row in rows]
            )
            return
        keys = ("account", "not_due", "to_30", "to_60", "to_90", "over_90", "credit", "balance")
        table = [
            (
                row.account,
                row.not_due,
                row.to_30,
                row.to_60,
                row.to_90,
                row.over_90,
                row.credit,
                row.balance,
            )
            for row in rows
        ]
        print_table(
            [at.text(f"pay.head.{key}") for key in keys],
            table,
            right=tuple(range(1, 8)),
            nothing=at.text("none.ageing"),
        )


def _print_statement(at: Opened, found: AccountStatement) -> None:
    keys = ("day", "kind", "document", "amount", "balance")
    table: list[tuple[object, ...]] = [
        (found.first_day, at.text("pay.kind.opening"), None, None, found.opening)
    ]
    table += [
        (
            row.movement.on_day,
            at.text(f"pay.kind.{row.movement.kind}"),
            row.movement.document,
            row.movement.amount,
            row.balance,
        )
        for row in found.rows
    ]
    table.append((found.last_day, at.text("pay.kind.closing"), None, None, found.closing))
    print_table([at.text(f"pay.head.{key}") for key in keys], table, right=(3, 4))


def _write_paper(at: Opened, found: AccountStatement, pdf: Path, language: str) -> None:
    from billing.documents.papers import PaperKind, paper

    books = at.books
    content = statement_content(books, at.system.vault, found)
    pdf.write_bytes(
        paper(PaperKind.STATEMENT, content.document(), language="zh" if language == "zh" else "en")
    )
    print(at.text("pay.paper", file=pdf))
