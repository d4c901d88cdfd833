"""In: settings of a play. Out: simulated meters on real sockets until asked to stop. I/O.

The composition root of the replayed campus; stage.py is what every simulator has in common.
"""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from energy.base.clock import PlayClock, SystemClock, to_us
from energy.base.errors import ConfigError
from simulator.energy_file import load_series
from simulator.listening import Listening
from simulator.modbus_slave import Answered, start_slave
from simulator.plant import Plant, read_plant
from simulator.progress import PlayWindow
from simulator.pulse_gateway import PulseGateway
from simulator.replay import WEEK_US
from simulator.stage import CLOCK_FILE, Stage, StageSettings

_FLOATS_EXACT_FOR_US = 52 * WEEK_US


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaySettings:
    """What the command says."""

    site_file: Path
    data_dir: Path
    window: PlayWindow
    shift_weeks: int
    """How much later than the recorded year the play lives. [week]"""
    modbus_host: str
    modbus_port: int
    mqtt_host: str
    mqtt_port: int
    then_live: bool
    """Whether the meters live on at the machine's time when the play is over."""


def stage_of(settings: PlaySettings, clock: PlayClock, now: datetime) -> Stage:
    """Return the meters of a site file, ready to play.

    Args:
        settings: What the command says.
        clock: The play's clock.
        now: The machine's time, at which the meters live on.

    Raises:
        ConfigError: The site file, the window or an earlier play does not fit.
    """
    plant = _checked_plant(settings, now)

    async def listen(answered: Answered) -> list[Listening]:
        meters = [*plant.electric, *plant.spares()]
        host, port = settings.modbus_host, settings.modbus_port
        return [await start_slave(meters, clock, answered, host=host, port=port)]

    def gateways(published: Answered) -> list[PulseGateway]:
        return [PulseGateway(plant.pulse, published, name=f"simulator-{plant.site}")]

    stage = StageSettings(
        data_dir=settings.data_dir,
        window=settings.window,
        shift_weeks=settings.shift_weeks,
        mqtt_host=settings.mqtt_host,
        mqtt_port=settings.mqtt_port,
        then_live=settings.then_live,
    )
    return Stage(stage, clock, plant, listen=listen, gateways=gateways)


def _checked_plant(settings: PlaySettings, now: datetime) -> Plant:
    plant = read_plant(settings.site_file, load_series(), shift_weeks=settings.shift_weeks)
    origin_us = min(r.series.start_us + r.shift_us for r in plant.registers().values())
    if to_us(settings.window.first) < origin_us:
        raise ConfigError(
            "The play begins before its series. Lower --shift-weeks, or let --from be later."
        )
    until = max(settings.window.last, now) if settings.then_live else settings.window.last
    plant.require_floats_exact(to_us(until) + _FLOATS_EXACT_FOR_US)
    return plant


async def run_until_signal(settings: PlaySettings) -> None:
    """Run the simulator until SIGTERM or SIGINT.

    Args:
        settings: What the command says.

    Raises:
        ConfigError: The settings do not fit.
        OSError: A port is taken.
    """
    clock = play_clock(settings.data_dir)
    await run_stage(stage_of(settings, clock, SystemClock().now()))


def play_clock(data_dir: Path) -> PlayClock:
    """Return the clock of a play: METERLINE_PLAY_CLOCK names another file than its own."""
    return PlayClock(Path(os.environ.get("METERLINE_PLAY_CLOCK") or data_dir / CLOCK_FILE))


async def run_stage(stage: Stage) -> None:
    """Run a stage until SIGTERM or SIGINT.

    Raises:
        OSError: A port is taken.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stage.run(stop)
