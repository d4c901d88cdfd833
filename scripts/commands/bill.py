"""In: `bill` verbs. Out: bills run, reviewed, approved, issued, shown. I/O: billing office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer

from energy.base.finding import Severity
from energy.base.text import catalogue, t
from scripts.commands.asked import runs
from scripts.commands.bill_correct import add_corrections
from scripts.commands.bill_decide import add_decisions
from scripts.commands.bill_trial import add_trials, explain
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import (
    NOTHING,
    in_zone,
    print_facts,
    print_json,
    print_table,
    worded,
    working,
)
from scripts.commands.tree import DONE, FINDINGS, Json, group

if runs():
    from billing.errors import UnknownBillingObjectError
    from billing.runs.errors import NothingDueError
    from billing.runs.review import Review
    from billing.views.due import first_day_due
    from billing.views.holders import HOLDER_CODE
    from billing.views.stated_alone import STATED_CODE, author_of, stated_words
    from dashboards.queries.bill_rows import Bill, FindingRow
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER
    from processes.papers.issued import BillPapers
    from processes.validating import looked_before, validate_up_to
    from scripts.commands.bill_known import as_known as known
    from scripts.commands.bill_office import invoice_of, office_of, run_of

app = group("bill")
add_decisions(app)
add_corrections(app)
add_trials(app)


@app.command()
def run(
    ctx: typer.Context,
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])],
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    account: list[str] | None = None,
    by: str | None = None,
    *,
    due: bool = False,
    as_json: Json = False,
) -> None:
    """Open a run over local days and draft every account's invoice (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        office = office_of(at)
        with working(at.text("bill.rating")):
            validate_up_to(at.system, at.site)
            command = uuid4()
            days = _begun(at, first, last, account or (), due=due), last.date()
            looked = looked_before(at.system, at.site, *days)
            identity = office.open_run(
                *days, person, command, accounts=account or (), looked=looked, by_cycle=due
            )
            found = _rated(at, identity)
        _note_resumed(at, identity, command)
        raise typer.Exit(_print_review(at, found, as_json=as_json))


@app.command()
def rate(ctx: typer.Context, run: str, by: str | None = None, *, as_json: Json = False) -> None:
    """Draft the invoices of an open or rated run again, as known when it opened (billing clerk)."""
    with opened(ctx, WRITER) as at:
        at.person(by, Right.ISSUE)
        with working(at.text("bill.rating")):
            found = _rated(at, run_of(at, run))
        raise typer.Exit(_print_review(at, found, as_json=as_json))


@app.command()
def review(ctx: typer.Context, run: str, *, as_json: Json = False) -> None:
    """Show the drafts of a run with their findings; exit 1 when one forbids to bill."""
    with opened(ctx, WEB) as at:
        found = office_of(at).review(run_of(at, run))
        raise typer.Exit(_print_review(at, found, as_json=as_json))


@app.command()
def approve(
    ctx: typer.Context,
    run: str,
    by: str | None = None,
    hold: list[str] | None = None,
    *,
    accept_rest: bool = False,
) -> None:
    """Approve a run as a second person (billing approver)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.APPROVE)
        office_of(at).approve(run_of(at, run), person, hold=hold or (), accept_rest=accept_rest)
        at.settle("books")
        print(at.text("bill.approved", run=run))


@app.command()
def issue(
    ctx: typer.Context,
    run: str,
    by: str | None = None,
    *,
    dry_run: bool = False,
    as_json: Json = False,
) -> None:
    """Number and issue the invoices of an approved run (exit 1: accounts were left out)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        identity = run_of(at, run)
        if dry_run:
            raise typer.Exit(_print_review(at, office_of(at).review(identity), as_json=as_json))
        with working(at.text("bill.issuing")):
            numbers = office_of(at).issue(identity, person)
            at.settle("books")
            left_out = office_of(at).left_out(identity)
        if as_json:
            print_json({"run": identity, "numbers": numbers, "left_out": left_out})
        else:
            print(at.text("bill.issued", count=len(numbers), numbers=", ".join(numbers)))
            for account, points in left_out.items():
                print(at.text("bill.left_out", account=account, points=", ".join(points)))
        if left_out:
            raise typer.Exit(FINDINGS)


