"""In: which registers of which unit. Out: exactly those registers, or a named failure. I/O.

The only file that knows pymodbus. It reads and nothing else: there is no call that writes to a
meter. pymodbus neither retries nor reconnects here; both are ours, with stable waits. After a
time-out or a broken frame the connection is closed, so that a late answer dies with it; a bus
without transaction numbers is left alone and drained besides (bus_guard.py).
"""

from __future__ import annotations

import logging
import ssl
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from pymodbus import FramerType, ModbusException
from pymodbus.client import (
    AsyncModbusSerialClient,
    AsyncModbusTcpClient,
    AsyncModbusTlsClient,
    AsyncModbusUdpClient,
)
from pymodbus.pdu import ExceptionResponse
from pymodbus.pdu.register_message import ReadHoldingRegistersResponse

from adapters.bus_lease import BusHeldError, BusLease
from adapters.modbus.bus_guard import BusGuard
from adapters.modbus.dialling import Redial, bus_name, telling, tls_context, words
from adapters.modbus.frame import (
    KEEPS_CONNECTION,
    NOTHING_YET,
    Asked,
    Fault,
    ReadFailedError,
    Verdict,
    exception_fault,
    final,
    judge,
)
from adapters.modbus.link import Link, LinkKind
from adapters.modbus.quiet_bus import QuietBus
from adapters.modbus.rtu_frame import explain, judge_rtu
from energy.base.clock import monotonic_s

BUFFER = 262_144 + 264
"""Most bytes kept of what a device sends: one read of asyncio's and a frame. [byte]"""
READ_FUNCTIONS = (3, 4)
"""The only function codes that ever leave this file."""

# Every fault is named by our own errors; the library would log each of them a second time.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL + 1)

_Transport = AsyncModbusTcpClient | AsyncModbusSerialClient | AsyncModbusUdpClient


class Monotonic(Protocol):
    """Reads a clock that never goes back. [s]."""

    def __call__(self) -> float:
        """Return its reading. [s]."""
        ...


