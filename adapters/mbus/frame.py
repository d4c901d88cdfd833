"""In: a question, or the bytes that came back. Out: its frame, or a verdict on them. Pure.

E5H acknowledges; 10H C A sum 16H is short; 68H L L 68H C A CI ... sum 16H is long. Four questions
exist here and no other: link reset, select by number, application reset, read. None of them
changes a count, an address, a speed or a clock of a meter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from adapters.link_fault import LinkFault, Verdict, final, passed_over
from adapters.mbus.address import Secondary
from adapters.octet_frame import END, best_answer, nothing_in, unfinished

ACKNOWLEDGED = b"\xe5"
SHORT, LONG = 0x10, 0x68
SHORT_SIZE, LONG_FRAME = 5, 6
"""A short frame; a long one beside its field. [byte]"""
_BEGINS = re.compile(rb"[\x10\x68\xe5]")
SELECTED, ANYBODY = 0xFD, 0xFE
"""The meter that was selected; whoever is alone on the bus."""
FROM_MASTER, ANSWER, ANSWER_MASK = 0x40, 0x08, 0xCF
"""Bit of a master's frames; answer with values, its access demand and flow bits aside."""
VARIABLE, ERROR = 0x72, 0x70
OLD_FORMATS = {0x73: "fixed structure", 0x76: "high byte first", 0x77: "fixed structure"}
ERRORS = {
    0: "unspecified", 1: "command unknown", 2: "buffer too long", 3: "too many records",
    4: "premature end of record", 5: "too many extensions", 8: "busy", 9: "too many readouts",
}  # fmt: skip


class Ask(StrEnum):
    """What may be asked. Nothing here writes, and nothing that writes may be added."""

    LINK_RESET = "link reset"
    SELECT = "select"
    APPLICATION_RESET = "application reset"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question that an answer must fit."""

    ask: Ask
    address: int
    """1 to 250, SELECTED or ANYBODY."""
    count_bit: bool = False
    """Frame count bit of READ: turns with every telegram, so that none is given twice."""
    select: Secondary | None = None
    """Whom SELECT selects."""

    def octets(self) -> bytes:
        """Return the question as it goes on the wire."""
        assert 1 <= self.address <= ANYBODY, "all are never told anything at once"
        if self.ask is Ask.LINK_RESET:
            return _short(0x40, self.address)
        if self.ask is Ask.READ:
            return _short(0x7B if self.count_bit else 0x5B, self.address)
        if self.ask is Ask.APPLICATION_RESET:
            return _long(bytes((0x53, self.address, 0x50)))
        assert self.select is not None, "a selection names a meter"
        return _long(bytes((0x53, SELECTED, 0x52)) + self.select.octets())


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame as it came."""

    control: int
    address: int
    field: bytes
    """CI field and what follows; empty in a short frame."""


def next_frame(received: bytes) -> tuple[Frame | None, bytes] | Verdict:
    """Return the first frame (None: an acknowledgement) and the bytes behind it, or a verdict.

    Args:
        received: Bytes of the wire; what begins no frame is skipped.
    """
    for begin in _BEGINS.finditer(received):
        at, octet = begin.start(), begin.group()[0]
        if octet == ACKNOWLEDGED[0]:
            return None, received[at + 1 :]
        if octet == SHORT:
            short = received[at : at + SHORT_SIZE]
            if len(short) < SHORT_SIZE:
                return unfinished(short)
            if short[4] == END and short[3] == sum(short[1:3]) & 0xFF:
                frame = Frame(control=short[1], address=short[2], field=b"")
                return frame, received[at + SHORT_SIZE :]
        elif _may_be_long(received[at : at + 4]):
            return _long_frame(received[at:])
    return nothing_in(received, b"\xfe\x00\xff")


def judge(received: bytes, asked: Asked) -> bytes | Verdict:
    """Return the field of the answer in the bytes received so far, or what they are worth.

    Args:
        received: Everything since the question was sent.
        asked: The question.

    Returns:
        What stands behind the CI field; E5H where an acknowledgement was due.
    """

    def answer(frame: Frame | None, behind: bytes) -> bytes | Verdict:
        verdict = _answer(frame, asked)
        return _alone(verdict, behind) if isinstance(verdict, bytes) else verdict

    return best_answer(received, next_frame, answer)


def _alone(answer: bytes, behind: bytes) -> bytes | Verdict:
    """Return an answer, unless another meter's stands right behind it."""
    if answer == ACKNOWLEDGED:
        return answer
    found = next_frame(behind)
    if isinstance(found, Verdict) and found.fault is not LinkFault.UNFINISHED:
        return answer
    return final(LinkFault.COLLISION, "two answers to one question")


def _short(control: int, address: int) -> bytes:
    return bytes((SHORT, control, address, (control + address) & 0xFF, END))


def _long(body: bytes) -> bytes:
    head = bytes((LONG, len(body), len(body), LONG))
    return head + body + bytes((sum(body) & 0xFF, END))


def _may_be_long(head: bytes) -> bool:
    """Return whether the bytes may begin a long frame: both lengths equal, the start repeated."""
    if len(head) > 1 and head[1] < 3:
        return False
    return (len(head) < 3 or head[1] == head[2]) and (len(head) < 4 or head[3] == LONG)


def _long_frame(rest: bytes) -> tuple[Frame, bytes] | Verdict:
    if len(rest) < 4 or len(rest) < rest[1] + LONG_FRAME:
        return unfinished(rest)
    whole, behind = rest[: rest[1] + LONG_FRAME], rest[rest[1] + LONG_FRAME :]
    body = whole[4:-2]
    if whole[-1] != END or whole[-2] != sum(body) & 0xFF:
        return final(LinkFault.WRONG_SUM, f"a damaged answer {whole[:16].hex(' ')} ...")
    return Frame(control=body[0], address=body[1], field=body[2:]), behind


def _answer(frame: Frame | None, asked: Asked) -> bytes | Verdict:
    if frame is None:
        if asked.ask is not Ask.READ:
            return ACKNOWLEDGED
        return passed_over(LinkFault.REFUSED, "the meter has no values to send now")
    if frame.control & FROM_MASTER:
        question = next_frame(asked.octets())
        if isinstance(question, tuple) and question[0] == frame:
            return passed_over(LinkFault.ECHO, "no answer, only our own question came back")
        return passed_over(LinkFault.SECOND_MASTER, f"somebody else asked meter {frame.address}")
    if asked.ask is not Ask.READ:
        return passed_over(LinkFault.WRONG_CONTROL, "values, where an acknowledgement was due")
    if asked.address not in {SELECTED, ANYBODY, frame.address}:
        return passed_over(LinkFault.WRONG_METER, f"an answer of meter {frame.address}")
    if frame.control & ANSWER_MASK != ANSWER or not frame.field:
        return passed_over(LinkFault.WRONG_CONTROL, f"an answer with control {frame.control:02X}H")
    return _values(frame.field)


def _values(field: bytes) -> bytes | Verdict:
    ci, rest = field[0], field[1:]
    if ci == VARIABLE:
        return rest
    if ci == ERROR:
        cause = ERRORS.get(rest[0] if rest else 0, "unknown")
        return final(LinkFault.REFUSED, f"the meter answers error: {cause}")
    old = OLD_FORMATS.get(ci, "unknown to us")
    return final(LinkFault.UNKNOWN_FORMAT, f"values in format {ci:02X}H ({old})")
