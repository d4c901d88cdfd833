"""In: `fapiao` verbs. Out: requests for the tax platform, its numbers. I/O: the books, files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import opened
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import FINDINGS, Json, group

if runs():
    from billing.accounts.roles import PartyRole
    from billing.fapiao.desk import FapiaoDesk
    from billing.views.account_terms import party_of_account
    from billing.views.documents import read_fapiao
    from dashboards.security.scope import Right
    from energy.base.period import local_day
    from energy.system import WEB, WRITER
    from processes.papers.fapiao_office import documents_of, export_requests, import_numbers

app = group("fapiao")
_TAX_ID = "uscc"


@app.command()
def ask(
    ctx: typer.Context,
    bills: list[str],
    by: str | None = None,
    *,
    split: bool = False,
) -> None:
    """Ask for the fapiao of issued bills: one for all, or one for each utility of each bill."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        books = at.books
        documents = documents_of(at.system.database, books, bills)
        desk = FapiaoDesk(books, at.site.key)
        made = desk.ask(documents, by=person, command_id=uuid4(), split=split)
        at.settle("books")
        print(at.text("fapiao.asked", keys=", ".join(each.key for each in made)))


@app.command()
def red(
    ctx: typer.Context,
    number: str,
    reason: Annotated[str, typer.Option()],
    by: str | None = None,
) -> None:
    """Ask for the red letter that takes an issued fapiao back."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        desk = FapiaoDesk(at.books, at.site.key)
        made = desk.ask_red(number, reason=reason, by=person, command_id=uuid4())
        at.settle("books")
        print(at.text("fapiao.asked", keys=made.key))


@app.command()
def export(ctx: typer.Context, file: Path) -> None:
    """Write the requests that wait for a number as CSV or XLSX."""
    with opened(ctx, WEB) as at:
        today = local_day(at.system.clock.now(), at.site.zone)

        def tax_id(account: str) -> str:
            with at.system.database.connection() as connection:
                found = party_of_account(
                    connection,
                    at.site.schema,
                    at.system.vault,
                    account,
                    today,
                    PartyRole.PAYER,
                    PartyRole.TENANT,
                )
            numbers = dict(found.tax_ids) if found is not None else {}
            return numbers.get(_TAX_ID) or next(iter(numbers.values()), "")

        keys = export_requests(at.system.database, at.books, file, tax_id)
        print(at.text("fapiao.exported", requests=len(keys), file=file))


@app.command("import")
def import_(
    ctx: typer.Context, file: Path, by: str | None = None, *, as_json: Json = False
) -> None:
    """Take the platform's numbers over: request, number, issued_on; exit 1 when one is refused."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        found = import_numbers(at.books, file, by=person)
        at.settle("books")
        refused = [(row, error.told(at.language)) for row, error in found.refused]
        if as_json:
            print_json({"new": found.new, "known": found.known, "refused": refused})
        else:
            print(at.text("fapiao.imported", new=len(found.new), known=len(found.known)))
            for row, why in refused:
                print(at.text("fapiao.refused", row=row, why=why))
        if refused:
            raise typer.Exit(FINDINGS)


@app.command()
def withdraw(
    ctx: typer.Context,
    key: str,
    reason: Annotated[str, typer.Option()],
    by: str | None = None,
) -> None:
    """Give a request up before it is issued; its lines can be asked for again."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        desk = FapiaoDesk(at.books, at.site.key)
        desk.withdraw(key, reason=reason, by=person, command_id=uuid4())
        at.settle("books")
        print(at.text("fapiao.withdrawn", request=key))


@app.command("list")
def list_(
    ctx: typer.Context,
    state: str | None = None,
    bill: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """List the requests with their bills and numbers."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_fapiao(connection, at.site.schema, state=state, bill=bill)
        if as_json:
            print_json(rows)
            return
        if not rows:
            print(at.text("fapiao.none"))
            return
        keys = ("key", "colour", "account", "bills", "total", "state", "number", "issued_on")
        table = [
            (
                r.key,
                at.text(f"fapiao.word.{r.colour}"),
                r.account,
                ", ".join(r.bills),
                r.total,
                at.text(f"fapiao.word.{r.state}"),
                r.number,
                r.issued_on,
            )
            for r in rows
        ]
        print_table([at.text(f"fapiao.head.{key}") for key in keys], table, right=(4,))