class ModbusClient:
    """One connection to one Modbus device, gateway or bus; one request at a time."""

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
            timeout_s: Longest wait for an answer, on a serial bus besides the time on the wire;
                for a connection at least a second. [s]
            name: Name of the connection; spreads the waits of many and names the lease's owner.
            lease: Hold the bus against other collectors; RTU framing always does.
            monotonic: Clock for waits.
        """
        self._link = link
        self._timeout_s = timeout_s
        self._monotonic = monotonic
        self._redial = Redial(name, monotonic)
        self._asked: Asked | None = None
        self._received = b""
        self._verdict = NOTHING_YET
        self._lost = False
        self.connects = 0
        self._open: _Transport | None = None
        self._bus = QuietBus(link, timeout_s, monotonic) if link.framing == "rtu" else None
        self._lease: BusLease | None = None
        if lease or self._bus is not None:
            self._lease = BusLease(bus_name(link), name, shared=self._bus is None)

    @property
    def suspect(self) -> bool:
        """Whether an answer was lost on a bus without transaction numbers.

        Set after every time-out and broken frame; whoever reads counters compares a constant
        register first and then sets it to False. Always False where transactions are numbered.
        """
        return self._bus is not None and self._bus.guard.suspect

    @suspect.setter
    def suspect(self, value: bool) -> None:
        """Say that a constant register was as it should be (False), or that one must be looked at.

        Args:
            value: Whether counters must wait.
        """
        if self._bus is not None:
            self._bus.guard.suspect = value

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
        assert 1 <= unit <= 255, "unit 0 is a broadcast and has no answer"
        assert function_code in READ_FUNCTIONS, "this client only reads"
        asked = Asked(
            transaction=0,
            unit=unit,
            function_code=function_code,
            address=address,
            count=count,
            allow_transaction_zero=allow_transaction_zero,
        )
        wait_s = self._timeout_s if timeout_s is None else timeout_s
        try:
            await self._connect(asked)
            if self._bus is None:
                return await self._ask(asked, wait_s)
            return await self._ask_in_order(self._bus.guard, asked, wait_s)
        except ReadFailedError as error:
            if error.fault not in KEEPS_CONNECTION:
                self._drop()
            raise
        except BaseException:
            if self._bus is not None:
                self._bus.guard.lost(asked, self._monotonic())
            self._drop()  # cancelled in mid-question: its answer must not meet the next one
            raise

    def hurry(self) -> None:
        """Forget the wait before the next connection: somebody waits for this very slot."""
        self._redial.hurry()

    def close(self) -> None:
        """Close the connection and let the bus go; the next read opens a new one."""
        self._drop()
        if self._lease is not None:
            self._lease.release()

    async def _ask(self, asked: Asked, wait_s: float) -> Sequence[int]:
        """Ask once on the open connection and return the registers."""
        client, bus = self._open, self._bus
        assert client is not None, "the caller has connected"
        assert self._asked is None, "one question at a time"
        if bus is not None:
            await self._listen(bus.pause, asked)
            wait_s += bus.wire_s(asked)
        else:
            asked = replace(asked, transaction=_next_transaction(client))
        at_s = self._monotonic()
        client.ctx.comm_params.timeout_connect = wait_s
        self._asked, self._received, self._verdict = asked, b"", NOTHING_YET
        holding = asked.function_code == 3
        reader = client.read_holding_registers if holding else client.read_input_registers
        try:
            answer = await reader(asked.address, count=asked.count, device_id=asked.unit)
        except (ModbusException, OSError) as error:
            raise self._failure(asked, at_s) from error
        finally:
            self._asked = None
            if bus is not None:
                bus.spoken()
        self._redial.answered()
        if isinstance(answer, ExceptionResponse):
            raise self._refusal(asked, answer.exception_code, at_s)
        assert len(answer.registers) == asked.count, "the checker lets through what fits only"
        return answer.registers

    async def _ask_in_order(self, guard: BusGuard, asked: Asked, wait_s: float) -> Sequence[int]:
        """Ask on a bus without transaction numbers, with a proof of order where one is due."""
        for _ in range(2):
            other = guard.other_count(asked, self._monotonic())
            if other is not None:  # prove first that what comes back answers what was asked
                proof = replace(asked, count=other)
                guard.answered(proof, await self._ask(proof, wait_s))
            registers = await self._ask(asked, wait_s)
            if guard.answered(asked, registers):
                break
            guard.doubt(asked, self._monotonic())
        return registers

    async def _listen(self, silent: Callable[[], Any], asked: Asked) -> None:
        """Wait for silence on the bus; raise who breaks it."""
        stranger: Verdict | None = await silent()
        if stranger is not None:
            self.suspect = True
            raise ReadFailedError(stranger.fault, self._where(asked), stranger.what)

    def _refusal(self, asked: Asked, code: int, at_s: float) -> ReadFailedError:
        """Return the device's exception; one that may be late belongs to no question."""
        if self._bus is not None and self._bus.guard.owes(asked.unit, at_s):
            self._bus.guard.forgive(asked.unit)
            what = f"exception {code} may answer an earlier question"
            return ReadFailedError(Fault.LATE, self._where(asked), what)
        what = f"the device answers exception {code}"
        return ReadFailedError(exception_fault(code), self._where(asked), what)

    def _failure(self, asked: Asked, at_s: float) -> ReadFailedError:
        """Return the name of a question that got no good answer."""
        verdict = self._verdict
        if self._bus is not None:
            guard, now_s = self._bus.guard, self._monotonic()
            if self._received:
                verdict = explain(self._received, asked, guard.missing(now_s))
            if verdict.fault is Fault.LATE:
                guard.late(asked.unit, now_s)
            guard.lost(asked, at_s)
        if self._lost and not verdict.final:
            verdict = final(Fault.CLOSED, "the device closed the connection")
            self._redial.closed()
        return ReadFailedError(verdict.fault, self._where(asked), verdict.what)

    def _where(self, asked: Asked) -> str:
        last = asked.address + asked.count - 1
        return f"{self._link.where} unit {asked.unit} registers {asked.address} to {last}"

    async def _connect(self, asked: Asked) -> None:
        """Open the connection when it is closed and the wait is over."""
        if self._open is not None and self._open.connected:
            return
        self._drop()
        serial = self._link.kind is LinkKind.RTU
        fault = Fault.NO_PORT if serial else Fault.NO_CONNECTION
        if self._redial.too_early:
            what = f"still not connected: {self._redial.cause}"
            raise ReadFailedError(fault, self._where(asked), what)
        self._hold_bus(asked)
        if self._bus is not None:
            await self._bus.rest()
        self.connects += 1
        self._lost = False
        error = await self._dial()
        if error is not None:
            self._drop()
            self._redial.failed(words(error))
            fault = Fault.TLS if isinstance(error, ssl.SSLError) else fault
            raise ReadFailedError(fault, self._where(asked), f"no connection: {words(error)}")
        if self._bus is not None:
            await self._listen(self._bus.drain, asked)

    def _hold_bus(self, asked: Asked) -> None:
        if self._lease is None:
            return
        try:
            self._lease.take()
        except BusHeldError as error:
            raise ReadFailedError(Fault.BUS_HELD, self._where(asked), error.cause) from error

    async def _dial(self) -> Exception | None:
        """Open the transport; return why it cannot be."""
        failed: list[Exception] = [TimeoutError()]
        try:
            call_s = max(1.0, self._timeout_s)  # one lost packet of the call is no fault yet
            client = _transport(self._link, call_s, self._packet, self._connection)
        except (OSError, ValueError) as error:
            return error
        for response in (_HoldingRegisters, _InputRegisters):
            client.register(response)
        client.ctx.max_buffer_size = BUFFER  # a flood reaches our checker, which ends it
        client.ctx.call_create = telling(client.ctx.call_create, failed)
        self._open = client
        return None if await client.connect() else failed[-1]

    def _drop(self) -> None:
        """Close the connection; a bus without transaction numbers is left alone then."""
        if self._open is None:
            return
        self._open.close()
        self._open = None
        if self._bus is not None:
            self._bus.dropped()

    def _packet(self, sending: bool, packet: bytes) -> bytes:  # noqa: FBT001 - pymodbus calls it
        if sending:
            function_code = packet[7] if self._bus is None else packet[1]
            assert function_code in READ_FUNCTIONS, "this client only reads"
            return packet
        asked = self._asked
        if asked is None:
            if self._bus is not None:
                self._bus.guard.overhear(packet)
            return b""
        judged = judge(packet, asked) if self._bus is None else judge_rtu(packet, asked)
        if isinstance(judged, bytes):
            self._asked = None  # whatever comes behind the answer answers nothing
            if self._bus is not None:
                self._bus.guard.overhear(packet[len(judged) :])
            return judged
        self._received, self._verdict = packet, judged
        if judged.final:
            self._end_wait(judged.what)
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


