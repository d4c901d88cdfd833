"""The tables that ship, against the rules they were made by."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.tariffs.power_factor_tables import shipped_tables

D = Decimal


def rate(name: str, power_factor: str) -> Decimal:
    steps = shipped_tables()[name].steps
    return [step.rate for step in steps if step.least <= D(power_factor)][-1]


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        (
            "cn-090",
            {
                "1.00": "-0.0075",
                "0.95": "-0.0075",
                "0.94": "-0.006",
                "0.91": "-0.0015",
                "0.90": "0",
                "0.89": "0.005",
                "0.70": "0.1",
                "0.69": "0.11",
                "0.65": "0.15",
                "0.64": "0.17",
                "0.00": "1.45",
            },
        ),
        (
            "cn-085",
            {
                "1.00": "-0.011",
                "0.94": "-0.011",
                "0.93": "-0.0095",
                "0.90": "-0.005",
                "0.86": "-0.001",
                "0.85": "0",
                "0.84": "0.005",
                "0.65": "0.1",
                "0.64": "0.11",
                "0.60": "0.15",
                "0.59": "0.17",
            },
        ),
        (
            "cn-080",
            {
                "1.00": "-0.013",
                "0.92": "-0.013",
                "0.91": "-0.0115",
                "0.90": "-0.01",
                "0.81": "-0.001",
                "0.80": "0",
                "0.79": "0.005",
                "0.60": "0.1",
                "0.59": "0.11",
                "0.55": "0.15",
                "0.54": "0.17",
            },
        ),
    ],
)
def test_reward_cap_and_penalties_are_the_orders(name: str, rates: dict[str, str]) -> None:
    assert {pf: rate(name, pf) for pf in rates} == {pf: D(each) for pf, each in rates.items()}


@pytest.mark.parametrize("name", ["cn-090", "cn-085", "cn-080"])
def test_a_table_begins_at_nothing_and_a_worse_factor_never_costs_less(name: str) -> None:
    table = shipped_tables()[name]
    assert table.steps[0].least == 0
    rates = [step.rate for step in table.steps]
    assert rates == sorted(rates, reverse=True)
    assert rate(name, str(table.standard)) == 0
