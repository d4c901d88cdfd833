"""What a person types for money and numbers is read in one way, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import click
import pytest

from scripts.commands.typed import amount_of, means_of, number_of


@pytest.fixture(autouse=True)
def _row() -> Iterator[None]:
    with click.Context(click.Command("pay")):
        yield


@pytest.mark.parametrize(
    ("text", "value"),
    [("120.50", "120.50"), (" 7 ", "7"), ("-3.20", "-3.20"), ("1.", "1"), (".5", "0.5")],
)
def test_digits_with_a_point_are_a_number(text: str, value: str) -> None:
    assert amount_of(text) == number_of(text, "--units") == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        "1e3",
        "1_000",
        "1,00",
        "1.2.3",
        "NaN",
        "inf",
        "1 000",
        "١٢",
        "１２",
        "²",
        "9" * 25,
    ],
)
def test_what_python_would_take_for_something_else_is_refused(text: str) -> None:
    with pytest.raises(click.UsageError, match="no amount"):
        amount_of(text)
    with pytest.raises(click.UsageError, match=r"--units .* is no number"):
        number_of(text, "--units")


def test_means_are_those_of_the_account_book() -> None:
    assert means_of("cash") == "cash"
    for typed in ("Cash", "opening", "transfer"):
        with pytest.raises(click.UsageError, match="bank, cash"):
            means_of(typed)


@pytest.mark.parametrize("text", ["1000000000000", "-99999999999999999999"])
def test_a_card_number_is_no_amount(text: str) -> None:
    with pytest.raises(click.UsageError, match="more than 12 digits"):
        amount_of(text)
    assert number_of(text, "--units") == Decimal(text)


def test_twelve_digits_are_an_amount() -> None:
    assert amount_of("999999999999.99") == Decimal("999999999999.99")
