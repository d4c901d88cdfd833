"""In: what a person types: amounts, numbers, means of payment. Out: values, or a refusal. Pure.

One reading of a number for every verb that takes money: what one desk refuses no other may take
for something else ("1_000" would be a thousand to Python, "1e3", too).
"""

from __future__ import annotations

from decimal import Decimal

from scripts.commands.tree import misused

LONGEST = 24
"""What may be typed for a number. [char]"""
DIGITS = 12
"""Of an amount, before the point: more is a card's or an account's number by mistake."""


def amount_of(text: str) -> Decimal:
    """Return an amount a person typed: digits with a point, nothing else.

    Raises:
        click.UsageError: It is none, or too large to be one.
    """
    amount = _plain(text)
    if amount is None:
        raise misused("no_amount", value=text[:LONGEST])
    if abs(amount) >= 10**DIGITS:
        raise misused("amount_too_large", value=text[:LONGEST], digits=DIGITS)
    return amount


def number_of(text: str, option: str) -> Decimal:
    """Return a number a person typed for an option: digits with a point, nothing else.

    Raises:
        click.UsageError: It is none.
    """
    number = _plain(text)
    if number is None:
        raise misused("no_number", option=option, value=text[:LONGEST])
    return number


def means_of(text: str) -> str:
    """Return a means of payment.

    Raises:
        click.UsageError: It is none.
    """
    from billing.receivables.account_book import Means  # dear to import for a help page

    known = [str(each) for each in Means]
    if text not in known:
        raise misused("none_of", option="--means", value=text[:LONGEST], known=", ".join(known))
    return text


def _plain(text: str) -> Decimal | None:
    typed = text.strip()
    digits = typed.removeprefix("-").replace(".", "", 1)
    if not (typed.isascii() and digits.isdecimal() and len(typed) <= LONGEST):
        return None
    return Decimal(typed)
