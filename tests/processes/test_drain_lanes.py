"""Weeks of backlog: what comes now arrives within seconds, all of the rest follows at its rate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np

from adapters.spool import Spool
from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.metering.codec import MAX_READINGS, decode
from energy.metering.reading import ReadingColumns, SpooledBatch
from processes.collector_drain import Drain
from processes.drain_lanes import Rate
from tests.adapters.test_spool import CLOCK, START
from tests.processes.test_collector_drain import Journal, Outcome

SOURCES, CHANNELS = 3, 5
MINUTES = 20_000
"""Two weeks without a database."""
RATE = 5_000


def readings(source: int, first: int, many: int) -> ReadingColumns:
    """Return some minutes of a source's channels."""
    minute = np.repeat(np.arange(first, first + many, dtype=np.int64), CHANNELS)
    numbers = np.tile(source * CHANNELS + np.arange(CHANNELS, dtype=np.int32), many)
    return ReadingColumns(
        channel=numbers,
        at_us=to_us(START) + 60_000_000 * minute,
        count=minute,
        quality=np.full(len(minute), Quality.MEASURED, dtype=np.uint8),
    )


class Clockwork(Journal):
    """A journal with a clock that the drain's steps turn."""

    def __post_init__(self) -> None:
        self.now_s = 0.0
        self.arrived: list[tuple[float, SpooledBatch]] = []

    def accept(self, batches: Sequence[SpooledBatch], /) -> Outcome:
        outcome = super().accept(batches)
        self.arrived += [(self.now_s, batch) for batch in batches]
        return outcome


def test_after_weeks_the_newest_comes_first_and_the_backlog_at_its_rate(tmp_path: Path) -> None:
    journal = Clockwork(away=True)
    journal.__post_init__()
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    rate = Rate(RATE, monotonic=lambda: journal.now_s)
    drain = Drain(spool, journal, rate=rate)
    weeks = MINUTES
    for first in range(0, weeks, 1_000):
        for source in range(SOURCES):
            spool.append(f"bus-{source}", readings(source, first, 1_000))
        drain.step(least=1)
    for source in range(SOURCES):  # the last minutes before contact, in no full batch
        spool.append(f"bus-{source}", readings(source, weeks, 3))
    total = sum(batch.count for batch in spool.pending(100_000)) + 3 * SOURCES * CHANNELS
    journal.away = False
    lags = []
    minute = weeks + 3
    while journal.readings < total + SOURCES * CHANNELS * (minute - weeks - 3):
        journal.now_s += 0.2
        if round(journal.now_s * 5) % 25 == 0:  # something new every 5 s
            for source in range(SOURCES):
                spool.append(f"bus-{source}", readings(source, minute, 1))
            minute += 1
            came_s = journal.now_s
            expected = to_us(START + timedelta(minutes=minute - 1))
            while not any(b.last_us == expected for _, b in journal.arrived[-40:]):
                drain.step(least=1)
                journal.now_s += 0.05
            lags.append(journal.now_s - came_s)
        drain.step(least=1)
        assert journal.now_s < 10_000
    newest = to_us(START + timedelta(minutes=weeks + 2))
    first_new = next(at for at, batch in journal.arrived if batch.last_us >= newest)
    assert first_new < 2.0, "what was read last is there within seconds"
    assert max(lags) < 2.0, "and so is whatever comes while the backlog is brought"
    old = sum(b.count for _, b in journal.arrived if b.last_us < newest)
    took_s = journal.arrived[-1][0]
    assert old / took_s < 1.1 * RATE + 4 * MAX_READINGS
    parts = [decode(batch.payload) for batch in journal.batches.values()]
    rows = [row for p in parts for row in zip(p.channel.tolist(), p.at_us.tolist(), strict=True)]
    assert len(rows) == SOURCES * CHANNELS * minute, "nothing is lost"
    assert len(set(rows)) == len(rows), "nothing is doubled"
    assert spool.backlog().sealed_batches == spool.backlog().open_readings == 0
    assert spool.gone() == []
    spool.close()


def test_the_backlog_goes_source_by_source(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    for first in range(0, 3_000, 500):
        for source in range(3):
            spool.append(f"bus-{source}", readings(source, first, 500))
        spool.seal()
    journal = Clockwork()
    journal.__post_init__()
    drain = Drain(spool, journal)
    while drain.step(least=1):
        pass
    order = [batch.source for _, batch in journal.arrived]
    assert order == sorted(order)
    spool.close()


def test_what_comes_now_goes_first_though_the_newest_of_the_backlog_has_left(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    for source in (0, 1, 1, 1, 1, 1, 1, 0):  # the bus whose turn is first sealed the last one, too
        spool.append(f"bus-{source}", readings(source, 0, 100))
        spool.seal()
    journal = Clockwork()
    journal.__post_init__()
    drain = Drain(spool, journal)
    assert drain.step(least=1)
    assert {batch.source for _, batch in journal.arrived} == {"bus-0"}
    spool.append("bus-2", readings(2, 100, 1))
    drain.step(least=1)
    assert journal.arrived[2][1].source == "bus-2"
    while drain.step(least=1):
        pass
    assert len(journal.arrived) == 9
    spool.close()


def test_a_rate_saves_up_a_second_and_may_end_below_nothing() -> None:
    now = [0.0]
    rate = Rate(100, monotonic=lambda: now[0])
    assert rate.allows()
    rate.spend(350)
    now[0] = 2.4
    assert not rate.allows()
    now[0] = 2.6
    assert rate.allows()
    now[0] = 100.0
    assert rate.allows()
    rate.spend(101)
    assert not rate.allows()
