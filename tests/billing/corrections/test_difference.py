"""What was billed and what is known now: the differences add up in every sum."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from billing.corrections.causes import causes_between, reason_of
from billing.corrections.difference import adjustments_between, own_rows, own_total, same_charges
from billing.invoices.drafting import draft_invoice
from tests.billing.invoices.test_change import bill, scaled
from tests.billing.samples import electricity, gas, invoice_facts


def between(was: dict[str, Any], now: dict[str, Any]) -> list[dict[str, Any]]:
    return adjustments_between(was, now, number="CAM-1", dated="2019-02-01", correction="CAM-1/1")


def test_the_same_charges_make_no_adjustment() -> None:
    one = bill([electricity(), gas()])
    assert same_charges(one, one)
    assert between(one, one) == []


def test_an_adjustment_brings_the_sums_of_the_one_to_those_of_the_other() -> None:
    was, now = bill([electricity(), gas()]), bill([scaled(3, 2), gas()])
    entries = between(was, now)
    for key, total in (("net", "net"), ("tax", "tax"), ("gross", "total")):
        moved = Decimal(now["totals"][total]) - Decimal(was["totals"][total])
        assert sum(Decimal(entry[key]) for entry in entries) == moved
    for entry in entries:
        assert Decimal(entry["net"]) + Decimal(entry["tax"]) == Decimal(entry["gross"])
        assert sum(Decimal(c["net"]) for c in entry["charges"]) == Decimal(entry["net"])
        assert {c["point"] for c in entry["charges"]} == {"cam-b2-elec"}


def test_there_and_back_is_nothing() -> None:
    was, now = bill([electricity()]), bill([scaled(2)])
    there, back = between(was, now), between(now, was)
    assert [Decimal(e["gross"]) for e in there] == [-Decimal(e["gross"]) for e in back]


def test_a_charge_that_came_or_went_says_so() -> None:
    was, now = bill([electricity()]), bill([electricity(), gas()])
    came = [charge for entry in between(was, now) for charge in entry["charges"]]
    assert {charge["was"] for charge in came} == {None}
    went = [charge for entry in between(now, was) for charge in entry["charges"]]
    assert {charge["now"] for charge in went} == {None}


def test_what_an_invoice_bears_for_others_is_none_of_its_own() -> None:
    entries = between(bill([electricity()]), bill([scaled(2)]))
    plain = bill([gas()])
    bearing = json.loads(
        draft_invoice(replace(invoice_facts(supplies=[gas()]), adjustments=entries)).document
    )
    assert own_total(bearing) == own_total(plain) == Decimal(plain["totals"]["total"])
    added = sum(Decimal(entry["gross"]) for entry in entries)
    assert Decimal(bearing["totals"]["total"]) == own_total(plain) + added
    assert {k: v for k, v in own_rows(bearing).items() if any(v.values())} == own_rows(plain)


def test_the_cause_names_the_point_the_usage_and_the_days() -> None:
    (cause,) = causes_between(bill([electricity()]), bill([scaled(2, since=10)]))
    assert (cause["cause"], cause["point"]) == ("readings", "cam-b2-elec")
    assert cause["days"] == ["2019-01-11", "2019-01-31"]
    assert reason_of([cause])["zh"] == "事后补到或更正的示数"
