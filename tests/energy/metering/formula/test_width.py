"""How wide the values of a formula may be is bounded when it is defined, with the place in it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from energy.base.units import Utility
from energy.metering.formula.check import check
from energy.metering.formula.definition import PlannedFormula, checked_formula
from energy.metering.formula.errors import FormulaError
from energy.metering.formula.inputs import DatedConstant
from energy.metering.formula.parser import parse
from energy.metering.formula.width import MOST_FACTORS, check_width
from tests.energy.metering.formula.test_evaluate import CATALOGUE

QUOTIENT = "[a]" + "*[b]/[a]" * 15
PRIMES = [n for n in range(1000, 4000) if all(n % d for d in range(2, 64))]
LONG = f"(({QUOTIENT})*(1+[a]/[b])/({QUOTIENT}))*({QUOTIENT})"


def define(text: str, *constants: DatedConstant) -> None:
    planned = PlannedFormula(
        point="new",
        name="new",
        place="b1",
        utility=Utility.ELECTRICITY,
        quantity="computed",
        unit="kWh",
        resolution=Fraction(1),
        grid_s=900,
        billing=True,
        valid_from=date(2019, 1, 1),
        text=text,
        constants=constants,
        reason="",
    )
    checked_formula(planned, CATALOGUE)


@pytest.mark.parametrize(
    "text",
    [
        QUOTIENT,
        "+".join(["[a]"] * 1900),
        "+".join(f"[a]*0.{10**29 + 7 * n}" for n in range(240)),
        "+".join(["[a]*[b]/[c]"] * 20),
        "max(0, [a] - 250 {kW} * duration()) * 0.123456789",
        "[a] * power_factor([a], [q]) * max([b]/[c], [a]/[b])",
        "[a] * [t] / attribute([b1], area_m2) / 20 {K} * 5 {m2}".replace("[t]", "([t] - [r])"),
    ],
)
def test_what_people_write_is_taken(text: str) -> None:
    define(text)


@pytest.mark.parametrize(
    ("text", "column", "cause"),
    [
        ("[a]" + "*[b]/[c]" * 16, 129, f"at most {MOST_FACTORS} factors and divisors"),
        ("[a]" + "*1.1" * 40, 129, f"at most {MOST_FACTORS} factors"),
        ("0" + "".join(f"+[a]/{n}" for n in PRIMES), 804, "bits; 2048 are computed with"),
        (LONG, 0, "bits; 2048 are computed with"),
        ("+".join(["[a]*[b]/[c]"] * 20) + "+[a]" * 500, 0, "too many steps with wide"),
    ],
)
def test_what_would_take_long_is_refused_with_its_place(text: str, column: int, cause: str) -> None:
    with pytest.raises(FormulaError, match=cause) as refused:
        define(text)
    assert refused.value.spot is not None
    assert column in (0, refused.value.spot.column)


def test_unlike_values_of_a_constant_count_with_their_common_denominator() -> None:
    days = zip(range(1, 29), PRIMES, strict=False)
    values = tuple((date(2019, 1, day), Fraction(1, prime)) for day, prime in days)
    names = ("u", "v", "w", "x", "y")
    stated = {name: DatedConstant(name=name, unit="1", values=values) for name in names}

    def width(text: str) -> None:
        check_width(check(parse(text), text, CATALOGUE, stated), text, stated)

    width("[a] * x * y")
    with pytest.raises(FormulaError, match="bits; 2048"):
        width("[a] * u * v * w * x * y")
