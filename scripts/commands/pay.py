"""In: `pay` verbs. Out: payments taken, matched, used, taken back, refunded. I/O: the books."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.pay_debit import add_debit
from scripts.commands.pay_options import (
    Day,
    Item,
    Reason,
    bank_of,
    day_of,
    once,
    past_day_of,
    receivables_of,
)
from scripts.commands.pay_owed import add_owed
from scripts.commands.pay_write_off import add_write_offs
from scripts.commands.prepaid_frame import act_of, office_of
from scripts.commands.printing import print_json, print_table, working
from scripts.commands.tree import FINDINGS, Json, group
from scripts.commands.typed import amount_of, means_of

if runs():
    from billing.bank.bringing import Bringing, LookedFile
    from billing.bank.match import Proposal
    from billing.bank.paying import top_up_command
    from billing.prepaid.server_account import TopUpMeans
    from billing.receivables.account_book import AccountBook, Means
    from billing.receivables.by_hand import TypedPayment, incoming_of
    from dashboards.security.scope import Right
    from energy.base.ids import id_of
    from energy.system import WEB, WRITER
    from processes.import_bank import read_bank_file

app = group("pay")
add_owed(app)
add_write_offs(app)
add_debit(app)
MOST_ROWS = 40


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Path,
    map_: Annotated[str | None, typer.Option("--map")] = None,
    by: str | None = None,
    *,
    preview: bool = False,
    as_json: Json = False,
) -> None:
    """Take a bank's file over: camt.053, or CSV and XLSX by a mapping; exit 1: entries wait."""
    with opened(ctx, WEB if preview else WRITER) as at:
        person = None if preview else at.person(by, Right.ISSUE)
        bringing = Bringing(at.books, at.system.vault)
        with working(at.text("pay.reading")):
            read = read_bank_file(file, map_, at.system.config.data_dir)
            if person is None:
                looked = bringing.look(read)
            else:
                at.settle("books")
                if receivables_of(at).apply_named(uuid4()):  # what desks and deposits brought
                    at.settle("books")
                command = id_of("bank file", at.site.key, read.sha256, str(person))
                looked = bringing.bring(read, by=person, command_id=command)
                at.settle("books")
        if as_json:
            print_json(looked)
        else:
            _print_looked(at, looked, preview=preview)
        if any(each.certain is None for each in looked.new):
            raise typer.Exit(FINDINGS)


