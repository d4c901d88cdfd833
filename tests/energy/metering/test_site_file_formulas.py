"""Formulas in a site file: known by its own meters, checked before anything is written."""

from __future__ import annotations

from datetime import date

import pytest

from energy.metering.site_file import read_site
from tests.energy.metering.test_site_file import Document, facts, problems, small


def with_formula(**changed: object) -> Document:
    document = small()
    meter = document["meter"][0]
    formula = {
        "point": "net",
        "place": document["place"][0]["key"],
        "utility": meter["utility"],
        "unit": "kWh",
        "from": date(2026, 1, 1),
        "text": f"2 * [{meter['point']}]",
        **changed,
    }
    document["formula"] = [{key: each for key, each in formula.items() if each is not None}]
    return document


def test_a_formula_over_a_meter_of_the_file_is_sound() -> None:
    plan, found = read_site(with_formula(), facts)
    assert found == []
    assert plan is not None
    (formula,) = plan.formulas
    assert (formula.point, formula.valid_from) == ("net", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"text": "[nowhere-at-all]"}, "no point or channel [nowhere-at-all]"),
        ({"text": "[net]"}, "rests on itself: net -> net"),
        ({"text": "("}, "Row 1, column 2"),
        ({"unit": "m3"}, "'m3' is no unit of"),
        ({"place": "mars"}, "'mars' is no place of the site"),
        ({"from": "soon"}, "`from` is no date"),
        ({"from": None}, "`from` is no date"),
        ({"utility": "beer"}, "'beer' is none of"),
        ({"utility": None, "billing": True}, "without a `utility` nothing can be billed"),
        ({"grid_s": 7}, "`grid_s` = 7 is no whole number"),
        ({"grid_s": 1000}, "`grid_s` = 1000 is no part of an hour"),
        ({"grid_s": 300}, "is told every 900 s"),
        ({"colour": "red"}, "unknown key `colour`"),
        ({"constants": [{"name": "k w", "values": []}]}, "a name has letters"),
        ({"constants": [{"name": "k", "values": [{"value": "1e9"}]}]}, "'1e9' is no number"),
        ({"constants": [{"name": "k", "unit": "ell", "values": []}]}, "'ell' is no unit"),
        ({"constants": "none"}, "`constants` is no list"),
        ({"point": "x" * 81}, "`point` is longer than 80"),
    ],
)
def test_what_is_wrong_with_a_formula_is_named(changed: Document, problem: str) -> None:
    assert any(problem in each for each in problems(with_formula(**changed)))


def test_a_formula_takes_no_meters_point() -> None:
    point = small()["meter"][0]["point"]
    assert any("a meter of this file has" in e for e in problems(with_formula(point=point)))


def test_a_table_that_is_none_is_named() -> None:
    document = small() | {"formula": {"point": "net"}}
    assert "formula: write it as [[formula]] tables" in problems(document)


def test_a_meters_channel_is_never_computed() -> None:
    document = small()
    document["meter"][0]["channels"] = [
        {"quantity": "net", "kind": "computed", "unit": "kWh", "resolution": "1"}
    ]
    assert any("what is computed has no meter" in each for each in problems(document))
