"""In: a minute of scans at full pace. Out: how far the views are behind, and memory gained. I/O.

Three processes as the product runs them: one appends paced batches of many gateways, one follows
with every metering view and the rollups, this one watches. The clock of the readings runs with
the wall from half a minute before a local midnight on: a quarter-hour, an hour and a day end on
the way.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from bench.ground import BATCH, ZONE, Ground
from bench.measure import Aim, Bench, Scale, Sides
from bench.readings import GATEWAY_CHANNELS, MIDNIGHT_US, Chain, Scans
from energy.base.clock import ManualClock, from_us, monotonic_s, wait
from energy.journal.ingest import Ingest
from energy.journal.recorder import head_position
from energy.store.pool import Database
from energy.views.rollup import roll_up
from energy.views.worker import metering_follower

TOGETHER = 4
"""Batches in a transaction."""
_HALF_MINUTE_US = 30_000_000
_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is appended."""

    dsn: str
    schema: str
    gateways: int
    seconds: float
    readings_per_s: int

    @property
    def scan_us(self) -> int:
        """Return the time between two scans of a gateway. [us]."""
        return 1_000_000 * self.gateways * GATEWAY_CHANNELS // self.readings_per_s


@dataclass(slots=True, kw_only=True)
class Run:
    """What one run showed."""

    lag_s: float
    """From the last append to the last fold. [s]"""
    worst_lag_s: float
    """Greatest age of the oldest entry that waited, once a second. [s]"""
    growth_mib: float
    """Memory that the follower gained from a quarter of the time on. [MiB]"""
    readings_per_s: float
    """What the appender reached."""
    memory_mib: list[float] = field(default_factory=list)


