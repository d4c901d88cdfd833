from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.spool import Spool
from energy.base.clock import ManualClock, monotonic_s, wait
from energy.metering.codec import MAX_READINGS
from energy.metering.reading import SpooledBatch
from processes.collector_drain import Drain
from tests.adapters.test_spool import columns


@dataclass
class Counts:
    conflicts: int = 0


@dataclass
class Journal:
    """A door that keeps batches by their key, and can be away."""

    away: bool = False
    cut_after_commit: bool = False
    batches: dict[tuple[object, int], SpooledBatch] = field(default_factory=dict)
    calls: int = 0

    def accept(self, batches: Sequence[SpooledBatch], /) -> Counts:
        self.calls += 1
        if self.away:
            raise ConnectionError("the database is away")
        conflicts = 0
        for batch in batches:
            kept = self.batches.setdefault((batch.stream, batch.sequence), batch)
            conflicts += kept.own_hash != batch.own_hash
        if self.cut_after_commit:
            self.cut_after_commit = False
            raise ConnectionError("the connection was cut right after the commit")
        return Counts(conflicts)

    @property
    def readings(self) -> int:
        return sum(batch.count for batch in self.batches.values())


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool.sqlite", ManualClock(datetime(2019, 1, 1, tzinfo=UTC)))
    yield spool
    spool.close()


def test_a_batch_leaves_the_spool_after_the_journal_has_it(spool: Spool) -> None:
    journal = Journal()
    drain = Drain(spool, journal)
    spool.append("bus", columns(10))
    assert not drain.step(least=MAX_READINGS)
    assert drain.step(least=1)
    assert not drain.step(least=1)
    assert (journal.readings, drain.drained) == (10, 10)
    assert spool.backlog().sealed_batches == 0


def test_a_journal_that_is_away_costs_nothing_but_time(spool: Spool) -> None:
    journal = Journal(away=True)
    drain = Drain(spool, journal)
    for _ in range(5):
        spool.append("bus", columns(10))
        assert not drain.step(least=1)
    assert "ConnectionError: the database is away" in drain.failing
    journal.away = False
    while drain.step(least=1):
        pass
    assert journal.readings == 50
    assert drain.failing == ""


def test_a_connection_cut_right_after_the_commit_counts_once(spool: Spool) -> None:
    journal = Journal(cut_after_commit=True)
    drain = Drain(spool, journal)
    spool.append("bus", columns(10))
    assert not drain.step(least=1)
    assert spool.backlog().sealed_batches == 1
    assert drain.step(least=1)
    assert journal.readings == 10
    assert [sequence for _, sequence in journal.batches] == [1]


def test_the_thread_drains_by_itself_and_finishes_what_is_left(spool: Spool) -> None:
    journal = Journal()
    drain = Drain(spool, journal, flush_s=0.01)
    drain.start()
    spool.append("bus", columns(10))
    until_s = monotonic_s() + 5
    while not journal.readings and monotonic_s() < until_s:
        wait(0.01)
    assert journal.readings == 10
    spool.append("bus", columns(7))
    drain.finish()
    assert journal.readings == 17


def test_a_finish_does_not_wait_for_a_journal_that_is_away(spool: Spool) -> None:
    journal = Journal(away=True)
    drain = Drain(spool, journal, flush_s=0.01)
    drain.start()
    spool.append("bus", columns(10))
    until_s = monotonic_s() + 5
    while not journal.calls and monotonic_s() < until_s:
        wait(0.01)
    drain.finish()
    assert journal.calls >= 1
    assert spool.backlog().sealed_batches == 1
