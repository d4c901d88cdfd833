"""In: a candidate and what is known of a device. Out: the values as the candidate reads them. Pure.

Values are floats in one unit a family (V, A, W, kWh ...): they are judged, never stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.modbus.decode import BlockDecoder, Flaw
from adapters.modbus.decode_plate import raw_value
from adapters.modbus.probing.candidate import Candidate
from adapters.modbus.probing.seen import Seen
from adapters.modbus.read_plan import ReadBlock
from adapters.modbus.register_point import Identify, RegisterPoint
from adapters.modbus.register_product import RegisterMap

TO_COMMON: dict[str, float] = {
    "kV": 1e3, "mV": 1e-3, "mA": 1e-3, "kA": 1e3, "kW": 1e3, "MW": 1e6, "kvar": 1e3, "kVA": 1e3,
    "Wh": 1e-3, "MWh": 1e3, "GWh": 1e6, "varh": 1e-3, "VAh": 1e-3, "pct": 1.0,
}  # fmt: skip


@dataclass(frozen=True)
class Values:
    """What a candidate makes of the registers of a device."""

    known: Mapping[str, float]
    """By quantity, sound or coarse. [V, A, W, var, VA, Hz, kWh, kvarh; others as they are]"""
    flawed: Mapping[str, Flaw]
    refused: frozenset[str]
    """Quantities that the device does not give."""

    @property
    def expected(self) -> set[str]:
        """Return every quantity that was looked for."""
        return {*self.known, *self.flawed, *self.refused}

    @property
    def key(self) -> tuple[object, ...]:
        """Return what is equal for two candidates that read the same."""
        return (
            tuple(sorted(self.known.items())),
            tuple(sorted(self.flawed.items())),
            tuple(sorted(self.refused)),
        )


def values_of(candidate: Candidate, seen: Seen) -> Values:
    """Return the values of a candidate's telling points."""
    known: dict[str, float] = {}
    flawed: dict[str, Flaw] = {}
    refused: set[str] = set()
    for point in candidate.points:
        registers = seen.get(point.function_code, point.address, point.end - point.address)
        if registers is None:
            refused.add(point.quantity)
            continue
        value = value_of(point, registers, candidate.map)
        if isinstance(value, Flaw):
            flawed[point.quantity] = value
        else:
            known[point.quantity] = value
    return Values(known=known, flawed=flawed, refused=frozenset(refused))


def value_of(
    point: RegisterPoint, registers: tuple[int, ...], register_map: RegisterMap
) -> float | Flaw:
    """Return one value in its family's common unit, or what is wrong with it.

    Args:
        point: Where it lies.
        registers: Its registers, its scale's among them.
        register_map: Whose word order and null values count.
    """
    block = ReadBlock(
        function_code=point.function_code,
        address=point.address,
        count=point.end - point.address,
        points=(point,),
    )
    [decoded] = BlockDecoder(block, register_map).decode(registers)
    if decoded.flaw is not None and decoded.flaw is not Flaw.COARSE:
        return decoded.flaw
    value = float(decoded.count * point.resolution) * TO_COMMON.get(point.unit, 1.0)
    percent = point.quantity.startswith("power_factor") and point.unit in {"pct", "%"}
    return value / 100 if percent else value


def raw_integer(point: RegisterPoint, seen: Seen, word_order: str) -> int | None:
    """Return the unsigned whole number in a point's registers; None when it was not answered."""
    registers = seen.get(point.function_code, point.address, point.type.width)
    if registers is None:
        return None
    words = registers if word_order == "big" else registers[::-1]
    value = 0
    for word in words:
        value = value << 16 | word
    return value


def rule_holds(rule: Identify, seen: Seen, word_order: str) -> bool | None:
    """Return whether an identify rule holds; None when its registers were not answered."""
    registers = seen.get(rule.function_code, rule.address, rule.width)
    if registers is None:
        return None
    value = raw_value(rule, registers, word_order=word_order)
    return value is not None and rule.holds(value)
