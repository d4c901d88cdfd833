"""Deposits: no more than is there, no refund by the one who asked for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from billing.accounts.deposit import Deposit, DepositState
from billing.accounts.errors import DepositError, RefundPersonError

ONE, TWO = UUID(int=1), UUID(int=2)
DAY = date(2024, 1, 5)


def asked(amount: str = "500.00") -> Deposit:
    return Deposit(
        site="s",
        account="A",
        deposit="D-1",
        currency="GBP",
        amount=amount,
        asked_on=DAY,
        due_on=DAY,
        reason="new tenant",
        by=ONE,
        command_id=uuid4(),
    )


def pay(deposit: Deposit, amount: str) -> None:
    deposit.pay(Decimal(amount), means="bank", reference="", on=DAY, by=ONE, command_id=uuid4())


def apply(deposit: Deposit, amount: str) -> None:
    deposit.apply_to("INV-1", Decimal(amount), on=DAY, by=ONE, command_id=uuid4())


def refund(deposit: Deposit, amount: str) -> None:
    deposit.ask_refund(Decimal(amount), reason="left", by=ONE, command_id=uuid4())


def test_what_was_paid_pays_the_final_bill_and_the_rest_goes_back_by_another_person() -> None:
    deposit = asked()
    assert deposit.state is DepositState.ASKED
    pay(deposit, "300.00")
    pay(deposit, "200.00")
    apply(deposit, "123.45")
    held: tuple[object, object] = (deposit.held, deposit.state)
    assert held == (Decimal("376.55"), DepositState.HELD)
    refund(deposit, "376.55")
    with pytest.raises(RefundPersonError):
        deposit.pay_refund(means="bank", on=DAY, by=ONE, command_id=uuid4())
    deposit.pay_refund(means="bank", on=DAY, by=TWO, command_id=uuid4())
    settled: tuple[object, object] = (deposit.held, deposit.state)
    assert settled == (0, DepositState.SETTLED)


def test_no_more_is_taken_applied_or_paid_back_than_is_there() -> None:
    deposit = asked()
    with pytest.raises(DepositError, match="more than the deposit holds"):
        apply(deposit, "0.01")
    with pytest.raises(DepositError, match="more than is asked for"):
        pay(deposit, "500.01")
    pay(deposit, "500.00")
    refund(deposit, "400.00")
    with pytest.raises(DepositError, match="asked for already"):
        refund(deposit, "100.00")
    with pytest.raises(DepositError, match=r"more than the deposit holds: 100\.00"):
        apply(deposit, "100.01")
    apply(deposit, "100.00")
    for amount in ("0", "-1", "NaN"):
        with pytest.raises(DepositError, match="no amount"):
            apply(deposit, amount)
    with pytest.raises(DepositError, match="No refund"):
        asked().pay_refund(means="bank", on=DAY, by=TWO, command_id=uuid4())
