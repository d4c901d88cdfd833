"""In: values. Out: packets of CMPP 2.0 and 3.0, and their values again. Pure.

Fields as China Mobile published them (CMPP 2.0: 2002; CMPP 3.0: 2003). What differs between the
two stands side by side: width of numbers of subscribers, of statuses, and what a packet ends with.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from adapters.sms.cmpp.fields import Counted, Field, Number, Octets, Text, Value, packed, unpacked

HEADER_BYTES = 12
MOST_BYTES = 4096
ANSWER = 0x8000_0000


class Version(IntEnum):
    """What is spoken; its value is the octet of the sign-in."""

    V2_0 = 0x20
    V3_0 = 0x30


class Command(IntEnum):
    """What a packet is."""

    CONNECT = 0x01
    TERMINATE = 0x02
    SUBMIT = 0x04
    DELIVER = 0x05
    ACTIVE_TEST = 0x08
    CONNECT_RESP = ANSWER | CONNECT
    TERMINATE_RESP = ANSWER | TERMINATE
    SUBMIT_RESP = ANSWER | SUBMIT
    DELIVER_RESP = ANSWER | DELIVER
    ACTIVE_TEST_RESP = ANSWER | ACTIVE_TEST


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet that was read."""

    command: Command
    sequence: int
    values: Mapping[str, Value]

    def number(self, name: str) -> int:
        """Return a value that is a number."""
        value = self.values[name]
        assert isinstance(value, int), f"{name} is a number"
        return value

    def text(self, name: str) -> str:
        """Return a value that is a text."""
        value = self.values[name]
        assert isinstance(value, str), f"{name} is a text"
        return value

    def octets(self, name: str) -> bytes:
        """Return a value that is octets."""
        value = self.values[name]
        assert isinstance(value, bytes), f"{name} is octets"
        return value


def written(
    version: Version, command: Command, sequence: int, values: Mapping[str, Value]
) -> bytes:
    """Return a packet.

    Args:
        version: What is spoken.
        command: What it is.
        sequence: Its number.
        values: Of its fields; what is not given is zero or empty.

    Raises:
        ValueError: A value does not fit its field.
    """
    body = packed(fields_of(version, command), values)
    return struct.pack(">3L", HEADER_BYTES + len(body), command, sequence) + body


def read(version: Version, octets: bytes) -> Packet:
    """Return a packet with its values.

    Raises:
        ValueError: It is none that this version knows.
    """
    if len(octets) < HEADER_BYTES:
        raise ValueError(f"{len(octets)} bytes are no packet")
    length, number, sequence = struct.unpack(">3L", octets[:HEADER_BYTES])
    if length != len(octets):
        raise ValueError(f"{len(octets)} bytes, its header says {length}")
    command = Command(number)
    return Packet(command, sequence, unpacked(fields_of(version, command), octets[HEADER_BYTES:]))


def fields_of(version: Version, command: Command) -> Sequence[Field]:
    """Return the fields of a packet's body."""
    wide = version is Version.V3_0
    match command:
        case Command.CONNECT:
            return (
                Text("source", 6),
                Octets("authenticator", 16),
                Number("version", 1),
                Number("timestamp", 4),
            )
        case Command.CONNECT_RESP:
            return (
                Number("status", 4 if wide else 1),
                Octets("authenticator", 16),
                Number("version", 1),
            )
        case Command.SUBMIT:
            return _SUBMIT_3 if wide else _SUBMIT_2
        case Command.SUBMIT_RESP | Command.DELIVER_RESP:
            return (Number("msg_id", 8), Number("result", 4 if wide else 1))
        case Command.DELIVER:
            return _DELIVER_3 if wide else _DELIVER_2
        case Command.ACTIVE_TEST_RESP:
            return (Octets("reserved", 1),)
        case Command.ACTIVE_TEST | Command.TERMINATE | Command.TERMINATE_RESP:
            return ()


def _submit(*, subscriber: int, fee_type: Sequence[Field], to_type: Sequence[Field]) -> list[Field]:
    return [
        Number("msg_id", 8),
        Number("parts", 1),
        Number("part", 1),
        Number("receipt", 1),
        Number("priority", 1),
        Text("service", 10),
        Number("fee_user", 1),
        Text("fee_number", subscriber),
        *fee_type,
        Number("protocol", 1),
        Number("header", 1),
        Number("coding", 1),
        Text("source", 6),
        Text("fee_type", 2),
        Text("fee_code", 6),
        Text("valid_until", 17),
        Text("send_at", 17),
        Text("sender", 21),
        Number("recipients", 1),
        Text("to", subscriber),
        *to_type,
        Counted("content"),
    ]


def _deliver(*, subscriber: int, from_type: Sequence[Field]) -> list[Field]:
    return [
        Number("msg_id", 8),
        Text("to", 21),
        Text("service", 10),
        Number("protocol", 1),
        Number("header", 1),
        Number("coding", 1),
        Text("sender", subscriber),
        *from_type,
        Number("receipt", 1),
        Counted("content"),
    ]


_SUBMIT_2 = (*_submit(subscriber=21, fee_type=(), to_type=()), Octets("reserved", 8))
_SUBMIT_3 = (
    *_submit(
        subscriber=32,
        fee_type=(Number("fee_number_type", 1),),
        to_type=(Number("to_type", 1),),
    ),
    Octets("link", 20),
)
_DELIVER_2 = (*_deliver(subscriber=21, from_type=()), Octets("reserved", 8))
_DELIVER_3 = (*_deliver(subscriber=32, from_type=(Number("sender_type", 1),)), Octets("link", 20))


def status_fields(version: Version) -> Sequence[Field]:
    """Return the fields of a status report: what a DELIVER with receipt 1 holds as content."""
    return (
        Number("msg_id", 8),
        Text("state", 7),
        Text("submitted", 10),
        Text("done", 10),
        Text("to", 32 if version is Version.V3_0 else 21),
        Number("centre_sequence", 4),
    )


def authenticator(source: str, secret: str, timestamp: int) -> bytes:
    """Return what proves the client at the sign-in. [16 octets].

    Args:
        source: Account (SP_Id).
        secret: Shared with the gateway.
        timestamp: MMDDHHMMSS as a number.
    """
    said = b"".join(
        (source.encode("ascii"), bytes(9), secret.encode(), f"{timestamp:010}".encode())
    )
    return hashlib.md5(said, usedforsecurity=False).digest()


def answer_authenticator(version: Version, status: int, proof: bytes, secret: str) -> bytes:
    """Return what proves the gateway at the sign-in. [16 octets].

    Args:
        version: What is spoken.
        status: Of its answer.
        proof: The client's authenticator.
        secret: Shared with the gateway.
    """
    said = status.to_bytes(4 if version is Version.V3_0 else 1, "big") + proof + secret.encode()
    return hashlib.md5(said, usedforsecurity=False).digest()
