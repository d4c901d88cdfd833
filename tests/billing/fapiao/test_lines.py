"""Lines of a fapiao: tax on each, adding up to the bill's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from billing.fapiao.errors import FapiaoError
from billing.fapiao.lines import line_of, lines_of_bill
from billing.tariffs.clauses import Tax, TaxMode, TaxRounding
from tests.billing.einvoice.documents import bill, charge, document_of, documents
from tests.examples import tried


def test_the_lines_of_a_bill_add_up_to_its_net_and_tax() -> None:
    lines = lines_of_bill(bill())
    assert sum(line.amount for line in lines) == Decimal("8012.49")
    assert sum(line.tax for line in lines) == Decimal("1602.50")
    assert lines[0].item == "*电费*夜间电量电费"
    assert (lines[0].unit, lines[0].quantity) == ("千瓦时", Decimal("9029.801"))
    assert all(line_of(line.document()) == line for line in lines)


@tried(30)
@given(document=documents())
def test_any_bill_adds_up_rate_by_rate(document: dict[str, Any]) -> None:
    lines = lines_of_bill(document)
    for row in document["tax"]:
        mine = [line for line in lines if line.rate == Decimal(row["rate"])]
        assert sum((line.tax for line in mine), Decimal(0)) == Decimal(row["tax"])
        assert all(abs(line.tax - line.amount * line.rate) < Decimal("0.01") for line in mine)


def test_a_price_that_holds_the_tax_is_told_without_it() -> None:
    tax = Tax(mode=TaxMode.INCLUSIVE, rate=Decimal("0.13"), rounding=TaxRounding.PER_LINE)
    (line,) = lines_of_bill(document_of([charge(1, Decimal(100), "kWh", Decimal("1.13"), tax)]))
    assert (line.amount, line.tax, line.price) == (Decimal("100.00"), Decimal("13.00"), Decimal(1))


def test_a_tax_that_is_not_that_of_the_lines_is_refused() -> None:
    document = bill()
    document["tax"][0]["tax"] = "1700.00"
    with pytest.raises(FapiaoError, match=r"1700.00 of bill CAM-2019-000001"):
        lines_of_bill(document)
