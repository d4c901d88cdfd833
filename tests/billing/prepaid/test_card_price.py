"""Units for cards: today's price in blocks of what the month has bought."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.prepaid.card_price import CardPrices, card_prices
from billing.prepaid.errors import PrepaidRefusedError
from billing.tariffs.tariff_file import parse_tariff
from tests.billing.samples import campus_tariff
from tests.examples import tried

CARD_TARIFF = """
tariff = "card-electricity"
version = 1
valid_from = 2018-01-01
utility = "electricity"
currency = "GBP"
zone = "Europe/London"
clock = "local"
unit = "kWh"
[name]
en = "Card electricity"
[tax]
mode = "{mode}"
rate = "0.05"
rounding = "per_rate"
[rounding]
line = 2
quantity = 2
[[charge]]
id = "E"
kind = "energy"
tier_kind = "graduated"
tier_span = "month"
tiers = [{{ upto = "100", price = "0.20" }}, {{ price = "0.30" }}]
[[charge]]
id = "LEVY"
kind = "energy"
price = "0.01"
"""
DAY = date(2019, 1, 15)


def prices(mode: str = "inclusive") -> CardPrices:
    return card_prices(parse_tariff(CARD_TARIFF.format(mode=mode)), DAY)


def test_units_fill_the_blocks_of_the_month_behind_what_was_bought() -> None:
    sold = prices().of_units(Decimal(80), Decimal("50.50"))
    assert [(p.units, p.price) for p in sold.parts] == [
        (Decimal("20.00"), Decimal("0.21")),
        (Decimal("30.50"), Decimal("0.31")),
    ]
    assert sold.gross == Decimal("13.66")  # 4.20 + 9.455
    assert (sold.net, sold.tax) == (Decimal("13.01"), Decimal("0.65"))


def test_tax_comes_on_top_where_prices_are_without_it() -> None:
    sold = prices("exclusive").of_units(Decimal(0), Decimal(100))
    assert (sold.gross, sold.net, sold.tax) == tuple(map(Decimal, ("22.05", "21.00", "1.05")))


def test_money_is_taken_whole_and_buys_whole_hundredths_of_a_unit() -> None:
    sold = prices().of_money(Decimal(90), Decimal("10.00"))
    assert sold.gross == Decimal("10.00")
    assert sold.units == Decimal("35.48")  # 10 at 0.21, then 7.90 / 0.31 = 25.483...


@pytest.mark.parametrize("utility", ["electricity", "gas"])
def test_a_tariff_by_time_of_use_or_by_the_month_is_not_sold_on_cards(utility: str) -> None:
    with pytest.raises(PrepaidRefusedError, match="no card meter can count"):
        card_prices(campus_tariff(utility), DAY)


@tried(60)
@given(
    bought=st.integers(0, 30_000),
    money=st.integers(1, 50_000),
    mode=st.sampled_from(["inclusive", "exclusive"]),
)
def test_money_buys_the_most_units_that_it_pays_for(bought: int, money: int, mode: str) -> None:
    table = prices(mode)
    before, paid = Decimal(bought).scaleb(-2), Decimal(money).scaleb(-2)
    try:
        sold = table.of_money(before, paid)
    except PrepaidRefusedError:
        assert paid < Decimal("0.01")
        return
    factor = Fraction(1) if mode == "inclusive" else Fraction("1.05")
    cost, _ = table.cost(before, sold.units)
    more, _ = table.cost(before, sold.units + Decimal("0.01"))
    assert cost * factor <= paid < more * factor
    assert sold.net + sold.tax == sold.gross == paid
    assert sum(part.units for part in sold.parts) == sold.units


@tried(60)
@given(st.lists(st.integers(1, 9000), min_size=1, max_size=6))
def test_bought_in_pieces_or_at_once_costs_the_same_before_rounding(pieces: list[int]) -> None:
    table, before, costs = prices(), Decimal(0), Fraction(0)
    for piece in pieces:
        units = Decimal(piece).scaleb(-2)
        costs += table.cost(before, units)[0]
        before += units
    assert costs == table.cost(Decimal(0), before)[0]
