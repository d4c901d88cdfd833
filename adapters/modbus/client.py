"""In: a link. Out: a reader of the registers behind it. I/O: through the asker of its framing.

Where transactions are numbered we ask ourselves (`mbap_asker.py`), on buses without numbers
through pymodbus (`rtu_asker.py`). Both read and nothing else: there is no call that writes to a
meter.
"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.modbus.bus import Asker, Question
from adapters.modbus.calls import Calls
from adapters.modbus.dialling import Monotonic
from adapters.modbus.frame import READ_FUNCTIONS
from adapters.modbus.link import Link
from adapters.modbus.mbap_asker import MbapAsker
from adapters.modbus.rtu_asker import RtuAsker
from energy.base.clock import monotonic_s


def asker_of(
    *,
    link: Link,
    timeout_s: float,
    name: str,
    lease: bool = False,
    calls: Calls | None = None,
    monotonic: Monotonic = monotonic_s,
) -> Asker:
    """Return a connection of a link; nothing is opened yet.

    Args:
        link: Where and by which transport.
        timeout_s: Longest wait for an answer, on a serial bus besides the time on the wire;
            for a connection at least a second. [s]
        name: Name of the connection; spreads the waits of many and names the lease's owner.
        lease: Hold the bus against other collectors; RTU framing always does.
        calls: Gives turns to connections that are opened; None lets everybody call.
        monotonic: Clock for waits.
    """
    if link.framing == "rtu":
        return RtuAsker(link=link, timeout_s=timeout_s, name=name, monotonic=monotonic)
    return MbapAsker(
        link=link, timeout_s=timeout_s, name=name, lease=lease, calls=calls, monotonic=monotonic
    )


class ModbusClient:
    """One connection to one Modbus device, gateway or bus, asked by hand."""

    def __init__(
        self,
        *,
        link: Link,
        timeout_s: float,
        name: str,
        lease: bool = False,
        monotonic: Monotonic = monotonic_s,
    ) -> None:
        """Describe the connection; nothing is opened yet.

        Args:
            link: Where and by which transport.
            timeout_s: Longest wait for an answer. [s]
            name: Name of the connection.
            lease: Hold the bus against other collectors; RTU framing always does.
            monotonic: Clock for waits.
        """
        self._asker = asker_of(
            link=link, timeout_s=timeout_s, name=name, lease=lease, monotonic=monotonic
        )

    @property
    def connects(self) -> int:
        """Connections opened so far."""
        return self._asker.connects

    @property
    def suspect(self) -> bool:
        """Whether an answer was lost on a bus without transaction numbers."""
        return self._asker.suspect

    def hurry(self) -> None:
        """Forget the wait before the next connection: somebody waits for this very slot."""
        self._asker.hurry()

    def close(self) -> None:
        """Close the connection and let the bus go; the next read opens a new one."""
        self._asker.close()

    async def read(
        self,
        *,
        unit: int,
        function_code: int,
        address: int,
        count: int,
        timeout_s: float | None = None,
        allow_transaction_zero: bool = False,
    ) -> Sequence[int]:
        """Return the registers asked for, exactly as many.

        Args:
            unit: Unit number, 1 to 247 (0 would be everybody, 255 is the device itself).
            function_code: 3 holding registers, 4 input registers.
            address: First register.
            count: Registers, 1 to 125. [register]
            timeout_s: Longest wait for this answer; None takes the client's own. [s]
            allow_transaction_zero: The product answers with transaction 0; its profile says so.

        Raises:
            ReadFailedError: Names the fault; nothing of the answer may be used.
        """
        assert function_code in READ_FUNCTIONS, "this client only reads"
        question = Question(unit, function_code, address, count, allow_transaction_zero)
        return await self._asker.ask(question, timeout_s)
