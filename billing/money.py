"""In: exact amounts (Decimal, Fraction). Out: money in a currency's smallest unit. Pure.

The only place that rounds money: once, half-up (away from zero). Whatever is divided among
parts goes through the largest remainder, so that the parts always add up to the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from billing.errors import MoneyError

EXPONENT: dict[str, int] = {
    "AED": 2,
    "AUD": 2,
    "BHD": 3,
    "CAD": 2,
    "CHF": 2,
    "CNY": 2,
    "CZK": 2,
    "DKK": 2,
    "EUR": 2,
    "GBP": 2,
    "HKD": 2,
    "INR": 2,
    "JPY": 0,
    "KRW": 0,
    "KWD": 3,
    "MOP": 2,
    "NOK": 2,
    "NZD": 2,
    "PLN": 2,
    "SEK": 2,
    "SGD": 2,
    "THB": 2,
    "TND": 3,
    "USD": 2,
    "VND": 0,
    "ZAR": 2,
}
"""Digits after the point of a currency (ISO 4217)."""

Exact = Decimal | Fraction | int
"""An amount or quantity before rounding; floats are not among them."""

LONGEST_TYPED = 24
"""What may be typed for a number. [char]"""


def exponent_of(currency: str) -> int:
    """Return the digits after the point of a currency.

    Raises:
        MoneyError: The currency is not in the table.
    """
    try:
        return EXPONENT[currency]
    except KeyError:
        raise MoneyError(
            f"Currency {currency!r} is unknown. Known: {', '.join(sorted(EXPONENT))}."
        ) from None


def round_half_up(value: Exact, digits: int) -> Decimal:
    """Return a value rounded once, ties away from zero: the only rounding of money.

    Args:
        value: Exact value. [any unit]
        digits: Digits after the point, >= 0.

    Returns:
        The rounded value with exactly that many digits; zero has no sign. [unit of value]
    """
    assert isinstance(value, Exact), "money is never a float"
    assert digits >= 0, "rounding to tens is not billing"
    top, bottom = value.as_integer_ratio()
    units = (2 * abs(top) * 10**digits + bottom) // (2 * bottom)
    return from_units(-units if top < 0 else units, digits)


def from_units(units: int, digits: int) -> Decimal:
    """Return a Decimal of so many smallest units. [unit / 10**digits]."""
    return Decimal(f"{units}E-{digits}")


def to_units(amount: Decimal, digits: int) -> int:
    """Return an already rounded amount in smallest units. [unit / 10**digits].

    Raises:
        MoneyError: The amount has more digits than that.
    """
    units = Fraction(amount) * Fraction(10) ** digits
    if units.denominator != 1:
        raise MoneyError(f"Amount {amount} has more than {digits} digits; round it first.")
    return int(units)


def split(total: Decimal, weights: Sequence[Exact], digits: int) -> list[Decimal]:
    """Divide a rounded total in proportion to weights by largest remainder.

    Args:
        total: Amount to divide, already rounded to `digits`. [currency]
        weights: Shares; their sum is not zero.
        digits: Digits after the point of each part.

    Returns:
        One part a weight, in order; they add up to the total exactly. [currency]

    Raises:
        MoneyError: The weights add up to zero.
    """
    shares = [Fraction(weight) for weight in weights]
    whole = sum(shares, Fraction(0))
    if not whole:
        raise MoneyError("An amount can be split only by weights that do not add up to zero.")
    return spread(total, [Fraction(total) * share / whole for share in shares], digits)


def spread(total: Decimal, parts: Sequence[Exact], digits: int) -> list[Decimal]:
    """Round exact parts so that they add up to their rounded total, by largest remainder.

    Args:
        total: The parts' sum, rounded to `digits`. [currency]
        parts: Exact parts. [currency]
        digits: Digits after the point of each rounded part.

    Returns:
        The rounded parts, in order; each is off by less than one smallest unit. [currency]
    """
    sign = -1 if total < 0 else 1
    exact = [sign * Fraction(part) * Fraction(10) ** digits for part in parts]
    units = [part.numerator // part.denominator for part in exact]
    left = sign * to_units(total, digits) - sum(units)
    assert 0 <= left <= len(units), "the total is the rounded sum of the parts"
    for n in sorted(range(len(units)), key=lambda n: (units[n] - exact[n], n))[:left]:
        units[n] += 1
    return [from_units(sign * part, digits) for part in units]


def exact_text(value: Exact, *, least_digits: int = 0) -> str:
    """Return an exact value as text: a plain decimal if it is finite, else "n/d".

    Args:
        value: Exact value. [any unit]
        least_digits: Digits after the point that a decimal shows at least.
    """
    top, bottom = value.as_integer_ratio()
    rest, powers = bottom, [0, 0]
    for place, prime in enumerate((2, 5)):
        while rest % prime == 0:
            rest //= prime
            powers[place] += 1
    if rest != 1:
        return f"{top}/{bottom}"
    digits = max(least_digits, *powers)
    units = top * 10**digits // bottom
    if digits == 0:
        return str(units)
    shown = str(abs(units)).rjust(digits + 1, "0")
    return f"{'-' if units < 0 else ''}{shown[:-digits]}.{shown[-digits:]}"


def display_text(count: int, resolution: Fraction) -> str:
    """Return a count as the display shows it: with all the digits of its steps.

    Args:
        count: Of a register. [count]
        resolution: Of the register. [unit / count]
    """
    return exact_text(count * resolution, least_digits=_digits_shown(resolution))


@lru_cache(maxsize=64)
def _digits_shown(resolution: Fraction) -> int:
    """Return the digits after the point of a register's steps; there are few kinds."""
    return len(exact_text(resolution).partition(".")[2])


def plain(value: Decimal) -> str:
    """Return a Decimal as text without exponent; its digits are kept."""
    return format(value, "f")


def typed_number(text: str) -> Decimal | None:
    """Return a number that a person typed: digits with a point; None where it is anything else.

    "1_000" would be a thousand to Python, and "1e3" too: what one desk refuses no other may take
    for something else.
    """
    typed = text.strip()
    digits = typed.removeprefix("-").replace(".", "", 1)
    if not (typed.isascii() and digits.isdecimal() and len(typed) <= LONGEST_TYPED):
        return None
    return Decimal(typed)
