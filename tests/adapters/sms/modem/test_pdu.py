"""PDUs byte by byte, as written by hand from TS 23.040; septets packed and unpacked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sms.modem.pdu import (
    Delivered,
    Report,
    digits_in,
    packed,
    read,
    semi_octets,
    submits_of,
    unpacked,
)
from energy.alerting.notices.gateway import ReceiptState


def test_hellohello_is_packed_as_everybody_packs_it() -> None:
    assert packed(b"hellohello").hex() == "e8329bfd4697d9ec37"


def test_a_short_message_byte_by_byte() -> None:
    (submit,) = submits_of("hellohello", "46708251358", chain=0, report=False)
    assert submit.octets.hex() == ("0011000b916407281553f80000a70ae8329bfd4697d9ec37")
    assert submit.length == 23


def test_a_chinese_message_with_a_report_byte_by_byte() -> None:
    (submit,) = submits_of("告警", "8613800138000", chain=0, report=True)
    assert submit.octets.hex() == ("0031000d91683108108300f00008a704544a8b66")


def test_a_chain_in_septets_has_a_bit_between_header_and_text() -> None:
    first, second = submits_of("a" * 161, "8613800138000", chain=0xA7, report=False)
    assert first.octets[1] == 0x51
    behind = second.octets[15:]
    assert behind.hex() == "0f050003a70202c2e170381c0e8701"
    assert len(first.octets) - 15 == 1 + 140


@pytest.mark.parametrize(("digits", "octets"), [("123", "21f3"), ("1234", "2143"), ("", "")])
def test_digits_stand_in_swapped_pairs(digits: str, octets: str) -> None:
    assert semi_octets(digits).hex() == octets
    assert digits_in(bytes.fromhex(octets)) == digits


@given(st.lists(st.integers(0, 127), max_size=160).map(bytes), st.sampled_from([0, 48, 56]))
def test_septets_unpacked_are_those_that_were_packed(septets: bytes, behind: int) -> None:
    assert unpacked(packed(septets, behind), len(septets), behind) == septets


STAMP = "62113280100023"


def test_a_message_received_byte_by_byte() -> None:
    octets = "0891683108200105f0040d91683108108300f00000" + STAMP + "05e8329bfd06"
    assert read(bytes.fromhex(octets)) == Delivered(
        sender="+8613800138000", text="hello", at=datetime(2026, 11, 23, 0, 1, tzinfo=UTC)
    )


def test_a_message_of_a_name_west_of_greenwich() -> None:
    octets = "000408d0" + packed(b"Grid").hex() + "00086211328010000a02544a"
    assert read(bytes.fromhex(octets)) == Delivered(
        sender="Grid", text="告", at=datetime(2026, 11, 23, 13, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0x00, ReceiptState.DELIVERED),
        (0x02, ReceiptState.DELIVERED),
        (0x21, ReceiptState.ON_ITS_WAY),
        (0x45, ReceiptState.FAILED),
        (0x62, ReceiptState.FAILED),
    ],
)
def test_a_status_report_byte_by_byte(status: int, state: ReceiptState) -> None:
    octets = f"00062a0d91683108108300f0{STAMP}{STAMP}{status:02x}"
    assert read(bytes.fromhex(octets)) == Report(
        number=42,
        to="8613800138000",
        at=datetime(2026, 11, 23, 0, 1, tzinfo=UTC),
        state=state,
        status=status,
    )


@given(st.binary(max_size=60))
def test_no_octets_end_in_anything_but_a_value_error(octets: bytes) -> None:
    try:
        found = read(octets)
    except ValueError:
        return
    assert isinstance(found, Delivered | Report)
