"""In: a meter, the model and an instant. Out: its Modbus registers as bytes. Pure.

The table is the simulator's own, kept apart from the adapter's register maps on purpose: a test
compares the two. Every quantity is carried in hundredths of its unit (0.01 kWh, 0.01 W, ...).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from energy.base.units import Utility
from simulator.airport.luck import seed_of, wobble
from simulator.airport.model import AirportModel, seconds_of
from simulator.airport.parts import ABB, HEAT, SDM, TVA, Metered
from simulator.modbus_slave import ILLEGAL_ADDRESS, ILLEGAL_VALUE, MOST_WORDS, Answered

_PHASES = (1, 2, 3)
_TWO_WORDS = 2
_PHASE_SHARE = {1: 34, 2: 33, 3: 33}
"""Share of each phase in the load. [%]"""
_FORMATS = {"f32": ">f", "u64": ">Q", "u32": ">I", "s32": ">i", "u16": ">H", "s16": ">h"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a quantity lies in a product's registers."""

    quantity: str
    address: int
    type: str
    steps: int
    """Raw steps in one unit, for whole numbers; floats carry the unit itself."""

    @property
    def words(self) -> int:
        """Return how many 16-bit registers it takes."""
        return struct.calcsize(_FORMATS[self.type]) // 2


def _phases(quantity: str, address: int, kind: str, steps: int, step: int = 2) -> list[Place]:
    return [
        Place(quantity=f"{quantity}_l{p}", address=address + step * (p - 1), type=kind, steps=steps)
        for p in _PHASES
    ]


def _one(quantity: str, address: int, kind: str, steps: int) -> Place:
    return Place(quantity=quantity, address=address, type=kind, steps=steps)


PLACES: Mapping[str, tuple[int, tuple[Place, ...]]] = {
    SDM: (
        4,
        (
            *_phases("voltage", 0, "f32", 1),
            *_phases("current", 6, "f32", 1),
            *_phases("active_power", 12, "f32", 1),
            _one("active_power", 52, "f32", 1),
            _one("apparent_power", 56, "f32", 1),
            _one("reactive_power", 60, "f32", 1),
            _one("power_factor", 62, "f32", 1),
            _one("frequency", 70, "f32", 1),
            _one("active_energy_import", 72, "f32", 1),
        ),
    ),
    ABB: (
        3,
        (
            _one("active_energy_import", 20480, "u64", 100),
            *_phases("voltage", 23296, "u32", 10),
            *_phases("current", 23308, "u32", 100),
            _one("active_power", 23316, "s32", 100),
            *_phases("active_power", 23318, "s32", 100),
            _one("reactive_power", 23324, "s32", 100),
            _one("apparent_power", 23332, "s32", 100),
            _one("frequency", 23340, "u16", 100),
            _one("power_factor", 23354, "s16", 1000),
        ),
    ),
    HEAT: (
        3,
        (
            _one("heat_energy", 0, "u32", 1),
            _one("temp_flow", 46, "f32", 1),
            _one("temp_return", 54, "f32", 1),
            _one("serial_number", 165, "u32", 1),
        ),
    ),
    TVA: (
        3,
        (
            _one("mass", 0, "u32", 1),
            _one("mass_flow", 2, "u16", 1),
            _one("pressure", 3, "u16", 100),
            _one("temperature", 4, "u16", 10),
            _one("device_id", 10, "u16", 1),
        ),
    ),
}
"""Function code and registers of the products that the airport's meters are."""
LITTLE = frozenset({TVA})
"""Products that send the low word of a value first."""
_ALSO_THERE: Mapping[str, range] = {HEAT: range(170), TVA: range(12)}
"""Registers that the product has and nobody reads here: they show zero."""
COUNTED = frozenset({"active_energy_import", "heat_energy", "mass"})
_SUPPLY_C = {Utility.COOLING: (6.6, 12.4), Utility.HEATING: (64.0, 46.5)}
"""Flow and return at a user. [degC]"""
_STEAM_BAR, _STEAM_C = 6.1, 165.5


