"""In: units that live, sleep or refuse. Out: a bus on a clock of its own, without waiting. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.modbus.bus import Question
from adapters.modbus.buses import Buses, ModbusSettings
from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.learned import Learned
from adapters.modbus.link import Link, LinkKind
from adapters.modbus.source import ModbusMeter, ModbusSource

START = datetime(2019, 1, 1, tzinfo=UTC)
TCP = Link(kind=LinkKind.TCP, host="10.0.0.1", port=502)
RTU = Link(kind=LinkKind.RTU, device="bus")
Registers = Callable[[int, int], Sequence[int] | Fault]
"""Called with address and count of a question to a unit."""


def nothing(_: int, count: int) -> Sequence[int]:
    """Answer zeros."""
    return [0] * count


@dataclass(eq=False)
class Simulated:
    """Wall clock, monotonic clock and connection of one bus, all moved by its questions."""

    answer_s: float = 0.05
    timeout_s: float = 1.0
    at_s: float = 0.0
    units: dict[int, Registers] = field(default_factory=dict)
    """A unit that is not here is silent."""
    asked: list[tuple[float, int, int, int]] = field(default_factory=list)
    """(when, unit, address, count) of every question."""
    answered: list[tuple[float, int]] = field(default_factory=list)
    """(when, unit) of every answer."""
    off: bool = False
    connects: int = 1
    suspect: bool = False
    rest_s: float = 0.0
    """How long the bus is left alone after a question without answer. [s]"""
    _rests_until_s: float = 0.0

    def now(self) -> datetime:
        """Return the wall clock."""
        return START + timedelta(seconds=self.at_s)

    def monotonic(self) -> float:
        """Return the monotonic clock. [s]."""
        return self.at_s

    async def ask(self, question: Question, within_s: float | None) -> Sequence[int]:
        """Answer as the unit does, and let the time pass that it takes."""
        unit, address, count = question.unit, question.address, question.registers
        self.at_s = max(self.at_s, self._rests_until_s)
        self.asked.append((self.at_s, unit, address, count))
        if self.off:
            raise ReadFailedError(Fault.NO_CONNECTION, "bus", "off")
        registers = self.units.get(unit)
        if registers is None:
            self.at_s += self.timeout_s if within_s is None else min(within_s, self.timeout_s)
            self._rests_until_s = self.at_s + self.rest_s
            raise ReadFailedError(Fault.NO_ANSWER, f"unit {unit}", "silent")
        self.at_s += self.answer_s
        found = registers(address, count)
        if isinstance(found, Fault):
            raise ReadFailedError(found, f"unit {unit}", "refused")
        self.answered.append((self.at_s, unit))
        return found

    def hurry(self) -> None:
        """Wait for nothing."""

    def close(self) -> None:
        """Have nothing to close."""


def source_on(
    bus: Simulated,
    meters: Sequence[ModbusMeter],
    *,
    interval_s: float | None = 10,
    learned: Learned | None = None,
    connections: int = 1,
) -> ModbusSource:
    """Return a source whose every connection is the simulated bus."""
    buses = Buses(learned=learned, monotonic=bus.monotonic, asker=lambda _, __: bus)
    settings = ModbusSettings(
        key="bus",
        link=RTU if bus.rest_s else TCP,
        timeout_s=bus.timeout_s,
        interval_s=interval_s,
        skew_s=1.0,
        connections=connections,
    )
    return ModbusSource(settings, meters, bus, buses)
