"""In: nothing. Out: the values that describe a simulated airport. Pure.

A *flow* is what one place truly uses; a *metered* point counts one flow or the exact sum of many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from energy.base.units import Utility
from simulator.airport.loads import Building

PULSE = "pulse"
ABB, SDM = "abb_b23_b24", "eastron_sdm630"
HEAT, TVA = "airport_heat", "spirax_tva"
"""The first is a map of the site's own: simulator/sites/airport/profiles."""
PROFILE: Mapping[Utility, str] = {
    Utility.WATER: PULSE,
    Utility.GAS: PULSE,
    Utility.HEATING: HEAT,
    Utility.COOLING: HEAT,
    Utility.STEAM: TVA,
}
"""What measures a utility that flows in pipes."""
COUNT: Mapping[Utility, int] = {
    Utility.ELECTRICITY: 10,
    Utility.WATER: 10,
    Utility.GAS: 100,
    Utility.HEATING: 1000,
    Utility.COOLING: 1000,
    Utility.STEAM: 1000,
}
"""What one count stands for, before a multiplier. [Wh; L; L; Wh; Wh; g]"""
PULSE_CHANNEL: Mapping[Utility, tuple[str, str, str]] = {
    Utility.WATER: ("volume", "m3", "0.01"),
    Utility.GAS: ("volume", "m3", "0.1"),
}
"""Quantity, unit and resolution of a pulse counter."""
PULSE_MODULUS = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What one place truly uses, as whole multiples of drivers."""

    key: str
    utility: Utility
    building: str
    terms: Mapping[str, int]
    """Driver -> amount an hour while the driver is one. [Wh; L; g]"""
    per_count: int
    """[Wh; L; g]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """A metering point that counts flows."""

    point: str
    name: str
    place: str
    utility: Utility
    level: str
    """"incomer", "board" or "tenant": the three levels of metering; "plant" beside them."""
    profile: str
    multiplier: int
    parts: tuple[tuple[int, str], ...]
    """(1 or -1, flow) that it counts."""
    volts: int = 230
    """Voltage of a phase. [V]"""
    tenant: str | None = None
    """Key of who pays."""

    @property
    def per_count(self) -> int:
        """Return what a count of its register stands for. [Wh; L; g]."""
        return COUNT[self.utility] * self.multiplier


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """A metering point that shows a state or a gauge, sent by a gateway."""

    point: str
    name: str
    place: str
    quantity: str
    kind: str
    """"gauge" or "state"."""
    unit: str
    resolution: str
    behaviour: str
    """Name of what it does: a row of sensors.BEHAVIOURS."""
    of: str
    """Feeder, transformer or board that it watches; "" for the whole site."""
    rated_w: int = 0
    """Load at which what it watches is full. [W]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """Somebody who pays."""

    key: str
    kind: str
    number: int
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The supply graph of one utility."""

    utility: Utility
    nodes: tuple[tuple[str, str, str, str | None], ...]
    """(key, kind, name, metering point)"""
    edges: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Airport:
    """Everything that a simulated airport is."""

    seed: int
    buildings: tuple[Building, ...]
    flows: tuple[Flow, ...]
    metered: tuple[Metered, ...]
    sensors: tuple[Sensor, ...]
    graphs: tuple[Graph, ...]
    tenants: tuple[Tenant, ...]
    gateways: tuple[tuple[str, ...], ...]
    """Points behind each Modbus gateway, in the order of their units from 1."""

    @property
    def meters(self) -> int:
        """Return the number of metering points."""
        return len(self.metered) + len(self.sensors)

    def gateway_key(self, number: int) -> str:
        """Return the name of a gateway's source. Args: number from 0."""
        return f"gateway-{number + 1:03d}"


def serials_of(airport: Airport) -> dict[str, str]:
    """Return the number on the plate of every metering point."""
    points = [meter.point for meter in airport.metered]
    sensors = [sensor.point for sensor in airport.sensors]
    numbers = {point: f"26{number:06d}" for number, point in enumerate(points)}
    return numbers | {point: f"28{number:06d}" for number, point in enumerate(sensors)}
