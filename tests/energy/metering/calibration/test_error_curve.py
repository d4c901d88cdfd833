"""What a meter's error took from its usage: exact, whole in the days, the same however split."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from energy.metering.calibration.error_curve import (
    Basis,
    ErrorCurveError,
    LoadPoint,
    LoadUnit,
    check_error,
    curve_from_json,
    curve_of,
    curve_to_json,
    lacking,
    whole_parts,
)

DAY = date(2019, 1, 1)


def point(load: str, before: str, after: str | None = None) -> LoadPoint:
    return LoadPoint(
        load=Decimal(load),
        before=Decimal(before),
        after=None if after is None else Decimal(after),
    )


CURVE = curve_of(LoadUnit.PERCENT, [point("100", "0.5"), point("5", "-2"), point("20", "-0.5")])


@pytest.mark.parametrize(
    ("load", "error"),
    [("0", "-2"), ("5", "-2"), ("12.5", "-1.25"), ("20", "-0.5"), ("60", "0"), ("300", "0.5")],
)
def test_the_error_lies_on_the_line_between_two_load_points(load: str, error: str) -> None:
    assert CURVE.error_at(Fraction(load)) == Fraction(error)


def test_a_curve_comes_back_digit_by_digit() -> None:
    curve = curve_of(LoadUnit.AMPERE, [point("5", "-0.50", "0.010"), point("0.25", "1")])
    told = curve_to_json(curve)
    assert told == [["0.25", "1", ""], ["5", "-0.50", "0.010"]]
    assert curve_from_json("A", told) == curve


@pytest.mark.parametrize(
    "points",
    [[], [point("5", "1"), point("5.0", "2")], [point("-1", "1")], [point("5", "-100")]],
    ids=["none", "one load twice", "below zero", "a meter that stands still"],
)
def test_a_curve_that_no_laboratory_found_is_refused(points: list[LoadPoint]) -> None:
    with pytest.raises(ErrorCurveError):
        curve_of(LoadUnit.PERCENT, points)


def test_an_error_of_minus_a_hundred_percent_tells_nothing() -> None:
    check_error(Fraction("-99.999"))
    with pytest.raises(ErrorCurveError):
        check_error(Fraction(-100))


def test_a_meter_that_showed_half_lacks_as_much_as_it_showed() -> None:
    basis = Basis(error=Fraction(-50))
    assert lacking([(DAY, 900, 700), (DAY, 900, 41)], basis) == {DAY: 741}


def test_a_meter_that_showed_too_much_has_it_taken_away() -> None:
    assert lacking([(DAY, 900, 1010)], Basis(error=Fraction(1))) == {DAY: -10}


def test_the_curve_is_read_at_the_load_of_each_interval() -> None:
    basis = Basis(curve=CURVE, full_load=Fraction(4000))
    # 50 Wh in a quarter-hour are 200 W, 5 % of 4 kW; 600 Wh are 2.4 kW, 60 %: no error there.
    assert basis.error_of(50, 900) == -2
    assert basis.error_of(600, 900) == 0
    assert lacking([(DAY, 900, 49_000), (DAY, 900, 600)], basis) == {DAY: -244}


def test_a_basis_comes_back_from_the_event() -> None:
    for basis in (Basis(error=Fraction(-1, 3)), Basis(curve=CURVE, full_load=Fraction(10, 3))):
        assert Basis.from_json(basis.to_json()) == basis


@pytest.mark.parametrize("seed", range(5))
def test_days_add_up_to_the_total_rounded_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    exact = {
        DAY + timedelta(days=n): Fraction(int(rng.integers(-9999, 9999)), int(rng.integers(1, 99)))
        for n in range(31)
    }
    parts = whole_parts(exact)
    assert list(parts) == list(exact)
    total = sum(exact.values())
    assert sum(parts.values()) == int((2 * total + 1) // 2)
    assert all(abs(parts[day] - exact[day]) < 1 for day in exact)


def test_nothing_is_split_into_nothing() -> None:
    assert whole_parts({}) == {}
