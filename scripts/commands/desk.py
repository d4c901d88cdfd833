"""In: `desk` verbs. Out: customers found, money taken with receipts, shifts cashed up. I/O."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.commands.asked import runs
from scripts.commands.desk_print import (
    print_hits,
    print_shift,
    print_taking,
    sale_of,
    write_cash_up,
    write_receipt,
)
from scripts.commands.frame import Opened, opened
from scripts.commands.prepaid_cards import write_and_tell
from scripts.commands.prepaid_frame import act_of, office_of
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import FINDINGS, Json, group
from scripts.commands.typed import amount_of

if runs():
    from decimal import Decimal

    from billing.cash_desk.desk import Desk, Payment
    from billing.cash_desk.shift_events import Means, ShiftState
    from billing.prepaid.card_office import CardOffice
    from billing.prepaid.errors import DeskRefusedError
    from billing.views.cash_desk import read_shifts
    from billing.views.customers import find_customers
    from billing.views.prepaid import balance_after
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER

app = group("desk")
At = Annotated[str, typer.Option("--desk")]
Reason = Annotated[str, typer.Option()]
Pdf = Annotated[Path | None, typer.Option()]


@app.command("open")
def open_(ctx: typer.Context, desk: At, change: str = "0", by: str | None = None) -> None:
    """Open a shift at a desk, with change in the drawer."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.SELL)
        shift = _desk(at, desk).open(amount_of(change), act)
        at.settle("books")
        print(at.text("desk.opened", desk=shift.desk, number=shift.number))


@app.command()
def find(ctx: typer.Context, words: str, by: str | None = None, *, as_json: Json = False) -> None:
    """Find a customer by account, meter number, card, place, name or address; exit 1 without."""
    with opened(ctx, WEB) as at:
        at.person(by, Right.READ_BILLS)
        found = find_customers(at.books, at.system.vault, words)
        if as_json:
            print_json(found)
        else:
            print_hits(at, found)
        if not found:
            raise typer.Exit(FINDINGS)


@app.command()
def topup(
    ctx: typer.Context,
    account: str,
    amount: str,
    desk: At,
    means: str = "cash",
    given: str | None = None,
    pdf: Pdf = None,
    by: str | None = None,
    *,
    again: bool = False,
    as_json: Json = False,
) -> None:
    """Take money onto a prepaid account, with a receipt."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.SELL)
        office = office_of(at)
        taking = _desk(at, desk).top_up(account, _payment(amount, means, given, again=again), act)
        at.settle("books")
        left = office.balance(account)
        print_taking(at, taking, balance=left, as_json=as_json)
        if pdf is not None:
            write_receipt(at, desk, taking, pdf, balance=left, by=act.by)


@app.command()
def pay(
    ctx: typer.Context,
    account: str,
    amount: str,
    desk: At,
    invoice: str | None = None,
    means: str = "cash",
    given: str | None = None,
    pdf: Pdf = None,
    by: str | None = None,
    *,
    again: bool = False,
    advance: bool = False,
    as_json: Json = False,
) -> None:
    """Take the payment of an invoice, or money on account, with a receipt."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.SELL)
        payment = _payment(amount, means, given, again=again)
        taking = _desk(at, desk).pay(account, invoice, payment, act, advance=advance)
        at.settle("books")
        print_taking(at, taking, balance=None, as_json=as_json)
        if pdf is not None:
            write_receipt(at, desk, taking, pdf, balance=None, by=act.by)


@app.command()
def units(
    ctx: typer.Context,
    point: str,
    desk: At,
    units: str | None = None,
    money: str | None = None,
    means: str = "cash",
    given: str | None = None,
    pdf: Pdf = None,
    by: str | None = None,
    *,
    again: bool = False,
    as_json: Json = False,
) -> None:
    """Sell units for a point's card at today's price and write them (exit 1: not written yet)."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.SELL)
        office = CardOffice(at.books)
        taking, priced = _desk(at, desk).sell_units(
            office,
            point,
            _means(means),
            act,
            units=None if units is None else amount_of(units),
            money=None if money is None else amount_of(money),
            given=_given(given),
            again=again,
        )
        at.settle("books")
        sold = f"{priced.units:f} {priced.unit}"
        print_taking(at, taking, balance=None, sold=sold, as_json=as_json)
        if pdf is not None:
            write_receipt(at, desk, taking, pdf, balance=None, by=act.by)
        assert taking.sale is not None, "units were sold"
        if not write_and_tell(at, point, taking.sale, act, quiet=as_json):
            raise typer.Exit(FINDINGS)


@app.command()
def void(
    ctx: typer.Context,
    receipt: str,
    desk: At,
    reason: Reason,
    by: str | None = None,
    *,
    below_zero: bool = False,
) -> None:
    """Give money back within the shift that took it; never after it was counted."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.SELL)
        cards = CardOffice(at.books)
        taking = _desk(at, desk).void(cards, receipt, reason, act, below_zero=below_zero)
        at.settle("books")
        values = {"receipt": receipt, "amount": taking.amount, "currency": at.site.currency}
        print(at.text("desk.voided", **values))


