"""In: `account deposit`. Out: deposits asked for, paid, applied, paid back. I/O: books."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from scripts.commands.account_terms import DAY, desk_of, done
from scripts.commands.asked import runs
from scripts.commands.frame import opened, required
from scripts.commands.pay_options import past_day_of
from scripts.commands.typed import means_of, number_of

if runs():
    from billing.accounts.deposit import Deposit
    from dashboards.security.scope import Right
    from energy.base.ids import id_of
    from energy.system import WRITER

if TYPE_CHECKING:
    from scripts.commands.frame import Opened


class DepositAct(StrEnum):
    """What becomes of a deposit."""

    ASK = "ask"
    PAY = "pay"
    APPLY = "apply"
    REFUND = "refund"
    RETURN = "return"


def add_deposits(app: typer.Typer) -> None:
    """Add the verb to a group."""
    app.command()(deposit)


def deposit(
    ctx: typer.Context,
    account: str,
    key: str,
    act: DepositAct,
    amount: Annotated[str | None, typer.Option()] = None,
    day: Annotated[datetime | None, typer.Option("--day", formats=DAY)] = None,
    due: Annotated[datetime | None, typer.Option("--due", formats=DAY)] = None,
    means: str = "bank",
    reference: str = "",
    invoice: str | None = None,
    reason: str = "",
    by: str | None = None,
) -> None:
    """Ask for a deposit, note its payment, let it pay a bill, refund it (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        means_of(means)  # the ledger books what it does not know to the bank
        on = past_day_of(at, day)
        desk = desk_of(at)
        money = Decimal(0)
        if act is not DepositAct.RETURN:
            told = required(amount, "--amount", at.text("account.ask.amount"))
            money = desk.money(number_of(told, "--amount"))
        words = (act.value, str(amount), str(on), means, reference, str(invoice), reason)
        command = id_of("deposit", at.site.key, account, key, *words, str(person))
        if act is DepositAct.ASK:
            until = on if due is None else due.date()
            desk.ask_deposit(
                account,
                key,
                money,
                asked_on=on,
                due_on=until,
                reason=reason,
                by=person,
                command_id=command,
            )
            done(at, "account.deposit_asked", deposit=key, amount=money, due=until)
            return
        document = _document(at, act, invoice)

        def changed(known: Deposit) -> None:
            """Do what was asked for."""
            words = (means, reference, document, reason)
            _change(known, act, money, words, on=on, by=person, command=command)

        found, new = desk.with_deposit(account, key, changed, command_id=command)
        values = {"deposit": key, "held": found.held, "currency": found.currency}
        done(at, f"account.deposit_{act.value if new else 'again'}", **values)


def _document(at: Opened, act: DepositAct, invoice: str | None) -> str:
    """Return the number of the bill that is paid; empty for any other act."""
    if act is not DepositAct.APPLY:
        return ""
    return required(invoice, "--invoice", at.text("account.ask.invoice"))


def _change(
    known: Deposit,
    act: DepositAct,
    money: Decimal,
    words: tuple[str, str, str, str],
    *,
    on: date,
    by: UUID,
    command: UUID,
) -> None:
    """Let something become of a deposit.

    Args:
        known: The deposit.
        act: What becomes of it.
        money: Of `pay`, `apply` and `refund`. [currency]
        words: Means of payment, reference, number of the bill, reason.
        on: The local day.
        by: The person.
        command: The command's id.
    """
    means, reference, document, reason = words
    match act:
        case DepositAct.PAY:
            known.pay(money, means=means, reference=reference, on=on, by=by, command_id=command)
        case DepositAct.APPLY:
            known.apply_to(document, money, on=on, by=by, command_id=command)
        case DepositAct.REFUND:
            known.ask_refund(money, reason=reason, by=by, command_id=command)
        case _:
            known.pay_refund(means=means, on=on, by=by, command_id=command)
