"""Golden bills: made of the document alone, the same for good, compared charge by charge."""

from __future__ import annotations

import json
from datetime import date

import pytest

from billing.tariffs.golden import differences, golden_bill, reference_days, reference_tariff
from billing.tariffs.tariff_document import document_of
from billing.tariffs.tariff_file import UNPUBLISHED, tariff_of
from tests.billing.samples import TARIFFS
from tests.billing.tariffs.files import PLAIN, WHOLE, edited

WHOLE_DOCUMENT = document_of(WHOLE, ".yaml")


def test_a_golden_bill_is_the_same_for_good() -> None:
    bill = golden_bill(WHOLE_DOCUMENT)
    assert bill == golden_bill(json.loads(json.dumps(WHOLE_DOCUMENT)))
    lines = {row["charge"]: row for row in json.loads(bill)["lines"]}
    assert lines["E.peak"]["price"] == "1.47755", "0.4100 x 1.5 + made-up adders"
    assert lines["STAND"]["amount"] == "99.20", "31 days"
    assert lines["FUND"]["quantity"] == "126982.884"
    assert lines["FUND"]["amount"] == "3695.20"


@pytest.mark.parametrize("name", ["campus-electricity", "campus-gas"])
def test_a_tariff_of_the_first_form_has_one_too(name: str) -> None:
    document = document_of((TARIFFS / f"{name}.toml").read_text(encoding="utf-8"))
    bill = json.loads(golden_bill(document))
    assert bill["findings"] == []
    assert sum(len(row) for row in bill["lines"]) > 0


def test_a_changed_price_changes_its_charge_and_the_sums() -> None:
    cheaper = document_of(edited('price: "0.0291"', 'price: "0.0191"', WHOLE), ".yaml")
    found = list(differences(golden_bill(WHOLE_DOCUMENT), golden_bill(cheaper)))
    assert {each.charge for each in found} == {"FUND", "bill"}
    assert "FUND price: 0.0291 -> 0.0191" in [str(each) for each in found]


def test_nothing_stored_is_no_difference() -> None:
    assert list(differences("", golden_bill(WHOLE_DOCUMENT))) == []


def test_the_month_is_the_first_whole_one_and_needs_no_published_year() -> None:
    later = document_of(edited("2025-01-01, to", "2031-03-15, to", WHOLE), ".yaml")
    tariff = tariff_of(later, sources=UNPUBLISHED)
    assert reference_days(tariff) == (date(2031, 4, 1), date(2031, 4, 30))
    calendar = reference_tariff(later).calendar
    assert calendar is not None
    assert calendar.day_class(date(2031, 4, 10)) == "holiday"
    assert calendar.day_class(date(2031, 4, 11)) == "work", "the tariff has no price for special"
    assert json.loads(golden_bill(later))["findings"] == []


def test_every_kind_of_charge_is_rated_in_it() -> None:
    rows = [
        "{id: CAP, kind: demand, basis: capacity, price: 20}",
        "{id: DS, kind: demand, window: 30, slip: 10, price: 5, ratchet: {share: 1, months: 11}}",
        "{id: RE, kind: energy, quantity: reactive_import, unit: kvarh, price: '0.01'}",
        "{id: AG, kind: agreed, agreed: [agreed_kw, hours], price: '0.1'}",
        "{id: AREA, kind: fixed, per: month, agreed: area_m2, price: 2}",
        "{id: OQ, kind: over_quota, tiers: [{upto: '0.1', price: 1}, {price: 2}]}",
        "{id: MIN, kind: minimum, amount: 1000000, of: E}",
        "{id: SUR, kind: surcharge, of: [E], share: '0.02'}",
    ]
    document = document_of(PLAIN + "".join(f"  - {row}\n" for row in rows), ".yaml")
    bill = json.loads(golden_bill(document))
    assert "refused" not in bill
    assert {row["charge"] for row in bill["lines"]} >= {
        *("E", "CAP", "DS", "RE", "AG", "AREA", "OQ", "MIN", "SUR"),
    }
