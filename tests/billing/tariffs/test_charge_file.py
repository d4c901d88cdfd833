"""What concerns several charges: ids, what rests on what, tiers within periods, free periods."""

from __future__ import annotations

import pytest

from billing.tariffs.charge_file import matching
from billing.tariffs.clauses import TierMode
from tests.billing.tariffs.files import PLAIN, WHOLE, edited, problems_of, with_charge, yaml

MIN = '{id: M, kind: minimum, amount: "1", of: %s}'
TIERS = 'tiers: [{upto: "100", price: "1"}, {price: "2"}]'
PERIOD = "periods: [{id: day}]\n"


def test_a_pattern_names_charges_in_the_order_of_the_file() -> None:
    assert matching(["E.*", "D"], ["D", "E.a", "X", "E.b"]) == ("D", "E.a", "E.b")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (with_charge(MIN % "[X]"), "charges[2].of: 'X' is the id of no charge; ids are E, M"),
        (with_charge(MIN % "[M]"), "charges[2].of: 'M' names 'M' itself"),
        (with_charge(MIN % "['*']"), "charges[2].of: '*' names 'M' itself"),
        (
            with_charge(MIN % "[F]", "{id: F, kind: fixed, per: day, price: 1}"),
            "charges[2].of: 'F' names F, which stands below",
        ),
        (with_charge("{id: E, kind: energy, price: 1}"), "charges[2].id: 'E' is used twice"),
        (with_charge("{id: 'a b', kind: energy, price: 1}"), "charges[2].id: 'a b' may hold"),
        (with_charge("{id: X, kind: magic}"), "charges[2].kind: 'magic' is not known; known are"),
        (with_charge("{id: X}"), "charges[2].kind: is missing"),
        (with_charge("x"), "charges[2]: must be a table"),
        (edited('  - {id: E, kind: energy, price: "0.30"}', "", PLAIN), "charges: a tariff needs"),
        (
            with_charge("{id: D, kind: energy, period: day, " + TIERS + "}", more=PERIOD),
            "tier_mode: is missing: D has tiers within periods. Write one of chronological",
        ),
        (edited("tier_mode: chronological ", "tier_mode: mixed", WHOLE), "tier_mode: must be one"),
        (
            edited('  - {id: E, kind: energy, price: "0.30"}', "", PLAIN)
            + "  - {id: N, kind: energy, period: night, price: 1}\nperiods:\n"
            "  - {id: night, at: '00:00-06:00'}\n  - {id: day, at: '06:00-24:00'}\n",
            "charges: period 'day' has no energy charge; usage in it would be free",
        ),
    ],
)
def test_a_wrong_file_is_told_where(text: str, problem: str) -> None:
    found = problems_of(text)
    assert any(row.startswith(problem) for row in found), found


def test_a_price_at_all_times_prices_every_period() -> None:
    text = with_charge("{id: D, kind: demand, period: day, price: 5}", more=PERIOD)
    assert [clause.key for clause in yaml(text).clauses] == ["E", "D"]


def test_tiers_without_periods_need_no_mode() -> None:
    assert yaml(with_charge("{id: T, kind: energy, " + TIERS + "}")).tier_mode is None
    assert yaml(WHOLE).tier_mode is TierMode.CHRONOLOGICAL
