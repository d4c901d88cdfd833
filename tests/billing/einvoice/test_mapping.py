"""What EN 16931 cannot say truly is refused, with the cause and what to do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from billing.einvoice.errors import EInvoiceError
from billing.einvoice.mapping import EInvoiceTerms, einvoice_of
from billing.einvoice.model import TaxCategory
from billing.tariffs.clauses import Tax, TaxMode, TaxRounding
from tests.billing.einvoice.documents import HEAD, bill, charge, document_of

TERMS = EInvoiceTerms()


def refused(document: dict[str, Any], words: str, **terms: Any) -> None:
    with pytest.raises(EInvoiceError, match=words):
        einvoice_of(document, HEAD, replace(TERMS, **terms))


def test_tax_rounded_by_line_is_refused_where_it_is_not_the_tax_of_the_sum() -> None:
    tax = Tax(mode=TaxMode.EXCLUSIVE, rate=Decimal("0.13"), rounding=TaxRounding.PER_LINE)
    lines = [charge(n, Decimal(1), "kWh", Decimal("0.04"), tax) for n in range(3)]
    document = document_of(lines)
    assert document["totals"]["tax"] == "0.03"
    refused(document, r"Tax of 13 % on 0.12 is 0.03 .* wants 0.02.*per_rate")


def test_tax_rounded_by_line_that_is_the_tax_of_the_sum_is_told() -> None:
    tax = Tax(mode=TaxMode.EXCLUSIVE, rate=Decimal("0.13"), rounding=TaxRounding.PER_LINE)
    document = document_of([charge(1, Decimal(100), "kWh", Decimal(1), tax)])
    assert einvoice_of(document, HEAD, TERMS).tax == Decimal("13.00")


def test_a_price_that_holds_the_tax_is_told_without_it() -> None:
    tax = Tax(mode=TaxMode.INCLUSIVE, rate=Decimal("0.13"), rounding=TaxRounding.PER_RATE)
    document = document_of([charge(1, Decimal("1234.567"), "kWh", Decimal("0.8181"), tax)])
    (line,) = einvoice_of(document, HEAD, TERMS).lines
    assert line.amount == Decimal(document["totals"]["net"])
    assert Decimal("0.72") < line.price < Decimal("0.73")
    assert "0.8181 with tax" in line.note


def test_a_part_of_a_month_is_one_piece_that_says_what_it_is() -> None:
    document = bill()
    gas = document["supplies"][1]["charges"][-1]
    gas |= {"quantity": "15/31", "price": "100.23", "amount": "48.50", "net": "48.50"}
    line = einvoice_of(document, HEAD, TERMS).lines[-1]
    assert (line.quantity, line.unit, line.price) == (Decimal(1), "C62", Decimal("48.50"))
    assert "15/31 month x 100.23" in line.note


def test_a_line_that_does_not_multiply_is_refused() -> None:
    document = bill()
    document["supplies"][0]["charges"][0]["quantity"] = "9999"
    refused(document, "Line 1 .*9999 x 0.1087 is 1086.89, but the document says 981.54")


def test_sums_that_do_not_meet_are_refused() -> None:
    document = bill()
    document["totals"]["total"] = "9615.00"
    refused(document, "sum total is 9615.00 .* but 9614.99")


def test_a_draft_another_currency_and_an_unknown_unit_are_refused() -> None:
    refused(bill() | {"number": None}, "Issue it first")
    refused(bill() | {"currency": "KWD"}, "two digits")
    document = bill()
    document["supplies"][0]["charges"][0]["unit"] = "furlong"
    refused(document, "furlong")


def test_a_seller_without_country_or_tax_number_is_refused() -> None:
    with pytest.raises(EInvoiceError, match="no country"):
        einvoice_of(bill(), replace(HEAD, country=""), TERMS)
    document = bill()
    document["issuer"]["tax_number"] = ""
    with pytest.raises(EInvoiceError, match="no tax number"):
        einvoice_of(document, replace(HEAD, tax_number=""), TERMS)


def test_no_tax_without_a_reason_is_refused() -> None:
    tax = Tax(mode=TaxMode.EXCLUSIVE, rate=Decimal(0), rounding=TaxRounding.PER_RATE)
    document = document_of([charge(1, Decimal(1), "kWh", Decimal(1), tax)])
    refused(document, "needs a reason", zero_rated=TaxCategory.EXEMPT)


def test_adjustments_are_lines_that_name_the_invoice_they_correct() -> None:
    tax = Tax(mode=TaxMode.EXCLUSIVE, rate=Decimal("0.20"), rounding=TaxRounding.PER_RATE)
    document = document_of([charge(1, Decimal(100), "kWh", Decimal(1), tax)])
    base = document["supplies"][0]["charges"][0]
    changed = [
        base | {"quantity": "-10.00", "price": "0.21", "amount": "-2.10", "net": "-2.10"},
        base | {"quantity": "5.00", "price": "0.30", "amount": "-7.00", "net": "-7.00"},
    ]
    document["adjustments"] = [
        {
            "corrects": {"number": "CAM-2018-000003", "dated": "2019-01-01"},
            "charges": [each | {"point": "p"} for each in changed],
        }
    ]
    document["tax"] = [document["tax"][0] | {"net": "90.90", "tax": "18.18", "gross": "109.08"}]
    document["totals"] = {"net": "90.90", "tax": "18.18", "total": "109.08"}
    _, first, second = einvoice_of(document, HEAD, TERMS).lines
    assert (first.quantity, first.price) == (Decimal("-10.00"), Decimal("0.21"))
    assert (second.quantity, second.price, second.unit) == (Decimal(-1), Decimal("7.00"), "C62")
    assert "CAM-2018-000003" in first.name
