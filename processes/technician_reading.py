"""In: a unit and a map. Out: everything the device shows now, in units. I/O: Modbus, reads only.

All registers that help to judge wiring and ratios, in as few reads as the device allows; what a
device lacks is left out, what its counters lack is said.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from adapters.modbus.decode import FLAW_MEANS, BlockDecoder, Flaw
from adapters.modbus.decode_plate import decode_plate
from adapters.modbus.probing.candidate import Run
from adapters.modbus.probing.seen import Seen
from adapters.modbus.read_plan import ReadBlock, plan_reads
from adapters.modbus.register_point import RegisterPoint
from adapters.modbus.register_product import RegisterMap
from adapters.profile_point import Described
from billing.money import exact_text
from energy.base.clock import Clock, monotonic_s
from energy.metering.channel import Kind
from processes.technician_asking import Conversation, Reader
from processes.technician_values import NoContactError

WANTED = (
    r"voltage_l\d(l\d)?", r"current_l[123n]", r"active_power(_l[123])?",
    r"reactive_power(_l[123])?", r"apparent_power(_l[123])?", r"power_factor(_l[123])?",
    r"frequency",
    r"active_energy_(import|export)",
)  # fmt: skip
COMMON: dict[str, Fraction] = {
    "kV": Fraction(1000), "mV": Fraction(1, 1000), "mA": Fraction(1, 1000), "kW": Fraction(1000),
    "MW": Fraction(10**6), "kvar": Fraction(1000), "kVA": Fraction(1000), "%": Fraction(1, 100),
    "pct": Fraction(1, 100),
}  # fmt: skip
"""Factors to V, A, W, var, VA; a power factor in percent to 1."""
LONGEST_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a device shows at one instant."""

    at: datetime
    values: Mapping[str, Fraction]
    """By quantity, exact. [unit of the map]"""
    flaws: Mapping[str, str]
    """By quantity: why nothing may rest on it."""
    plate: Mapping[str, int | Fraction | str]
    """Texts and settings of the device."""
    map: Described

    @property
    def known(self) -> dict[str, float]:
        """Return the values to judge by. [V, A, W, var, VA, Hz; energies in the map's unit]."""
        return {
            q: float(value * self._factor(q))
            for q, value in self.values.items()
            if "energy" not in q
        }

    def in_base(self, quantity: str) -> Fraction | None:
        """Return a value in V, A, W, var or VA, exact; None when it is not known."""
        value = self.values.get(quantity)
        return None if value is None else value * self._factor(quantity)

    def _factor(self, quantity: str) -> Fraction:
        return COMMON.get(self.map.points[quantity].unit, Fraction(1))

    @property
    def device_ratio(self) -> Fraction | None:
        """Return the CT x VT ratio that is set in the device; None where it tells none."""
        return device_ratio(self.plate)


def device_ratio(plate: Mapping[str, int | Fraction | str]) -> Fraction | None:
    """Return the CT x VT ratio that is set in a device; None where it tells none.

    Args:
        plate: What it tells of itself.
    """
    current, voltage = _ratio(plate, "ct"), _ratio(plate, "vt")
    return None if current is None else current * (voltage or 1)


def _ratio(plate: Mapping[str, int | Fraction | str], kind: str) -> Fraction | None:
    whole, first, second = (
        _above_zero(plate.get(f"{kind}_{name}")) for name in ("ratio", "primary", "secondary")
    )
    if whole is not None:
        return whole
    return first / second if first is not None and second is not None else None


def _above_zero(value: int | Fraction | str | None) -> Fraction | None:
    try:
        number = Fraction(value or 0)
    except ValueError:
        return None
    return number if number > 0 else None


def wanted_points(register_map: RegisterMap) -> list[RegisterPoint]:
    """Return the points of a map that help to judge, its billed counters among them.

    A product that measures no voltage shows everything it has.
    """
    points = list(register_map.points.values())
    if "voltage_l1" not in register_map.points and "voltage_l1l2" not in register_map.points:
        return [point for point in points if point.kind is not Kind.STATE]
    return [
        point
        for point in points
        if point.billing or any(re.fullmatch(pattern, point.quantity) for pattern in WANTED)
    ]


def billed(register_map: Described) -> str | None:
    """Return the billed import counter of a map, its first billed one where it has no import."""
    billing = [q for q, point in register_map.points.items() if point.billing]
    if "active_energy_import" in register_map.points:
        return "active_energy_import"
    return billing[0] if billing else None


