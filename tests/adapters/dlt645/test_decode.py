from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.bcd import digits, number, octets_of, signed_number
from adapters.dlt645.decode import Flaw, Wire, decode, instant
from simulator.dlt645_meter import bcd

SHANGHAI = ZoneInfo("Asia/Shanghai")


@given(value=st.integers(0, 10**8 - 1))
def test_a_register_is_its_digits(value: int) -> None:
    assert number(bcd(value, 4)) == value
    assert digits(bcd(value, 4)) == f"{value:08d}"
    assert octets_of(f"{value:08d}") == bcd(value, 4)


@given(value=st.integers(-799_999, 799_999))
def test_a_power_carries_its_sign_in_the_highest_bit(value: int) -> None:
    assert signed_number(bcd(value, 3)) == value


@given(octets=st.binary(min_size=4, max_size=4))
def test_only_decimals_are_a_number(octets: bytes) -> None:
    found = decode(octets, Wire(identifier="00010000"), counter=True)
    if all(octet >> 4 <= 9 and octet & 15 <= 9 for octet in octets):
        assert found.flaw is None
        assert found.count == int(octets[::-1].hex())
    else:
        assert (found.count, found.flaw) == (0, Flaw.NULL_VALUE)


@pytest.mark.parametrize("filler", [0xFF, 0xEE, 0xAA])
def test_a_filled_value_is_none_signed_or_not(filler: int) -> None:
    for signed in (False, True):
        wire = Wire(identifier="02030000", digits=6, decimals=4, signed=signed)
        assert decode(bytes([filler] * 3), wire, counter=False).flaw is Flaw.NULL_VALUE


def test_a_combined_energy_below_zero_is_no_consumption() -> None:
    wire = Wire(identifier="00000000", digits=8, decimals=2, signed=True)
    assert decode(bcd(-500, 4), wire, counter=True).flaw is Flaw.BELOW_ZERO
    assert decode(bcd(-500, 4), wire, counter=False).count == -500


def test_the_relay_is_the_fifth_bit_of_status_word_three() -> None:
    wire = Wire(identifier="04000503", digits=4, bits=(4, 1))
    assert decode(b"\x10\x00", wire, counter=False).count == 1
    assert decode(b"\xef\xff", wire, counter=False).count == 0


def test_a_meter_in_shanghai_tells_local_time() -> None:
    assert instant("2611211445", SHANGHAI) == datetime(2026, 11, 21, 6, 45, tzinfo=UTC)
    assert instant("261121144530", SHANGHAI) == datetime(2026, 11, 21, 6, 45, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0000000000", "2613011200", "2602301200", "FFFFFFFFFF", ""])
def test_a_date_that_does_not_exist_is_none(text: str) -> None:
    assert instant(text, SHANGHAI) is None
