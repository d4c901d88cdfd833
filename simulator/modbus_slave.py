"""In: Modbus TCP requests and an instant. Out: register values of simulated meters. I/O: one port.

A gateway: many units behind one port, read functions 3 and 4 only, as the device maps say. Written
by hand because the slave of the usual library costs more than the collector that it would test.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from energy.base.clock import Clock, to_us
from simulator.device_maps import DEVICE_MAPS, Run, pack
from simulator.listening import Listening
from simulator.plant import ElectricMeter

ILLEGAL_FUNCTION = 0x01
ILLEGAL_ADDRESS = 0x02
ILLEGAL_VALUE = 0x03
TARGET_SILENT = 0x0B
MOST_WORDS = 125
_HEADER = struct.Struct(">HHHB")
_QUESTION = struct.Struct(">HH")

Answered = Callable[[str, str, int], None]
"""Called with (point, quantity, instant [us]) for every channel whose registers were answered."""


class Unit(Protocol):
    """What answers behind a gateway at one unit number."""

    def read(self, function: int, address: int, words: int, at_us: int) -> bytes | int | None:
        """Return registers as bytes, an exception code, or None: no answer at all."""


class SlaveDevice:
    """One unit behind the gateway."""

    def __init__(self, meter: ElectricMeter, answered: Answered) -> None:
        """Serve one meter.

        Args:
            meter: The simulated meter.
            answered: Told of every channel answered.
        """
        self._meter = meter
        self._map = DEVICE_MAPS[meter.profile]
        self._channels = [self._map.points[name] for name in meter.quantities]
        self._answered = answered
        self._cache: dict[int, bytes] = {}
        self._cached_us = -1

    def read(self, function: int, address: int, words: int, at_us: int) -> bytes | int:
        """Return registers as bytes, or the exception code that refuses them.

        Args:
            function: 3 or 4.
            address: First register, as on the wire.
            words: Number of registers.
            at_us: Instant whose values are asked. [us since the epoch]
        """
        if not 1 <= words <= MOST_WORDS:
            return ILLEGAL_VALUE
        run = self._map.run_of(address, words) if function == self._map.function else None
        if run is None:
            return ILLEGAL_ADDRESS
        for point in self._channels:
            if address <= point.address and point.address + point.words <= address + words:
                self._answered(self._meter.point, point.quantity, at_us)
        first = (address - run.address) * 2
        return self._image(run, at_us)[first : first + words * 2]

    def _image(self, run: Run, at_us: int) -> bytes:
        if at_us != self._cached_us:
            self._cache.clear()
            self._cached_us = at_us
        image = self._cache.get(run.address)
        if image is None:
            image = self._cache[run.address] = pack(run, self._meter.state(at_us))
        return image


class _Connection(asyncio.Protocol):
    def __init__(self, devices: Mapping[int, Unit], clock: Clock) -> None:
        self._devices = devices
        self._clock = clock
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "TCP gives a two-way transport"
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None, "bytes come after the connection"
        self._received += data
        while len(self._received) >= _HEADER.size:
            transaction, protocol, length, unit = _HEADER.unpack_from(self._received)
            if protocol != 0 or not 2 <= length <= 254:
                self._transport.close()
                return
            if len(self._received) < 6 + length:
                return
            question = bytes(self._received[_HEADER.size : 6 + length])
            del self._received[: 6 + length]
            answer = self._answer(unit, question)
            if answer is not None:
                self._transport.write(_HEADER.pack(transaction, 0, len(answer) + 1, unit) + answer)

    def _answer(self, unit: int, question: bytes) -> bytes | None:
        function = question[0]
        device = self._devices.get(unit)
        if device is None:
            return bytes((function | 0x80, TARGET_SILENT))
        if function not in {3, 4}:
            return bytes((function | 0x80, ILLEGAL_FUNCTION))
        if len(question) != 1 + _QUESTION.size:
            return bytes((function | 0x80, ILLEGAL_VALUE))
        address, words = _QUESTION.unpack_from(question, 1)
        found = device.read(function, address, words, to_us(self._clock.now()))
        if found is None:
            return None
        if isinstance(found, int):
            return bytes((function | 0x80, found))
        return bytes((function, len(found))) + found


async def start_slave(
    meters: Iterable[ElectricMeter],
    clock: Clock,
    answered: Answered,
    *,
    host: str,
    port: int,
) -> Listening:
    """Listen as a Modbus TCP gateway with the meters behind it.

    Args:
        meters: The simulated meters; each answers at its unit.
        clock: Tells the instant whose values are served: the play's slot, or now.
        answered: Told of every channel answered, before the answer leaves.
        host: Address to listen on.
        port: TCP port; 0 takes a free one.

    Raises:
        OSError: The port is taken.
    """
    devices = {meter.unit: SlaveDevice(meter, answered) for meter in meters}
    return await start_units(devices, clock, host=host, port=port)


async def start_units(
    devices: Mapping[int, Unit], clock: Clock, *, host: str, port: int
) -> Listening:
    """Listen as a Modbus TCP gateway with any units behind it.

    Args:
        devices: What answers at each unit number.
        clock: Tells the instant whose values are served.
        host: Address to listen on.
        port: TCP port; 0 takes a free one.

    Raises:
        OSError: The port is taken.
    """
    return await Listening.with_protocol(lambda: _Connection(devices, clock), host, port)
