"""From facts to the document that a tenant gets."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from billing.basis.basis import BillingBasis
from billing.invoices.drafting import draft_invoice
from billing.invoices.invoice_facts import finding_document, finding_of
from energy.base.quality import Quality
from tests.billing.samples import (
    JANUARY,
    campus_tariff,
    electricity,
    gas,
    invoice_facts,
    register,
    shaped,
)


def document(text: str) -> dict[str, Any]:
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def test_the_same_facts_give_the_same_bytes() -> None:
    first, second = draft_invoice(invoice_facts()), draft_invoice(invoice_facts())
    assert first.document == second.document
    assert first.provenance == second.provenance
    assert first.findings == ()


def test_every_charge_is_its_quantity_times_its_price() -> None:
    for supply in document(draft_invoice(invoice_facts()).document)["supplies"]:
        for charge in supply["charges"]:
            exact = Fraction(charge["quantity"]) * Fraction(charge["price"])
            assert exact == Fraction(charge["unrounded"])
            assert abs(exact - Fraction(charge["amount"])) <= Fraction(1, 200)


def test_registers_usage_and_days_agree() -> None:
    found = document(draft_invoice(invoice_facts()).document)
    for supply in found["supplies"]:
        (reading,) = supply["readings"]
        counts = reading["closing"]["count"] - reading["opening"]["count"]
        used = counts * Fraction(reading["resolution"]) * Fraction(reading["multiplier"])
        assert Fraction(supply["usage"]["total"]) == used
        assert sum(Fraction(day) for day in supply["daily"]) == used
        assert len(supply["daily"]) == 31


def test_a_supply_says_what_is_billed_only_where_that_is_not_its_intervals() -> None:
    blocks = [
        document(draft_invoice(invoice_facts(electricity(basis=basis))).document)["supplies"][0]
        for basis in (BillingBasis.INTERVALS, BillingBasis.REGISTER)
    ]
    assert [block.pop("basis", None) for block in blocks] == [None, "register"]
    assert blocks[0] == blocks[1]


def test_the_total_is_the_sum_of_what_is_shown() -> None:
    found = document(draft_invoice(invoice_facts()).document)
    amounts = [Decimal(c["amount"]) for s in found["supplies"] for c in s["charges"]]
    assert sum(amounts) == Decimal(found["totals"]["net"])
    assert sum(Decimal(row["tax"]) for row in found["tax"]) == Decimal(found["totals"]["tax"])


def test_positions_stand_in_the_provenance_and_not_in_the_document() -> None:
    draft = draft_invoice(invoice_facts())
    assert "position" not in draft.document
    assert document(draft.provenance)["supplies"][0]["readings"] == [["CAM-E-0002", 7, 4711]]
    other = draft_invoice(invoice_facts(metering_position=1, books_position=2, run="other"))
    assert other.document == draft.document
    assert other.provenance != draft.provenance


def test_a_register_that_contradicts_the_intervals_forbids_the_bill() -> None:
    usage = shaped(JANUARY, 1733, channel=1)
    fair = register(usage, JANUARY)
    wrong = replace(fair, closing_count=fair.closing_count + 1)
    draft = draft_invoice(invoice_facts(electricity(registers=[wrong]), gas()))
    (finding,) = draft.findings
    assert finding.code == "bill.register_mismatch"
    assert draft.dirty
    power, _ = document(draft.document)["supplies"]
    assert power["charges"] == []


def test_a_register_that_ran_over_agrees_by_its_modulus() -> None:
    usage = shaped(JANUARY, 1733, channel=1)
    total = int(usage.usage.sum())
    over = register(
        usage,
        JANUARY,
        opening_count=10**8 - 100,
        closing_count=total - 100,
        modulus=10**8,
    )
    assert draft_invoice(invoice_facts(electricity(registers=[over]), gas())).findings == ()


def test_a_register_read_late_is_shown_but_not_compared() -> None:
    usage = shaped(JANUARY, 1733, channel=1)
    late = register(usage, JANUARY, closing_at=JANUARY.end.replace(hour=3), closing_count=99**5)
    assert draft_invoice(invoice_facts(electricity(registers=[late]), gas())).findings == ()


def test_a_replaced_meter_is_billed_in_both_parts() -> None:
    usage = shaped(JANUARY, 1733, channel=1)
    half = JANUARY.start + (JANUARY.end - JANUARY.start) / 2
    steps = len(usage.usage) // 2
    before, after = int(usage.usage[:steps].sum()), int(usage.usage[steps:].sum())
    old = register(usage, JANUARY, closing_at=half, closing_count=12_345_600 + before)
    new = register(
        usage, JANUARY, serial="NEW", opening_at=half, opening_count=5, closing_count=5 + after
    )
    draft = draft_invoice(invoice_facts(electricity(registers=[old, new])))
    assert draft.findings == ()
    (supply,) = document(draft.document)["supplies"]
    assert [each["serial"] for each in supply["readings"]] == ["CAM-E-0002", "NEW"]
    wrong = replace(new, closing_count=new.closing_count + 2)
    assert draft_invoice(invoice_facts(electricity(registers=[old, wrong]))).dirty


def test_a_gap_leaves_its_day_empty_and_its_supply_uncharged() -> None:
    supply = electricity()
    assert supply.span is not None
    supply.span.quality[100:103] = int(Quality.MISSING)
    draft = draft_invoice(invoice_facts(supply, gas()))
    assert [each.code for each in draft.findings] == ["bill.usage_missing"]
    power, heat = document(draft.document)["supplies"]
    assert power["daily"][1] is None
    assert power["usage"] == {"unit": "kWh", "total": None}
    assert power["charges"] == []
    assert len(heat["charges"]) == 3


@pytest.mark.parametrize("facts", [{"channel": None, "span": None, "registers": []}])
def test_a_supply_without_channel_stays_a_block(facts: dict[str, Any]) -> None:
    finding = draft_invoice(
        invoice_facts(electricity(registers=[replace(electricity().registers[0], serial="X")]))
    ).findings
    assert finding == ()
    draft = draft_invoice(invoice_facts(electricity(**facts)))
    (block,) = document(draft.document)["supplies"]
    assert (block["usage"], block["daily"], block["charges"]) == (None, [], [])


def test_a_finding_reads_back_from_the_journal() -> None:
    usage = shaped(JANUARY, 1733, channel=1)
    wrong = replace(register(usage, JANUARY), closing_count=0, modulus=None)
    (finding,) = draft_invoice(invoice_facts(electricity(registers=[wrong]))).findings
    assert finding_of(json.loads(json.dumps(finding_document(finding)))) == finding


def test_the_tariff_version_is_named_by_its_hash() -> None:
    power, _ = document(draft_invoice(invoice_facts()).document)["supplies"]
    assert power["tariffs"][0]["sha256"] == campus_tariff("electricity").sha256
