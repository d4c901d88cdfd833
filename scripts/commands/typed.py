"""In: what a person types: amounts, numbers, means of payment. Out: values, or a refusal. Pure.

One reading of a number for every verb that takes money: what one desk refuses no other may take
for something else ("1_000" would be a thousand to Python, "1e3", too).
"""

from __future__ import annotations

from decimal import Decimal

from billing.money import LONGEST_TYPED, typed_number
from scripts.commands.tree import misused

DIGITS = 12
"""Of an amount, before the point: more is a card's or an account's number by mistake."""


def amount_of(text: str) -> Decimal:
    """Return an amount a person typed: digits with a point, nothing else.

    Raises:
        click.UsageError: It is none, or too large to be one.
    """
    amount = typed_number(text)
    if amount is None:
        raise misused("no_amount", value=text[:LONGEST_TYPED])
    if abs(amount) >= 10**DIGITS:
        raise misused("amount_too_large", value=text[:LONGEST_TYPED], digits=DIGITS)
    return amount


def number_of(text: str, option: str) -> Decimal:
    """Return a number a person typed for an option: digits with a point, nothing else.

    Raises:
        click.UsageError: It is none.
    """
    number = typed_number(text)
    if number is None:
        raise misused("no_number", option=option, value=text[:LONGEST_TYPED])
    return number


def means_of(text: str) -> str:
    """Return a means of payment.

    Raises:
        click.UsageError: It is none.
    """
    from billing.receivables.account_book import Means  # dear to import for a help page

    known = [str(each) for each in Means]
    if text not in known:
        raise misused(
            "none_of", option="--means", value=text[:LONGEST_TYPED], known=", ".join(known)
        )
    return text
