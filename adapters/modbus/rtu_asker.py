"""In: questions to a bus without transaction numbers. Out: its registers. I/O: through pymodbus.

RTU frames, on a serial port or through a transparent gateway. The only file that knows pymodbus.
It reads and nothing else: there is no call that writes to a meter. pymodbus neither retries nor
reconnects here; both are ours, with stable waits. After a time-out or a broken frame the
connection is closed, the bus left alone and drained (bus_guard.py), for a late answer would stand
for the next question.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pymodbus import FramerType, ModbusException
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.pdu import ExceptionResponse
from pymodbus.pdu.register_message import ReadHoldingRegistersResponse

from adapters.bus_lease import BusHeldError, BusLease
from adapters.modbus.bus import Question
from adapters.modbus.dialling import (
    Monotonic,
    Redial,
    bus_name,
    fault_of,
    telling,
    where_asked,
    words,
)
from adapters.modbus.frame import (
    KEEPS_CONNECTION,
    NOTHING_YET,
    READ_FUNCTIONS,
    Asked,
    Fault,
    ReadFailedError,
    Verdict,
    exception_fault,
    final,
)
from adapters.modbus.link import Link, LinkKind
from adapters.modbus.quiet_bus import QuietBus
from adapters.modbus.rtu_frame import explain, judge_rtu
from energy.base.clock import monotonic_s

BUFFER = 262_144 + 264
"""Most bytes kept of what a device sends: one read of asyncio's and a frame. [byte]"""
# Every fault is named by our own errors; the library would log each of them a second time.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL + 1)

_Transport = AsyncModbusTcpClient | AsyncModbusSerialClient


class RtuAsker:
    """One connection to one bus; one question at a time."""

    def __init__(
        self,
        *,
        link: Link,
        timeout_s: float,
        name: str,
        monotonic: Monotonic = monotonic_s,
    ) -> None:
        """Describe the connection; nothing is opened yet.

        Args:
            link: A serial port, or a gateway that passes RTU frames on.
            timeout_s: Longest wait for an answer besides the time on the wire; for a connection
                at least a second. [s]
            name: Name of the connection; spreads the waits of many and names the lease's owner.
            monotonic: Clock for waits.
        """
        assert link.framing == "rtu", "the others bear numbers"
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
        self._bus = QuietBus(link, timeout_s, monotonic)
        self._lease = BusLease(bus_name(link), name)

    @property
    def suspect(self) -> bool:
        """Whether an answer was lost.

        Set after every time-out and broken frame; whoever reads counters compares a constant
        register first and then sets it to False.
        """
        return self._bus.guard.suspect

    @suspect.setter
    def suspect(self, value: bool) -> None:
        """Say that a constant register was as it should be (False), or that one must be looked at.

        Args:
            value: Whether counters must wait.
        """
        self._bus.guard.suspect = value

    async def ask(self, question: Question, within_s: float | None) -> Sequence[int]:
        """Return the registers asked for, exactly as many.

        Args:
            question: What to read.
            within_s: Longest wait for this answer; None takes the connection's own. [s]

        Raises:
            ReadFailedError: Names the fault; nothing of the answer may be used.
        """
        assert 1 <= question.unit <= 255, "unit 0 is a broadcast and has no answer"
        assert question.function_code in READ_FUNCTIONS, "this client only reads"
        asked = Asked(
            unit=question.unit,
            function_code=question.function_code,
            address=question.address,
            count=question.registers,
        )
        wait_s = self._timeout_s if within_s is None else within_s
        try:
            await self._connect(asked)
            return await self._ask_in_order(asked, wait_s)
        except ReadFailedError as error:
            if error.fault not in KEEPS_CONNECTION:
                self._drop()
            raise
        except BaseException:
            self._bus.guard.lost(asked, self._monotonic())
            self._drop()  # cancelled in mid-question: its answer must not meet the next one
            raise

    def hurry(self) -> None:
        """Forget the wait before the next connection: somebody waits for this very slot."""
        self._redial.hurry()

    def close(self) -> None:
        """Close the connection and let the bus go; the next question opens a new one."""
        self._drop()
        self._lease.release()

    async def _ask(self, asked: Asked, wait_s: float) -> Sequence[int]:
        """Ask once on the open connection and return the registers."""
        client = self._open
        assert client is not None, "the caller has connected"
        assert self._asked is None, "one question at a time"
        await self._listen(self._bus.pause, asked)
        at_s = self._monotonic()
        client.ctx.comm_params.timeout_connect = wait_s + self._bus.wire_s(asked)
        self._asked, self._received, self._verdict = asked, b"", NOTHING_YET
        holding = asked.function_code == 3
        reader = client.read_holding_registers if holding else client.read_input_registers
        try:
            answer = await reader(asked.address, count=asked.count, device_id=asked.unit)
        except (ModbusException, OSError) as error:
            raise self._failure(asked, at_s) from error
        finally:
            self._asked = None
            self._bus.spoken()
        self._redial.answered()
        if isinstance(answer, ExceptionResponse):
            raise self._refusal(asked, answer.exception_code, at_s)
        assert len(answer.registers) == asked.count, "the checker lets through what fits only"
        return answer.registers

    async def _ask_in_order(self, asked: Asked, wait_s: float) -> Sequence[int]:
        """Ask with a proof of order where one is due."""
        guard = self._bus.guard
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
        guard = self._bus.guard
        if guard.owes(asked.unit, at_s):
            guard.forgive(asked.unit)
            what = f"exception {code} may answer an earlier question"
            return ReadFailedError(Fault.LATE, self._where(asked), what)
        what = f"the device answers exception {code}"
        return ReadFailedError(exception_fault(code), self._where(asked), what)

    def _failure(self, asked: Asked, at_s: float) -> ReadFailedError:
        """Return the name of a question that got no good answer."""
        verdict, guard, now_s = self._verdict, self._bus.guard, self._monotonic()
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
        return where_asked(self._link, asked.unit, asked.address, asked.count)

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
        try:
            self._lease.take()
        except BusHeldError as error:
            raise ReadFailedError(Fault.BUS_HELD, self._where(asked), error.cause) from error
        await self._bus.rest()
        self.connects += 1
        self._lost = False
        refused = await self._dial()
        if refused is not None:
            self._drop()
            self._redial.failed(words(refused))
            what = f"no connection: {words(refused)}"
            raise ReadFailedError(fault_of(refused, fault), self._where(asked), what)
        await self._listen(self._bus.drain, asked)

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
        """Close the connection; the bus is left alone then."""
        if self._open is None:
            return
        self._open.close()
        self._open = None
        self._bus.dropped()

    def _packet(self, sending: bool, packet: bytes) -> bytes:  # noqa: FBT001 - pymodbus calls it
        if sending:
            assert packet[1] in READ_FUNCTIONS, "this client only reads"
            return packet
        asked = self._asked
        if asked is None:
            self._bus.guard.overhear(packet)
            return b""
        judged = judge_rtu(packet, asked)
        if isinstance(judged, bytes):
            self._asked = None  # whatever comes behind the answer answers nothing
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
    """Return the library's client for a link, not yet connected."""
    common: dict[str, Any] = {
        "timeout": timeout_s,
        "retries": 0,
        "reconnect_delay": 0,
        "framer": FramerType.RTU,
        "trace_packet": packet,
        "trace_connect": connection,
    }
    if link.kind is LinkKind.RTU:
        return AsyncModbusSerialClient(
            link.device,
            baudrate=link.baud,
            parity=link.parity,
            stopbits=link.stop_bits,
            **common,
        )
    return AsyncModbusTcpClient(link.host, port=link.port, **common)
