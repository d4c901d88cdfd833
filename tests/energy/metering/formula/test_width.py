"""How wide the values of a formula may be is bounded when it is defined, with the place in it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from energy.metering.formula.check import check
from energy.metering.formula.errors import FormulaError
from energy.metering.formula.inputs import DatedConstant
from energy.metering.formula.parser import parse
from energy.metering.formula.width import MOST_FACTORS, check_width
from tests.energy.metering.formula.test_check import CATALOGUE, CONSTANTS

QUOTIENT = "[grid]" + "*[pv]/[grid]" * 15
PRIMES = [n for n in range(1000, 9000) if all(n % d for d in range(2, 95))]


def checked(text: str, constants: dict[str, DatedConstant] | None = None) -> None:
    stated = CONSTANTS if constants is None else constants
    check_width(check(parse(text), text, CATALOGUE, stated), text, stated)


@pytest.mark.parametrize(
    "text",
    [
        QUOTIENT,
        "+".join(["[grid]"] * 1200),
        "+".join(f"[grid]*0.{10**29 + 7 * n}" for n in range(240)),
        "+".join(["[grid]*[pv]/[grid]"] * 20),
        "max(0, [grid] - 250 {kW} * duration()) * 0.123456789",
        "power_factor([grid], [grid/reactive]) * 2" if "grid/reactive" in CATALOGUE.channels else "0",
    ],
)
def test_what_people_write_is_taken(text: str) -> None:
    checked(text)


@pytest.mark.parametrize(
    ("text", "column", "cause"),
    [
        ("[grid]" + "*[pv]/[grid]" * 16, 190, f"at most {MOST_FACTORS} factors and divisors"),
        ("[grid]" + "*1.1" * 40, 132, "at most 32 factors"),
        ("0" + "".join(f"+[grid]/{n}" for n in PRIMES), 1073, "bits; 2048 are computed with"),
        (f"(({QUOTIENT})*(1+[grid]/[pv])/({QUOTIENT}))*(({QUOTIENT})/({QUOTIENT}))", 0, "2048"),
        ("+".join(["[grid]*[pv]/[grid]"] * 20) + "+[grid]" * 500, 0, "too many steps with wide"),
    ],
)
def test_what_would_take_long_is_refused_with_its_place(text: str, column: int, cause: str) -> None:
    with pytest.raises(FormulaError, match=cause) as refused:
        checked(text)
    assert refused.value.spot is not None
    if column:
        assert refused.value.spot.column == column


def test_unlike_values_of_a_constant_count_with_their_common_denominator() -> None:
    values = tuple((date(2019, 1, 1 + n), Fraction(1, prime)) for n, prime in enumerate(PRIMES[:28]))
    stated = {
        name: DatedConstant(name=name, unit="1", values=values) for name in ("z", "y", "x", "w")
    }
    checked("[grid] * z", stated)
    with pytest.raises(FormulaError, match="bits; 2048"):
        checked("[grid] * z * y * x * w", stated)
