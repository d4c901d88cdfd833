from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mbus.address import (
    Address,
    MbusAddressError,
    Secondary,
    code_of,
    letters_of,
    parse,
)

LETTERS = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3)


def test_the_three_ways_to_write_an_address() -> None:
    assert parse("5") == Address(primary=5)
    assert parse("12345678") == Address(secondary=Secondary(number="12345678"))
    full = Secondary(number="12345678", manufacturer="KAM", version=0x1B, medium=4)
    assert parse("12345678KAM1B04") == Address(secondary=full)
    for text in ("5", "12345678", "12345678KAM1B04"):
        assert str(parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "0", "251", "1234567", "123456789", "1234567F", "12345678KAM", "12345678kam1B04"]
)
def test_what_is_no_address_is_refused_with_what_one_looks_like(text: str) -> None:
    with pytest.raises(MbusAddressError, match="eight digits on the plate"):
        parse(text)


def test_a_maker_has_the_code_of_the_standard() -> None:
    assert (code_of("PAD"), letters_of(0x4024)) == (0x4024, "PAD")


@given(LETTERS)
def test_letters_and_code_are_the_same_thing(letters: str) -> None:
    assert letters_of(code_of(letters)) == letters


def test_a_selection_fits_the_meters_it_means() -> None:
    own = Secondary(number="12345678", manufacturer="KAM", version=0x1B, medium=4)
    assert Secondary().fits(own)
    assert Secondary(number="1234FFFF").fits(own)
    assert Secondary(number="12345678", manufacturer="KAM").fits(own)
    assert not Secondary(number="1235FFFF").fits(own)
    assert not Secondary(number="12345678", manufacturer="LUG").fits(own)
    assert not Secondary(number="12345678", medium=7).fits(own)