def appending(load: Load, told: Connection) -> None:
    """Append at a pace; tell (position, monotonic instant) of every transaction."""
    database = Database(load.dsn)
    clock = ManualClock(from_us(MIDNIGHT_US))
    start_us = MIDNIGHT_US + _DAY_US - _HALF_MINUTE_US
    scans = [
        Scans(first=1 + n * GATEWAY_CHANNELS, seed=n, scan_us=load.scan_us, start_us=start_us)
        for n in range(load.gateways)
    ]
    chains = [Chain(f"gateway-{n + 1}") for n in range(load.gateways)]
    ingest = Ingest(database, load.schema, clock)
    pause_s = TOGETHER * BATCH / load.readings_per_s
    began_s = monotonic_s()
    sent = 0
    while sent * BATCH < load.seconds * load.readings_per_s:
        turns = [(sent + n) % load.gateways for n in range(TOGETHER)]
        batches = [chains[n].batch(scans[n].take(BATCH // GATEWAY_CHANNELS)) for n in turns]
        clock.move_to(max(clock.now(), from_us(max(batch.last_us for batch in batches))))
        wait(max(began_s + sent // TOGETHER * pause_s - monotonic_s(), 0))
        told.send((ingest.accept(batches).position, monotonic_s()))
        sent += TOGETHER
    told.send((sent * BATCH / (monotonic_s() - began_s + pause_s), 0.0))
    database.close()


def following(load: Load, told: Connection) -> None:
    """Follow until something is sent; tell the memory in use every second."""
    database = Database(load.dsn)
    stop = threading.Event()
    follower = metering_follower(
        database, load.schema, ZONE, ManualClock(from_us(MIDNIGHT_US + _DAY_US))
    )

    def rollups() -> None:
        while not stop.is_set():
            with database.connection() as connection:
                done = roll_up(connection, load.schema)
            wait(0.0 if done else 1.0, stop)

    threads = [
        threading.Thread(target=follower.run, args=(stop,)),
        threading.Thread(target=rollups),
    ]
    for thread in threads:
        thread.start()
    while not told.poll(1.0):
        told.send(_memory_mib())
    stop.set()
    for thread in threads:
        thread.join()
    database.close()


def sustain(ground: Ground, *, gateways: int, seconds: float, readings_per_s: int) -> Run:
    """Append and follow for a while and watch.

    Args:
        ground: The database of the run.
        gateways: Each of 500 channels.
        seconds: How long. [s]
        readings_per_s: Of all gateways together.
    """
    with ground.site(gateways * GATEWAY_CHANNELS) as site:
        load = Load(
            dsn=ground.writer.dsn,
            schema=site.schema,
            gateways=gateways,
            seconds=seconds,
            readings_per_s=readings_per_s,
        )
        spawn = multiprocessing.get_context("spawn")
        (appended, tells), (memory, stops) = spawn.Pipe(duplex=False), spawn.Pipe()
        follower = spawn.Process(target=following, args=(load, stops))
        appender = spawn.Process(target=appending, args=(load, tells))
        follower.start()
        memory.recv()  # it follows
        appender.start()
        try:
            return _watched(site.database, load, appended, memory)
        finally:
            memory.send(None)
            appender.join()
            follower.join()


def _watched(database: Database, load: Load, appended: Connection, memory: Connection) -> Run:
    sent: list[tuple[int, float]] = []
    run = Run(lag_s=0.0, worst_lag_s=0.0, growth_mib=0.0, readings_per_s=0.0)
    while not run.readings_per_s:
        until_s = monotonic_s() + 1.0
        while appended.poll(max(until_s - monotonic_s(), 0)) and not run.readings_per_s:
            position, at_s = appended.recv()
            if at_s:
                sent.append((position, at_s))
            else:
                run.readings_per_s = position
        reached = _position(database, load.schema)
        waiting = [at_s for position, at_s in sent if position > reached]
        run.worst_lag_s = max(run.worst_lag_s, monotonic_s() - min(waiting, default=until_s))
        sent = [each for each in sent if each[0] > reached] or sent[-1:]
        while memory.poll(0):
            run.memory_mib.append(memory.recv())
    last_s = sent[-1][1]
    with database.connection() as connection:
        head = head_position(connection, load.schema, "metering")
    while _position(database, load.schema) < head:
        wait(0.01)
    run.lag_s = monotonic_s() - last_s
    settled = run.memory_mib[len(run.memory_mib) // 4 :] or [0.0]
    run.growth_mib = max(settled) - settled[0]
    return run


def _position(database: Database, schema: str) -> int:
    with database.connection() as connection:
        row = connection.execute(
            f"SELECT position FROM {schema}.follower WHERE name = 'metering'"
        ).fetchone()
    return int(str(row[0])) if row else 0


def _memory_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sustained:
    """One quantity of a run; benches of one scale share their run."""

    quantity: str
    """A field of Run."""

    @contextmanager
    def __call__(self, ground: Ground, scale: Scale) -> Iterator[Sides]:
        """Give the product's side: it runs on its own pace, so it has no baseline."""

        def act() -> float:
            key = (id(ground), scale)
            if key not in _RUNS:
                _RUNS[key] = sustain(
                    ground,
                    gateways=scale.sustained_gateways,
                    seconds=scale.sustained_s,
                    readings_per_s=5_000 * scale.sustained_gateways,
                )
            return float(getattr(_RUNS[key], self.quantity))

        yield Sides(product=act)


_RUNS: dict[tuple[int, Scale], Run] = {}
BENCHES = (
    Bench(
        name="sustained-lag",
        says="100,000 readings/s of 10,000 channels into every view and rollup: lag at the end",
        unit="s",
        prepare=Sustained(quantity="lag_s"),
        aim=Aim.VALUE_AT_MOST,
        target=2.0,
        once=True,
    ),
    Bench(
        name="sustained-worst-lag",
        says="the same run: greatest lag on the way, over a quarter-hour, an hour and a midnight",
        unit="s",
        prepare=Sustained(quantity="worst_lag_s"),
        once=True,
    ),
    Bench(
        name="sustained-memory",
        says="the same run: memory that the follower gained after its first quarter",
        unit="MiB",
        prepare=Sustained(quantity="growth_mib"),
        aim=Aim.VALUE_AT_MOST,
        target=50.0,
        once=True,
    ),
    Bench(
        name="sustained-pace",
        says="the same run: what was appended meanwhile",
        unit="reading/s",
        prepare=Sustained(quantity="readings_per_s"),
        once=True,
    ),
)