@app.command()
def abandon(
    ctx: typer.Context,
    run: str,
    reason: Annotated[str, typer.Option()],
    by: str | None = None,
) -> None:
    """Give a run up before it is issued; its days can be billed by another (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        office_of(at).abandon(run_of(at, run), person, reason, command_id=uuid4())
        at.settle("books")
        print(at.text("bill.abandoned", run=run))


@app.command()
def show(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument()] = None,
    run: str | None = None,
    line: Annotated[str | None, typer.Option("--explain")] = None,
    as_known: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show an invoice, what a charge line rests on, the invoices of a run, or the runs."""
    with opened(ctx, WEB) as at:
        if name is not None and as_known is not None:
            known(at, name, as_known, as_json=as_json)
        elif name is not None and line is not None:
            explain(at, name, line, as_json=as_json)
        elif name is not None:
            bill = _bill(at, name)
            if as_json:
                print(bill.document)
                return
            _print_bill(at, bill)
        elif run is not None:
            _print_invoices(at, run_of(at, run), as_json=as_json)
        else:
            _print_runs(at, as_json=as_json)


@app.command()
def export(
    ctx: typer.Context,
    name: str,
    pdf: Annotated[Path, typer.Option()],
    language: Annotated[str | None, typer.Option("--document-lang")] = None,
) -> None:
    """Write an invoice as PDF/A-3, as `paper make` does; drafts too."""
    with opened(ctx, WEB) as at:
        bill, config = _bill(at, name), at.installation.config
        papers = BillPapers(
            database=at.system.database,
            books=at.books,
            data_dir=config.data_dir,
            tenant_url=config.tenant_url,
        )
        own = at.books.account(bill.invoice.account).language
        pdf.write_bytes(papers.pdf(bill.invoice.invoice, bill.document, language or own))
        print(at.text("bill.exported", file=pdf))


def _begun(
    at: Opened, first: datetime | None, last: datetime, accounts: Sequence[str], *, due: bool
) -> date:
    """Return the first local day of a run: as said, or the first one that is due."""
    if (first is None) is not due:
        raise typer.BadParameter("--from, --due")
    if first is not None:
        return first.date()
    with at.system.database.connection() as connection:
        day = first_day_due(connection, at.site.schema, accounts, last.date())
    if day is None:
        raise NothingDueError(last.date().isoformat())
    return day


def _rated(at: Opened, run: UUID) -> Review:
    """Rate a run with the views brought up before and after."""
    at.settle("metering", "books")
    review = office_of(at).rate(run)
    at.settle("books")
    return review


def _note_resumed(at: Opened, run: UUID, command: UUID) -> None:
    """Say so on standard error where an earlier command had opened the run."""
    known = office_of(at).books.run(run)
    if not known.seen(command):
        position = known.metering_position
        typer.echo(at.text("bill.resumed", run=known.key, position=position), err=True)


def _bill(at: Opened, name: str) -> Bill:
    identity = invoice_of(at, name)
    answer = at.queries.bill(at.scope, identity)
    if answer is None:
        raise UnknownBillingObjectError("invoice", name)
    return answer.rows


def _print_review(at: Opened, review: Review, *, as_json: bool) -> int:
    """Print a run's drafts; return the exit code."""
    barred = any(finding.severity == Severity.DO_NOT_BILL for finding in review.findings)
    if as_json:
        print_json(review)
        return FINDINGS if barred else DONE
    state = worded(at.language, "state", review.state)
    facts = (("run", review.run), ("state", state), ("total", review.total))
    print_facts([(at.text(f"head.{key}"), value) for key, value in facts])
    keys = ("account", "state", "total", "currency", "findings")
    rows = [
        (
            d.account,
            worded(at.language, "state", d.state),
            d.total,
            at.site.currency,
            len(d.findings),
        )
        for d in review.drafts
    ]
    print_table([at.text(f"head.{key}") for key in keys], rows, right=(2, 4))
    for draft in review.drafts:
        if draft.findings and (answer := at.queries.bill(at.scope, draft.invoice)) is not None:
            _print_findings(at, draft.account, answer.rows.findings)
    return FINDINGS if barred else DONE