async def read_shown(
    conversation: Conversation, register_map: RegisterMap, clock: Clock, *, plate: bool = True
) -> Shown:
    """Return what a device shows now.

    Args:
        conversation: With the device; what it has refused is not asked again.
        register_map: What it is.
        clock: Dates the answer.
        plate: Whether to read texts and settings too.

    Raises:
        NoContactError: It does not answer.
    """
    points = wanted_points(register_map)
    refused = conversation.seen.refused
    conversation.seen = Seen(refused=refused)
    conversation.silences = 0
    asking = _asking(points, register_map, conversation.seen, plate=plate)
    done = await conversation.through(asking, until_s=monotonic_s() + LONGEST_S)
    if done is None:
        raise NoContactError.of("too_slow", seconds=f"{LONGEST_S:g}")
    values, flaws = _decoded(points, register_map, conversation.seen)
    return Shown(
        at=clock.now(),
        values=values,
        flaws=flaws,
        plate=_plate(register_map, conversation.seen),
        map=register_map,
    )


async def read_plate(
    reader: Reader, unit: int, register_map: RegisterMap
) -> dict[str, int | Fraction | str]:
    """Return the texts and settings that a device tells of itself, as far as it does.

    Args:
        reader: Behind which it is.
        unit: Unit number.
        register_map: What it is.
    """
    conversation = Conversation(reader=reader, unit=unit)
    asking = _asking((), register_map, conversation.seen, plate=True)
    with suppress(NoContactError):  # it answered its counters: silence here is its way to refuse
        await conversation.through(asking, until_s=monotonic_s() + LONGEST_S)
    return _plate(register_map, conversation.seen)


def plate_text(value: int | Fraction | str) -> str:
    """Return a text or setting of a device as people write it, exact."""
    return value if isinstance(value, str) else exact_text(Fraction(value))


def _asking(
    points: Sequence[RegisterPoint], register_map: RegisterMap, seen: Seen, *, plate: bool
) -> Generator[Run, None, bool]:
    """Ask in wide reads first, then without holes where the device refuses one."""
    most = register_map.max_registers
    for block in plan_reads(points, max_count=most):
        run = (block.function_code, block.address, block.address + block.count)
        if not seen.bars(block.function_code, block.address, block.count):
            yield run
        if seen.get(block.function_code, block.address, block.count) is not None:
            continue
        for part in plan_reads(block.points, max_gap=0, max_count=most):
            if not seen.settled(part.function_code, part.address, part.count):
                yield (part.function_code, part.address, part.address + part.count)
            if seen.get(part.function_code, part.address, part.count) is None:
                yield from _one_by_one(part.points, seen)
    for value in register_map.plate.values() if plate else ():
        if not seen.settled(value.function_code, value.address, value.width):
            yield (value.function_code, value.address, value.end)
    return True


def _one_by_one(points: Sequence[RegisterPoint], seen: Seen) -> Iterator[Run]:
    """Ask for each value alone: a variant may lack the one beside the one that is billed."""
    for point in points if len(points) > 1 else ():
        if not seen.settled(point.function_code, point.address, point.end - point.address):
            yield (point.function_code, point.address, point.end)


def _decoded(
    points: Sequence[RegisterPoint], register_map: RegisterMap, seen: Seen
) -> tuple[dict[str, Fraction], dict[str, str]]:
    values: dict[str, Fraction] = {}
    flaws: dict[str, str] = {}
    for point in points:
        count = point.end - point.address
        registers = seen.get(point.function_code, point.address, count)
        if registers is None:
            if point.billing:
                flaws[point.quantity] = "the device knows no such register"
            continue
        block = ReadBlock(
            function_code=point.function_code, address=point.address, count=count, points=(point,)
        )
        [decoded] = BlockDecoder(block, register_map).decode(registers)
        if decoded.flaw is None or decoded.flaw is Flaw.COARSE:
            values[point.quantity] = decoded.count * point.resolution
        elif decoded.flaw is not Flaw.NULL_VALUE or point.billing:
            flaws[point.quantity] = FLAW_MEANS[decoded.flaw]
    return values, flaws


def _plate(register_map: RegisterMap, seen: Seen) -> dict[str, int | Fraction | str]:
    found: dict[str, int | Fraction | str] = {}
    for quantity, point in register_map.plate.items():
        registers = seen.get(point.function_code, point.address, point.width)
        if registers is None:
            continue
        value = decode_plate(point, registers, word_order=register_map.word_order)
        if value is not None and value != "":
            found[quantity] = value
    return found
