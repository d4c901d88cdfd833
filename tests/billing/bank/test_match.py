"""Certain is what names a document of one account or comes from a known payer; else proposals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billing.bank.match import Known, Matcher
from billing.receivables.items import ItemKind, OpenItem
from tests.billing.till import statement


def item(number: str, account: str, amount: str) -> OpenItem:
    return OpenItem(
        number=number,
        kind=ItemKind.INVOICE,
        account=account,
        currency="GBP",
        dated=date(2019, 2, 1),
        due_on=date(2019, 2, 15),
        amount=Decimal(amount),
        settled=Decimal(0),
    )


MATCHER = Matcher(
    Known(
        items=(
            item("CAM-2019-000001", "A-1", "100.00"),
            item("CAM-2019-000012", "A-2", "50.00"),
            item("CAM-2019-000013", "A-2", "50.00"),
        ),
        names={"A-1": "Mill Ltd", "A-2": "Harbour Trading", "A-3": "Co"},
        aliases={"d1": "A-1", "d2": "A-2"},
    )
)


@pytest.mark.parametrize(
    ("told", "digests", "certain"),
    [
        ("invoice CAM-2019-000001, thanks", (), "A-1"),
        ("cam2019000001", (), "A-1"),
        ("CAM-2019-00000", (), None),
        ("CAM-2019-0000012", (), None),
        ("CAM-2019-000001 CAM-2019-000012", (), None),
        ("rent", ("d1",), "A-1"),
        ("rent", ("d1", "d2"), None),
        ("CAM-2019-000012", ("d1",), "A-2"),
    ],
)
def test_what_is_certain(told: str, digests: tuple[str, ...], certain: str | None) -> None:
    found = MATCHER.proposals(statement("33.00", told=told), digests)
    assert next((each.account for each in found if each.certain), None) == certain


def test_amount_and_name_only_propose() -> None:
    found = MATCHER.proposals(statement("100.00", payer="HARBOUR trading (UK)"))
    assert [(each.account, each.because, each.certain) for each in found] == [
        ("A-2", ("name", "amount"), False),  # its two invoices together
        ("A-1", ("amount",), False),
    ]
    assert found[1].items == ("CAM-2019-000001",)


def test_a_short_name_and_money_that_goes_out_are_nobodys() -> None:
    assert MATCHER.proposals(statement("1.00", payer="Company & Co")) == []
    assert MATCHER.proposals(statement("-100.00", told="CAM-2019-000001")) == []