def _print_findings(at: Opened, account: str, findings: Sequence[FindingRow]) -> None:
    for found in findings:
        start, end = (in_zone(each, at.site.zone) for each in (found.start, found.end))
        span = f"{start:%Y-%m-%d %H:%M} - {end:%Y-%m-%d %H:%M}"
        key = f"finding.{found.code}"
        words = t(at.language, key) if key in catalogue() else ""
        what = f"{found.severity} {found.code} {span} {found.point or ''}".rstrip()
        print(f"{account}: {what}. {words}".rstrip(". ") + _stated(at, found) + _held(at, found))


def _stated(at: Opened, found: FindingRow) -> str:
    """Return who alone stated what; nothing for other findings."""
    if found.code != STATED_CODE:
        return ""
    author = at.name_of(author_of(found.proof)) or NOTHING
    return ": " + stated_words(at.language, found.proof, author)


def _held(at: Opened, found: FindingRow) -> str:
    """Return who holds what another one pays for; nothing for other findings."""
    if found.code != HOLDER_CODE:
        return ""
    told = found.proof
    key = "bill.held_by" if told["holder"] else "bill.held_by_nobody"
    return ": " + at.text(
        key,
        payer=told["account"],
        first_day=told["first_day"],
        last_day=told["last_day"],
        holder=told["holder"],
        account=told["holder_account"],
    )


def _print_bill(at: Opened, bill: Bill) -> None:
    invoice = bill.invoice
    keys = ("number", "state", "account", "name", "first_day", "last_day")
    print_facts([(at.text(f"head.{key}"), _shown(at, invoice, key)) for key in keys])
    print()
    heads = ("line", "charge", "point", "quantity", "unit", "price", "amount", "clause")
    rows = [
        (
            line.number,
            line.names.get(at.language, line.names["en"]),
            line.point,
            line.quantity,
            _unit(at, line.unit),
            line.price,
            line.amount,
            line.clause,
        )
        for line in bill.lines
    ]
    print_table([at.text(f"head.{key}") for key in heads], rows, right=(0, 3, 5, 6))
    print()
    sums = ("net", "tax", "total", "currency")
    print_facts([(at.text(f"head.{key}"), getattr(invoice, key)) for key in sums])
    print_facts([("sha256", bill.sha256)])


def _unit(at: Opened, unit: str | None) -> str | None:
    """Return a unit; of a fixed charge in the language of the reader."""
    key = f"invoice_page.unit.{unit}.many"
    return unit if at.language == "en" or key not in catalogue() else at.say(key)


def _shown(at: Opened, row: object, key: str) -> object:
    """Return what a row says under a head, a state in the language of the reader."""
    value = getattr(row, key)
    return worded(at.language, "state", value) if key == "state" else value


def _print_invoices(at: Opened, run: UUID, *, as_json: bool) -> None:
    answer = at.queries.invoices(at.scope, run)
    if as_json:
        print_json(answer)
        return
    keys = ("number", "account", "name", "state", "total", "currency", "findings")
    rows = [[_shown(at, invoice, key) for key in keys] for invoice in answer.rows]
    print_table(
        [at.text(f"head.{key}") for key in keys],
        rows,
        right=(4, 6),
        nothing=at.text("none.invoices"),
    )


def _print_runs(at: Opened, *, as_json: bool) -> None:
    answer = at.queries.bill_runs(at.scope)
    if as_json:
        print_json(answer)
        return
    keys = ("run", "key", "state", "accounts", "total", "currency", "opened_by", "approved_by")
    rows = [[_shown(at, row, key) for key in keys] for row in answer.rows]
    heads = [at.text(f"head.{key}") for key in keys]
    print_table(heads, rows, right=(3, 4), below=(3, 6, 7), nothing=at.text("none.runs"))
