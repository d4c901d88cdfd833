"""Telephone numbers as gateways write them."""

from __future__ import annotations

import pytest

from adapters.sms.numbers import digits_of, e164_of
from energy.alerting.notices.gateway import GatewayRefusedError


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13800138000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("+8613800138000", "+8613800138000"),
        ("441632960001", "+441632960001"),
        ("10086", "10086"),
        ("Grid", "Grid"),
        ("", ""),
    ],
)
def test_a_sender_is_told_as_the_address_book_has_it(written: str, number: str) -> None:
    assert e164_of(written) == number


def test_a_number_goes_without_its_plus() -> None:
    assert digits_of("+441632960001") == "441632960001"


@pytest.mark.parametrize(
    "number", ["441632960001", "+0441632960001", "+44 1632", "+1234567890123456"]
)
def test_what_is_no_number_is_refused_without_being_told(number: str) -> None:
    with pytest.raises(GatewayRefusedError) as caught:
        digits_of(number)
    assert number not in str(caught.value)
