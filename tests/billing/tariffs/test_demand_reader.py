"""Demand charges: windows that slide, the contract and what is beyond, ratchets, floors."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.tariffs.clauses import (
    DemandBasis,
    DemandClause,
    Floor,
    OverBase,
    OverRule,
    Ratchet,
    Tier,
)
from tests.billing.tariffs.files import problems_of, with_charge, yaml

D = Decimal
GRID = "interval: {minutes: 15}\n"
SEASONS = "seasons: [{id: summer, from: 07-01, to: 08-31}, {id: other, default: true}]\n"


def demand(row: str, more: str = "") -> DemandClause:
    clause = yaml(with_charge("{id: D, kind: demand, " + row + "}", more=more)).clauses[-1]
    assert isinstance(clause, DemandClause)
    return clause


def test_a_plain_demand_is_the_actual_one_in_windows_side_by_side() -> None:
    assert demand("price: 48") == DemandClause(
        key="D",
        names={"en": "D"},
        basis=DemandBasis.ACTUAL,
        tiers=(Tier(upto=None, price=D(48)),),
    )


def test_every_part_of_a_demand_charge_is_read() -> None:
    found = demand(
        "basis: contract, window: 30, sliding: true, slip: 15, price: 48, digits: 0, "
        "over: {at: '1.05', factor: 2, base: threshold, excess: threshold}, prorate: none, "
        "ratchet: {share: '0.8', months: 11, seasons: [summer]}, season: summer, "
        "floor: {share: '0.4'}",
        SEASONS + GRID,
    )
    assert (found.window, found.slip, found.digits, found.prorate) == (30, 15, 0, False)
    assert found.agreed == "contract_demand_kw"
    assert found.over == OverRule(
        at=D("1.05"), factor=D(2), base=OverBase.THRESHOLD, excess=OverBase.THRESHOLD
    )
    assert found.ratchet == Ratchet(share=D("0.8"), months=11, seasons=("summer",))
    assert found.floor == Floor(share=D("0.4"), of="installed_kva")
    assert found.seasons == ("summer",)


def test_capacity_is_counted_in_kva_as_installed() -> None:
    found = demand("basis: capacity, price: 30")
    assert (found.agreed, found.unit) == ("installed_kva", "kVA")


@pytest.mark.parametrize(
    ("row", "slip"),
    [
        ("window: 30, sliding: true, slip: 15", 15),
        ("window: 30, sliding: true", 15),
        ("window: 15, sliding: false", None),
        ("window: 30, slip: 15", 15),
    ],
)
def test_a_window_slides_by_its_slip_or_by_the_interval(row: str, slip: int | None) -> None:
    assert demand(f"price: 1, {row}", GRID).slip == slip


def test_without_an_interval_a_window_slides_by_the_minute() -> None:
    assert demand("price: 1, window: 15, sliding: true").slip == 1


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("price: 1, window: 15, sliding: true, slip: 1", "slip: 1 min is finer than the tariff's"),
        ("price: 1, window: 15, sliding: true", "slip: 15 min must divide the window of 15 min"),
        ("price: 1, window: 30, sliding: true, slip: 20", "slip: 20 min must divide the window"),
        ("price: 1, window: 15, sliding: false, slip: 1", "slip: belongs to `sliding: true`"),
        ("price: 1, window: 20", "window: 20 min is no multiple of the tariff's interval of 15"),
        ("price: 1, window: 0", "window: must be a whole number from 1 to 1440"),
        ("price: 1, window: '15'", "window: must be a whole number"),
        ("price: 1, sliding: yes", "sliding: must be true or false"),
        ("price: 1, basis: kva", "basis: must be one of actual, contract, capacity"),
        ("price: 1, over: {at: 1, factor: 2}", "over: belongs to `basis: contract`"),
        ("basis: contract, price: 1, over: {at: '0.9', factor: 2}", "over.at: 0.9 is below 1"),
        ("basis: contract, price: 1, over: {at: 1}", "over.factor: is missing"),
        ("basis: contract, price: 1, over: {at: 1, factor: 2, base: x}", "over.base: must be one"),
        (
            "price: 1, basis: contract, over: {at: 1, base: threshold, excess: contract}",
            "over.excess: must be threshold too",
        ),
        ("price: 1, ratchet: {share: 80, months: 11}", "ratchet.share: 80 is more than the whole"),
        ("price: 1, ratchet: {share: 1}", "ratchet.months: is missing"),
        ("price: 1, ratchet: {share: 1, months: 0}", "ratchet.months: must be a whole number"),
        ("price: 1, ratchet: {share: 1, months: 1, seasons: x}", "ratchet.seasons: 'x' is not"),
        ("price: 1, season: x", "season: 'x' is not defined; seasons are all"),
        ("price: 1, floor: {}", "floor: write `{share:"),
        ("price: 1, floor: {share: 1, of: x}", "floor.of: 'x' is no agreed quantity"),
        ("price: 1, digits: -1", "digits: must be a whole number from 0 to 9"),
        ("window: 15", "price: is missing"),
    ],
)
def test_a_wrong_demand_is_told_with_path_and_what_to_write(row: str, problem: str) -> None:
    found = problems_of(with_charge("{id: D, kind: demand, " + row + "}", more=GRID))
    assert any(each.startswith(f"charges[2].{problem}") for each in found), found