@app.command("cash-up")
def cash_up(
    ctx: typer.Context,
    desk: At,
    count: list[str] | None = None,
    card: str = "0",
    transfer: str = "0",
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Count what is there at the end of a shift; a difference must be signed for (exit 1)."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.SELL)
        denominations: dict[str, int] = {}
        for each in count or ():
            value, _, many = each.partition("=")
            if not many.strip().isdecimal():
                raise DeskRefusedError.of("denomination", value=each)
            denominations[value.strip()] = denominations.get(value.strip(), 0) + int(many)
        shift = _desk(at, desk).cash_up(denominations, amount_of(card), amount_of(transfer), act)
        at.settle("books")
        print_shift(at, shift, as_json=as_json)
        if shift.state is not ShiftState.CLOSED:
            raise typer.Exit(FINDINGS)


@app.command()
def resume(ctx: typer.Context, desk: At, reason: Reason, by: str | None = None) -> None:
    """Go on with a shift whose count was wrong or early."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.SELL)
        _desk(at, desk).resume(reason, act)
        at.settle("books")
        print(at.text("desk.resumed", desk=desk))


@app.command()
def sign(
    ctx: typer.Context, desk: At, reason: Reason, by: str | None = None, *, as_json: Json = False
) -> None:
    """Sign for a difference as a second person; the shift is closed (billing approver)."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.APPROVE)
        shift = _desk(at, desk).sign(reason, act)
        at.settle("books")
        print_shift(at, shift, as_json=as_json)


@app.command()
def shift(
    ctx: typer.Context,
    desk: At,
    number: int | None = None,
    pdf: Pdf = None,
    *,
    as_json: Json = False,
) -> None:
    """Show a shift with what should be there; the newest one without --number."""
    with opened(ctx, WEB) as at:
        found = _desk(at, desk).shift(number)
        print_shift(at, found, as_json=as_json)
        if pdf is not None:
            write_cash_up(at, found, pdf)


@app.command("list")
def list_(ctx: typer.Context, desk: str | None = None, *, as_json: Json = False) -> None:
    """List the shifts, the newest first."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_shifts(connection, at.site.schema, desk=desk)
        if as_json:
            print_json(rows)
            return
        keys = ("shift", "person", "state", "opened_at", "closed_at")
        table = [
            (
                f"{row.desk}/{row.number}",
                at.name_of(row.person),
                at.text(f"desk.state.{row.state}"),
                row.opened_at.astimezone(at.site.zone),
                None if row.closed_at is None else row.closed_at.astimezone(at.site.zone),
            )
            for row in rows
        ]
        print_table(
            [at.text(f"desk.head.{key}") for key in keys], table, nothing=at.text("none.shifts")
        )


@app.command()
def receipt(ctx: typer.Context, receipt: str, desk: At, pdf: Pdf = None, *,
            number: int | None = None, as_json: Json = False) -> None:  # fmt: skip
    """Show what was taken on a receipt, or print it again."""
    with opened(ctx, WEB) as at:
        shift = _desk(at, desk).shift(number)
        taking = shift.receipted(receipt)
        sale = sale_of(at, taking)
        sold = f"{sale.units:f} {sale.unit}" if sale else None
        with at.system.database.connection() as connection:
            balance = balance_after(connection, at.site.schema, taking.account, taking.receipt)
        print_taking(at, taking, balance=balance, sold=sold, as_json=as_json)
        if pdf is not None:
            write_receipt(at, desk, taking, pdf, balance=balance, by=shift.person)


def _desk(at: Opened, name: str) -> Desk:
    return Desk(at.books, office_of(at), name)


def _means(text: str) -> Means:
    if text not in list(Means):
        raise DeskRefusedError.of("means", text=text, known=", ".join(Means))
    return Means(text)


def _given(text: str | None) -> Decimal | None:
    return None if text is None else amount_of(text)


def _payment(amount: str, means: str, given: str | None, *, again: bool) -> Payment:
    return Payment(amount=amount_of(amount), means=_means(means), given=_given(given), again=again)
