"""In: settings of a play. Out: simulated meters on real sockets until asked to stop. I/O.

The composition root of the simulator: meters, Modbus gateway, pulse gateway and conductor on one
event loop.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from energy.base.clock import PlayClock, SystemClock, to_us
from energy.base.errors import ConfigError
from simulator.energy_file import load_series
from simulator.live import publish_live
from simulator.modbus_slave import start_slave
from simulator.plant import Plant, read_plant
from simulator.play import Conductor
from simulator.progress import PlayWindow, Progress
from simulator.pulse_gateway import PulseGateway
from simulator.replay import WEEK_US
from simulator.report import play_report, write_report

CLOCK_FILE = "play.clock"
SOCKET = "play.sock"
REPORT = "play.json"
PROGRESS = "play.progress"
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


class Simulator:
    """The simulated meters of one site and their play."""

    def __init__(self, settings: PlaySettings, clock: PlayClock, now: datetime) -> None:
        """Read the meters and take up the play's progress.

        Args:
            settings: What the command says.
            clock: The play's clock.
            now: The machine's time, at which the meters live on.

        Raises:
            ConfigError: The site file, the window or an earlier play does not fit.
        """
        self._settings = settings
        self._clock = clock
        self._plant = _checked_plant(settings, now)
        self._progress = Progress(
            settings.data_dir / PROGRESS,
            settings.window,
            self._plant.channels(),
            shift_weeks=settings.shift_weeks,
        )
        self._gateway = PulseGateway(
            self._plant.pulse, self._progress.mark, name=f"simulator-{self._plant.site}"
        )
        self._live: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("simulator")

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until asked to stop.

        Args:
            stop: Set to end.

        Raises:
            OSError: A port is taken.
        """
        settings = self._settings
        meters = [*self._plant.electric, *self._plant.spares()]
        slave = await start_slave(
            meters,
            self._clock,
            self._progress.mark,
            host=settings.modbus_host,
            port=settings.modbus_port,
        )
        await self._gateway.start(settings.mqtt_host, settings.mqtt_port)
        self._set_clock()
        conductor = Conductor(
            settings.window, self._clock, publish=self._gateway.publish, finish=self._finish
        )
        server = await conductor.serve(settings.data_dir / SOCKET)
        self._log.info("simulator.listening", modbus=settings.modbus_port, meters=len(meters))
        await stop.wait()
        server.close()
        slave.close()
        await conductor.hang_up()
        await self._end_live()
        await self._gateway.stop()
        self._progress.close()

    def _set_clock(self) -> None:
        # An unfinished play stands where it stood; a finished one is never begun again.
        if (self._settings.data_dir / REPORT).exists():
            self._go_live()
        elif self._clock.live:
            self._clock.move_to(self._settings.window.first)

    def _finish(self) -> None:
        report = play_report(
            self._plant, self._settings.window, readings_sent=self._progress.readings_sent()
        )
        write_report(self._settings.data_dir / REPORT, report)
        self._log.info("simulator.play_over", readings_sent=report["readings_sent"])
        self._go_live()

    def _go_live(self) -> None:
        if self._settings.then_live and self._live is None:
            self._clock.move_to(None)
            self._live = asyncio.create_task(publish_live(self._clock, self._gateway.publish))

    async def _end_live(self) -> None:
        if self._live is not None:
            self._live.cancel()
            with suppress(asyncio.CancelledError):
                await self._live


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
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    clock_file = os.environ.get("METERLINE_PLAY_CLOCK") or settings.data_dir / CLOCK_FILE
    simulator = Simulator(settings, PlayClock(Path(clock_file)), SystemClock().now())
    await simulator.run(stop)
