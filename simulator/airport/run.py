"""In: settings of an airport's play. Out: its meters on real sockets until asked to stop. I/O.

The composition root of the simulated airport; stage.py is what every simulator has in common.
"""

from __future__ import annotations

from dataclasses import dataclass

from energy.base.clock import PlayClock, to_us
from energy.base.errors import ConfigError
from simulator.airport.design import airport_of
from simulator.airport.faults import FaultLevel, faults_of
from simulator.airport.figures import ORIGIN
from simulator.airport.model import AirportModel, seconds_of
from simulator.airport.plant import SITE, AirportPlant
from simulator.listening import Listening
from simulator.modbus_slave import Answered, start_units
from simulator.played import PushedMeter
from simulator.pulse_gateway import PulseGateway
from simulator.stage import Stage, StageSettings

DEVICES_A_GATEWAY = 200
"""Counters or sensors that share one client of the broker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AirportSettings:
    """What the command says."""

    stage: StageSettings
    meters: int
    seed: int
    faults: FaultLevel
    modbus_host: str
    modbus_port: int
    """Port of the first gateway; the others follow."""


def stage_of(settings: AirportSettings, clock: PlayClock) -> Stage:
    """Return the meters of an airport, ready to play.

    Args:
        settings: What the command says.
        clock: The play's clock.

    Raises:
        ConfigError: The number of meters, the window or an earlier play does not fit.
    """
    first = settings.stage.window.first
    if first < ORIGIN:
        raise ConfigError(f"The airport's registers begin at {ORIGIN.isoformat()}: play from then.")
    airport = airport_of(settings.meters, settings.seed)
    faults = faults_of(airport, settings.faults, seconds_of(to_us(first)))
    plant = AirportPlant(AirportModel(airport, faults))

    async def listen(answered: Answered) -> list[Listening]:
        return [
            await start_units(
                plant.units(points, clock, answered),
                clock,
                host=settings.modbus_host,
                port=settings.modbus_port + number,
            )
            for number, points in enumerate(airport.gateways)
        ]

    def gateways(published: Answered) -> list[PulseGateway]:
        pushed: list[PushedMeter] = [*plant.pulses(), *plant.sensors()]
        return [
            PulseGateway(
                pushed[n : n + DEVICES_A_GATEWAY],
                published,
                name=f"simulator-{SITE}-{n // DEVICES_A_GATEWAY + 1}",
            )
            for n in range(0, len(pushed), DEVICES_A_GATEWAY)
        ]

    return Stage(settings.stage, clock, plant, listen=listen, gateways=gateways)
