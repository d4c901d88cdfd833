"""In: what a pretended gateway is to do next. Out: what it took. Pure but for a lock.

A fault is planned for the next messages, one each, or for all. What a gateway took is noted even
where its answer is then lost: that is how a message comes to be handed over twice.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong with a message."""

    DOWN = "down"
    """It hangs up without taking the message."""
    SLOW = "slow"
    """It neither takes the message nor answers."""
    BUSY = "busy"
    """It asks to be left alone for a while."""
    REFUSED = "refused"
    """It will never take this message."""
    FAULTY = "faulty"
    """It has a fault of its own."""
    CUT = "cut"
    """It takes the message and hangs up before it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message, or a segment of one, that a gateway took."""

    reference: str
    """What the gateway calls it."""
    to: str
    text: str
    key: str = ""
    """The sender's own key where it gave one; of a chain its number and how many it has (hex)."""


class Desk:
    """Plans faults and keeps what was taken."""

    def __init__(self) -> None:
        """Begin without a fault."""
        self.taken: list[Taken] = []
        self.logins = 0
        """How often somebody signed in."""
        self._planned: deque[Fault] = deque()
        self._always: Fault | None = None
        self._changed = threading.Condition()

    def plan(self, *faults: Fault) -> None:
        """Let the next messages fail, one each."""
        with self._changed:
            self._planned.extend(faults)

    def always(self, fault: Fault | None) -> None:
        """Let every message fail in one way; None ends it."""
        with self._changed:
            self._always = fault

    def next_fault(self) -> Fault | None:
        """Return what goes wrong with the message that has come, and count it as planned."""
        with self._changed:
            return self._planned.popleft() if self._planned else self._always

    def take(self, taken: Taken) -> None:
        """Note a message as taken."""
        with self._changed:
            self.taken.append(taken)
            self._changed.notify_all()

    def signed_in(self) -> None:
        """Count a sign-in."""
        with self._changed:
            self.logins += 1
            self._changed.notify_all()
