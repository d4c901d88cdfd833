"""In: which registers of which unit. Out: exactly those registers, or a named failure. I/O.

The only file that knows pymodbus. It reads and nothing else: there is no call that writes to a
meter. pymodbus neither retries nor reconnects here; both are ours, with stable waits. After a
time-out or a broken frame the connection is closed, so that a late answer dies with it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from pymodbus import FramerType, ModbusException
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.pdu import ExceptionResponse

from adapters.backoff import Backoff
from adapters.modbus.frame import (
    KEEPS_CONNECTION,
    Asked,
    Fault,
    ReadFailedError,
    Verdict,
    exception_fault,
    judge,
)
from energy.base.clock import monotonic_s

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 30.0
BUFFER = 65_536 + 264
"""Most bytes kept of what a device sends: one read of a socket and a frame. [byte]"""

# Every fault is named by our own errors; the library would log each of them a second time.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL + 1)


class Monotonic(Protocol):
    """Reads a clock that never goes back. [s]."""

    def __call__(self) -> float:
        """Return its reading. [s]."""
        ...


class ModbusClient:
    """One connection to one Modbus TCP device or gateway; one request at a time."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        timeout_s: float,
        name: str,
        monotonic: Monotonic = monotonic_s,
    ) -> None:
        """Describe the connection; nothing is opened yet.

        Args:
            host: Device or gateway.
            port: TCP port.
            timeout_s: Longest wait for a connection or an answer. [s]
            name: Name of the connection; spreads the waits of many.
            monotonic: Clock for waits.
        """
        self._where = f"{host}:{port}"
        self._monotonic = monotonic
        self._backoff = Backoff(name, first_s=FIRST_RETRY_S, most_s=LONGEST_RETRY_S)
        self._not_before_s = 0.0
        self._asked: Asked | None = None
        self._verdict: Verdict | None = None
        self._lost = False
        self.connects = 0
        self._host, self._port, self._timeout_s = host, port, timeout_s
        self._open: AsyncModbusTcpClient | None = None

    async def read(
        self, *, unit: int, function_code: int, address: int, count: int
    ) -> Sequence[int]:
        """Return the registers asked for, exactly as many.

        Args:
            unit: Unit number, 1 to 247 (0 would be everybody, 255 is the device itself).
            function_code: 3 holding registers, 4 input registers.
            address: First register.
            count: Registers, 1 to 125. [register]

        Raises:
            ReadFailedError: Names the fault; nothing of the answer may be used.
        """
        assert 1 <= unit <= 255, "unit 0 is a broadcast and has no answer"
        where = f"{self._where} unit {unit} registers {address} to {address + count - 1}"
        client = await self._connected(where)
        self._asked = Asked(
            transaction=_next_transaction(client),
            unit=unit,
            function_code=function_code,
            count=count,
        )
        self._verdict = judge(b"", self._asked)
        reader = (
            client.read_holding_registers if function_code == 3 else client.read_input_registers
        )
        try:
            answer = await reader(address, count=count, device_id=unit)
        except (ModbusException, OSError) as error:
            raise self._failure(where, str(error)) from error
        except BaseException:
            self.close()  # cancelled in mid-question: its answer must not meet the next one
            raise
        finally:
            self._asked = None
        if isinstance(answer, ExceptionResponse):
            fault = exception_fault(answer.exception_code)
            what = f"the device answers exception {answer.exception_code}"
            raise ReadFailedError(fault, where, what)
        good = not answer.isError() and answer.function_code == function_code
        if not good or len(answer.registers) != count or self._verdict is not None:
            raise self._failure(where, "an answer that does not fit the question")
        return answer.registers

    def hurry(self) -> None:
        """Forget the wait before the next connection: somebody waits for this very slot."""
        self._not_before_s = 0.0

    def close(self) -> None:
        """Close the connection; the next read opens a new one."""
        if self._open is not None:
            self._open.close()
            self._open = None

    async def _connected(self, where: str) -> AsyncModbusTcpClient:
        """Return the open connection, opened anew when it is closed and the wait is over."""
        if self._open is not None and self._open.connected:
            return self._open
        self.close()
        if self._monotonic() < self._not_before_s:
            raise ReadFailedError(Fault.NO_CONNECTION, where, "still not connected")
        self.connects += 1
        self._lost = False
        self._open = AsyncModbusTcpClient(
            self._host,
            port=self._port,
            framer=FramerType.SOCKET,
            timeout=self._timeout_s,
            retries=0,
            reconnect_delay=0,
            trace_packet=self._packet,
            trace_connect=self._connection,
        )
        self._open.ctx.max_buffer_size = BUFFER  # a flood reaches our checker, which ends it
        if await self._open.connect():
            self._backoff.reset()
            return self._open
        self._not_before_s = self._monotonic() + self._backoff.next_s()
        raise ReadFailedError(Fault.NO_CONNECTION, where, "no connection")

    def _failure(self, where: str, text: str) -> ReadFailedError:
        verdict = self._verdict
        if verdict is not None and (verdict.final or not self._lost):
            fault, what = verdict.fault, verdict.what
        elif self._lost:
            fault, what = Fault.CLOSED, "the device closed the connection"
        else:
            fault, what = Fault.WRONG_LENGTH, text
        assert fault not in KEEPS_CONNECTION, "exceptions are told apart before"
        self.close()
        return ReadFailedError(fault, where, what)

    def _packet(self, sending: bool, packet: bytes) -> bytes:  # noqa: FBT001 - pymodbus calls it
        if sending or self._asked is None:
            return packet
        self._verdict = judge(packet, self._asked)
        if self._verdict is None:
            return packet
        if self._verdict.final:
            self._end_wait(self._verdict.what)
        return b""

    def _connection(self, connected: bool) -> None:  # noqa: FBT001 - pymodbus calls it
        self._lost = not connected
        if not connected:
            self._end_wait("connection lost")

    def _end_wait(self, reason: str) -> None:
        if self._asked is None or self._open is None:
            return
        future = self._open.ctx.response_future
        if not future.done():
            future.set_exception(ModbusException(reason))


def _next_transaction(client: AsyncModbusTcpClient) -> int:
    """Return the number pymodbus gives its next request: one up, per connection."""
    last = client.ctx.next_tid
    return 1 if last >= 65000 else last + 1
