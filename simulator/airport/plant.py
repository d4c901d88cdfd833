"""In: the model of an airport. Out: its meters as a play and the sockets need them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from energy.base.clock import Clock
from simulator.airport.devices import AirportDevice
from simulator.airport.faults import FaultKind, silent
from simulator.airport.model import AirportModel, modulus_of, seconds_of
from simulator.airport.parts import (
    HEAT,
    PULSE,
    PULSE_CHANNEL,
    TVA,
    Metered,
    Sensor,
    serials_of,
)
from simulator.modbus_slave import Answered

SITE = "airport"
PULSE_TOPIC = f"meterline/{SITE}/pulses/+"
SENSOR_TOPIC = f"meterline/{SITE}/sensors/+"
ENERGY = "active_energy_import"
_FULL = (
    ENERGY, "active_power", "reactive_power", "power_factor", "voltage_l1", "current_l1",
    "frequency",
)  # fmt: skip
_QUANTITIES = {
    "incomer": _FULL,
    "board": (ENERGY, "active_power", "power_factor", "current_l1"),
    "tenant": (ENERGY, "active_power"),
}
_OF_PROFILE = {
    HEAT: ("heat_energy", "temp_flow", "temp_return"),
    TVA: ("mass", "mass_flow", "pressure"),
}


def quantities_of(meter: Metered) -> tuple[str, ...]:
    """Return what the site reads from a meter; the first is what it counts."""
    if meter.profile == PULSE:
        return (PULSE_CHANNEL[meter.utility][0],)
    return _OF_PROFILE.get(meter.profile) or _QUANTITIES[meter.level]


@dataclass(frozen=True, slots=True, kw_only=True)
class AirportRegister:
    """The counter of one metering point as a function of time."""

    meter: Metered
    model: AirportModel

    @property
    def modulus(self) -> int | None:
        """Counts at which it returns to zero. [count]."""
        return modulus_of(self.meter)

    def true_count(self, at_us: int) -> int:
        """Return the count as if it had endless digits. [us since the epoch -> count]."""
        return self.model.true_count(self.meter, seconds_of(at_us))

    def shown_count(self, at_us: int) -> int:
        """Return the count that it shows. [us since the epoch -> count]."""
        count, modulus = self.true_count(at_us), self.modulus
        return count if modulus is None else count % modulus


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseCounter:
    """A water or gas counter behind a pulse gateway."""

    register: AirportRegister

    @property
    def point(self) -> str:
        """The metering point."""
        return self.register.meter.point

    @property
    def device(self) -> str:
        """Its name at the gateway."""
        return self.point

    @property
    def topic(self) -> str:
        """The topic of its messages."""
        return PULSE_TOPIC.replace("+", self.device)

    @property
    def quantity(self) -> str:
        """What it counts."""
        return quantities_of(self.register.meter)[0]

    def shown_count(self, at_us: int) -> int:
        """Return the count that it shows. [us since the epoch -> count]."""
        return self.register.shown_count(at_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentSensor:
    """A sensor whose gateway publishes it."""

    sensor: Sensor
    model: AirportModel

    @property
    def point(self) -> str:
        """The metering point."""
        return self.sensor.point

    @property
    def device(self) -> str:
        """Its name at the gateway."""
        return self.point

    @property
    def topic(self) -> str:
        """The topic of its messages."""
        return SENSOR_TOPIC.replace("+", self.device)

    @property
    def quantity(self) -> str:
        """What it shows."""
        return self.sensor.quantity

    def shown_count(self, at_us: int) -> int:
        """Return the count that it shows. [us since the epoch -> count]."""
        return self.model.sensor_count(self.sensor, seconds_of(at_us))


@dataclass(frozen=True, slots=True, kw_only=True)
class SometimesSilent:
    """A meter that gives no answer for a while, but only live: a play waits for every answer."""

    device: AirportDevice
    model: AirportModel
    clock: Clock

    def read(self, function: int, address: int, words: int, at_us: int) -> bytes | int | None:
        """Return what the meter answers, or None while it is silent."""
        live = getattr(self.clock, "live", True)
        if live and silent(self.model.faults, self.device.meter, seconds_of(at_us)):
            return None
        return self.device.read(function, address, words, at_us)


class AirportPlant:
    """Every simulated meter of an airport."""

    def __init__(self, model: AirportModel) -> None:
        """Stand for the meters of a model."""
        self.model = model
        self._serial = serials_of(model.airport)
        self._by_point = {meter.point: meter for meter in model.airport.metered}

    def channels(self) -> list[tuple[str, str]]:
        """Return (point, quantity) of every channel that the site reads."""
        meters = self._by_point.values()
        metered = [(meter.point, name) for meter in meters for name in quantities_of(meter)]
        return metered + [(sensor.point, sensor.quantity) for sensor in self.model.airport.sensors]

    def registers(self) -> dict[str, AirportRegister]:
        """Return the register of every point whose counts are its usage: none that fell to zero."""
        fallen = {f.point for f in self.model.faults if f.kind is FaultKind.RESET}
        return {
            point: AirportRegister(meter=meter, model=self.model)
            for point, meter in self._by_point.items()
            if point not in fallen
        }

    def pulses(self) -> list[PulseCounter]:
        """Return the counters behind the pulse gateways."""
        return [
            PulseCounter(register=AirportRegister(meter=meter, model=self.model))
            for meter in self._by_point.values()
            if meter.profile == PULSE
        ]

    def sensors(self) -> list[SentSensor]:
        """Return the sensors behind the sensor gateway."""
        return [SentSensor(sensor=s, model=self.model) for s in self.model.airport.sensors]

    def units(
        self, points: Sequence[str], clock: Clock, answered: Answered
    ) -> dict[int, SometimesSilent]:
        """Return what answers behind one gateway, by unit number.

        Args:
            points: Metering points in the order of their units.
            clock: Tells whether a play waits for every answer.
            answered: Told of every channel answered.
        """
        meters = [self._by_point[point] for point in points]
        return {
            unit: SometimesSilent(
                device=AirportDevice(
                    meter,
                    quantities_of(meter),
                    self.model,
                    answered,
                    serial=int(self._serial[meter.point]),
                ),
                model=self.model,
                clock=clock,
            )
            for unit, meter in enumerate(meters, start=1)
        }
