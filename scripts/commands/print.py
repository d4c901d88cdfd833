"""In: `print` verbs. Out: papers queued, printed by round, handed out, mailed. I/O: the books."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import advancing, print_json, print_table, working
from scripts.commands.tree import FINDINGS, NO_CONTACT, Json, fail, group, misused

if runs():
    import smtplib

    from adapters.mail.post import MailServer
    from billing.books import Books
    from billing.delivery.errors import DeliveryError
    from billing.delivery.mail import DocumentMail
    from billing.delivery.rendering import Rendering, renderers
    from billing.views.account_terms import read_accounts
    from billing.views.documents import MailRow, PaperRow, read_mails, read_papers
    from billing.views.find import run_named
    from dashboards.security.scope import Right
    from energy.base.errors import EnergyError
    from energy.system import WEB, WRITER
    from processes.papers.issued import rendering_of
    from processes.papers.mail_out import Outbox
    from processes.papers.print_queue import (
        Press,
        batch_of,
        queue_papers,
        read_route,
        set_route,
    )

app = group("print")
Numbers = Annotated[list[str] | None, typer.Option("--number")]


@app.command()
def route(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Say where papers go: a CSV of account, building, round, stop and way."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        stops = read_route(file)
        with at.system.database.connection() as connection:
            known = {r.account for r in read_accounts(connection, at.site.schema, at.system.vault)}
        for n, stop in enumerate(stops, 2):
            if stop.account not in known:
                raise DeliveryError.of("route_account", file=file.name, row=n, account=stop.account)
        changed = set_route(at.books, stops, by=person, command_id=uuid4())
        at.settle("books")
        print(at.text("print.stops", changed=changed, all=len(stops)))


@app.command()
def queue(
    ctx: typer.Context,
    run: Annotated[str | None, typer.Argument()] = None,
    number: Numbers = None,
    key: str | None = None,
    by: str | None = None,
) -> None:
    """Queue the papers of an issued run, or of some numbers, for printing by round."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        identity, name = _which(at, run, number)
        batch = queue_papers(
            at.system.database,
            at.books,
            run=identity,
            numbers=number,
            key=key or name,
            by=person,
            command_id=uuid4(),
        )
        at.settle("books")
        rounds = len(list(batch.rounds()))
        print(at.text("print.queued", batch=batch.key, papers=len(batch.papers), rounds=rounds))


@app.command("run")
def run_(
    ctx: typer.Context,
    batch: str,
    to: Annotated[Path, typer.Option()],
    workers: int | None = None,
    by: str | None = None,
    *,
    again: bool = False,
    duplex: bool = True,
) -> None:
    """Print a batch: one PDF a round, a separator sheet first; cut off, it goes on."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        books = at.books
        rendering = _rendering(at, books, xml=False)
        found = batch_of(books, batch)
        before = 0 if again else len(found.printed)
        with (
            working(at.text("paper.rendering")) as bar,
            renderers(rendering, workers) as workers_,
        ):
            press = Press(
                database=at.system.database,
                books=books,
                renderers=workers_,
                letterhead=rendering.letterhead,
                language=at.language,
                tenant_url=at.installation.config.tenant_url,
                duplex=duplex,
            )
            step = advancing(bar)
            counted = Counter[str]()

            def done() -> None:
                counted["papers"] += 1
                step(batch, counted["papers"], len(found.papers))

            made = list(press.print_batch(batch, to, by=person, again=again, done=done))
        at.settle("books")
        for each in made:
            print(at.text("print.printed", file=each.file, papers=each.papers, pages=each.pages))
        if before:
            print(at.text("print.printed_before", rounds=before))


@app.command()
def show(
    ctx: typer.Context,
    batch: Annotated[str | None, typer.Argument()] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the batches, or the papers of one in walking order."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_papers(connection, at.site.schema, batch=batch)
        if as_json:
            print_json(rows)
        elif not rows:
            print(at.text("print.nothing"))
        elif batch is None:
            _print_batches(at, rows)
        else:
            _print_papers(at, rows)


@app.command("hand-out")
def hand_out(
    ctx: typer.Context,
    batch: str,
    number: Numbers = None,
    building: str | None = None,
    round_: Annotated[str | None, typer.Option("--round")] = None,
    note: str = "",
    by: str | None = None,
) -> None:
    """Note that papers were left with who they are for: by number, building or round."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        books = at.books
        found = batch_of(books, batch)
        wanted = number or [
            paper.number
            for paper in found.papers
            if building in {None, paper.building} and round_ in {None, paper.round}
        ]
        new = found.hand_out(wanted, note=note, by=person, command_id=uuid4())
        books.store(found)
        at.settle("books")
        print(at.text("print.handed_out", papers=len(new)))


