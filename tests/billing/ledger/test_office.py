"""A closed month stays as it was: what comes later stands in the next one with its own day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.ledger.entry import Entry, LedgerAccount, posted
from billing.ledger.office import LedgerOffice, month_of
from billing.receivables.errors import PaymentError
from billing.receivables.office import Incoming
from billing.views.books import BooksView
from billing.views.ledger import read_entries
from energy.journal.follower import Follower, event_fold
from tests.billing.till import Till
from tests.billing.town import APPROVER, CLERK

FEBRUARY, MARCH = date(2018, 11, 1), date(2018, 12, 1)  # the town's clock says February 2019


def pay(till: Till, amount: str, on: date) -> str:
    paid = Incoming(payment=uuid4().hex, amount=Decimal(amount), on=on, means="cash", reference="")
    till.money.receive("A-b1", paid, by=CLERK, command_id=uuid4())
    till.catch_up()
    return paid.payment


def close(till: Till, month: date, by: object, *, may_close: bool = True) -> tuple[str, object]:
    office = LedgerOffice(till.town.office.books)
    found = office.close(month, by=by, may_close=may_close, command_id=uuid4())  # type: ignore[arg-type]
    till.catch_up()
    return found


def days(till: Till) -> dict[str | None, tuple[date, date]]:
    with till.town.database.connection() as connection:
        rows = read_entries(connection, till.town.site.schema)
    return {each.entry.document: (each.entry.booked_on, each.concerns_on) for each in rows}


def test_an_entry_that_does_not_balance_cannot_be_made() -> None:
    with pytest.raises(AssertionError, match="sum"):
        Entry(
            key="k",
            booked_on=MARCH,
            what="w",
            party=None,
            document=None,
            currency="GBP",
            postings=posted((LedgerAccount.CASH, "", Decimal(1)), (LedgerAccount.BANK, "", ZERO1)),
        )


ZERO1 = Decimal("-0.99")


@pytest.mark.parametrize("text", ["2019-13", "2019", "02-2019", "2019-2", "٢٠١٩-٠١"])
def test_a_month_is_written_as_year_and_month(text: str) -> None:
    with pytest.raises(PaymentError, match="no month"):
        month_of(text)


@pytest.mark.servers
def test_what_the_second_person_closes_is_what_was_proposed(till: Till) -> None:
    first = pay(till, "10.00", date(2018, 11, 20))
    assert close(till, FEBRUARY, CLERK)[0] == "proposed"
    between = pay(till, "20.00", date(2018, 11, 21))
    assert days(till)[between] == (date(2018, 11, 21),) * 2  # open still
    assert close(till, FEBRUARY, CLERK, may_close=False)[0] == "proposed"
    state, closed = close(till, FEBRUARY, APPROVER)
    assert state == "closed"
    late = pay(till, "30.00", date(2018, 11, 22))
    told = days(till)
    assert told[first] == (date(2018, 11, 20),) * 2
    assert told[between] == (date(2018, 11, 21),) * 2  # the second proposal knew it
    assert told[late] == (date(2018, 12, 1), date(2018, 11, 22))
    assert LedgerOffice(till.town.office.books).totals(FEBRUARY).sha256 == closed.sha256  # type: ignore[attr-defined]


@pytest.mark.servers
def test_what_comes_between_proposal_and_close_goes_on_to_the_next_month(till: Till) -> None:
    pay(till, "10.00", date(2018, 11, 20))
    _, proposed = close(till, FEBRUARY, CLERK)
    between = pay(till, "20.00", date(2018, 11, 21))
    _, closed = close(till, FEBRUARY, APPROVER)
    assert closed.sha256 == proposed.sha256  # type: ignore[attr-defined]
    assert days(till)[between] == (date(2018, 12, 1), date(2018, 11, 21))
    till.check_books()


@pytest.mark.servers
def test_months_close_in_their_order_once_and_never_while_they_run(till: Till) -> None:
    close(till, FEBRUARY, CLERK)
    with pytest.raises(PaymentError, match="Nobody proposed"):
        LedgerOffice(till.town.office.books).months(uuid4()).close(
            MARCH, by=APPROVER, command_id=uuid4()
        )
    close(till, FEBRUARY, APPROVER)
    for month, cause in (
        (FEBRUARY, "closed for good"),
        (date(2019, 1, 1), "next month to close is 2018-12"),
        (date(2019, 2, 1), "not over yet"),
    ):
        with pytest.raises(PaymentError, match=cause):
            close(till, month, CLERK)


@pytest.mark.servers
def test_folding_again_gives_the_same_ledger(till: Till) -> None:
    pay(till, "10.00", date(2018, 11, 20))
    close(till, FEBRUARY, CLERK)
    pay(till, "20.00", date(2018, 11, 21))
    close(till, FEBRUARY, APPROVER)
    pay(till, "30.00", date(2018, 11, 22))
    before = days(till)
    schema, town = till.town.site.schema, till.town
    with town.database.connection() as connection:
        for table in (
            "ledger_entry", "ledger_posting", "ledger_close", "open_item", "payment",
            "item_movement", "account_movement", "account", "account_channel", "issuer_mode",
        ):  # fmt: skip
            known = connection.execute("SELECT to_regclass(%s)", (f"{schema}.{table}",)).fetchone()
            if known and known[0]:
                connection.execute(f"DELETE FROM {schema}.{table}".encode())
        connection.commit()
    fold = event_fold(schema, [BooksView()])
    again = Follower(town.database, schema, "books", "books again", fold, town.clock)
    while again.step():
        pass
    assert days(till) == before
