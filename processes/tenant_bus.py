"""In: a bus as a technician names it. Out: its open link, and what meters on it say. I/O.

Shared by the verbs of every protocol that tenant meters speak.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, TypeVar

from adapters.bus_lease import BusLease
from adapters.link_fault import KEEPS_LINK, AskFailedError
from adapters.octets import OctetLink
from energy.metering.source_facts import FRAMED, LAST_PORT
from processes.technician_faults import fault_key
from processes.technician_told import FieldRefusedError, NoContactError

T = TypeVar("T")
SETTLE_S = 1.0


class MeterSilentError(NoContactError):
    """A meter gave no proper answer; its message can be told in every language."""

    def __init__(self, cause: AskFailedError) -> None:
        """Keep what went wrong, and where.

        Args:
            cause: The failed question.
        """
        self.fault = cause.fault
        self.where = cause.where
        self.what = cause.what
        super().__init__(str(cause))


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantBus:
    """A bus as the technician names it."""

    protocol: str
    """"dlt645", "cjt188" or "mbus"."""
    at: str
    """"10.8.3.41:4001", "/dev/ttyUSB0" or "COM3"."""
    baud: int = 2400
    parity: str = "E"
    timeout_s: float = 1.5
    settle_s: float = SETTLE_S
    """Longest time that a late answer is waited out. [s]"""

    @property
    def serial(self) -> bool:
        """Return whether it is a serial port of this machine, whose speed is ours to choose."""
        return ":" not in self.at

    def link(self) -> OctetLink:
        """Return the bus; nothing is opened yet.

        Raises:
            FieldRefusedError: Protocol or place are none.
        """
        if self.protocol not in FRAMED:
            raise FieldRefusedError.of(
                "tenant.protocol", protocol=self.protocol, known=", ".join(FRAMED)
            )
        host, colon, port = self.at.rpartition(":")
        if not colon:
            lease = BusLease(os.path.realpath(self.at), "technician")
            return OctetLink.open_serial(
                self.at, baud=self.baud, parity=self.parity, settle_s=self.settle_s, lease=lease
            )
        if not host or not port.isdecimal() or not 1 <= int(port) <= LAST_PORT:
            raise FieldRefusedError.of("tenant.where", at=self.at)
        lease = BusLease(self.at, "technician")
        return OctetLink.open(host, int(port), settle_s=self.settle_s, lease=lease)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A meter that answered."""

    meter: str
    kind: str
    clock_ahead: timedelta | None
    """How far its clock is ahead of ours; None when it keeps none."""
    plate: Mapping[str, str]
    """What it says of itself, and where it was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of a meter."""

    quantity: str
    value: Fraction | None
    """None when the meter gives no number."""
    unit: str
    flaw: str = ""
    """Why there is no number, as a code; empty when there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenValue:
    """What a register held when the meter froze it."""

    quantity: str
    what: str
    """"month", "day" or "storage"."""
    back: int
    """1 is the newest."""
    at: datetime | None
    value: Fraction
    unit: str
    occurred: datetime | None
    """When a maximum demand was met."""


def run_on(bus: TenantBus, story: Callable[[OctetLink], Coroutine[Any, Any, T]]) -> T:
    """Return what a conversation on a bus gives; the bus is let go afterwards.

    Args:
        bus: The bus.
        story: The conversation.

    Raises:
        NoContactError: A meter gave no proper answer.
        FieldRefusedError: It answered that it will not.
    """

    async def run() -> T:
        link = bus.link()
        try:
            return await story(link)
        except AskFailedError as error:
            if error.fault in KEEPS_LINK:
                cause = fault_key(error.code) or error.what
                raise FieldRefusedError.of("hindered", where=error.where, cause=cause) from error
            raise MeterSilentError(error) from error
        finally:
            link.close()

    return asyncio.run(run())