class _HoldingRegisters(ReadHoldingRegistersResponse):
    """Decodes all registers at once; the library does it one by one, for a tenth of a poll."""

    def decode(self, data: bytes) -> None:
        count = data[0] // 2
        self.registers = list(struct.unpack_from(f">{count}H", data, 1))


class _InputRegisters(_HoldingRegisters):
    function_code = 4


def _transport(
    link: Link,
    timeout_s: float,
    packet: Callable[[bool, bytes], bytes],
    connection: Callable[[bool], None],
) -> _Transport:
    """Return the library's client for a link, not yet connected.

    Raises:
        SSLError: A certificate or key cannot be read.
    """
    common: dict[str, Any] = {
        "timeout": timeout_s,
        "retries": 0,
        "reconnect_delay": 0,
        "trace_packet": packet,
        "trace_connect": connection,
    }
    if link.kind is LinkKind.RTU:
        return AsyncModbusSerialClient(
            link.device,
            framer=FramerType.RTU,
            baudrate=link.baud,
            parity=link.parity,
            stopbits=link.stop_bits,
            **common,
        )
    if link.kind is LinkKind.UDP:
        return AsyncModbusUdpClient(link.host, port=link.port, **common)
    if link.kind is LinkKind.TLS:
        context = tls_context(link)
        return AsyncModbusTlsClient(link.host, port=link.port, sslctx=context, **common)
    framer = FramerType.RTU if link.kind is LinkKind.RTU_OVER_TCP else FramerType.SOCKET
    return AsyncModbusTcpClient(link.host, port=link.port, framer=framer, **common)


def _next_transaction(client: _Transport) -> int:
    """Return the number pymodbus gives its next request: one up, per connection."""
    last = client.ctx.next_tid
    return 1 if last >= 65000 else last + 1
