"""In: what is wrong with an answer. Out: its name, its words, and the next step. Pure.

The values that all framings share. Who judges the octets: `mbap.py` where transactions are
numbered, `rtu_frame.py` where they are not. What is refused never becomes a reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from adapters.errors import AdapterError

READ_FUNCTIONS = (3, 4)
"""The only function codes that are ever asked: this program only reads."""


class Fault(StrEnum):
    """What went wrong with a read."""

    NO_CONNECTION = "no_connection"
    TOO_MANY_FILES = "too_many_files"
    NO_ANSWER = "no_answer"
    CLOSED = "closed"
    NOT_MODBUS = "not_modbus"
    UNFINISHED = "unfinished"
    WRONG_UNIT = "wrong_unit"
    WRONG_TRANSACTION = "wrong_transaction"
    WRONG_FUNCTION = "wrong_function"
    WRONG_LENGTH = "wrong_length"
    BAD_CHECKSUM = "bad_checksum"
    LATE = "late_answer"
    ECHO = "echo"
    SECOND_MASTER = "second_master"
    BUS_HELD = "bus_held"
    NO_PORT = "no_port"
    TLS = "tls"
    CONFIGURATION = "exception_configuration"
    DEVICE = "exception_device"
    BUSY = "exception_busy"
    GATEWAY_PATH = "exception_gateway_path"
    GATEWAY_SILENT = "exception_gateway_silent"


NEXT_STEP: dict[Fault, str] = {
    Fault.NO_CONNECTION: "is the device or gateway on, and host and port right?",
    Fault.TOO_MANY_FILES: "this program may not open more files: raise its limit of open files "
    "(`LimitNOFILE=` of its service, `ulimit -n`); one connection takes one",
    Fault.NO_ANSWER: "is the unit number right and the meter behind the gateway powered?",
    Fault.CLOSED: "the device may allow fewer connections: close other masters or lower "
    "`connections`",
    Fault.NOT_MODBUS: "something else answers at this host and port: check the address",
    Fault.UNFINISHED: "the device stops in the middle of its answer: check cable and gateway",
    Fault.WRONG_UNIT: "another unit answered: look for two devices with one unit number",
    Fault.WRONG_TRANSACTION: "the device mixes up its answers: update its firmware or gateway",
    Fault.WRONG_FUNCTION: "the device answers another question: check profile and firmware",
    Fault.WRONG_LENGTH: "the device sent another number of registers: check the profile",
    Fault.BAD_CHECKSUM: "check baud, parity and stop bits, wiring and termination of the bus, and "
    "whether two devices have one unit number",
    Fault.LATE: "the device answers later than `timeout_ms`: raise it if this comes again",
    Fault.ECHO: "the adapter hears its own questions: switch its echo off; no device answered",
    Fault.SECOND_MASTER: "another master asks on this bus, or a gateway keeps late answers: find "
    "the other program or controller and take one of the two off the bus",
    Fault.BUS_HELD: "one bus has one master: stop the other program, or ask through it",
    Fault.NO_PORT: "is the adapter plugged in, the port's name right, no other program on it, and "
    "may this user open it (on Linux: group dialout)?",
    Fault.TLS: "check `authority`, `certificate` and `key_file`, their dates, and that the "
    "device's certificate names this host",
    Fault.CONFIGURATION: "the device knows no such registers: check the profile of the meter",
    Fault.DEVICE: "the device reports its own failure: look at its display",
    Fault.BUSY: "the device is busy: it is asked again in the next slot",
    Fault.GATEWAY_PATH: "the gateway has no path to this unit: check its set-up",
    Fault.GATEWAY_SILENT: "the meter behind the gateway is silent: check its bus and power",
}
KEEPS_CONNECTION = frozenset(
    {Fault.CONFIGURATION, Fault.DEVICE, Fault.BUSY, Fault.GATEWAY_PATH, Fault.GATEWAY_SILENT}
)
"""Proper answers that say no: the connection is sound. After any other fault it is closed."""


class ReadFailedError(AdapterError):
    """One read of one meter failed; nothing of it is kept."""

    code = "modbus.read"

    def __init__(self, fault: Fault, where: str, what: str) -> None:
        """Name the fault, where and what was met.

        Args:
            fault: Class of the fault.
            where: Host, port, unit and registers.
            what: What was met, in words.
        """
        self.fault = fault
        self.code = f"modbus.{fault}"
        super().__init__(f"{where}: {what}; {NEXT_STEP[fault]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The read an answer without a number must fit."""

    unit: int
    function_code: int
    count: int
    """Registers asked for. [register]"""
    address: int = 0
    """First register; no answer repeats it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What bytes are worth: a fault ends the wait at once when final."""

    fault: Fault
    what: str
    final: bool


NOTHING_YET = Verdict(fault=Fault.NO_ANSWER, what="no answer in time", final=False)


def passing(fault: Fault, what: str) -> Verdict:
    """Return a verdict that a better answer may still overtake."""
    return Verdict(fault=fault, what=what, final=False)


def final(fault: Fault, what: str) -> Verdict:
    """Return a verdict that ends the wait."""
    return Verdict(fault=fault, what=what, final=True)


_EXCEPTIONS: dict[int, Fault] = {
    1: Fault.CONFIGURATION,
    2: Fault.CONFIGURATION,
    3: Fault.CONFIGURATION,
    4: Fault.DEVICE,
    5: Fault.BUSY,
    6: Fault.BUSY,
    0x0A: Fault.GATEWAY_PATH,
    0x0B: Fault.GATEWAY_SILENT,
}


def exception_fault(exception_code: int) -> Fault:
    """Return the class of a Modbus exception; unknown ones are the device's."""
    return _EXCEPTIONS.get(exception_code, Fault.DEVICE)
