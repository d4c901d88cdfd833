"""CMPP packets byte by byte, as written by hand from the layouts; read back they are the same."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sms.cmpp.fields import Counted, Field, Number, Octets, Text, Value, packed, unpacked
from adapters.sms.cmpp.packets import (
    Command,
    Version,
    answer_authenticator,
    authenticator,
    fields_of,
    read,
    status_fields,
    written,
)

PROOF = "f24758a4ca08de3d4316b64fa4d0cfa1"
"""Of account 901234 and secret "shared" on 21 October at 08:05:10, by md5sum."""


def test_the_proof_of_a_sign_in_is_that_of_md5sum() -> None:
    assert authenticator("901234", "shared", 1021080510).hex() == PROOF
    assert authenticator("901234", "shared", 102030405).hex() == "4b2200eccda85723451394b2b13651cc"


@pytest.mark.parametrize(
    ("version", "proof"),
    [
        (Version.V2_0, "93ada34705d7459a6508ff9462214136"),
        (Version.V3_0, "0eca13e3dd61ddbf08c2a865b8cde210"),
    ],
)
def test_the_proof_of_the_gateway_is_that_of_md5sum(version: Version, proof: str) -> None:
    assert answer_authenticator(version, 0, bytes.fromhex(PROOF), "shared").hex() == proof


@pytest.mark.parametrize(("version", "octet"), [(Version.V2_0, "20"), (Version.V3_0, "30")])
def test_a_sign_in_byte_by_byte(version: Version, octet: str) -> None:
    values: dict[str, Value] = {
        "source": "901234",
        "authenticator": bytes.fromhex(PROOF),
        "version": int(version),
        "timestamp": 1021080510,
    }
    assert written(version, Command.CONNECT, 1, values).hex() == (
        "000000270000000100000001393031323334" + PROOF + octet + "3cdc73be"
    )


SUBMITTED: dict[str, Value] = {
    "parts": 2,
    "part": 1,
    "receipt": 1,
    "priority": 1,
    "service": "alerts",
    "fee_user": 2,
    "header": 1,
    "coding": 8,
    "source": "901234",
    "fee_type": "01",
    "fee_code": "000000",
    "sender": "10690000",
    "recipients": 1,
    "to": "8613800138000",
    "content": bytes.fromhex("050003a70201") + "告".encode("utf-16-be"),
}
BEGINNING = "000000000000000002010101616c657274730000000002"
MIDDLE = "0001083930313233343031303030303030" + "00" * 34 + "3130363930303030" + "00" * 13
TO = "38363133383030313338303030"
CONTENT = "08050003a70201544a"


def test_a_segment_of_cmpp_2_byte_by_byte() -> None:
    body = BEGINNING + "00" * 21 + MIDDLE + "01" + TO + "00" * 8 + CONTENT + "00" * 8
    head = struct.pack(">3L", 12 + len(body) // 2, 4, 9).hex()
    assert written(Version.V2_0, Command.SUBMIT, 9, SUBMITTED).hex() == head + body
    assert len(body) // 2 == 147 + 8


def test_a_segment_of_cmpp_3_byte_by_byte() -> None:
    body = BEGINNING + "00" * 33 + MIDDLE + "01" + TO + "00" * 19 + "00" + CONTENT + "00" * 20
    head = struct.pack(">3L", 12 + len(body) // 2, 4, 9).hex()
    assert written(Version.V3_0, Command.SUBMIT, 9, SUBMITTED).hex() == head + body
    assert len(body) // 2 == 183 + 8


@pytest.mark.parametrize(
    ("version", "octets", "result"),
    [
        (Version.V2_0, "0000001580000004000000095db812340000000108", 8),
        (Version.V3_0, "0000001880000004000000095db81234000000010000000d", 13),
    ],
)
def test_the_answer_to_a_segment(version: Version, octets: str, result: int) -> None:
    packet = read(version, bytes.fromhex(octets))
    assert (packet.command, packet.sequence) == (Command.SUBMIT_RESP, 9)
    assert (packet.number("msg_id"), packet.number("result")) == (0x5DB8123400000001, result)


@pytest.mark.parametrize(("version", "width", "size"), [("2.0", 21, 60), ("3.0", 32, 71)])
def test_a_status_report_byte_by_byte(version: str, width: int, size: int) -> None:
    content = b"".join(
        (
            bytes.fromhex("5db8123400000001"),
            b"DELIVRD",
            b"2611230800",
            b"2611230801",
            b"8613800138000".ljust(width, b"\0"),
            bytes.fromhex("00000007"),
        )
    )
    assert len(content) == size
    spoken = Version.V2_0 if version == "2.0" else Version.V3_0
    assert unpacked(status_fields(spoken), content) == {
        "msg_id": 0x5DB8123400000001,
        "state": "DELIVRD",
        "submitted": "2611230800",
        "done": "2611230801",
        "to": "8613800138000",
        "centre_sequence": 7,
    }


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"source": "9012345"}, "has 7 bytes, its field 6"),
        ({"version": 256}, "wider than 1 bytes"),
        ({"source": "中"}, "ascii"),
        ({"timestamp": "x"}, "cannot be 'x'"),
    ],
)
def test_what_does_not_fit_is_refused(values: Mapping[str, Value], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        written(Version.V2_0, Command.CONNECT, 1, values)


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        ("", "no packet"),
        ("0000000d0000000800000001", "its header says 13"),
        ("0000000d000000080000000100", "1 bytes follow"),
        ("0000000c8000000800000001", "ends in reserved"),
        ("0000000c0000004d00000001", "77 is not a valid Command"),
    ],
)
def test_what_is_no_packet_is_refused(octets: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(Version.V2_0, bytes.fromhex(octets))


def _values(field: Field) -> st.SearchStrategy[Value]:
    ascii_text = st.characters(min_codepoint=1, max_codepoint=126)
    match field:
        case Number(width=width):
            return st.integers(0, 256**width - 1)
        case Text(width=width):
            return st.text(alphabet=ascii_text, max_size=width)
        case Octets(width=width):
            return st.binary(min_size=width, max_size=width)
        case Counted():
            return st.binary(max_size=255)


@given(st.sampled_from(Version), st.sampled_from(Command), st.data())
def test_a_packet_read_back_is_what_was_written(
    version: Version, command: Command, data: st.DataObject
) -> None:
    fields = fields_of(version, command)
    values = data.draw(st.fixed_dictionaries({each.name: _values(each) for each in fields}))
    sequence = data.draw(st.integers(0, 2**32 - 1))
    packet = read(version, written(version, command, sequence, values))
    assert (packet.command, packet.sequence, packet.values) == (command, sequence, values)


@given(st.sampled_from(Version), st.binary(max_size=400))
def test_no_octets_end_in_anything_but_a_value_error(version: Version, octets: bytes) -> None:
    framed = (len(octets) + 4).to_bytes(4, "big") + octets
    try:
        packet = read(version, framed)
    except ValueError:
        return
    assert written(version, packet.command, packet.sequence, packet.values)[:12] == framed[:12]


def test_a_missing_value_is_zero_or_empty() -> None:
    assert packed([Number("a", 2), Text("b", 3), Octets("c", 1)], {}) == bytes(6)
