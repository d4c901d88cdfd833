"""In: bytes heard on a bus without transaction numbers. Out: the answer, or what they are. Pure.

A frame is unit, function code, content and a checksum of 16 bits, low byte first; nothing in an
answer repeats which registers were asked. So an answer counts only if unit, function, byte count,
length and checksum are exactly those of the question, and nothing else was heard with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.modbus.frame import NOTHING_YET, Asked, Fault, Verdict, final, passing

QUESTION = 8
"""Bytes of a read question: unit, function, address, count, checksum. [byte]"""
AROUND = 5
"""Bytes around the registers of an answer; also the whole of an exception. [byte]"""
MOST_HEARD = 600
"""More than two of the longest frames: what goes on beyond is a flood. [byte]"""
_LAST_UNIT = 247
_READS = (1, 2, 3, 4)
_WRITES = (5, 6)
_BLOCK_WRITES = (15, 16)


def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
        rows.append(value)
    return tuple(rows)


_TABLE = _table()


def checksum(content: bytes) -> bytes:
    """Return the two bytes that close a frame."""
    value = 0xFFFF
    for byte in content:
        value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
    return value.to_bytes(2, "little")


def sound(frame: bytes) -> bool:
    """Return whether a frame carries its own checksum."""
    return len(frame) > 2 and checksum(frame[:-2]) == frame[-2:]


def question(asked: Asked) -> bytes:
    """Return the frame that asks for registers."""
    body = bytes((asked.unit, asked.function_code)) + asked.address.to_bytes(2, "big")
    body += asked.count.to_bytes(2, "big")
    return body + checksum(body)


def judge_rtu(received: bytes, asked: Asked) -> bytes | Verdict:
    """Return the good answer that the bytes are, or what is wrong with them so far.

    The same answer twice in a row is one answer: a gateway that repeats itself.

    Args:
        received: Everything since the question was sent.
        asked: The read.
    """
    if not received:
        return NOTHING_YET
    head = bytes((asked.unit, asked.function_code, 2 * asked.count))
    refusal = bytes((asked.unit, asked.function_code | 0x80))
    if head.startswith(received[:3]):
        size = AROUND + 2 * asked.count
    elif refusal.startswith(received[:2]):
        size = AROUND
    else:
        size = 0
    if size and len(received) < size:
        return passing(Fault.UNFINISHED, f"{len(received)} byte(s) of an answer, then none")
    answer, rest = received[:size], received[size:]
    if size and sound(answer) and rest in {b"", answer}:
        return answer
    what = f"{len(received)} byte(s) that are no answer: {received[:16].hex(' ')}"
    flood = len(received) > MOST_HEARD
    return Verdict(fault=Fault.BAD_CHECKSUM, what=what, final=flood)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One sound frame on the bus, whosever it is."""

    raw: bytes
    is_question: bool

    @property
    def unit(self) -> int:
        """Return the unit that asks to be asked, or that answers."""
        return self.raw[0]

    @property
    def function_code(self) -> int:
        """Return the function, without the mark of an exception."""
        return self.raw[1] & 0x7F

    @property
    def registers(self) -> int | None:
        """Return how many registers an answer holds; None when it holds none."""
        if self.is_question or self.raw[1] not in {3, 4} or self.raw[2] % 2:
            return None
        return self.raw[2] // 2

    def answers(self, asked: Asked) -> bool:
        """Return whether this would be taken for the answer to a read."""
        same = (self.unit, self.function_code) == (asked.unit, asked.function_code)
        refuses = self.raw[1] & 0x80 != 0
        return same and not self.is_question and (refuses or self.registers == asked.count)


def frames_in(received: bytes) -> list[Heard]:
    """Return the sound frames among bytes; noise between them is passed over."""
    found = []
    at = 0
    while at + AROUND <= len(received):
        heard = _frame_at(received, at)
        if heard is not None:
            found.append(heard)
        at += len(heard.raw) if heard is not None else 1
    return found


def explain(received: bytes, asked: Asked, missing: Sequence[Asked] = ()) -> Verdict:
    """Return the best name for bytes that were not the answer to a question.

    Args:
        received: Everything heard since the question was sent.
        asked: The read.
        missing: Earlier reads whose answers never came.
    """
    frames = frames_in(received)
    if [frame.raw for frame in frames] == [question(asked)] and len(received) == QUESTION:
        return final(Fault.ECHO, "only our own question came back")
    stranger = stranger_in(frames, asked, missing)
    if stranger is not None:
        return stranger
    for frame in frames:
        if frame.unit == asked.unit and frame.function_code != asked.function_code:
            what = f"an answer with function code {frame.raw[1]}, not {asked.function_code}"
            return final(Fault.WRONG_FUNCTION, what)
        if frame.unit == asked.unit and frame.registers not in {None, asked.count}:
            what = f"{frame.raw[2]} byte(s) of registers, not {2 * asked.count}"
            return final(Fault.WRONG_LENGTH, what)
    if frames:
        extra = len(received) - len(frames[0].raw)
        return final(Fault.WRONG_LENGTH, f"{extra} byte(s) around a sound answer")
    return _judged(received, asked)


def stranger_in(
    frames: Sequence[Heard], asked: Asked | None, missing: Sequence[Asked] = ()
) -> Verdict | None:
    """Return who else is on the bus: a late answer, or another master; None for nobody.

    Args:
        frames: Sound frames heard.
        asked: The read that waits, None while nothing was asked.
        missing: Earlier reads whose answers never came.
    """
    for frame in frames:
        if asked is not None and (frame.raw == question(asked) or frame.answers(asked)):
            continue
        if any(frame.answers(earlier) for earlier in missing):
            return final(Fault.LATE, f"the late answer of unit {frame.unit} to an earlier question")
        if frame.is_question:
            what = f"a question to unit {frame.unit} (function {frame.raw[1]}) that is not ours"
            return final(Fault.SECOND_MASTER, what)
        if asked is None or frame.unit != asked.unit:
            what = f"an answer of unit {frame.unit} (function {frame.raw[1]}) that nobody asked for"
            return final(Fault.SECOND_MASTER, what)
    return None


def _judged(received: bytes, asked: Asked) -> Verdict:
    judged = judge_rtu(received, asked)
    assert isinstance(judged, Verdict), "a good answer needs no explanation"
    return judged


def _frame_at(received: bytes, at: int) -> Heard | None:
    unit, code = received[at], received[at + 1]
    if unit > _LAST_UNIT:
        return None
    for size, is_question in _sizes(code, received[at:]):
        raw = received[at : at + size]
        if len(raw) == size and sound(raw):
            return Heard(raw=raw, is_question=is_question)
    return None


def _sizes(code: int, rest: bytes) -> list[tuple[int, bool]]:
    """Return the sizes a frame with this function code may have, and whether each is a question."""
    plain = code & 0x7F
    if plain not in (*_READS, *_WRITES, *_BLOCK_WRITES):
        return []
    if code & 0x80:
        return [(AROUND, False)]
    if plain in _READS:
        return [(QUESTION, True), (AROUND + rest[2], False)]
    if plain in _WRITES:
        return [(QUESTION, True)]
    block = [(9 + rest[6], True)] if len(rest) > 6 else []
    return [*block, (QUESTION, False)]
