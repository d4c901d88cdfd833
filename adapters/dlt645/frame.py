"""In: a question, or the bytes that came back. Out: its frame, or a verdict on them. Pure.

68H, six address bytes lowest first, 68H, control code, length, field with 33H added to each byte,
sum, 16H; any number of FEH may go before. Only the three control codes that read exist here: no
write, no freeze, no switch, no broadcast of the time can be expressed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from adapters.bcd import digits, octets_of
from adapters.dlt645.identifiers import error_names
from adapters.link_fault import LinkFault, Verdict, final, passed_over
from adapters.octet_frame import END, best_answer, nothing_in, summed_frame

WAKE = b"\xfe\xfe\xfe\xfe"
"""Sent before a question; wakes the receiver."""
ANYBODY = "AAAAAAAAAAAA"
"""Address to which whoever is alone on the bus answers; for asking who is there only."""
START = 0x68
SHIFT = 0x33
HEAD = 10
"""Bytes before the field. [byte]"""
MOST_FIELD = 200
"""Longest field of an answer. [byte]"""
FROM_METER, ERROR, MORE, FUNCTION = 0x80, 0x40, 0x20, 0x1F
NO_SUCH_VALUE = 0x02
"""Bit of the error word: the meter has nothing under this identifier."""


class Control(IntEnum):
    """What may be asked. There is no code that writes, and none may be added."""

    READ = 0x11
    READ_MORE = 0x12
    READ_ADDRESS = 0x13


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame as it came."""

    meter: str
    """Address, twelve digits, highest first."""
    control: int
    field: bytes
    """Without the 33H of each byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question that an answer must fit."""

    meter: str
    """Twelve digits, highest first; A in place of a digit stands for any."""
    control: Control
    identifier: str = ""
    """Eight hexadecimal digits, highest first; empty when the address is asked."""
    sequence: int | None = None
    """Number of the following frame that is asked for."""
    size: int | None = None
    """Bytes of the value where they are known. [byte]"""

    def octets(self) -> bytes:
        """Return the question as it goes on the wire."""
        field = octets_of(self.identifier)
        if self.sequence is not None:
            field += bytes((self.sequence,))
        return WAKE + _wrapped(self.meter, self.control, field)


def _wrapped(meter: str, control: Control, field: bytes) -> bytes:
    assert re.fullmatch(r"[0-9A]{12}", meter), "the caller has checked the address"
    assert control in tuple(Control), "only reading control codes are sent"
    head = bytes((START, *octets_of(meter), START, control, len(field)))
    body = head + bytes((octet + SHIFT) & 0xFF for octet in field)
    return body + bytes((sum(body) & 0xFF, END))


def next_frame(received: bytes) -> tuple[Frame, bytes] | Verdict:
    """Return the first frame and the bytes behind it, or what the bytes are worth.

    Args:
        received: Bytes of the wire; wake-up bytes and noise before the frame are skipped.
    """
    at = received.find(START)
    while at >= 0 and len(received) > at + 7 and received[at + 7] != START:
        at = received.find(START, at + 1)
    rest = received[at:] if at >= 0 else b""
    if not rest:
        return nothing_in(received)
    whole = summed_frame(rest, head=HEAD, most=MOST_FIELD)
    if isinstance(whole, Verdict):
        return whole
    body, behind = whole
    field = bytes((octet - SHIFT) & 0xFF for octet in body[HEAD:])
    return Frame(meter=digits(body[1:7]), control=body[8], field=field), behind


def judge(received: bytes, asked: Asked) -> bytes | Verdict:
    """Return the value in the bytes received so far, or what they are worth.

    Args:
        received: Everything since the question was sent.
        asked: The question.

    Returns:
        The field behind the identifier; the address itself when it was asked for. The first byte
        of a value is 01H when more follows in another frame, else 00H.
    """
    return best_answer(received, next_frame, lambda frame, _: _answer(frame, asked))


def _fits(meter: str, asked: str) -> bool:
    return all(wanted in {"A", digit} for digit, wanted in zip(meter, asked, strict=True))


def _answer(frame: Frame, asked: Asked) -> bytes | Verdict:
    if not frame.control & FROM_METER:
        own = frame.control == asked.control and frame.meter == asked.meter
        if own:
            return passed_over(LinkFault.ECHO, "no answer, only our own question came back")
        return passed_over(LinkFault.SECOND_MASTER, f"somebody else asked meter {frame.meter}")
    if not _fits(frame.meter, asked.meter):
        return passed_over(LinkFault.WRONG_METER, f"an answer of meter {frame.meter}")
    if frame.control & FUNCTION != asked.control:
        return passed_over(LinkFault.WRONG_CONTROL, f"an answer with control {frame.control:02X}H")
    if frame.control & ERROR:
        return _refusal(frame)
    if asked.control is Control.READ_ADDRESS:
        return _address(frame)
    return _value(frame, asked)


def _refusal(frame: Frame) -> Verdict:
    if len(frame.field) != 1:
        what = f"an error answer of {len(frame.field)} byte(s)"
        return final(LinkFault.WRONG_LENGTH, what)
    word = frame.field[0]
    fault = LinkFault.NO_SUCH_VALUE if word & NO_SUCH_VALUE else LinkFault.REFUSED
    return final(fault, f"the meter answers error {word:02X}H ({error_names(word)})")


def _address(frame: Frame) -> bytes | Verdict:
    if len(frame.field) != 6 or digits(frame.field) != frame.meter:
        return final(LinkFault.WRONG_METER, "an address that is not the one in its own frame")
    return frame.field


def _value(frame: Frame, asked: Asked) -> bytes | Verdict:
    field, more = frame.field, bool(frame.control & MORE)
    if len(field) < 4 or field[:4] != octets_of(asked.identifier):
        return passed_over(LinkFault.WRONG_IDENTIFIER, f"an answer to {digits(field[:4]) or '-'}")
    value = field[4:]
    if asked.sequence is not None:
        if not value or value[-1] != asked.sequence:
            return passed_over(LinkFault.WRONG_SEQUENCE, "an answer with another frame number")
        value = value[:-1]
    elif not more and asked.size is not None and len(value) != asked.size:
        what = f"a value of {len(value)} byte(s), not {asked.size}"
        return final(LinkFault.WRONG_LENGTH, what)
    return bytes((more,)) + value