@app.command()
def mail(
    ctx: typer.Context,
    run: Annotated[str | None, typer.Argument()] = None,
    number: Numbers = None,
    by: str | None = None,
) -> None:
    """Queue the documents of an issued run, or of some numbers, for mail."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        identity, _ = _which(at, run, number)
        queued = _outbox(at).queue(run=identity, numbers=number, by=person, command_id=uuid4())
        at.settle("books")
        print(at.text("print.mailing", mails=len(queued.numbers)))
        if queued.without_address:
            accounts = ", ".join(queued.without_address)
            print(at.text("print.no_address", accounts=accounts))
            raise typer.Exit(FINDINGS)


@app.command()
def send(ctx: typer.Context, by: str | None = None) -> None:
    """Send the mails that wait; exit 1 when one failed for good."""
    with opened(ctx, WRITER) as at:
        at.person(by, Right.ISSUE)
        config = at.installation.config
        if not config.mail_server or not config.mail_from:
            raise DeliveryError.of("no_server")
        server = MailServer.of(config.mail_server)
        books = at.books
        at.settle("books")
        rendering = _rendering(at, books, xml=True)
        with working(at.text("print.sending")):
            try:
                found = _outbox(at).send(
                    server, config.mail_from, rendering, tenant_url=config.tenant_url
                )
            except (smtplib.SMTPException, OSError) as error:
                fail(EnergyError(str(error)), NO_CONTACT, at.language)
            at.settle("books")
        counts = {"sent": found.sent, "waiting": found.waiting, "failed": found.failed}
        print(at.text("print.sent", **counts))
        if found.failed:
            raise typer.Exit(FINDINGS)


@app.command()
def mails(ctx: typer.Context, state: str | None = None, *, as_json: Json = False) -> None:
    """List the mails of documents with what the server answered."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_mails(connection, at.site.schema, state=state)
        if as_json:
            print_json(rows)
        elif not rows:
            print(at.text("print.nothing"))
        else:
            _print_mails(at, rows)


@app.command()
def bounced(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Note that a mail came back, by the postmaster's mail (a file .eml)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        found: DocumentMail = _outbox(at).bounced(file, by=person)
        at.settle("books")
        with at.system.database.connection() as connection:
            rows = read_mails(connection, at.site.schema)
        reason = next((row.reply for row in rows if row.mail == found.id), "")
        print(at.text("print.bounced", number=found.number, reason=reason))


def _outbox(at: Opened) -> Outbox:
    return Outbox(database=at.system.database, books=at.books, vault=at.system.vault)


def _rendering(at: Opened, books: Books, *, xml: bool) -> Rendering:
    return rendering_of(at.system.database, books, at.installation.config.data_dir, xml=xml)


def _which(at: Opened, run: str | None, numbers: list[str] | None) -> tuple[UUID | None, str]:
    """Return the run that is meant, and what a batch of it is called."""
    if (run is None) == (not numbers):
        raise misused("run_or_numbers")
    if run is None:
        assert numbers, "one of both is given"
        return None, numbers[0]
    with at.system.database.connection() as connection:
        return run_named(connection, at.site.schema, run), run


def _print_batches(at: Opened, rows: list[PaperRow]) -> None:
    counts: dict[tuple[str, str, str, str], int] = Counter(
        (row.batch, row.building, row.round, row.state) for row in rows
    )
    heads = [at.text(f"print.head.{k}") for k in ("batch", "building", "round", "state", "papers")]
    table = [
        (batch, building, name, at.text(f"print.state.{state}"), many)
        for (batch, building, name, state), many in counts.items()
    ]
    print_table(heads, table, right=(4,))


def _print_papers(at: Opened, rows: list[PaperRow]) -> None:
    keys = ("building", "round", "stop", "account", "number", "state")
    table = [
        (r.building, r.round, r.stop, r.account, r.number, at.text(f"print.state.{r.state}"))
        for r in rows
    ]
    print_table([at.text(f"print.head.{key}") for key in keys], table, right=(2,))


def _print_mails(at: Opened, rows: list[MailRow]) -> None:
    keys = ("number", "account", "state", "attempts", "reply")
    table = [
        (r.number, r.account, at.text(f"print.state.{r.state}"), r.attempts, r.reply) for r in rows
    ]
    print_table([at.text(f"print.head.{key}") for key in keys], table, right=(3,))
