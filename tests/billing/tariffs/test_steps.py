"""The steps of a bill, in order, in two languages."""

from __future__ import annotations

import pytest

from billing.tariffs.steps import steps_of
from tests.billing.tariffs.files import WHOLE, with_charge, yaml

EVERY = with_charge(
    "{id: CAP, kind: demand, basis: capacity, price: 20}",
    "{id: DS, kind: demand, window: 30, sliding: true, slip: 15, price: 5, "
    "ratchet: {share: '0.8', months: 11, seasons: [s]}, floor: {at_least: 50}}",
    "{id: PK, kind: energy, tiers: [{upto: 9, price: 1}, {price: 2}], tier_kind: package}",
    "{id: SW, kind: sewage, ratio: '0.9', price: 2, tax: {rate: '0.06'}}",
    "{id: AG, kind: agreed, agreed: [agreed_kw, hours], price: '0.1'}",
    "{id: AREA, kind: fixed, per: season, season: s, agreed: area_m2, price: 2}",
    "{id: OQ, kind: over_quota, tiers: [{upto: '0.1', price: 1}, {price: 2}]}",
    "{id: SUR, kind: surcharge, of: [E], share: '0.02'}",
    "{id: OFF, kind: discount, of: [E], amount: 5}",
    more="seasons: [{id: s, from: 11-01, to: 03-31}, {id: r, default: true}]\n",
)


def test_the_order_is_the_files() -> None:
    tariff = yaml(WHOLE)
    steps = steps_of(tariff, "en")
    assert [step.charge for step in steps if step.charge] == [c.key for c in tariff.clauses]
    said = {step.charge: step.text for step in steps}
    assert said["PF"].endswith("of E.sharp, E.peak, E.flat, E.valley, D")
    assert "grid.base x 1.8 + grid.transmission + grid.losses" in said["E.sharp"]
    assert "to 20000: 0.7012; beyond: 0.7512 CNY/kWh" in said["E.flat"]
    assert "above 105 % of it: the contract once, and 2 times what is above 105 %" in said["D"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("text", [WHOLE, EVERY], ids=["whole", "every"])
def test_every_kind_is_told_in_both_languages(text: str, language: str) -> None:
    tariff = yaml(text)
    steps = steps_of(tariff, language)
    assert len([step for step in steps if step.charge]) == len(tariff.clauses)
    assert all(step.text and "{" not in step.text for step in steps)
    assert all("None" not in step.text for step in steps)
