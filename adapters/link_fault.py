"""In: what came back for a question over a byte link. Out: named faults and verdicts. Pure.

Shared by the adapters that frame bytes themselves (DL/T 645, CJ/T 188, M-Bus). A verdict that is
not final may still be overtaken by a good answer; it is named when nothing better comes in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from adapters.errors import AdapterError


class LinkFault(StrEnum):
    """What went wrong with a question."""

    NO_CONNECTION = "no_connection"
    BUS_HELD = "bus_held"
    NO_ANSWER = "no_answer"
    CLOSED = "closed"
    NOISE = "noise"
    UNFINISHED = "unfinished"
    WRONG_SUM = "wrong_sum"
    ECHO = "echo"
    SECOND_MASTER = "second_master"
    WRONG_METER = "wrong_meter"
    WRONG_CONTROL = "wrong_control"
    WRONG_IDENTIFIER = "wrong_identifier"
    WRONG_SEQUENCE = "wrong_sequence"
    WRONG_LENGTH = "wrong_length"
    NO_SUCH_VALUE = "no_such_value"
    REFUSED = "refused"
    COLLISION = "collision"
    UNKNOWN_FORMAT = "unknown_format"


NEXT_STEP: dict[LinkFault, str] = {
    LinkFault.NO_CONNECTION: "is the gateway on, host and port or the serial device right, and "
    "no other program on it?",
    LinkFault.BUS_HELD: "one bus has one master: stop the other program first",
    LinkFault.NO_ANSWER: "compare the number on the plate with the address, then look at speed, "
    "parity (these meters use 8E1) and the two wires A and B",
    LinkFault.CLOSED: "the gateway may allow fewer connections: close other programs",
    LinkFault.NOISE: "something else or nothing but noise is on the bus: check speed, parity, "
    "wiring and termination",
    LinkFault.UNFINISHED: "the meter stops in the middle of its answer: check cable and gateway",
    LinkFault.WRONG_SUM: "the answer was damaged: check the cable, and whether two meters have "
    "one address",
    LinkFault.ECHO: "only our own question came back: the converter echoes and no meter answered",
    LinkFault.SECOND_MASTER: "somebody else asks meters on this bus: take one of the two off it",
    LinkFault.WRONG_METER: "another meter answered: two programs share the bus, or the gateway "
    "keeps late answers",
    LinkFault.WRONG_CONTROL: "the meter answered another question: ask it again",
    LinkFault.WRONG_IDENTIFIER: "the meter answered another identifier: ask it again",
    LinkFault.WRONG_SEQUENCE: "the meter answered an older question, or it does not repeat the "
    "sequence number (say so in its profile)",
    LinkFault.WRONG_LENGTH: "the value has another size: check the profile of the meter",
    LinkFault.NO_SUCH_VALUE: "the meter does not keep this value: leave the quantity out or check "
    "its profile",
    LinkFault.REFUSED: "the meter refuses the question: look at its display and manual",
    LinkFault.COLLISION: "two meters have one address: give one of them another, or name the meter "
    "with manufacturer, version and medium",
    LinkFault.UNKNOWN_FORMAT: "the meter sends a format that is not read here (or encrypted "
    "values): set it to the variable structure, unencrypted, or exchange it",
}
NOT_ASKED = frozenset({LinkFault.NO_CONNECTION, LinkFault.BUS_HELD})
"""No question left this machine: nothing is known of the meter."""
KEEPS_LINK = frozenset({LinkFault.NO_SUCH_VALUE, LinkFault.REFUSED, LinkFault.UNKNOWN_FORMAT})
"""Proper answers that say no: the link is sound. After any other fault it is drained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What bytes are worth that are no good answer (yet)."""

    fault: LinkFault
    what: str
    final: bool
    """Whether waiting for more bytes is of no use."""


def final(fault: LinkFault, what: str) -> Verdict:
    """Return a verdict that ends the wait."""
    return Verdict(fault=fault, what=what, final=True)


def passed_over(fault: LinkFault, what: str) -> Verdict:
    """Return a verdict on a frame that is not ours: the answer may still come behind it."""
    return Verdict(fault=fault, what=what, final=False)


class AskFailedError(AdapterError):
    """One question to one meter failed; nothing of it is kept."""

    code = "link.ask"

    def __init__(self, protocol: str, fault: LinkFault, where: str, what: str) -> None:
        """Name the fault, where and what was met.

        Args:
            protocol: "dlt645", "cjt188" or "mbus"; begins the code.
            fault: Class of the fault.
            where: Link, meter and identifier.
            what: What was met, in words.
        """
        self.fault = fault
        self.where = where
        self.what = what
        self.code = f"{protocol}.{fault}"
        super().__init__(f"{where}: {what}; {NEXT_STEP[fault]}")
