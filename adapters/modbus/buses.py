"""In: the settings of many sources. Out: what they share: buses, decoding, memory. I/O: none yet.

Two sources on one gateway or serial port are one bus: they take turns. What the meters of one
product answer is decoded together, whichever source asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from adapters.modbus.budget import BusSpeed
from adapters.modbus.bus import Asker, Bus
from adapters.modbus.calls import Calls
from adapters.modbus.client import asker_of
from adapters.modbus.decode_columns import ColumnDecoder
from adapters.modbus.decode_desk import DecodeDesk
from adapters.modbus.dialling import Monotonic
from adapters.modbus.learned import Learned
from adapters.modbus.link import Link, LinkKind
from adapters.modbus.read_plan import Hole, ReadBlock, plan_reads
from adapters.modbus.register_map import RegisterMap
from energy.base.clock import monotonic_s


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusSettings:
    """One Modbus device, gateway or serial bus."""

    key: str
    link: Link
    timeout_s: float = 1.0
    """Longest wait for one answer. [s]"""
    connections: int = 1
    """Connections at the same time; more than one only where the device allows it."""
    skew_s: float = 5.0
    """An answer later than this after its slot is dated by the clock, not by the slot. [s]"""
    interval_s: float | None = None
    """Seconds between two slots: a cycle ends before the next begins; None never. [s]"""
    least_gap_s: float = 0.0
    """Least pause between an answer and the next question. [s]"""
    lease: bool = False
    """Hold the bus against other collectors of this machine (RTU framing always does)."""


def speed_of(link: Link, least_gap_s: float = 0.0) -> BusSpeed | None:
    """Return the speed of the serial bus behind a link; None where none is known of.

    Args:
        link: The link.
        least_gap_s: Least pause between an answer and the next question. [s]
    """
    if link.framing != "rtu":
        return None
    bits = round(link.character_s * link.baud)
    return BusSpeed(baud=link.baud, bits_per_octet=bits, least_gap_s=least_gap_s)


class Decoders:
    """One plan and one decoder for all meters of one product that are read alike."""

    def __init__(self) -> None:
        """Begin without any."""
        self._known: dict[tuple[int, ReadBlock], ColumnDecoder] = {}
        self._plans: dict[object, tuple[tuple[ReadBlock, ColumnDecoder], ...]] = {}

    def plan(
        self,
        register_map: RegisterMap,
        quantities: Iterable[str],
        max_gap: int,
        holes: Iterable[Hole],
    ) -> tuple[tuple[ReadBlock, ColumnDecoder], ...]:
        """Return the reads of a meter with their decoders, planned once for all that are alike.

        Args:
            register_map: The product.
            quantities: What is wanted.
            max_gap: Widest hole read along. [register]
            holes: What the device is known to refuse.

        Raises:
            UnknownQuantityError: A quantity is not in the register map.
        """
        wanted, known = tuple(quantities), frozenset(holes)
        key = (id(register_map), wanted, max_gap, known)
        if key not in self._plans:
            blocks = plan_reads(
                [register_map.point(quantity) for quantity in wanted],
                max_gap=max_gap,
                max_count=register_map.max_registers,
                holes=known,
            )
            self._plans[key] = tuple((block, self.of(block, register_map)) for block in blocks)
        return self._plans[key]

    def of(self, block: ReadBlock, register_map: RegisterMap) -> ColumnDecoder:
        """Return the decoder of a block, made once."""
        key = (id(register_map), block)
        if key not in self._known:
            self._known[key] = ColumnDecoder(block, register_map)
        return self._known[key]


def open_asker(calls: Calls, settings: ModbusSettings, number: int) -> Asker:
    """Return one connection of a bus; nothing is opened yet."""
    return asker_of(
        link=settings.link,
        timeout_s=settings.timeout_s,
        name=f"{settings.key}/{number}",
        lease=settings.lease,
        calls=calls,
    )


class Buses:
    """The physical buses of a collector, one worker each, and what their sources share."""

    def __init__(
        self,
        *,
        learned: Learned | None = None,
        gather_s: float = 0.0,
        monotonic: Monotonic = monotonic_s,
        asker: Callable[[ModbusSettings, int], Asker] | None = None,
    ) -> None:
        """Begin without a bus.

        Args:
            learned: What devices have taught; None forgets.
            gather_s: How long polls wait for each other to be decoded together. [s]
            monotonic: Clock for waits.
            asker: Makes a connection; None the ones of the settings' links.
        """
        self.learned = Learned() if learned is None else learned
        self.desk = DecodeDesk(gather_s=gather_s)
        self.decoders = Decoders()
        self.monotonic = monotonic
        self._asker = asker or partial(open_asker, Calls())
        self._known: dict[str, Bus] = {}

    def join(self, settings: ModbusSettings, meters: int) -> Bus:
        """Return the bus of a source; the first source on it says how it is opened.

        Args:
            settings: The source.
            meters: How many meters it has there.
        """
        link = settings.link
        name = link.device if link.kind is LinkKind.RTU else f"{link.kind} {link.where}"
        bus = self._known.get(name)
        if bus is None:
            width = 1 if link.framing == "rtu" else max(1, min(settings.connections, meters))
            bus = Bus(
                [self._asker(settings, number) for number in range(width)],
                where=link.where,
                least_gap_s=settings.least_gap_s,
                rest_s=settings.timeout_s if link.framing == "rtu" else 0.0,
                monotonic=self.monotonic,
            )
            self._known[name] = bus
        bus.join()
        return bus
