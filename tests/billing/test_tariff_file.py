"""Reading and checking tariff files; whole wrong files stand in tests/cases/tariff."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction

import pytest

from billing.canonical import canonical_json, sha256_of
from billing.errors import TariffFileError
from billing.tariff_file import document_of, parse_tariff, tariff_of
from energy.base.units import TO_BASE, Utility
from tests.billing.samples import TARIFFS, campus_tariff

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
        (edited('id = "day"', 'id = "night"'), "period: 'night' is defined twice"),
        (edited('days = ["workday"]', 'days = ["holiday"]'), "'holiday' is not defined"),
        (edited('kind = "fixed"', 'kind = "demand"'), "charge[5].kind: 'demand' is not known"),
        (edited('per = "day"', 'per = "week"'), "charge[5].per: must be one of day, month"),
        (edited('price = "0.8650"', "price = 1"), "charge[5].price: must be a decimal"),
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
            "gas.unit_factor: is not known here; known are calorific_mj_per_m3, correction",
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
