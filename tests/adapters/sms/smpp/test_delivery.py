"""What a message centre delivers: receipts in their two forms, replies in their alphabets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from smpplib import smpp
from smpplib.client import SimpleSequenceGenerator

from adapters.sms.smpp.delivery import done_at, receipt_of, text_of
from energy.alerting.notices.gateway import ReceiptState


def packet(**fields: Any) -> Any:
    given = {"short_message": b"", "esm_class": 4, "data_coding": 0, **fields}
    return smpp.make_pdu("deliver_sm", client=SimpleSequenceGenerator(), **given)


APPENDIX_B = (
    b"id:0A1B sub:001 dlvrd:001 submit date:2611230800 done date:2611230801 "
    b"stat:DELIVRD err:000 text:Feeder 12"
)


def test_the_text_of_appendix_b_is_read() -> None:
    told = packet(short_message=APPENDIX_B)
    assert receipt_of(told) == ("0A1B", ReceiptState.DELIVERED, "")
    assert done_at(told, ZoneInfo("UTC")) == datetime(2026, 11, 23, 8, 1, tzinfo=UTC)


def test_parameters_count_before_the_text() -> None:
    told = packet(
        short_message=APPENDIX_B, receipted_message_id=b"77\0", message_state=5, network_error=None
    )
    assert receipt_of(told)[:2] == ("77", ReceiptState.FAILED)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("UNDELIV", ReceiptState.FAILED),
        ("rejectd", ReceiptState.FAILED),
        ("ENROUTE", ReceiptState.ON_ITS_WAY),
        ("whatever", ReceiptState.ON_ITS_WAY),
    ],
)
def test_words_of_states(word: str, state: ReceiptState) -> None:
    assert receipt_of(packet(short_message=f"id:1 stat:{word}".encode()))[1] is state


def test_a_receipt_without_a_name_is_none() -> None:
    with pytest.raises(ValueError, match="without the name"):
        receipt_of(packet(short_message=b"stat:DELIVRD"))


def test_a_date_that_is_none_is_left_to_the_clock() -> None:
    assert done_at(packet(short_message=b"id:1 done date:2699999999"), ZoneInfo("UTC")) is None


@pytest.mark.parametrize(
    ("coding", "octets", "text"),
    [
        (0, b"OK \x1b\x3c1\x1b\x3e \x00", "OK [1] @"),
        (8, "收到".encode("utf-16-be"), "收到"),
        (3, "reçu".encode("latin-1"), "reçu"),
    ],
)
def test_replies_are_read_in_their_alphabet(coding: int, octets: bytes, text: str) -> None:
    assert text_of(packet(short_message=octets, data_coding=coding)) == text


def test_a_long_reply_is_read_without_its_header_from_wherever_it_stands() -> None:
    octets = bytes.fromhex("050003a70201") + "收到".encode("utf-16-be")
    told = packet(message_payload=octets, data_coding=8, esm_class=0x40)
    assert text_of(told) == "收到"
