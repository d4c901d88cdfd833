"""In: the simulated meters of a site. Out: their play on real sockets, then their life. I/O.

What every simulator has in common: Modbus gateways and pulse gateways on one event loop, the
conductor that leads a collector through the slots, the report at the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from energy.base.clock import PlayClock
from simulator.listening import Listening
from simulator.live import publish_live
from simulator.modbus_slave import Answered
from simulator.play import Conductor
from simulator.played import PlayedSite
from simulator.progress import PlayWindow, Progress
from simulator.pulse_gateway import PulseGateway
from simulator.report import play_report, write_report

CLOCK_FILE = "play.clock"
SOCKET = "play.sock"
REPORT = "play.json"
PROGRESS = "play.progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSettings:
    """Where and when a play is."""

    data_dir: Path
    window: PlayWindow
    shift_weeks: int
    """Which course of the registers is played; another one in the same folder is refused."""
    mqtt_host: str
    mqtt_port: int
    then_live: bool
    """Whether the meters live on at the machine's time when the play is over."""


Listen = Callable[[Answered], Awaitable[Sequence[Listening]]]
"""Opens the Modbus ports; what is answered is told."""
Gateways = Callable[[Answered], Sequence[PulseGateway]]
"""Makes the pulse gateways; what is published is told."""


class Stage:
    """The simulated meters of one site and their play."""

    def __init__(
        self,
        settings: StageSettings,
        clock: PlayClock,
        site: PlayedSite,
        *,
        listen: Listen,
        gateways: Gateways,
    ) -> None:
        """Take up the play's progress.

        Args:
            settings: Where and when.
            clock: The play's clock.
            site: The simulated meters.
            listen: Opens the Modbus ports.
            gateways: Makes the pulse gateways.

        Raises:
            ConfigError: An earlier play in the folder does not fit.
        """
        self._settings = settings
        self._clock = clock
        self._site = site
        self._listen = listen
        self._progress = Progress(
            settings.data_dir / PROGRESS,
            settings.window,
            site.channels(),
            shift_weeks=settings.shift_weeks,
        )
        self._gateways = gateways(self._progress.mark)
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
        finished = (settings.data_dir / REPORT).exists()
        # An unfinished play stands where it stood; a finished one is never begun again. Before
        # the ports open: a meter asked earlier would show its registers as of the machine's clock.
        if not finished and self._clock.live:
            self._clock.move_to(settings.window.first)
        slaves = await self._listen(self._progress.mark)
        for gateway in self._gateways:
            await gateway.start(settings.mqtt_host, settings.mqtt_port)
        if finished:
            self._go_live()
        conductor = Conductor(
            settings.window, self._clock, publish=self._publish, finish=self._finish
        )
        led = await conductor.serve(settings.data_dir / SOCKET)
        self._log.info("simulator.listening", ports=len(slaves))
        await stop.wait()
        for listening in (led, *slaves):
            await listening.close()
        await self._end_live()
        for gateway in self._gateways:
            await gateway.stop()
        self._progress.close()

    def _publish(self, at: datetime) -> None:
        for gateway in self._gateways:
            gateway.publish(at)

    def _finish(self) -> None:
        report = play_report(
            self._site, self._settings.window, readings_sent=self._progress.readings_sent()
        )
        write_report(self._settings.data_dir / REPORT, report)
        self._log.info("simulator.play_over", readings_sent=report["readings_sent"])
        self._go_live()

    def _go_live(self) -> None:
        if self._settings.then_live and self._live is None:
            self._clock.move_to(None)
            self._live = asyncio.create_task(publish_live(self._clock, self._publish))

    async def _end_live(self) -> None:
        if self._live is not None:
            self._live.cancel()
            with suppress(asyncio.CancelledError):
                await self._live
