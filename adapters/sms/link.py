"""In: numbered questions. Out: their answers, and what came unasked. I/O: one connection.

What SMPP and CMPP have in common: packets with a sequence number, questions from both sides, a
window of open questions, a test packet where nothing was heard for a while.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from adapters.sms.wire import PacketWire
from energy.alerting.notices.gateway import GatewayDownError
from energy.base.clock import monotonic_s

P = TypeVar("P")
IDLE_S = 30.0
"""Silence after which the gateway is asked whether it is there. [s]"""
_LAST = 0x7FFF_FFFF


@dataclass(frozen=True, slots=True)
class Parsed(Generic[P]):
    """A packet that has come."""

    sequence: int
    answer: bool
    """Whether it answers a question of ours; else it is a question of the gateway's."""
    packet: P


class Link(ABC, Generic[P]):
    """A connection that is signed in, used by one thread."""

    def __init__(self, wire: PacketWire, *, timeout_s: float, window: int = 1) -> None:
        """Take an open wire; the subclass signs in.

        Args:
            wire: The connection.
            timeout_s: Longest wait for answers. [s]
            window: Most questions that are open at a time.
        """
        self._wire = wire
        self._timeout_s = timeout_s
        self._window = window
        self._sequence = 0
        self._heard_s = monotonic_s()
        self.open = True
        """Whether the connection still stands."""

    @abstractmethod
    def parsed(self, octets: bytes) -> Parsed[P]:
        """Return a packet; ValueError where it is none."""

    @abstractmethod
    def came(self, sequence: int, packet: P) -> None:
        """Deal with a question of the gateway's."""

    @abstractmethod
    def test(self, sequence: int) -> bytes:
        """Return the packet that asks whether the gateway is there."""

    def next_sequence(self) -> int:
        """Return the number of the next question, from 1."""
        self._sequence = self._sequence % _LAST + 1
        return self._sequence

    def send(self, octets: bytes) -> None:
        """Send a packet that nobody answers; on a closed connection nothing happens.

        Raises:
            GatewayDownError: The connection is gone.
        """
        if self.open:
            self._wire.send(octets)

    def ask(self, questions: Sequence[tuple[int, bytes]]) -> list[P]:
        """Ask, and return the answers in the order of the questions.

        Args:
            questions: Sequence number and packet each.

        Raises:
            GatewayDownError: They did not all come in time, or the connection is gone.
        """
        waiting, asked = deque(questions), set[int]()
        found: dict[int, P] = {}
        until_s = monotonic_s() + self._timeout_s
        while len(found) < len(questions):
            while waiting and len(asked) < self._window:
                sequence, octets = waiting.popleft()
                asked.add(sequence)
                self._wire.send(octets)
            left_s = until_s - monotonic_s()
            if left_s <= 0:
                raise GatewayDownError(f"no answer within {self._timeout_s:g} s")
            for each in self._read(left_s):
                if each.sequence in asked:
                    asked.remove(each.sequence)
                    found[each.sequence] = each.packet
        return [found[sequence] for sequence, _ in questions]

    def pump(self) -> None:
        """Deal with what has come; after a long silence ask whether the gateway is there.

        Raises:
            GatewayDownError: The connection is gone.
        """
        self._read(0.0)
        if monotonic_s() - self._heard_s > IDLE_S:
            sequence = self.next_sequence()
            self.ask([(sequence, self.test(sequence))])

    def close(self) -> None:
        """Hang up."""
        self.open = False
        self._wire.close()

    def _read(self, wait_s: float) -> list[Parsed[P]]:
        """Return the answers that have come; questions of the gateway's are dealt with."""
        answers = []
        for octets in self._wire.packets(wait_s):
            self._heard_s = monotonic_s()
            try:
                found = self.parsed(octets)
            except ValueError as error:
                raise GatewayDownError(f"a packet that cannot be read: {error}") from error
            if found.answer:
                answers.append(found)
            else:
                self.came(found.sequence, found.packet)
        return answers
