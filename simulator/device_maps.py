"""In: a device's import register and power. Out: its Modbus registers as bytes. Pure.

The table is the simulator's own, kept apart from the adapter's register maps on purpose: a test
compares the two, so that a slip in one of them shows. Every quantity is carried in hundredths of
its unit (0.01 kWh, 0.01 W, 0.01 V, ...).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

FLOAT_LIMIT = 2**23
"""Counts of 0.01 kWh from which a float32 of kWh cannot tell neighbours apart. [count]"""
VOLTAGE_CV = 23_000
FREQUENCY_CHZ = 5_000
UNITY = 100
_WORDS = {"f32": 2, "s32": 2, "u32": 2, "u64": 4, "u16": 1, "s16": 1}
_FORMATS = {"f32": "f", "s32": "i", "u32": "I", "u64": "Q", "u16": "H", "s16": "h"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """What a simulated electricity meter measures at one instant, on its own side."""

    import_count: int
    """Energy drawn from the grid. [0.01 kWh]"""
    power_cw: int
    """Mean power of the hour. [0.01 W]"""


Measure = Callable[[DeviceState], int]
"""Gives a quantity of a device at an instant. [0.01 unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePoint:
    """One register: where it lies, how it is written."""

    quantity: str
    address: int
    type: str
    """One of f32, s32, u32, u64, u16, s16."""
    per_hundredth: tuple[int, int]
    """Raw steps in a hundredth of the unit, as (numerator, denominator)."""
    measure: Measure
    """Gives the quantity. [0.01 unit]"""

    @property
    def words(self) -> int:
        """Return how many 16-bit registers it takes."""
        return _WORDS[self.type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Registers without a hole between them."""

    address: int
    words: int
    points: tuple[DevicePoint, ...]
    layout: struct.Struct


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMap:
    """All registers of one product, answered to one function code."""

    function: int
    """3: holding registers; 4: input registers."""
    points: dict[str, DevicePoint]
    runs: tuple[Run, ...]

    def run_of(self, address: int, words: int) -> Run | None:
        """Return the run that holds some registers whole, or None when any is undefined."""
        for run in self.runs:
            if run.address <= address and address + words <= run.address + run.words:
                return run
        return None


def third(hundredths: int) -> int:
    """Return a phase's share of a three-phase sum, rounded down."""
    return hundredths // 3


_MEASURES: dict[str, Measure] = {
    "active_energy_import": lambda state: state.import_count,
    "active_energy_export": lambda _: 0,
    "active_power": lambda state: state.power_cw,
    "reactive_power": lambda _: 0,
    "apparent_power": lambda state: state.power_cw,
    "power_factor": lambda _: UNITY,
    "frequency": lambda _: FREQUENCY_CHZ,
    "voltage": lambda _: VOLTAGE_CV,
    "current": lambda state: third(state.power_cw) * 100 // VOLTAGE_CV,
    "phase_power": lambda state: third(state.power_cw),
    "phase_zero": lambda _: 0,
}
_PHASE_MEASURE = {
    "voltage": "voltage",
    "current": "current",
    "active_power": "phase_power",
    "apparent_power": "phase_power",
    "reactive_power": "phase_zero",
    "power_factor": "power_factor",
}


def measure_of(quantity: str) -> Measure:
    """Return what gives a quantity in hundredths of its unit; phases carry equal load."""
    name, _, phase = quantity.rpartition("_l")
    return _MEASURES[_PHASE_MEASURE[name] if phase in {"1", "2", "3"} else quantity]


def _point(quantity: str, address: int, kind: str, scale: tuple[int, int]) -> DevicePoint:
    return DevicePoint(
        quantity=quantity,
        address=address,
        type=kind,
        per_hundredth=scale,
        measure=measure_of(quantity),
    )


def _floats(*rows: tuple[str, int]) -> list[DevicePoint]:
    return [_point(quantity, address, "f32", (1, 100)) for quantity, address in rows]


def _phases(quantity: str, address: int) -> list[tuple[str, int]]:
    return [(f"{quantity}_l{phase + 1}", address + 2 * phase) for phase in range(3)]


def _integers(kind: str, scale: tuple[int, int], *rows: tuple[str, int]) -> list[DevicePoint]:
    return [_point(quantity, address, kind, scale) for quantity, address in rows]


def _map(function: int, points: list[DevicePoint]) -> DeviceMap:
    ordered = sorted(points, key=lambda point: point.address)
    groups: list[list[DevicePoint]] = [[ordered[0]]]
    for earlier, later in pairwise(ordered):
        if later.address == earlier.address + earlier.words:
            groups[-1].append(later)
        else:
            groups.append([later])
    runs = tuple(
        Run(
            address=group[0].address,
            words=sum(point.words for point in group),
            points=tuple(group),
            layout=struct.Struct(">" + "".join(_FORMATS[point.type] for point in group)),
        )
        for group in groups
    )
    return DeviceMap(function=function, points={p.quantity: p for p in ordered}, runs=runs)


DEVICE_MAPS: dict[str, DeviceMap] = {
    "eastron_sdm630": _map(
        4,
        _floats(
            *_phases("voltage", 0),
            *_phases("current", 6),
            *_phases("active_power", 12),
            *_phases("apparent_power", 18),
            *_phases("reactive_power", 24),
            *_phases("power_factor", 30),
            ("active_power", 52),
            ("apparent_power", 56),
            ("reactive_power", 60),
            ("power_factor", 62),
            ("frequency", 70),
            ("active_energy_import", 72),
            ("active_energy_export", 74),
        ),
    ),
    "abb_b23_b24": _map(
        3,
        [
            *_integers("u64", (1, 1), ("active_energy_import", 20480)),
            *_integers("u64", (1, 1), ("active_energy_export", 20484)),
            *_integers("u32", (1, 10), *_phases("voltage", 23296)),
            *_integers("u32", (1, 1), *_phases("current", 23308)),
            *_integers("s32", (1, 1), ("active_power", 23316), *_phases("active_power", 23318)),
            *_integers("s32", (1, 1), ("reactive_power", 23324), ("apparent_power", 23332)),
            *_integers("u16", (1, 1), ("frequency", 23340)),
            *_integers("s16", (10, 1), ("power_factor", 23354)),
        ],
    ),
}
"""The two products that the simulator can be, by the id of their profile."""


def pack(run: Run, state: DeviceState) -> bytes:
    """Return the registers of a run as they go on the wire, big-endian words."""
    values: list[float | int] = []
    for point in run.points:
        raw = point.measure(state)
        steps, per = point.per_hundredth
        values.append(raw * steps / per if point.type == "f32" else raw * steps // per)
    return run.layout.pack(*values)
