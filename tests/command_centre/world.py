"""In: the simulated airport, the table's faults. Out: what every channel shows at an instant. Pure.

The registers are the simulator's own; a fault lays over them what the table says: a value that is
set, a counter at another pace, a value that stands still, a feeder without power, a device that is
silent, a line whose readings come late.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from energy.alerting.rules.kinds import WatchedChannel
from energy.base.clock import to_us
from energy.metering.reading import Reading
from simulator.airport.devices import COUNTED, AirportDevice
from simulator.airport.model import AirportModel, modulus_of, seconds_of
from simulator.airport.parts import PULSE, Airport, Metered, Sensor
from simulator.airport.plant import quantities_of
from tests.command_centre.table import Fault

Name = tuple[str, str]
"""Point and quantity."""


@dataclass
class World:
    """The airport as it is metered, with everything that goes wrong in the week."""

    airport: Airport
    channels: Mapping[Name, WatchedChannel]
    wanted: Collection[Name]
    """What is read; of the rest nobody asks."""
    faults: Sequence[Fault]

    def __post_init__(self) -> None:
        self.model = AirportModel(self.airport)
        self._meters = {meter.point: meter for meter in self.airport.metered}
        self._sensors = {sensor.point: sensor for sensor in self.airport.sensors}
        self._devices = {
            meter.point: AirportDevice(
                meter, quantities_of(meter), self.model, lambda *_: None, serial=1
            )
            for meter in self.airport.metered
            if meter.profile != PULSE
        }
        self._of: dict[Name, list[Fault]] = {
            name: [each for each in self.faults if self.meant(each, name)] for name in self.wanted
        }

    @cached_property
    def source_of(self) -> dict[str, str]:
        """Return the source that reads each point."""
        found = {
            point: self.airport.gateway_key(number)
            for number, points in enumerate(self.airport.gateways)
            for point in points
        }
        found |= dict.fromkeys(self._sensors, "sensors-1")
        return found | {p: "pulses-1" for p in self._meters if p not in found}

    @property
    def polled(self) -> list[str]:
        """Return the points whose devices are asked over a line."""
        return [point for points in self.airport.gateways for point in points]

    def silent(self, point: str, at: datetime) -> bool:
        """Return whether a device gives no answer at an instant."""
        return any(
            each.do.get("silent")
            and each.begins <= at < each.ends
            and (each.do.get("point") == point or each.do.get("source") == self.source_of[point])
            for each in self.faults
        )

    def held(self, at: datetime) -> bool:
        """Return whether the line is cut: what is read there waits."""
        return any(each.do.get("held") and each.begins <= at < each.ends for each in self.faults)

    def readings(self, at: datetime) -> list[Reading]:
        """Return what is read at an instant."""
        return [
            Reading(channel=self.channels[name].number, at=at, count=self.count(name, at))
            for name in self.wanted
            if not self.silent(name[0], at)
        ]

    def balances(self, now: datetime) -> dict[str, Decimal]:
        """Return what is left of prepaid money, by account."""
        return {
            each.do["account"]: Decimal(
                each.do["balance"] if each.begins <= now < each.ends else 500
            )
            for each in self.faults
            if "balance" in each.do
        }

    def count(self, name: Name, at: datetime) -> int:
        """Return what a channel shows. [count]."""
        meter = self._meters.get(name[0])
        counts = meter is not None and name[1] == quantities_of(meter)[0]
        value = self._sound(name, at)
        for fault in self._of[name]:
            if counts:
                value += self._counted(name, fault, at)
            elif fault.begins <= at < fault.ends:
                value = self._shown(name, fault)
        modulus = modulus_of(meter) if meter is not None and counts else None
        return value if modulus is None else value % modulus

    def _counted(self, name: Name, fault: Fault, at: datetime) -> int:
        """Return by how much a counter differs from what truly passed. [count]."""
        if at < fault.begins:
            return 0
        begun = self._sound(name, fault.begins)
        if "reset" in fault.do:
            return -begun
        pace = Fraction(fault.do.get("times", "0"))
        return int((pace - 1) * (self._sound(name, min(at, fault.ends)) - begun))

    def _shown(self, name: Name, fault: Fault) -> int:
        """Return what a gauge shows while a fault is there. [count]."""
        if "freeze" in fault.do:
            return self._sound(name, fault.begins)
        said = Fraction(fault.do.get("set", "0"))
        return round(said / self.channels[name].per_count)

    def _sound(self, name: Name, at: datetime) -> int:
        seconds = seconds_of(to_us(at))
        sensor: Sensor | None = self._sensors.get(name[0])
        if sensor is not None:
            return self.model.sensor_count(sensor, seconds)
        meter: Metered = self._meters[name[0]]
        if name[1] == quantities_of(meter)[0]:
            return self.model.true_count(meter, seconds)
        assert name[1] not in COUNTED, "the first quantity is what counts"
        measured = Fraction(self._devices[meter.point].measure(name[1], seconds))
        return round(measured * meter.multiplier / self.channels[name].per_count)

    def meant(self, fault: Fault, name: Name) -> bool:
        """Return whether a fault changes what a channel shows."""
        if "/".join(name) in fault.do.get("of", ()):
            return True
        if name[0] == fault.do.get("breaker"):
            return True
        dark = fault.do.get("dark")
        return (
            dark is not None
            and name[0].startswith(dark)
            and name[0].endswith("-elec")
            and name[0] != fault.do.get("but")
            and name[1] in {"active_power", "active_energy_import"}
        )
