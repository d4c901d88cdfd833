"""In: a currency. Out: the values of its coins and notes, to be counted one by one. Pure.

Sources: Bank of England and Royal Mint; European Central Bank; People's Bank of China; Federal
Reserve; Hong Kong Monetary Authority. What is hardly seen in a drawer is left out: a count takes
any value that is typed.
"""

from __future__ import annotations

from collections.abc import Mapping

_EURO = ("200", "100", "50", "20", "10", "5", "2", "1", "0.50", "0.20", "0.10", "0.05")
DENOMINATIONS: Mapping[str, tuple[str, ...]] = {
    "GBP": (*_EURO[2:], "0.02", "0.01"),
    "EUR": (*_EURO, "0.02", "0.01"),
    "CNY": ("100", "50", "20", "10", "5", "1", "0.50", "0.10"),
    "HKD": ("1000", "500", "100", "50", "20", "10", "5", "2", "1", "0.50", "0.20", "0.10"),
    "USD": ("100", "50", "20", "10", "5", "1", "0.25", "0.10", "0.05", "0.01"),
}
"""The largest first. [currency]"""
EMPTY: tuple[str, ...] = ()


def denominations(currency: str) -> tuple[str, ...]:
    """Return the values of a currency's coins and notes; none of one that is not listed."""
    return DENOMINATIONS.get(currency, EMPTY)
