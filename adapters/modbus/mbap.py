"""In: the octets of one connection, in any pieces. Out: what came of the one question out. Pure.

Modbus over TCP, TLS and UDP numbers its transactions; here is the strict checker of it. An answer
is good when every octet of it is: transaction, protocol, length, unit, function code and as many
registers as were asked for. Frames of another unit or transaction are passed over, for a
duplicate of an earlier answer may still be on its way; they are named when nothing better comes.
What comes behind the answer, or while nobody was asked, answers nothing. However the octets are
cut into pieces, the outcome is the same, and never more than one frame of them is kept.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from adapters.modbus.bus import Question
from adapters.modbus.frame import (
    NOTHING_YET,
    READ_FUNCTIONS,
    Fault,
    Verdict,
    exception_fault,
    final,
    passing,
)

HEADER = 7
"""Transaction, protocol, length, unit. [byte]"""
MAX_LENGTH = 254
"""Most a frame's length field may say: unit, function code and 252 bytes. [byte]"""
MOST_REGISTERS = 125
"""[register]"""
MOST_TRANSACTION = 0xFFFF
_ASK = struct.Struct(">HHHBBHH")
_HEAD = struct.Struct(">HHHBBB")
_WORDS = [struct.Struct(f">{count}H") for count in range(MOST_REGISTERS + 1)]

Outcome = Sequence[int] | Verdict
"""The registers asked for, exactly as many, or why there are none."""


class Conversation:
    """Questions and answers of one connection; at most one question is out."""

    __slots__ = ("_datagrams", "_head", "_passed", "_question", "_rest", "_transaction")

    def __init__(self, transaction: int = 0, *, datagrams: bool = False) -> None:
        """Begin without a question.

        Args:
            transaction: The last number given away.
            datagrams: Each piece of octets stands for itself.
        """
        self._datagrams = datagrams
        self._transaction = transaction
        self._question: Question | None = None
        self._head = b""
        self._rest = b""
        self._passed: Verdict | None = None

    @property
    def transaction(self) -> int:
        """Return the last number given away."""
        return self._transaction

    def ask(self, question: Question) -> bytes:
        """Return the frame that asks; from now on its answer is heard for.

        Args:
            question: What to read; it takes the place of an earlier one.
        """
        unit, code, address, count, _ = question
        assert code in READ_FUNCTIONS, "this client only reads"
        assert 1 <= unit <= 255, "unit 0 is a broadcast and has no answer"
        assert 1 <= count <= MOST_REGISTERS, "as many as one answer holds"
        transaction = self._transaction = self._transaction % MOST_TRANSACTION + 1
        self._head = _HEAD.pack(transaction, 0, 3 + 2 * count, unit, code, 2 * count)
        self._question, self._rest, self._passed = question, b"", None
        return _ASK.pack(transaction, 0, 6, unit, code, address, count)

    def hear(self, octets: bytes) -> Outcome | None:
        """Return what ends the question, None while it goes on.

        Args:
            octets: What came, however cut.
        """
        question = self._question
        if question is None:
            return None
        count = question.registers
        whole = not self._rest and len(octets) == _HEAD.size + 2 * count
        if whole and octets.startswith(self._head):  # nearly every answer: one piece, nothing else
            self._question = None
            return list(_WORDS[count].unpack_from(octets, _HEAD.size))
        outcome = self._heard(self._rest + octets, question)
        if outcome is not None:
            self._question, self._rest = None, b""
        return outcome

    def silence(self) -> Verdict:
        """Return what is wrong when nothing more comes, and expect nothing any more."""
        self._question = None
        return self._passed or _unfinished(self._rest) or NOTHING_YET

    def _heard(self, received: bytes, question: Question) -> Outcome | None:
        at = 0
        while len(received) - at > HEADER:
            length = int.from_bytes(received[at + 4 : at + 6], "big")
            if received[at + 2 : at + 4] != b"\0\0" or not 3 <= length <= MAX_LENGTH:
                words = f"no Modbus frame but {received[at : at + 16].hex(' ')}"
                return final(Fault.NOT_MODBUS, words)
            if len(received) - at < 6 + length:
                break
            frame = received[at : at + 6 + length]
            at += len(frame)
            foreign = self._foreign(frame, question)
            if foreign is None:
                return _judged(frame, question)
            if foreign.final:
                return foreign
            self._passed = foreign
        self._rest = received[at:]
        if self._datagrams and self._rest:  # the next one does not go on where this one ends
            self._passed, self._rest = _unfinished(self._rest), b""
        return None

    def _foreign(self, frame: bytes, question: Question) -> Verdict | None:
        transaction, unit = int.from_bytes(frame[:2], "big"), frame[6]
        if transaction == 0 and not question.allow_transaction_zero:
            return final(Fault.WRONG_TRANSACTION, "an answer with transaction 0")
        if transaction not in {0, self._transaction}:
            what = f"an answer to transaction {transaction}, not {self._transaction}"
            return passing(Fault.WRONG_TRANSACTION, what)
        if unit != question.unit:
            return passing(Fault.WRONG_UNIT, f"an answer of unit {unit}, not {question.unit}")
        return None


def _unfinished(rest: bytes) -> Verdict | None:
    if not rest:
        return None
    return passing(Fault.UNFINISHED, f"{len(rest)} byte(s) of an answer, then none")


def _judged(frame: bytes, question: Question) -> Outcome:
    """Return what a frame of the right unit and transaction is worth."""
    code, size, count = frame[7], len(frame) - _HEAD.size, question.registers
    if code == question.function_code | 0x80:
        if size != 0:
            return final(Fault.WRONG_LENGTH, f"an exception of {size + 1} bytes")
        return final(exception_fault(frame[8]), f"the device answers exception {frame[8]}")
    if code != question.function_code:
        what = f"an answer with function code {code}, not {question.function_code}"
        return final(Fault.WRONG_FUNCTION, what)
    if frame[8] != 2 * count or size != 2 * count:
        what = f"{size} byte(s) said to be {frame[8]}, not {2 * count}"
        return final(Fault.WRONG_LENGTH, what)
    return list(_WORDS[count].unpack_from(frame, _HEAD.size))
