"""What an account's money settles is decided in its own stream, whoever asks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from billing.receivables.account_book import AccountBook
from billing.receivables.book_events import Applying
from billing.receivables.errors import PaymentError, SecondSignError

DAY = date(2019, 2, 1)
CLERK, APPROVER = UUID(int=1), UUID(int=2)


def book(*payments: tuple[str, str]) -> AccountBook:
    made = AccountBook(site="s", account="A", currency="GBP", command_id=uuid4())
    for payment, amount in payments:
        made.receive(
            payment,
            Decimal(amount),
            on=DAY,
            means="cash",
            reference="",
            bank_entry=None,
            by=CLERK,
            command_id=uuid4(),
        )
    return made


def apply(made: AccountBook, source: str, item: str, amount: str, *, of: str = "100",
          source_amount: str = "80") -> None:  # fmt: skip
    part = Applying(
        source=source,
        source_amount=Decimal(source_amount),
        item=item,
        item_amount=Decimal(of),
        amount=Decimal(amount),
        on=DAY,
    )
    made.apply([part], command_id=uuid4())


def reverse(made: AccountBook, payment: str) -> None:
    made.reverse(payment, on=DAY, reason="bounced", bank_entry=None, by=CLERK, command_id=uuid4())


def refund(made: AccountBook, source: str, amount: str, *, of: str = "80") -> None:
    made.refund(
        source,
        Decimal(of),
        Decimal(amount),
        on=DAY,
        means="cash",
        reference="",
        bank_entry=None,
        by=CLERK,
        command_id=uuid4(),
    )


def test_an_item_is_never_settled_twice_nor_a_payment_used_twice() -> None:
    made = book(("P", "80"), ("Q", "80"))
    apply(made, "P", "I", "60")
    with pytest.raises(PaymentError, match="only 40 is open"):
        apply(made, "Q", "I", "41")
    with pytest.raises(PaymentError, match="only 20 is left"):
        apply(made, "P", "J", "21")
    apply(made, "Q", "I", "40")
    assert made.settled("I") == 100
    assert (made.left_of("P"), made.left_of("Q")) == (20, 40)


def test_a_credit_note_is_used_up_as_a_payment_is() -> None:
    made = book()
    apply(made, "C", "I", "50")
    apply(made, "C", "I", "30")
    with pytest.raises(PaymentError, match="only 0 is left"):
        apply(made, "C", "I", "1")


def test_what_is_taken_back_opens_all_that_it_settled() -> None:
    made = book(("P", "80"))
    apply(made, "P", "I", "60")
    apply(made, "P", "J", "20")
    reverse(made, "P")
    assert made.settled("I") == made.settled("J") == made.left_of("P") == 0
    with pytest.raises(PaymentError, match="taken back already"):
        reverse(made, "P")
    with pytest.raises(PaymentError, match="only 0 is left"):
        apply(made, "P", "I", "1")


def test_what_was_paid_out_can_neither_settle_nor_bounce() -> None:
    made = book(("P", "80"))
    refund(made, "P", "30")
    with pytest.raises(PaymentError, match="only 50 is left"):
        refund(made, "P", "51")
    with pytest.raises(PaymentError, match="cannot be taken back whole"):
        reverse(made, "P")


def test_a_write_off_waits_for_a_second_person_and_counts_what_waits() -> None:
    made, first = book(), uuid4()

    def propose(identity: UUID, amount: str) -> None:
        made.propose_write_off(
            identity,
            "I",
            Decimal(100),
            Decimal(amount),
            kind="invoice",
            reason="gone",
            by=CLERK,
            command_id=uuid4(),
        )

    propose(first, "70")
    with pytest.raises(PaymentError, match="only 30 is open"):
        propose(uuid4(), "31")
    with pytest.raises(SecondSignError):
        made.decide_write_off(first, agreed=True, on=DAY, by=CLERK, command_id=uuid4())
    apply(made, "C", "I", "50")
    with pytest.raises(PaymentError, match="only 50 is open"):  # paid in the meantime
        made.decide_write_off(first, agreed=True, on=DAY, by=APPROVER, command_id=uuid4())
    made.decide_write_off(first, agreed=False, on=DAY, by=APPROVER, command_id=uuid4())
    propose(uuid4(), "50")
    assert made.settled("I") == 50


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_money_that_is_none_is_refused(amount: str) -> None:
    with pytest.raises(PaymentError, match="above zero"):
        book(("P", amount))
