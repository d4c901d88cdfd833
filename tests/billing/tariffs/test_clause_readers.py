"""Each kind of charge: what its keys become, and what is told where they are wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.tariffs.clauses import (
    AdderClause,
    AgreedClause,
    EnergyClause,
    FixedClause,
    FixedPer,
    MinimumClause,
    MinimumPer,
    OverQuotaClause,
    PowerFactorClause,
    PriceParts,
    SurchargeClause,
    Tax,
    TaxMode,
    TaxRounding,
    Tier,
    TierKind,
    TierSpan,
)
from tests.billing.tariffs.files import problems_of, with_charge, yaml

D = Decimal


def last(row: str, more: str = "") -> object:
    return yaml(with_charge(row, more=more)).clauses[-1]


def test_energy_has_one_price_or_tiers() -> None:
    assert last("{id: X, kind: energy, price: 3}") == EnergyClause(
        key="X", names={"en": "X"}, tiers=(Tier(upto=None, price=D(3)),)
    )
    assert last(
        "{id: X, name: Blocks, kind: energy, tier_kind: volume, tier_span: year, "
        "tiers: [{upto: 10, price: '1.5'}, {upto: '20.5', price: '2'}, {upto: null, price: '-1'}]}"
    ) == EnergyClause(
        key="X",
        names={"en": "Blocks"},
        tiers=(
            Tier(upto=D(10), price=D("1.5")),
            Tier(upto=D("20.5"), price=D(2)),
            Tier(upto=None, price=D(-1)),
        ),
        tier_kind=TierKind.VOLUME,
        tier_span=TierSpan.YEAR,
    )


def test_energy_of_another_quantity_has_its_unit() -> None:
    clause = last("{id: X, kind: energy, price: 1, quantity: reactive_import, unit: kvarh}")
    assert isinstance(clause, EnergyClause)
    assert (clause.quantity, clause.unit) == ("reactive_import", "kvarh")


def test_a_price_may_be_made_of_a_table_of_months() -> None:
    clause = last("{id: X, kind: energy, price: {table: g, base: b, factor: '1.5', adders: [c]}}")
    assert isinstance(clause, EnergyClause)
    assert clause.parts == PriceParts(table="g", base="b", factor=D("1.5"), adders=("c",))
    assert clause.tiers == ()


def test_sewage_is_a_part_of_the_water_with_a_tax_of_its_own() -> None:
    clause = last("{id: S, kind: sewage, price: '2.1', ratio: '0.9', tax: {rate: '0.06'}}")
    assert isinstance(clause, EnergyClause)
    assert clause.ratio == D("0.9")
    assert clause.tax == Tax(mode=TaxMode.EXCLUSIVE, rate=D("0.06"), rounding=TaxRounding.PER_RATE)


def test_fixed_charges_by_day_month_season_and_year() -> None:
    season = "seasons: [{id: heat, from: 11-15, to: 03-15}, {id: rest, default: true}]\n"
    clause = last(
        "{id: H, kind: fixed, per: season, season: heat, agreed: area_m2, price: '24.5'}", season
    )
    assert clause == FixedClause(
        key="H",
        names={"en": "H"},
        price=D("24.5"),
        per=FixedPer.SEASON,
        agreed="area_m2",
        unit="m2",
        season="heat",
    )
    clause = last("{id: H, kind: fixed, per: month, price: 5, prorate: thirty}")
    assert isinstance(clause, FixedClause)
    assert clause.days_of_month == 30


def test_an_agreed_quantity_is_the_product_of_what_is_agreed() -> None:
    clause = last("{id: A, kind: agreed, agreed: [agreed_kw, hours], price: '0.7'}")
    assert isinstance(clause, AgreedClause)
    assert (clause.agreed, clause.unit) == (("agreed_kw", "hours"), "kWh")


def test_an_adder_has_a_price_or_a_column_of_a_table() -> None:
    clause = last("{id: A, kind: adder, table: g, column: fuel, factor: '0.5'}")
    assert isinstance(clause, AdderClause)
    assert (clause.price, clause.table, clause.column) == (None, "g", "fuel")
    assert last("{id: A, kind: adder, price: '0.02'}") == AdderClause(
        key="A", names={"en": "A"}, price=D("0.02")
    )


def test_minimum_over_quota_surcharge_and_discount() -> None:
    assert last("{id: M, kind: minimum, amount: 200, of: E, prorate: none}") == MinimumClause(
        key="M",
        names={"en": "M"},
        amount=D(200),
        of=("E",),
        per=MinimumPer.MONTH,
        prorate=False,
    )
    clause = last("{id: Q, kind: over_quota, tiers: [{upto: '0.2', price: 1}, {price: 2}]}")
    assert isinstance(clause, OverQuotaClause)
    assert clause.agreed == "quota"
    clause = last("{id: S, kind: surcharge, of: [E], share: '0.03'}")
    assert isinstance(clause, SurchargeClause)
    assert clause.share == D("0.03")
    clause = last("{id: S, kind: discount, of: [E], amount: 10}")
    assert isinstance(clause, SurchargeClause)
    assert clause.amount == D(-10)


def test_a_power_factor_has_a_shipped_table_or_rows_of_its_own() -> None:
    clause = last("{id: P, kind: power_factor, standard: '0.90', table: cn-090, base: [E]}")
    assert isinstance(clause, PowerFactorClause)
    assert (clause.table_name, clause.digits, clause.reactive) == (
        "cn-090",
        2,
        ("reactive_import",),
    )
    own = "[{least: 0, rate: '0.1'}, {least: '0.9', rate: 0}]"
    clause = last(
        "{id: P, kind: power_factor, standard: '0.9', digits: 3, base: [E], "
        f"reactive: [reactive_import, reactive_export], table: {own}}}"
    )
    assert isinstance(clause, PowerFactorClause)
    assert [(step.least, step.rate) for step in clause.table] == [
        (D(0), D("0.1")),
        (D("0.9"), D(0)),
    ]


WRONG = [
    ("{id: X, kind: energy}", "price: is missing; write a decimal as a string"),
    ("{id: X, kind: energy, price: true}", "price: must be a decimal as a string"),
    ("{id: X, kind: energy, price: '1,5'}", "price: must be a decimal as a string"),
    ("{id: X, kind: energy, price: '1e3'}", "price: must be a decimal as a string"),
    ("{id: X, kind: energy, price: '١'}", "price: must be a decimal as a string"),
    (f"{{id: X, kind: energy, price: '{'9' * 40}'}}", "price: must be a decimal"),
    ("{id: X, kind: energy, price: 1, tiers: []}", "price: stands beside `tiers`"),
    ("{id: X, kind: energy, tiers: []}", "tiers: has no tier"),
    ("{id: X, kind: energy, tiers: 5}", "tiers: must be a list of tables"),
    ("{id: X, kind: energy, tiers: [{upto: 5, price: 1}]}", "tiers[1].upto: must be null"),
    (
        "{id: X, kind: energy, tiers: [{price: 1}, {price: 2}]}",
        "tiers[1].upto: is missing: only the last tier is open",
    ),
    (
        "{id: X, kind: energy, tiers: [{upto: 5, price: 1}, {upto: 5, price: 1}, {price: 2}]}",
        "tiers[2].upto: 5 must be above 5: tiers ascend",
    ),
    (
        "{id: X, kind: energy, tiers: [{upto: 0, price: 1}, {price: 2}]}",
        "tiers[1].upto: 0 must be above 0",
    ),
    (
        "{id: X, kind: energy, tiers: [{upto: -1, price: 1}, {price: 2}]}",
        "tiers[1].upto: -1 is below 0",
    ),
    ("{id: X, kind: energy, tiers: [{price: 1, max: 2}]}", "tiers[1].max: is not known here"),
    ("{id: X, kind: energy, price: 1, tier_kind: slab}", "tier_kind: must be one of"),
    ("{id: X, kind: energy, price: 1, period: noon}", "period: 'noon' is not defined"),
    ("{id: X, kind: energy, price: 1, unit: MWh}", "unit: 'MWh' is not kWh, the tariff's"),
    ("{id: X, kind: energy, price: 1, quantity: heat}", "unit: is missing: the unit of heat"),
    ("{id: X, kind: energy, price: 1, quantity: love}", "quantity: 'love' is unknown"),
    (
        "{id: X, kind: energy, price: 1, quantity: reactive_import, unit: kWh}",
        "unit: 'kWh' is no unit of reactive_import; use one of varh, kvarh, Mvarh",
    ),
    ("{id: X, kind: energy, price: {table: g}}", "price.base: is missing"),
    ("{id: X, kind: energy, price: {table: g, base: b}, tiers: []}", "tiers: stands beside"),
    ("{id: X, kind: energy, price: 1, colour: red}", "colour: is not known here; known are"),
    ("{id: X, kind: energy, price: 1, name: {fr: x}}", "name.en: is missing"),
    ("{id: X, kind: energy, price: 1, tax: {rate: 20}}", "tax.rate: 20 is 100 % or more"),
    ("{id: X, kind: sewage, price: 1}", "ratio: is missing: the part of the water"),
    ("{id: X, kind: fixed, price: 1}", "per: is missing"),
    ("{id: X, kind: fixed, price: 1, per: week}", "per: must be one of day, month, season"),
    ("{id: X, kind: fixed, price: 1, per: season}", "season: is missing: the season whose"),
    ("{id: X, kind: fixed, price: 1, per: day, season: x}", "season: 'x' is not defined"),
    ("{id: X, kind: fixed, price: 1, per: day, agreed: a}", "agreed: 'a' is no agreed"),
    ("{id: X, kind: fixed, price: 1, per: day, prorate: none}", "prorate: must be days or"),
    ("{id: X, kind: agreed, price: 1}", "agreed: is missing"),
    ("{id: X, kind: agreed, price: 1, agreed: [kw]}", "agreed: 'kw' is no agreed quantity"),
    ("{id: X, kind: adder, table: g}", "column: is missing"),
    ("{id: X, kind: adder, table: g, column: c, price: 1}", "price: stands beside `table`"),
    ("{id: X, kind: adder}", "price: is missing"),
    ("{id: X, kind: minimum, of: E}", "amount: is missing"),
    ("{id: X, kind: minimum, amount: 5}", "of: is missing"),
    ("{id: X, kind: minimum, amount: -5, of: E}", "amount: -5 is below 0"),
    ("{id: X, kind: minimum, amount: 5, of: E, prorate: thirty}", "prorate: must be days or"),
    ("{id: X, kind: over_quota, price: 1, agreed: q}", "agreed: 'q' is no agreed quantity"),
    (
        "{id: X, kind: over_quota, tiers: [{upto: 120, price: 1}, {price: 2}]}",
        "tiers[1].upto: 120 is a share of the quota",
    ),
    ("{id: X, kind: surcharge, of: E}", "share: write one of `share`"),
    ("{id: X, kind: surcharge, of: E, share: 5}", "share: 5 is more than the whole"),
    ("{id: X, kind: surcharge, of: E, share: 1, amount: 1}", "share: write one of `share`"),
    ("{id: X, kind: discount, of: E, share: '-0.1'}", "share: -0.1: a discount is written"),
    ("{id: X, kind: power_factor, base: E, table: cn-090}", "standard: is missing"),
    (
        "{id: X, kind: power_factor, base: E, standard: '0.85', table: cn-090}",
        "standard: 0.85 is not the 0.90 of table 'cn-090'",
    ),
    (
        "{id: X, kind: power_factor, base: E, standard: '0.9', table: cn-091}",
        "table: 'cn-091' is unknown; write one of cn-090, cn-085, cn-080",
    ),
    ("{id: X, kind: power_factor, base: E, standard: '0.9'}", "table: has no row; write"),
    (
        "{id: X, kind: power_factor, base: E, table: [{least: 0, rate: 0}, {least: 0}]}",
        "table[2].least: 0 must be above 0, the row before",
    ),
    (
        "{id: X, kind: power_factor, base: E, standard: 1, table: [{least: 90, rate: 0}]}",
        "table[1].least: 90 is no power factor",
    ),
    (
        "{id: X, kind: power_factor, base: E, standard: '0.9', table: cn-090, digits: 0}",
        "digits: must be a whole number from 1 to 6",
    ),
]


@pytest.mark.parametrize(("row", "problem"), WRONG)
def test_a_wrong_charge_is_told_with_path_and_what_to_write(row: str, problem: str) -> None:
    found = problems_of(with_charge(row))
    assert any(each.startswith(f"charges[2].{problem}") for each in found), found


def test_a_column_that_the_files_own_table_has_not_is_told() -> None:
    prices = "prices: {g: [{month: 2025-01, base: '0.4'}]}\n"
    found = problems_of(with_charge("{id: X, kind: adder, table: g, column: c}", more=prices))
    assert found == ["charges[2]: table 'g' has no column 'c'; it has base"]
