from __future__ import annotations

import struct
from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mbus.numbers import flags_of, instant_of, number_of, text_of
from adapters.mbus.records import Record, parse

HEAD = bytes(12)
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def one(octets: str) -> Record:
    (record,) = parse(HEAD + bytes.fromhex(octets)).records
    return record


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("010605", 5),
        ("0106FF", -1),
        ("0306FFFF7F", 8_388_607),
        ("060601000000FFFF", -4_294_967_295),
        ("07030100000000002000", 2**53 + 1),
        ("0C1373425028", 28_504_273),  # manual of a pulse module: 28504.273 m3
        ("0C13341200F0", -1234),
        ("0A5A23F1", -123),
        ("0E13896745230100", 123_456_789),
    ],
)
def test_whole_numbers_are_exact(octets: str, value: int) -> None:
    assert number_of(one(octets)) == value


@pytest.mark.parametrize(
    "octets",
    [
        "010680", "02060080", "040600000080", "0706" + "00" * 7 + "80",  # the sign for no value
        "0C13FFFFFFFF", "0C13EEEEEEEE", "0C13ABCDEF12", "0A5AAAAA",  # halves above nine
        "052B0000C07F", "052B0000807F", "052B000080FF",  # no number, infinite
        "0006", "0806", "0D7803434241",
    ],
)  # fmt: skip
def test_what_is_no_number_is_none(octets: str) -> None:
    assert number_of(one(octets)) is None


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_floating_point_value_is_the_fraction_it_stands_for(value: float) -> None:
    octets = struct.pack("<f", value)
    assert number_of(one("052B" + octets.hex())) == Fraction(value)


def test_texts_and_flags() -> None:
    assert text_of(one("0D780465746144")) == "Date"
    assert text_of(one("040601000000")) == ""
    assert flags_of(one("02FD170180")) == 0x8001
    assert flags_of(one("0AFD172301")) == 123
    assert flags_of(one("052B0000803F")) is None


@pytest.mark.parametrize(
    ("octets", "zone", "instant"),
    [
        # manual of a pulse module: 31.05.2008 23:50, in its own hundred years
        ("046D32371F15", SHANGHAI, datetime(2008, 5, 31, 15, 50, tzinfo=UTC)),
        # gitea.hottis.de: 10.09.2013 21:56
        ("046D3815AA19", BERLIN, datetime(2013, 9, 10, 19, 56, tzinfo=UTC)),
        ("426C5F3A", SHANGHAI, datetime(2026, 10, 30, 16, tzinfo=UTC)),
        ("066D2D1E0C563B00", BERLIN, datetime(2026, 11, 22, 11, 30, 45, tzinfo=UTC)),
        # the hour that happens twice, told apart by the bit for summer time
        ("046D1E82593A", BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("046D1E02593A", BERLIN, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_instants_are_those_of_the_meters_zone(
    octets: str, zone: ZoneInfo, instant: datetime | None
) -> None:
    assert instant_of(one(octets), zone) == instant


@pytest.mark.parametrize(
    "octets",
    ["046DB80DAA19", "046D00000000", "426CFFFF", "426C0000", "046D3C18AA19", "0C6D3815AA19",
     "036D3815AA", "066D2D9E0C563B00"],
)  # fmt: skip
def test_a_date_that_is_none_is_none(octets: str) -> None:
    assert instant_of(one(octets), BERLIN) is None


@given(st.binary(min_size=2, max_size=2) | st.binary(min_size=4, max_size=4))
def test_any_bytes_are_an_instant_or_none(octets: bytes) -> None:
    head = "426C" if len(octets) == 2 else "046D"
    at = instant_of(one(head + octets.hex()), BERLIN)
    assert at is None or at.tzinfo is UTC
