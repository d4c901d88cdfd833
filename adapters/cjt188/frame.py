"""In: a question, or the bytes that came back. Out: its frame, or a verdict on them. Pure.

68H, meter type, seven address bytes lowest first, control code, length, field, sum, 16H; FEH may
go before. The field begins with identifier and a sequence number that the meter repeats. Only the
two control codes that read exist here: no valve, no base count, no address can be written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from adapters.bcd import digits, octets_of
from adapters.link_fault import LinkFault, Verdict, final, passed_over
from adapters.octet_frame import END, best_answer, nothing_in, summed_frame

WAKE = b"\xfe\xfe\xfe\xfe"
ANYBODY = "A" * 14
ANY_TYPE = 0xAA
START = 0x68
HEAD = 11
"""Bytes before the field. [byte]"""
MOST_FIELD = 0x64
"""Longest field of an answer. [byte]"""
FROM_METER, ERROR = 0x80, 0x40
MEASURED = "901F"
"""Identifier of the present values, all in one answer."""
OWN_ADDRESS = "810A"


class Control(IntEnum):
    """What may be asked. There is no code that writes, and none may be added."""

    READ = 0x01
    READ_ADDRESS = 0x03


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame as it came."""

    type: int
    meter: str
    """Address, fourteen digits, highest first."""
    control: int
    field: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question that an answer must fit."""

    type: int
    """Kind of meter: 10H cold water, 20H heat, 30H gas and so on."""
    meter: str
    """Fourteen digits, highest first."""
    control: Control
    sequence: int
    """0 to 255; the meter repeats it."""
    identifier: str = MEASURED
    low_first: bool = False
    """Whether identifiers go low byte first: the edition of 2018, and some makers before."""
    repeats: bool = True
    """Whether the meter repeats the sequence number; a few answer 0 always."""
    size: int | None = None
    """Bytes of the values. [byte]"""

    @property
    def named(self) -> bytes:
        """Return the identifier as it goes on the wire."""
        octets = octets_of(self.identifier)
        return octets if self.low_first else octets[::-1]

    def octets(self) -> bytes:
        """Return the question as it goes on the wire."""
        assert re.fullmatch(r"[0-9]{14}|A{14}", self.meter), "the caller has checked the address"
        assert self.control in tuple(Control), "only reading control codes are sent"
        field = self.named + bytes((self.sequence,))
        head = bytes((START, self.type, *octets_of(self.meter), self.control, len(field)))
        return WAKE + head + field + bytes((sum(head + field) & 0xFF, END))


def next_frame(received: bytes) -> tuple[Frame, bytes] | Verdict:
    """Return the first frame and the bytes behind it, or what the bytes are worth.

    Args:
        received: Bytes of the wire; wake-up bytes and noise before the frame are skipped.
    """
    at = received.find(START)
    while at >= 0 and len(received) > at + 1 and not _is_type(received[at + 1]):
        at = received.find(START, at + 1)
    rest = received[at:] if at >= 0 else b""
    if not rest:
        return nothing_in(received)
    whole = summed_frame(rest, head=HEAD, most=MOST_FIELD)
    if isinstance(whole, Verdict):
        return whole
    body, behind = whole
    frame = Frame(type=body[1], meter=digits(body[2:9]), control=body[9], field=body[HEAD:])
    return frame, behind


def judge(received: bytes, asked: Asked) -> bytes | Verdict:
    """Return the values in the bytes received so far, or what they are worth.

    Args:
        received: Everything since the question was sent.
        asked: The question.

    Returns:
        The field behind identifier and sequence; meter type and address when those were asked.
    """
    return best_answer(received, next_frame, lambda frame, _: _answer(frame, asked))


def _is_type(octet: int) -> bool:
    return 0x10 <= octet <= 0x49 or octet == ANY_TYPE


def _answer(frame: Frame, asked: Asked) -> bytes | Verdict:
    if not frame.control & FROM_METER:
        if (frame.control, frame.meter) == (asked.control, asked.meter):
            return passed_over(LinkFault.ECHO, "no answer, only our own question came back")
        return passed_over(LinkFault.SECOND_MASTER, f"somebody else asked meter {frame.meter}")
    if asked.meter not in {ANYBODY, frame.meter}:
        return passed_over(LinkFault.WRONG_METER, f"an answer of meter {frame.meter}")
    if asked.type not in {ANY_TYPE, frame.type}:
        return passed_over(LinkFault.WRONG_METER, f"an answer of a meter of type {frame.type:02X}H")
    if frame.control & 0x3F != asked.control:
        return passed_over(LinkFault.WRONG_CONTROL, f"an answer with control {frame.control:02X}H")
    if frame.control & ERROR:
        return _refusal(frame, asked)
    return _values(frame, asked)


def _refusal(frame: Frame, asked: Asked) -> Verdict:
    if len(frame.field) != 3:
        what = f"an error answer of {len(frame.field)} byte(s)"
        return final(LinkFault.WRONG_LENGTH, what)
    if asked.repeats and frame.field[0] != asked.sequence:
        return passed_over(LinkFault.WRONG_SEQUENCE, "an error answer to an older question")
    return final(LinkFault.REFUSED, f"the meter answers error, status {frame.field[1:].hex(' ')}")


def _values(frame: Frame, asked: Asked) -> bytes | Verdict:
    field = frame.field
    if field[:2] != asked.named:
        turned = ", its bytes the other way round: set the edition" if (
            field[:2] == asked.named[::-1]
        ) else ""  # fmt: skip
        return passed_over(
            LinkFault.WRONG_IDENTIFIER, f"an answer to {field[:2].hex().upper() or '-'}{turned}"
        )
    if len(field) < 3 or (asked.repeats and field[2] != asked.sequence):
        return passed_over(LinkFault.WRONG_SEQUENCE, "an answer to an older question")
    if asked.control is Control.READ_ADDRESS:
        return bytes((frame.type,)) + octets_of(frame.meter)
    if asked.size is not None and len(field) - 3 != asked.size:
        return final(
            LinkFault.WRONG_LENGTH, f"values of {len(field) - 3} byte(s), not {asked.size}"
        )
    return field[3:]