class AirportDevice:
    """One meter behind a gateway."""

    def __init__(
        self,
        meter: Metered,
        quantities: Sequence[str],
        model: AirportModel,
        answered: Answered,
        *,
        serial: int,
    ) -> None:
        """Stand for a meter.

        Args:
            meter: The metering point.
            quantities: What the site reads from it.
            model: Knows its registers.
            answered: Told of every channel answered.
            serial: The number on its plate.
        """
        self.meter = meter
        self._serial = serial
        self._model = model
        self._answered = answered
        self._function, places = PLACES[meter.profile]
        self._places = places
        self._defined = {place.address + n for place in places for n in range(place.words)}
        self._defined |= set(_ALSO_THERE.get(meter.profile, ()))
        self._read = frozenset(quantities)

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
        wanted = range(address, address + words)
        if function != self._function or not self._defined.issuperset(wanted):
            return ILLEGAL_ADDRESS
        image = bytearray(words * 2)
        seconds = seconds_of(at_us)
        for place in self._places:
            if address <= place.address and place.address + place.words <= address + words:
                self._pack(place, image, (place.address - address) * 2, seconds)
                if place.quantity in self._read:
                    self._answered(self.meter.point, place.quantity, at_us)
        return bytes(image)

    def _pack(self, place: Place, image: bytearray, offset: int, seconds: int) -> None:
        if place.quantity in COUNTED:
            count = self._model.true_count(self.meter, seconds)
            value: float = count / 100 if place.type == "f32" else count
        else:
            measured = self.measure(place.quantity, seconds)
            value = measured if place.type == "f32" else round(measured * place.steps)
        struct.pack_into(_FORMATS[place.type], image, offset, value)
        if self.meter.profile in LITTLE and place.words == _TWO_WORDS:
            low = slice(offset + 2, offset + 4)
            high = slice(offset, offset + 2)
            image[high], image[low] = image[low], image[high]

    def measure(self, quantity: str, seconds: int) -> float:
        """Return a gauge of the meter on its own side of its transformers.

        Units: V, A, W, var, VA, Hz; degC, kg / h, bar.

        Args:
            quantity: As in the product's register map.
            seconds: Since the origin. [s]
        """
        if quantity in {"serial_number", "device_id"}:
            return self._serial if quantity == "serial_number" else 0
        if self.meter.utility is not Utility.ELECTRICITY:
            return self._in_the_pipe(quantity, seconds)
        meter = self.meter
        power = self._model.rate(meter, seconds) / meter.multiplier
        name, _, phase = quantity.rpartition("_l")
        share = _PHASE_SHARE[int(phase)] / 100 if phase in {"1", "2", "3"} else 1.0
        factor = self._power_factor(seconds)
        match name if share != 1.0 else quantity:
            case "active_power":
                return power * share
            case "apparent_power":
                return abs(power) * share / factor
            case "reactive_power":
                return abs(power) * share * math.sqrt(1 / (factor * factor) - 1)
            case "power_factor":
                return math.copysign(factor, power)
            case "voltage":
                return self._volts(phase, seconds)
            case "current":
                return abs(power) * share / factor / self._volts(phase, seconds)
            case "frequency":
                return 50 + 0.02 * wobble(seed_of(self._model.airport.seed, "Hz"), seconds)
            case _:
                raise AssertionError(f"{quantity} is in the table, so it is measured")

    def _in_the_pipe(self, quantity: str, seconds: int) -> float:
        """Return a gauge of a heat, cooling or steam meter. [degC; kg / h; bar]."""
        sway = wobble(seed_of(self._model.airport.seed, self.meter.point, quantity), seconds)
        match quantity:
            case "temp_flow":
                return _SUPPLY_C[self.meter.utility][0] + 0.5 * sway
            case "temp_return":
                return _SUPPLY_C[self.meter.utility][1] + 0.9 * sway
            case "mass_flow":
                return min(self._model.rate(self.meter, seconds) / 1000, 65_535)
            case "pressure":
                return _STEAM_BAR + 0.12 * sway
            case "temperature":
                return _STEAM_C + 0.8 * sway
            case _:
                raise AssertionError(f"{quantity} is in the table, so it is measured")

    def _volts(self, phase: str, seconds: int) -> float:
        sway = wobble(seed_of(self._model.airport.seed, self.meter.place, "V", phase), seconds)
        return self.meter.volts * (1.004 + 0.009 * sway)

    def _power_factor(self, seconds: int) -> float:
        sway = wobble(seed_of(self._model.airport.seed, self.meter.point, "PF"), seconds)
        return 0.95 + 0.025 * sway
