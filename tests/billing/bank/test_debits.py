"""Mandates are collected FRST once, RCUR then; a document once; the bank's schema accepts it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from lxml import etree

from billing.bank.debits import Debits
from billing.bank.pain008 import Creditor
from billing.receivables.errors import PaymentError
from tests.billing.till import Till
from tests.billing.town import CLERK

pytestmark = pytest.mark.servers
OURS = Creditor(
    name="Airport Energy",
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
    creditor_id="DE98ZZZ09999999999",
)
DUE, ON = date(2019, 2, 28), date(2019, 2, 20)


@pytest.fixture
def debits(till: Till) -> Debits:
    """The same town with books in euros."""
    books = till.town.office.books
    books.site = replace(books.site, currency="EUR")
    till.town.site = books.site
    return Debits(books, till.town.vault)


def sign(debits: Debits, mandate: str, account: str, iban: str = "DE89370400440532013000") -> None:
    debits.sign(
        mandate,
        account,
        name="Müller & Söhne <GmbH>",
        iban=iban,
        bic="",
        signed_on=date(2019, 1, 1),
        by=CLERK,
        command_id=uuid4(),
    )


def collected(debits: Debits, *again: str) -> list[tuple[str, str, str]]:
    found = debits.collect(
        OURS, due_by=DUE, again_for=again, collect_on=ON, by=CLERK, command_id=uuid4()
    )
    root = etree.fromstring(found.octets)
    assert root.findtext(".//{*}GrpHdr/{*}MsgId") == found.collection.hex
    return [
        (
            batch.findtext("{*}PmtTpInf/{*}SeqTp") or "",
            batch.findtext("{*}ReqdColltnDt") or "",
            each.findtext("{*}PmtId/{*}EndToEndId") or "",
        )
        for batch in root.iterfind(".//{*}PmtInf")
        for each in batch.iterfind("{*}DrctDbtTxInf")
    ]


def test_what_is_due_is_collected_once_first_then_recurrent(till: Till, debits: Debits) -> None:
    first = till.issue("A-b1", "100.00", dated=date(2019, 2, 1))
    till.issue("A-b2", "50.00", dated=date(2019, 2, 1))  # no mandate
    sign(debits, "M-1", "A-b1")
    till.catch_up()
    assert collected(debits) == [("FRST", "2019-02-20", first)]
    till.catch_up()
    assert collected(debits) == [("FRST", "2019-02-20", first)]  # the same file once more
    second = till.issue("A-b1", "60.00", dated=date(2019, 2, 12))  # due on the 26th
    assert collected(debits) == [("RCUR", "2019-02-26", second)]
    till.catch_up()
    assert collected(debits, first) == [("RCUR", "2019-02-20", first)]  # it had bounced


def test_due_days_are_batches_of_their_own(till: Till, debits: Debits) -> None:
    numbers = [till.issue("A-b1", "10.00", dated=date(2019, 2, day)) for day in (1, 12)]
    sign(debits, "M-1", "A-b1")
    till.catch_up()
    assert collected(debits) == [
        ("FRST", "2019-02-20", numbers[0]),
        ("RCUR", "2019-02-26", numbers[1]),
    ]


def test_an_ended_mandate_and_books_in_other_money_collect_nothing(
    till: Till, debits: Debits
) -> None:
    till.issue("A-b1", "100.00", dated=date(2019, 2, 1))
    sign(debits, "M-1", "A-b1")
    debits.end("M-1", on=ON, by=CLERK, command_id=uuid4())
    till.catch_up()
    with pytest.raises(PaymentError, match="Nothing is due"):
        collected(debits)
    debits.books.site = replace(debits.books.site, currency="GBP")
    with pytest.raises(PaymentError, match="collects euros"):
        collected(debits)
