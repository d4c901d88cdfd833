"""Net, tax and total; every way to round them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rating.charge import ChargeLine
from billing.rating.tax import settle
from billing.tariffs.clauses import Tax, TaxMode, TaxRounding

RATES = st.sampled_from(["0", "0.05", "0.08875", "0.13", "0.20"])
TAXES = st.builds(
    lambda mode, rate, rounding: Tax(mode=mode, rate=Decimal(rate), rounding=rounding),
    st.sampled_from(TaxMode),
    RATES,
    st.sampled_from(TaxRounding),
)


def charge(amount: str, tax: Tax) -> ChargeLine:
    return ChargeLine(
        charge="p/E/2019-01-01",
        clause="E",
        period=None,
        names={"en": "E"},
        point="p",
        channel=1,
        tariff="t",
        tariff_sha256="0" * 64,
        first_day=date(2019, 1, 1),
        last_day=date(2019, 1, 31),
        quantity=Decimal(1),
        unit="kWh",
        price=Decimal(amount),
        currency="GBP",
        unrounded=Fraction(amount),
        amount=Decimal(amount),
        tax=tax,
    )


def tax_of(mode: TaxMode, rounding: TaxRounding, rate: str = "0.20") -> Tax:
    return Tax(mode=mode, rate=Decimal(rate), rounding=rounding)


@pytest.mark.parametrize(
    ("mode", "rounding", "net", "tax", "total"),
    [
        (TaxMode.EXCLUSIVE, TaxRounding.PER_LINE, "0.09", "0.03", "0.12"),
        (TaxMode.EXCLUSIVE, TaxRounding.PER_RATE, "0.09", "0.02", "0.11"),
        (TaxMode.INCLUSIVE, TaxRounding.PER_LINE, "0.09", "0.00", "0.09"),
        (TaxMode.INCLUSIVE, TaxRounding.PER_RATE, "0.08", "0.01", "0.09"),
    ],
)
def test_the_classic_dispute_of_tax_per_line_or_per_rate(
    mode: TaxMode, rounding: TaxRounding, net: str, tax: str, total: str
) -> None:
    charges = [charge("0.03", tax_of(mode, rounding, "0.18")) for _ in range(3)]
    settled = settle(charges, "GBP")
    assert (str(settled.net), str(settled.tax), str(settled.total)) == (net, tax, total)


@given(st.lists(st.tuples(st.integers(-(10**6), 10**8), TAXES), max_size=30))
def test_net_and_tax_are_the_total_and_the_nets_are_the_net(
    rows: Sequence[tuple[int, Tax]],
) -> None:
    settled = settle([charge(str(Decimal(n) / 100), tax) for n, tax in rows], "GBP")
    assert settled.net + settled.tax == settled.total
    assert sum(settled.nets) == settled.net
    assert sum(row.net for row in settled.rows) == settled.net
    for row in settled.rows:
        assert row.net + row.amount == row.gross


def test_two_rates_are_two_rows() -> None:
    taxes = [tax_of(TaxMode.EXCLUSIVE, TaxRounding.PER_RATE, rate) for rate in ("0.20", "0.05")]
    settled = settle([charge("100.00", taxes[0]), charge("100.00", taxes[1])], "GBP")
    assert [(str(row.tax.rate), str(row.amount)) for row in settled.rows] == [
        ("0.20", "20.00"),
        ("0.05", "5.00"),
    ]


def test_nothing_to_pay_is_zero_with_its_digits() -> None:
    assert settle([], "GBP").totals_document() == {"net": "0.00", "tax": "0.00", "total": "0.00"}
    assert settle([], "JPY").totals_document() == {"net": "0", "tax": "0", "total": "0"}