@app.command()
def queue(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the bank entries that wait for a person, with whose they may be; exit 1: there are."""
    with opened(ctx, WEB) as at:
        found = bank_of(at).queue()
        if as_json:
            print_json(
                [
                    {
                        "entry": each.row.entry,
                        "key": each.row.key,
                        "booked_on": each.row.booked_on,
                        "amount": each.row.amount,
                        "currency": each.row.currency,
                        "payer": each.payer,
                        "told": each.told,
                        "proposals": each.proposals,
                    }
                    for each in found
                ]
            )
        else:
            keys = ("entry", "day", "amount", "payer", "told", "proposals")
            rows = [
                (
                    str(each.row.entry)[:8],
                    each.row.booked_on,
                    each.row.amount,
                    each.payer or None,
                    each.told or None,
                    _proposed(at, each.proposals),
                )
                for each in found
            ]
            print_table(
                [at.text(f"pay.head.{key}") for key in keys],
                rows,
                right=(2,),
                nothing=at.text("none.queue"),
            )
        if found:
            raise typer.Exit(FINDINGS)


@app.command()
def match(
    ctx: typer.Context,
    entry: str,
    account: str,
    item: Item = None,
    by: str | None = None,
    *,
    no_alias: Annotated[bool, typer.Option("--no-alias")] = False,
    top_up: Annotated[bool, typer.Option("--top-up")] = False,
) -> None:
    """Take a waiting bank entry as a payment of an account; the payer is remembered."""
    with opened(ctx, WRITER) as at:
        if top_up:
            _top_up(at, entry, account, by, remember=not no_alias)
            return
        person = at.person(by, Right.ISSUE)
        at.settle("books")
        book = bank_of(at).match(
            entry,
            account,
            items=item or (),
            remember=not no_alias,
            by=person,
            command_id=uuid4(),
        )
        at.settle("books")
        _print_balance(at, book)


def _top_up(at: Opened, name: str, account: str, by: str | None, *, remember: bool) -> None:
    """Put a waiting entry on the balance of a prepaid account."""
    entry = bank_of(at).entry(name)
    act = act_of(at, by, Right.ISSUE, top_up_command(entry))
    office = office_of(at)
    receipt = office.top_up(
        account,
        entry.amount,
        means=TopUpMeans.BANK,
        reference=entry.key,
        act=act,
        entry=entry.id,
        remember=remember,
    )
    at.settle("books")
    values = {"amount": entry.amount, "currency": at.site.currency, "receipt": receipt}
    left = office.balance(account)
    print(at.text("prepay.topped_up", account=account, balance=left, **values))


@app.command("set-aside")
def set_aside(
    ctx: typer.Context, entry: str, reason: Reason, on: Day = None, by: str | None = None
) -> None:
    """Book a waiting bank entry as charges or interest of the bank: it is nobody's payment."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.APPROVE)
        at.settle("books")
        day = None if on is None else past_day_of(at, on)
        bank_of(at).set_aside(entry, on=day, reason=reason, by=person, command_id=uuid4())
        at.settle("books")
        print(at.text("pay.set_aside", entry=entry))


@app.command()
def record(
    ctx: typer.Context,
    account: str,
    amount: str,
    means: Annotated[str, typer.Option()],
    reference: Annotated[str, typer.Option()] = "",
    on: Day = None,
    item: Item = None,
    by: str | None = None,
) -> None:
    """Record a payment that no bank file brings: cash, cheque, card (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        at.settle("books")
        typed = TypedPayment(
            account=account,
            amount=amount_of(amount),
            means=Means(means_of(means)),
            reference=reference,
            on=day_of(at, on),
        )
        incoming, command = incoming_of(at.site.key, typed, day_of(at, None))
        book = receivables_of(at).receive(
            account, incoming, items=item or (), by=person, command_id=command
        )
        at.settle("books")
        print(at.text("pay.recorded", payment=incoming.payment, account=account))
        _print_balance(at, book)


@app.command()
def apply(
    ctx: typer.Context,
    account: str,
    item: Item = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Use what payments and credits of an account have left, oldest item first (billing clerk)."""
    with opened(ctx, WRITER) as at:
        at.person(by, Right.ISSUE)
        at.settle("books")
        parts = receivables_of(at).apply(account, items=item or (), command_id=uuid4())
        at.settle("books")
        _print_parts(at, parts, as_json=as_json)


@app.command()
def settle(ctx: typer.Context, by: str | None = None, *, as_json: Json = False) -> None:
    """Use payments and credits for the documents that they name, on every account."""
    with opened(ctx, WRITER) as at:
        at.person(by, Right.ISSUE)
        at.settle("books")
        parts = receivables_of(at).apply_named(uuid4())
        at.settle("books")
        _print_parts(at, parts, as_json=as_json)


@app.command()
def unapply(
    ctx: typer.Context,
    payment: str,
    item: str,
    reason: Reason,
    on: Day = None,
    by: str | None = None,
) -> None:
    """Open again what a payment settled of a document; the money stays the account's credit."""
    with opened(ctx, WRITER) as at:
        at.person(by, Right.ISSUE)
        at.settle("books")
        amount = receivables_of(at).unapply(
            payment, item, on=past_day_of(at, on), reason=reason, command_id=uuid4()
        )
        at.settle("books")
        print(at.text("pay.unapplied", amount=amount, item=item))


@app.command()
def reverse(
    ctx: typer.Context,
    payment: str,
    reason: Reason,
    entry: str | None = None,
    on: Day = None,
    by: str | None = None,
) -> None:
    """Take a payment back: it bounced, or was another account's (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        at.settle("books")
        amount = bank_of(at).reverse(
            payment,
            on=past_day_of(at, on),
            reason=reason,
            entry=entry,
            by=person,
            command_id=uuid4(),
        )
        at.settle("books")
        print(at.text("pay.reversed", payment=payment, amount=amount))


@app.command()
def refund(
    ctx: typer.Context,
    account: str,
    amount: Annotated[str | None, typer.Argument()] = None,
    entry: str | None = None,
    means: Annotated[str, typer.Option()] = "bank",
    reference: Annotated[str, typer.Option()] = "",
    on: Day = None,
    by: str | None = None,
) -> None:
    """Pay credit of an account out, or take a bank entry as that (billing approver)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.APPROVE)
        at.settle("books")
        if entry is not None:
            book = bank_of(at).refund(account, entry, by=person, command_id=uuid4())
        else:
            day, wanted = past_day_of(at, on), amount_of(amount or "")
            book = receivables_of(at).refund(
                account,
                wanted,
                on=day,
                means=means_of(means),
                reference=reference,
                by=person,
                command_id=once(at, "refund", account, wanted, means, reference, day),
            )
        at.settle("books")
        _print_balance(at, book)


def _print_parts(at: Opened, parts: Sequence[tuple[str, str, Decimal]], *, as_json: bool) -> None:
    if as_json:
        print_json([{"source": s, "item": i, "amount": a} for s, i, a in parts])
        return
    keys = ("source", "item", "amount")
    print_table(
        [at.text(f"pay.head.{key}") for key in keys],
        parts,
        right=(2,),
        nothing=at.text("none.settled"),
    )


def _print_looked(at: Opened, looked: LookedFile, *, preview: bool) -> None:
    sure = sum(each.certain is not None for each in looked.new)
    print(
        at.text(
            "pay.would" if preview else "pay.brought",
            file=looked.file.name,
            new=len(looked.new),
            known=looked.known,
            matched=sure,
            waiting=len(looked.new) - sure,
        )
    )
    keys = ("day", "amount", "payer", "told", "proposals")
    rows = [
        (
            each.entry.booked_on,
            each.entry.amount,
            each.entry.payer or None,
            each.entry.told or None,
            _proposed(at, each.proposals),
        )
        for each in looked.new[:MOST_ROWS]
    ]
    if rows:
        print_table([at.text(f"pay.head.{key}") for key in keys], rows, right=(1,))
    if len(looked.new) > MOST_ROWS:
        print(at.text("readings_import.more", number=len(looked.new) - MOST_ROWS))


def _proposed(at: Opened, proposals: tuple[Proposal, ...]) -> str | None:
    """Return whose an entry may be, with why: "A-1 (number)"."""
    told = [
        f"{each.account} ({', '.join(at.text(f'pay.because.{key}') for key in keys)})"
        + ("" if each.certain else "?")
        for each in proposals[:2]
        for keys in [(*each.because, *["top_up"] * each.top_up)]
    ]
    return "; ".join(told) or None


def _print_balance(at: Opened, book: AccountBook) -> None:
    from billing.receivables.items import balance

    receivables = receivables_of(at)
    items = receivables.items(book)
    money = [each for each in receivables.money(book, items) if each.source in book.payments]
    owed = balance(items, money)
    key = "pay.owes" if owed > 0 else "pay.has_credit" if owed < 0 else "pay.even"
    print(at.text(key, account=book.account, amount=abs(owed), currency=book.currency))
