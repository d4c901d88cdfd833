"""In: `ledger` verbs. Out: the journal, its exports, its months closed. I/O: the books."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_json, print_table, worded, working
from scripts.commands.tree import Json, group

if runs():
    from billing.ledger.beancount_text import beancount_text
    from billing.ledger.office import LedgerOffice, month_of
    from billing.ledger.register import bill_register, journal_sheet, tax_sheet
    from billing.ledger.sheets import Sheet, SheetFormat, written
    from billing.views.ledger import read_balances, read_entries, read_months
    from billing.views.register import read_issued
    from billing.views.suppliers import read_input_tax
    from dashboards.security.scope import Right
    from energy.base.errors import NotPermittedError
    from energy.system import WEB, WRITER

app = group("ledger")
First = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])]
Last = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])]
FirstDay = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
LastDay = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])]
Out = Annotated[Path, typer.Option("--out")]


class JournalFormat(StrEnum):
    """How a journal is written."""

    CSV = "csv"
    XLSX = "xlsx"
    BEANCOUNT = "beancount"


@app.command("list")
def list_(
    ctx: typer.Context, first: First = None, last: Last = None, *, as_json: Json = False
) -> None:
    """List the entries of some days of the books, each with its postings."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_entries(
                connection, at.site.schema, first_day=_day(first), last_day=_day(last)
            )
        if as_json:
            print_json(rows)
            return
        keys = (
            "booked_on",
            "concerns",
            "what",
            "account",
            "document",
            "posting",
            "debit",
            "credit",
        )
        table = [
            (
                booked.entry.booked_on,
                booked.concerns_on if booked.concerns_on != booked.entry.booked_on else None,
                worded(at.language, "event", booked.entry.what),
                booked.entry.party,
                booked.entry.document,
                ":".join(part for part in _told(at, posting.account, posting.detail) if part),
                posting.amount if posting.amount > 0 else None,
                -posting.amount if posting.amount < 0 else None,
            )
            for booked in rows
            for posting in booked.entry.postings
        ]
        print_table(
            [at.text(f"pay.head.{key}") for key in keys],
            table,
            right=(6, 7),
            nothing=at.text("none.ledger"),
        )


@app.command()
def balances(
    ctx: typer.Context, first: First = None, last: Last = None, *, as_json: Json = False
) -> None:
    """Show what was moved on every account of the ledger in some days; it adds up to zero."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_balances(
                connection, at.site.schema, first_day=_day(first), last_day=_day(last)
            )
        keys = ("posting", "detail", "balance")
        if as_json:
            print_json([dict(zip(keys, row, strict=True)) for row in rows])
            return
        print_table(
            [at.text(f"pay.head.{key}") for key in keys],
            [(*_told(at, account, detail), moved) for account, detail, moved in rows],
            right=(2,),
            nothing=at.text("none.balances"),
        )


def _told(at: Opened, account: str, detail: str) -> tuple[str, str]:
    """Return an account of the ledger and its detail in words: a utility, or means of payment."""
    shown = worded(at.language, "utility", detail)
    shown = worded(at.language, "means", detail) if shown == detail else shown
    return str(worded(at.language, "posting", account)), str(shown)


@app.command()
def close(ctx: typer.Context, month: str, by: str | None = None, *, as_json: Json = False) -> None:
    """Propose to close a month (billing clerk); a second person (billing approver) closes it."""
    with opened(ctx, WRITER) as at:
        at.settle("books")
        office = LedgerOffice(at.books)
        try:
            person = at.person(by, Right.APPROVE)
        except NotPermittedError:
            person = at.person(by, Right.ISSUE)
            proposing = True
        else:
            proposing = False
        meant = month_of(month)
        with working(at.text("pay.reading")):
            state, totals = office.close(
                meant, by=person, may_close=not proposing, command_id=uuid4()
            )
            at.settle("books")
        if as_json:
            print_json({"state": state, "totals": totals})
            return
        print(
            at.text(
                f"pay.month_{state}", month=month, entries=totals.entries, sha256=totals.sha256[:16]
            )
        )
        keys = ("posting", "detail", "balance")
        rows = [(*_told(at, account, detail), moved) for account, detail, moved in totals.totals]
        print_table([at.text(f"pay.head.{key}") for key in keys], rows, right=(2,))


@app.command()
def months(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the months that are closed, or proposed to be."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_months(connection, at.site.schema)
        if as_json:
            print_json(rows)
            return
        keys = ("month", "state", "position", "hash")
        table = [
            (f"{row.month:%Y-%m}", at.text(f"pay.state.{row.state}"), row.known_position,
             row.sha256[:16])
            for row in rows
        ]  # fmt: skip
        print_table(
            [at.text(f"pay.head.{key}") for key in keys],
            table,
            right=(2,),
            nothing=at.text("none.months"),
        )


@app.command()
def check(ctx: typer.Context) -> None:
    """Check that the ledger agrees with what is open, account by account."""
    with opened(ctx, WEB) as at:
        LedgerOffice(at.books).check()
        print(at.text("pay.ledger_agrees"))


@app.command()
def export(
    ctx: typer.Context,
    out: Out,
    form: Annotated[JournalFormat, typer.Option("--format")],
    first: First = None,
    last: Last = None,
) -> None:
    """Write the journal of some days as CSV, XLSX or text for beancount."""
    with opened(ctx, WEB) as at:
        with working(at.text("pay.writing")), at.system.database.connection() as connection:
            rows = read_entries(
                connection, at.site.schema, first_day=_day(first), last_day=_day(last)
            )
            if form is JournalFormat.BEANCOUNT:
                out.write_text(beancount_text(rows, at.site.name), encoding="utf-8")
            else:
                out.write_bytes(written(journal_sheet(rows), SheetFormat(form.value)))
        print(at.text("pay.exported", number=len(rows), file=out))


@app.command()
def bills(ctx: typer.Context, first: FirstDay, last: LastDay, out: Out) -> None:
    """Write the register of the documents issued on some days, as CSV or XLSX."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_issued(connection, at.site.schema, first.date(), last.date())
        _write(at, bill_register(rows), out)


@app.command()
def tax(ctx: typer.Context, first: FirstDay, last: LastDay, out: Out) -> None:
    """Write the tax of some days by rate: billed, bought, to pay; as CSV or XLSX."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_issued(connection, at.site.schema, first.date(), last.date())
            bought = read_input_tax(connection, at.site.schema, first.date(), last.date())
        _write(at, tax_sheet(rows, bought), out)


def _write(at: Opened, sheet: Sheet, out: Path) -> None:
    form = SheetFormat.XLSX if out.suffix.lower() == ".xlsx" else SheetFormat.CSV
    out.write_bytes(written(sheet, form))
    print(at.text("pay.exported", number=len(sheet.rows), file=out))


def _day(day: datetime | None) -> date | None:
    return None if day is None else day.date()
