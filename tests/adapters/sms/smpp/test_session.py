"""Whatever a centre sends: it is read, or it is told that it cannot be."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sms.smpp.delivery import receipt_of, text_of
from adapters.sms.smpp.session import Session

COMMANDS = [0x05, 0x15, 0x06, 0x80000004, 0x80000009, 0x80000015, 0x80000000, 0x103, 0x7F]


def read(command: int, status: int, body: bytes) -> Any:
    session = Session.__new__(Session)
    session._sequence = 0
    return session.parsed(struct.pack(">4L", 16 + len(body), command, status, 7) + body)


@given(st.sampled_from(COMMANDS), st.sampled_from([0, 8, 0x58]), st.binary(max_size=300))
def test_no_packet_ends_in_anything_but_a_value_error(
    command: int, status: int, body: bytes
) -> None:
    try:
        found = read(command, status, body)
    except ValueError:
        return
    assert found.sequence == 7
    if found.packet.__class__.__name__ == "DeliverSM":
        assert isinstance(text_of(found.packet), str)
        try:
            receipt_of(found.packet)
        except ValueError:
            return


def test_an_error_without_a_body_is_an_answer() -> None:
    found = read(0x80000004, 0x58, b"")
    assert (found.answer, found.packet.status) == (True, 0x58)


def test_a_delivery_without_a_body_is_none() -> None:
    with pytest.raises(ValueError, match="without its body"):
        read(0x05, 0, b"")
