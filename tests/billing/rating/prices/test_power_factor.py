"""The power factor is rounded in whole numbers."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from billing.rating.prices.power_factor import power_factor
from tests.examples import tried


@tried(200)
@given(st.integers(1, 10**9), st.integers(0, 10**9))
def test_it_is_what_fifty_digits_round_to(active: int, reactive: int) -> None:
    with localcontext() as context:
        context.prec = 50
        exact = Decimal(active) / Decimal(active**2 + reactive**2).sqrt()
        expected = exact.quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    assert power_factor(Fraction(active), Fraction(reactive), 2) == expected


def test_without_reactive_energy_it_is_one() -> None:
    assert str(power_factor(Fraction(3), Fraction(0), 2)) == "1.00"
