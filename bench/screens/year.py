"""In: an empty folder. Out: an airport's installation with a year of readings. I/O: PostgreSQL.

The registers of every quarter of an hour are computed by the simulator's model and accepted as a
spool's batches are, then folded by the ordinary views: a year in minutes instead of the days that
polling it through sockets would take. What follows the year comes from the simulated meters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from bench.readings import Chain
from energy.base.clock import SystemClock, to_us
from energy.base.config import Config
from energy.base.period import local_day, midnight
from energy.base.quality import Quality
from energy.journal.ingest import Ingest
from energy.metering.codec import MAX_READINGS
from energy.metering.reading import ReadingColumns
from energy.store.sites import Site
from energy.system import WRITER, System
from energy.views.registry_reads import channel_numbers
from processes.billing_month import bill_days
from processes.play_spec import AIRPORT, PLAY_SPEC, PlaySpec
from processes.project import catch_up
from processes.stack import Stack
from simulator.airport.design import airport_of
from simulator.airport.figures import ZONE
from simulator.airport.model import AirportModel, modulus_of, seconds_of
from simulator.airport.plant import quantities_of

DONE = "history.done"
"""File by which `scripts/up` knows that no history is to be played."""
QUARTER_US = 900_000_000
BATCHES = 8
"""Batches in a transaction."""
SEED = 1
POLL_S = 10
MODBUS_PORT, MQTT_PORT = 15600, 18930

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """What every counter of an airport shows, all at once."""

    model: AirportModel
    channel: np.ndarray[tuple[int], np.dtype[np.int32]]
    start: np.ndarray[tuple[int], np.dtype[np.int64]]
    per_count: np.ndarray[tuple[int], np.dtype[np.int64]]
    modulus: np.ndarray[tuple[int], np.dtype[np.int64]]

    @staticmethod
    def of(model: AirportModel, numbers: dict[tuple[str, str], int]) -> Registers:
        """Return the counters of a model.

        Args:
            model: The airport.
            numbers: Channel by point and quantity.
        """
        metered = model.airport.metered
        return Registers(
            model=model,
            channel=np.array(
                [numbers[m.point, quantities_of(m)[0]] for m in metered], dtype=np.int32
            ),
            start=np.array([model.start_count(m) for m in metered], dtype=np.int64),
            per_count=np.array([m.per_count for m in metered], dtype=np.int64),
            modulus=np.array([modulus_of(m) or 2**62 for m in metered], dtype=np.int64),
        )

    def columns(self, instants_us: list[int]) -> ReadingColumns:
        """Return every counter at some instants. [us since the epoch]."""
        counts = [
            (self.start + self.model.at(seconds_of(at)).base // self.per_count) % self.modulus
            for at in instants_us
        ]
        many = len(self.channel)
        return ReadingColumns(
            channel=np.tile(self.channel, len(instants_us)),
            at_us=np.repeat(np.array(instants_us, dtype=np.int64), many),
            count=np.concatenate(counts),
            quality=np.full(many * len(instants_us), Quality.MEASURED, dtype=np.uint8),
        )


def spec_of(first: datetime, last: datetime, meters: int) -> PlaySpec:
    """Return the play of an airport that goes on live."""
    return PlaySpec(
        first=first.isoformat(),
        last=last.isoformat(),
        slot_s=900,
        shift_weeks=0,
        then_live=True,
        modbus_port=MODBUS_PORT,
        mqtt_port=MQTT_PORT,
        site=AIRPORT,
        meters=meters,
        seed=SEED,
        interval_s=POLL_S,
        gateways=len(airport_of(meters, SEED).gateways),
    )


def make_year(config: Config, *, meters: int, days: int, bills: int, say: Say) -> None:
    """Make an installation with a history that ends now.

    Args:
        config: Settings; its data directory is made.
        meters: Metering points of the airport.
        days: Local days of history.
        bills: Whole months billed, the last ones.
        say: Told what is done.
    """
    zone, now = ZoneInfo(ZONE), SystemClock().now()
    last = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    first = midnight(local_day(now, zone) - timedelta(days=days), zone).astimezone(UTC)
    directory = config.data_dir
    directory.mkdir(parents=True, exist_ok=True)
    stack = Stack(config, spec_of(first, last, meters))
    try:
        site = stack.prepare()
        system = System(config=config, role=WRITER, clock=stack.clock)
        try:
            _accept(system, stack, site, first, last, say)
            say("views")
            catch_up(system.database, site, stack.clock)
            for begin, end in _months(local_day(last, zone), bills):
                say(f"bills of {begin:%Y-%m}")
                bill_days(system, site, begin, end)
                catch_up(system.database, site, stack.clock)
        finally:
            system.close()
        # The last slot alone is played through the sockets: the simulator then lives on.
        (directory / PLAY_SPEC).unlink()
        spec_of(last, last, meters).save(directory / PLAY_SPEC)
    finally:
        stack.stop()
    (directory / DONE).touch()


def _accept(
    system: System, stack: Stack, site: Site, first: datetime, last: datetime, say: Say
) -> None:
    """Accept what every counter showed from an instant to another, both included."""
    numbers = channel_numbers(system.database, site.schema)
    registers = Registers.of(AirportModel(airport_of(stack.play.meters, SEED)), numbers)
    ingest, chain = Ingest(system.database, site.schema, stack.clock), Chain("bench year")
    slots = MAX_READINGS // len(registers.channel)
    for number, parts in enumerate(_slots(to_us(first), to_us(last), slots)):
        stack.clock.move_to(_utc(parts[-1][-1]))
        ingest.accept([chain.batch(registers.columns(part)) for part in parts])
        if number % 16 == 0:
            say(f"readings up to {_utc(parts[-1][-1]):%Y-%m-%d}")
            catch_up(system.database, site, stack.clock)


def _slots(first_us: int, last_us: int, slots: int) -> Iterator[list[list[int]]]:
    """Yield the instants of the batches of each transaction. [us since the epoch].

    Args:
        first_us: The first one.
        last_us: The last one, a whole number of quarters later.
        slots: Most in a batch.
    """
    every = list(range(first_us, last_us + 1, QUARTER_US))
    batches = [every[n : n + slots] for n in range(0, len(every), slots)]
    for n in range(0, len(batches), BATCHES):
        yield batches[n : n + BATCHES]


def _utc(at_us: int) -> datetime:
    return datetime.fromtimestamp(at_us / 1_000_000, UTC)


def _months(today: date, count: int) -> list[tuple[date, date]]:
    """Return first and last day of some months before a day, the earliest first."""
    found, end = list[tuple[date, date]](), today.replace(day=1)
    for _ in range(count):
        last = end - timedelta(days=1)
        end = last.replace(day=1)
        found.append((end, last))
    return found[::-1]


def is_made(directory: Path) -> bool:
    """Return whether a folder holds a year."""
    return (directory / DONE).exists()
