"""Texts of the page, in both languages."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from billing.documents.page import day_text, grouped, page_of
from billing.invoices.drafting import draft_invoice
from billing.invoices.invoice import Addressee, issued_document
from energy.base.quality import Quality
from tests.billing.samples import electricity, gas, invoice_facts


def issued(**facts: Any) -> dict[str, Any]:
    draft = draft_invoice(invoice_facts(electricity(**facts), gas()))
    text = issued_document(
        draft.document,
        number="CAM-2019-000001",
        addressee=Addressee(name="Laboratory", address="West Road\nCambridge"),
    )
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("number", "text"),
    [("1234567.80", "1,234,567.80"), ("-1234.5", "−1,234.5"), ("0.00", "0.00"), ("999", "999")],
)
def test_thousands_are_separated(number: str, text: str) -> None:
    assert grouped(number) == text


def test_a_day_is_written_as_the_language_writes_it() -> None:
    assert day_text("2019-01-31", "en") == "31 Jan 2019"
    assert day_text("2019-01-31", "zh") == "2019年1月31日"


def test_a_chinese_bill_is_called_a_bill_and_never_a_fapiao() -> None:
    page = page_of(issued(), "zh")
    assert page["title"] == "账单"
    assert "发票" not in json.dumps(page, ensure_ascii=False)


def test_no_text_of_billing_calls_itself_a_fapiao() -> None:
    text = files("energy.base.text").joinpath("catalogue", "billing.toml").read_text("utf-8")
    assert "发票" not in json.dumps(tomllib.loads(text), ensure_ascii=False)


def test_registers_are_shown_with_all_their_digits_in_local_time() -> None:
    (reading,) = page_of(issued(), "en")["supplies"][0]["readings"]
    assert reading["opening"] == "12,345.600 kWh"
    assert reading["opening_at"] == "1 Jan 2019 00:00"
    assert reading["closing_at"] == "1 Feb 2019 00:00"


def test_the_sums_of_the_blocks_are_the_net() -> None:
    document = issued()
    page = page_of(document, "en")
    sums = [float(each["subtotal"].replace(",", "")) for each in page["supplies"]]
    assert [f"{sum(sums):,.2f}"] == [page["tax"]["total"][1]]
    assert page["total"] == page["tax"]["total"][3]


def test_the_proof_shows_the_way_from_the_register_to_the_quantity() -> None:
    power, heat = page_of(issued(), "en")["proofs"]
    assert power["rows"][0] == (
        "Meter CAM-E-0002: (57,644.747 − 12,345.600) kWh × 1 = 45,299.147 kWh."
    )
    assert "2,874.740 m³ × correction 1 × calorific value 39.5 MJ/m³ ÷ 3.6" in heat["rows"][1]


def test_estimated_intervals_are_told() -> None:
    supply = electricity()
    assert supply.span is not None
    supply.span.quality[96 : 96 + 8] = int(Quality.ESTIMATED)
    rows = page_of(issued(span=supply.span), "en")["proofs"][0]["rows"]
    assert "E.night: 8 of 868 intervals estimated." in rows


def test_a_draft_says_that_it_is_one() -> None:
    draft = json.loads(draft_invoice(invoice_facts()).document)
    assert page_of(draft, "en")["draft"] == "Draft, not a demand for payment"
    assert page_of(issued(), "en")["draft"] == ""


def test_bars_are_thousandths_of_the_highest_day_and_gaps_stay_gaps() -> None:
    supply = electricity()
    assert supply.span is not None
    supply.span.quality[0] = int(Quality.MISSING)
    heights = page_of(issued(span=supply.span), "en")["supplies"][0]["daily"]["heights"]
    assert heights[0] is None
    assert max(height for height in heights if height is not None) == 1000
