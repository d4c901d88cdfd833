"""Reading and checking tariff files; whole wrong files stand in tests/cases/tariff.

The first half reads files of the first form, the second the form of docs/tariff-file.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from billing.canonical import canonical_json, sha256_of
from billing.errors import TariffFileError
from billing.tariffs.clauses import TaxRounding
from billing.tariffs.tariff import Clock, Stamp
from billing.tariffs.tariff_document import document_of
from billing.tariffs.tariff_file import parse_tariff, read_tariff, tables_named, tariff_of
from energy.base.units import TO_BASE, Utility
from tests.billing.samples import TARIFFS, campus_tariff
from tests.billing.tariffs.files import PLAIN, WHOLE, problems_of, yaml
from tests.billing.tariffs.files import edited as changed

POWER = (TARIFFS / "campus-electricity.toml").read_text(encoding="utf-8")
GAS = (TARIFFS / "campus-gas.toml").read_text(encoding="utf-8")


def test_comments_and_order_do_not_change_the_hash() -> None:
    plain = "\n".join(row.split("#", 1)[0] for row in GAS.splitlines())
    moved = plain.replace('currency = "GBP"\n', "").replace(
        'tariff = "campus-gas"', 'currency = "GBP"\ntariff = "campus-gas"'
    )
    assert parse_tariff(moved).sha256 == parse_tariff(GAS).sha256
    assert parse_tariff(GAS.replace("0.0312", "0.03120")).sha256 != parse_tariff(GAS).sha256


def test_a_version_reads_back_from_its_canonical_json() -> None:
    text = canonical_json(document_of(POWER))
    again = tariff_of(json.loads(text))
    assert again.sha256 == sha256_of(text) == parse_tariff(POWER).sha256
    assert again.clauses == parse_tariff(POWER).clauses


def test_cubic_metres_become_kilowatt_hours_exactly() -> None:
    assert campus_tariff("gas").bill_units_per_base == Fraction("39.5") / Fraction("3.6") / 1000
    assert campus_tariff("electricity").bill_units_per_base == Fraction(1, 1000)


def test_every_minute_of_every_kind_of_day_has_one_period() -> None:
    tariff = campus_tariff("electricity")
    for season in tariff.seasons:
        for day_class in tariff.day_classes:
            assert min(tariff.period_of_minutes(season.key, day_class.key)) >= 0


def test_a_season_runs_over_the_new_year() -> None:
    tariff = campus_tariff("electricity")
    days = [(10, 31), (11, 1), (12, 31), (1, 1), (2, 28), (2, 29), (3, 1)]
    assert [tariff.season_of(*day) for day in days] == [
        "summer",
        "winter",
        "winter",
        "winter",
        "winter",
        "winter",
        "summer",
    ]


def edited(old: str, new: str, text: str = POWER) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (edited('zone = "Europe/London"', ""), "zone: is missing"),
        (edited("valid_from = 2018-01-01", 'valid_from = "soon"'), "valid_from: must be a day"),
        (
            edited("valid_from = 2018-01-01", "valid_from = 2018-01-01\nvalid_to = 2018-01-01"),
            "valid_to: is the first day on which it no longer holds",
        ),
        (edited("line = 2", "line = 3"), "rounding.line: must be a whole number from 0 to 2"),
        (edited("line = 2", "line = true"), "rounding.line: must be a whole number"),
        (edited('mode = "exclusive"', 'mode = "both"'), "tax.mode: must be one of exclusive"),
        (edited('rate = "0.20"', 'rate = "-0.20"'), "tax.rate: -0.20 is below 0"),
        (edited('"sat", "sun"', '"sat"'), "day_classes: sun in no day class"),
        (edited('"sat", "sun"', '"sat", "mon"'), "day_classes.weekend: mon is in workday already"),
        (edited('"sat", "sun"', '"sat", "sunday"'), "'sunday' is no weekday"),
        (edited('from = "11-01"', 'from = "13-01"'), "season[1].from: '13-01' is no day"),
        (edited('id = "day"', 'id = "night"'), "period[2].name: 'night' has another name above"),
        (edited('days = ["workday"]', 'days = ["holiday"]'), "'holiday' is not defined"),
        (edited('kind = "fixed"', 'kind = "magic"'), "charge[5].kind: 'magic' is not known"),
        (edited('per = "day"', 'per = "week"'), "charge[5].per: must be one of day, month"),
        (edited('price = "0.8650"', "price = true"), "charge[5].price: must be a decimal"),
        (edited('price = "0.8650"', 'price = "1e3"'), "charge[5].price: must be a decimal"),
        (edited('price = "0.8650"', 'price = "NaN"'), "charge[5].price: must be a decimal"),
        (edited('id = "LEVY"', 'id = "a levy"'), "charge[4].id: 'a levy' may hold letters"),
        (edited('tariff = "campus-electricity"', "tariff = 7"), "tariff: must be a text"),
        (
            edited('en = "Climate change levy"', 'fr = "Taxe"'),
            "charge[4].name.en: is missing",
        ),
        (
            edited("[gas]", "[gas]\nunit_factor = 1", GAS),
            "gas.unit_factor: is not known here; known are calorific_kwh_per_m3, calorific_mj_per",
        ),
        (edited('"39.5"', '"0"', GAS), "gas.calorific_mj_per_m3: 0 is below 0.000001"),
        (
            edited('utility = "gas"', 'utility = "water"', GAS),
            "gas: a calorific value belongs to gas, not to water",
        ),
    ],
)
def test_a_wrong_entry_is_named_with_its_path(text: str, problem: str) -> None:
    with pytest.raises(TariffFileError) as caught:
        parse_tariff(text)
    assert any(row.startswith(problem) or problem in row for row in caught.value.problems), (
        caught.value.problems
    )


@pytest.mark.parametrize(
    "break_it",
    [
        lambda text: text.replace("[tax]", "[[tax]]"),
        lambda text: text.replace("[[charge]]", "[charge]", 1).replace("[[charge]]", "[x]"),
        lambda text: "",
        lambda text: "charge = 1\nperiod = 2\nseason = 3\nday_classes = 4\ntax = 5",
        lambda text: 'charge = ["x"]\nperiod = [1]',
    ],
)
def test_a_file_of_another_shape_is_refused_and_never_crashes(
    break_it: Callable[[str], str],
) -> None:
    with pytest.raises(TariffFileError):
        parse_tariff(break_it(POWER))


def test_gas_without_conversion_is_billed_in_cubic_metres() -> None:
    table = GAS[GAS.index("[gas]") : GAS.index("[tax]")]
    by_volume = GAS.replace(table, "").replace('unit = "kWh"', 'unit = "m3"')
    assert parse_tariff(by_volume).bill_units_per_base == Fraction(1, 1000)
    with pytest.raises(TariffFileError, match=r"add \[gas\] to bill energy"):
        parse_tariff(GAS.replace(table, ""))


def test_every_utility_has_a_unit_to_bill_in() -> None:
    assert set(TO_BASE) == set(Utility)


# ---------------------------------------------------------------- the form of docs/tariff-file.md
def test_the_guides_example_is_right_in_every_form(tmp_path: Path) -> None:
    document = document_of(WHOLE, ".yaml")
    (tmp_path / "t.json").write_text(json.dumps(document))
    (tmp_path / "t.yml").write_text(WHOLE)
    tariffs = [yaml(WHOLE), read_tariff(tmp_path / "t.json"), read_tariff(tmp_path / "t.yml")]
    assert len({tariff.sha256 for tariff in tariffs}) == 1
    tariff = tariffs[0]
    assert (tariff.tariff, tariff.currency, tariff.unit) == ("CN-GIP-10kV", "CNY", "kWh")
    assert (tariff.valid_from, tariff.valid_to) == (date(2025, 1, 1), None)
    assert (tariff.interval_minutes, tariff.stamp, tariff.clock) == (15, Stamp.START, Clock.LOCAL)
    assert [clause.key for clause in tariff.clauses][-3:] == ["STAND", "MIN", "LOYAL"]
    assert tables_named(tariff) == ["grid"]
    assert tariff.names == {"en": "General industry", "zh": "一般工商业"}


def test_what_is_left_out_has_a_sensible_default() -> None:
    tariff = yaml(PLAIN)
    assert (tariff.version, tariff.names, tariff.unit) == (1, {"en": "plain"}, "kWh")
    assert (tariff.rounding.amount, tariff.rounding.quantity) == (2, 3)
    assert tariff.tax.rounding is TaxRounding.PER_RATE
    assert (tariff.clock, tariff.stamp, tariff.interval_minutes) == (
        Clock.LOCAL,
        Stamp.START,
        None,
    )
    assert (tariff.tier_mode, tariff.calendar, tariff.periods) == (None, None, ())
    assert tariff.clauses[0].names == {"en": "E"}


def test_null_is_the_same_as_left_out_but_for_the_hash() -> None:
    nulls = "calendar: null\nseasons: null\nperiods: null\ngas: ~\nprices:\ntier_mode: null\n"
    one, two = yaml(PLAIN), yaml(PLAIN + nulls)
    for each in fields(one):
        if each.name != "sha256":
            assert getattr(one, each.name) == getattr(two, each.name)


def test_a_yen_has_no_digits_to_round_to() -> None:
    assert yaml(changed("EUR", "JPY", PLAIN)).rounding.amount == 0


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("tariff: plain", "", "tariff: is missing"),
        ("tariff: plain", "tariff: a b", "tariff: 'a b' may hold letters"),
        ("tariff: plain", "tariff: [x]", "tariff: must be a text"),
        ("utility: electricity", "utility: light", "utility: must be one of electricity, water"),
        ("currency: EUR", "currency: ECU", "currency: 'ECU' is unknown; known are AED"),
        ("zone: Europe/Berlin", "zone: CEST", "zone: 'CEST' is no time zone"),
        ("zone: Europe/Berlin", "zone: ../../etc", "zone: '../../etc' is no time zone"),
        ("zone: Europe/Berlin", "", "zone: is missing"),
        ("valid: {from: 2025-01-01}", "valid: {}", "valid.from: is missing"),
        ("valid: {from: 2025-01-01}", "", "valid: is missing"),
        ("{from: 2025-01-01}", "{from: 2025-02-29}", "valid.from: must be a day"),
        ("{from: 2025-01-01}", "{from: 2025-01-01, to: 2025-01-01}", "valid.to: is the first day"),
        ("{from: 2025-01-01}", "{from: 2025-01-01, until: x}", "valid.until: is not known here"),
        ('{mode: exclusive, rate: "0.19"}', '{rate: "0.19"}', "tax.mode: is missing"),
        ('{mode: exclusive, rate: "0.19"}', "{mode: exclusive}", "tax.rate: is missing"),
        ('rate: "0.19"', 'rate: "19"', "tax.rate: 19 is 100 % or more; write 20 % as"),
        ('rate: "0.19"', "rate: 0.19", 'tax.rate: is a float; write it as a string: "0.19"'),
        ("mode: exclusive", "mode: none", "tax.mode: must be one of exclusive, inclusive"),
    ],
)
def test_a_wrong_head_is_told_with_path_and_what_to_write(old: str, new: str, problem: str) -> None:
    found = problems_of(changed(old, new, PLAIN))
    assert any(row.startswith(problem) for row in found), found


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("unit: m3", "unit: 'm3' is no unit of electricity; use one of Wh, kWh, MWh"),
        ("version: 0", "version: must be a whole number from 1 to 9999"),
        ("version: '1'", "version: must be a whole number from 1 to 9999"),
        ("clock: utc", "clock: must be one of local, standard"),
        ("interval: {minutes: 7}", "interval.minutes: 7 does not divide the hour"),
        ("interval: {minutes: 0}", "interval.minutes: must be a whole number from 1 to 60"),
        ("interval: {stamp: middle}", "interval.stamp: must be one of start, end"),
        ("interval: 15", "interval: must be a table"),
        ("rounding: {mode: half_even}", "rounding.mode: must be one of half_up"),
        ("rounding: {line: 3}", "rounding.line: must be a whole number from 0 to 2"),
        ("rounding: {quantity: 10}", "rounding.quantity: must be a whole number from 0 to 9"),
        ("rounding: {digits: 2}", "rounding.digits: is not known here; known are line, mode"),
        ("name: {zh: x}", "name.en: is missing"),
        ("name: [x]", "name: must be a table"),
        ("colour: red", "colour: is not known here; known are calendar, charges, clock"),
        ("prices: [x]", "prices: must be a table"),
        ("tier_mode: any", "tier_mode: must be one of chronological, pro_rata, per_period"),
    ],
)
def test_a_wrong_further_key_is_told(more: str, problem: str) -> None:
    found = problems_of(PLAIN + more + "\n")
    assert any(row.startswith(problem) for row in found), found


def test_every_problem_is_told_at_once() -> None:
    found = problems_of("tariff: 'a b'\nzone: X\nextra: 1\ncharges: [{id: E}, 5]\n")
    paths = [row.partition(":")[0] for row in found]
    assert {"tariff", "utility", "valid", "currency", "tax", "zone", "extra"} <= set(paths)
    assert {"charges[1].kind", "charges[2]"} <= set(paths)


def test_whole_numbers_may_stand_bare_and_are_the_same_price() -> None:
    one = yaml(changed('price: "0.30"', "price: 3", PLAIN)).clauses
    two = yaml(changed('price: "0.30"', 'price: "3"', PLAIN)).clauses
    assert one == two
    assert one[0].price == Decimal(3)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "charges: 1\nperiods: 2\nseasons: 3\nday_classes: 4\ntax: 5\nprices: 6\ngas: 7",
        "charges: [[]]\nperiods: [[1]]\nseasons: [{}]\nvalid: x\ncalendar: {years: 5}",
        "charges: [{id: {}, kind: {}, tiers: {}, price: {}, tax: [], name: 5}]",
        "charges: [{id: D, kind: demand, over: 1, ratchet: 2, floor: 3, tiers: [4]}]",
        "periods: [{id: a, when: 5}, {id: b, when: [1]}, {days: {}, at: [[]]}]",
        "tariff: null\ncharges: null",
    ],
)
def test_a_file_of_a_strange_shape_is_refused_and_never_crashes(text: str) -> None:
    assert problems_of(text)
