from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from adapters.spool import Spool
from energy.base.clock import ManualClock, monotonic_s, wait
from energy.journal.entry import decode_batch
from energy.journal.verify import verify
from energy.metering.codec import MAX_READINGS, decode
from energy.metering.reading import ReadingColumns, SpooledBatch
from processes.collector_drain import BATCHES_A_TRANSACTION, Drain
from processes.drain_lanes import READINGS_A_TRANSACTION
from tests.adapters.test_spool import columns
from tests.fixtures.batches import reading
from tests.fixtures.postgres import TestSite


@dataclass
class Outcome:
    conflicting: tuple[tuple[UUID, int], ...] = ()


@dataclass
class Journal:
    """A door that keeps batches by their key, and can be away."""

    away: bool = False
    cut_after_commit: bool = False
    batches: dict[tuple[UUID, int], SpooledBatch] = field(default_factory=dict)
    calls: int = 0

    def accept(self, batches: Sequence[SpooledBatch], /) -> Outcome:
        self.calls += 1
        if self.away:
            raise ConnectionError("the database is away")
        conflicting = []
        for batch in batches:
            key = (batch.stream, batch.sequence)
            if self.batches.setdefault(key, batch).own_hash != batch.own_hash:
                conflicting.append(key)
        if self.cut_after_commit:
            self.cut_after_commit = False
            raise ConnectionError("the connection was cut right after the commit")
        return Outcome(tuple(conflicting))

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


def test_what_many_sources_gave_goes_together_and_full_batches_a_few_at_a_time(
    spool: Spool,
) -> None:
    journal = Journal()
    drain = Drain(spool, journal)
    for source in range(100):
        spool.append(f"meter-{source}", columns(10))
    assert drain.step(least=1)
    assert (journal.calls, journal.readings) == (1, 1_000)
    for _ in range(READINGS_A_TRANSACTION // MAX_READINGS + 1):
        spool.append("bus", columns(MAX_READINGS))
        spool.seal()
    assert drain.step(least=1)
    assert journal.readings == 1_000 + READINGS_A_TRANSACTION
    assert drain.step(least=1)
    assert (journal.calls, spool.backlog().sealed_batches) == (3, 0)


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


def test_readings_whose_batch_number_is_taken_are_sent_under_a_new_source_epoch(
    spool: Spool,
) -> None:
    journal = Journal()
    drain = Drain(spool, journal)
    spool.append("bus", columns(10))
    spool.seal()
    (genuine,) = spool.pending()
    taken = replace(genuine, own_hash=bytes(32), count=3)
    journal.batches[genuine.stream, 1] = taken
    while drain.step(least=1):
        pass
    assert journal.batches == {
        (genuine.stream, 1): taken,
        (spool.stream, 1): journal.batches[spool.stream, 1],
    }
    assert journal.batches[spool.stream, 1].payload == genuine.payload
    assert (spool.backlog().sealed_batches, drain.drained, drain.failing) == (0, 10, "")


def test_the_thread_drains_by_itself_and_finishes_what_is_left(spool: Spool) -> None:
    journal = Journal()
    drain = Drain(spool, journal, flush_s=0.01)
    drain.start()
    spool.append("bus", columns(10))
    until_s = monotonic_s() + 60
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
    until_s = monotonic_s() + 60
    while not journal.calls and monotonic_s() < until_s:
        wait(0.01)
    drain.finish()
    assert journal.calls >= 1
    assert spool.backlog().sealed_batches == 1


def collect(folder: Path, site: TestSite, minutes: range, *, batches: int = 1) -> int:
    """Collect one reading a minute in some sealed batches and drain; returns what was drained."""
    spool = Spool(folder / "spool.sqlite", site.clock)
    drain = Drain(spool, site.ingest)
    for first in minutes[:: len(minutes) // batches]:
        for minute in minutes[minutes.index(first) :][: len(minutes) // batches]:
            spool.append("bus", ReadingColumns.of([reading(1, minute, 10 * minute)]))
        spool.seal()
    while drain.step(least=1):
        pass
    assert spool.backlog().sealed_batches == 0
    spool.close()
    return drain.drained


@pytest.mark.servers
@pytest.mark.parametrize("since", [1, 7])
@pytest.mark.parametrize("again", [1, 12])
def test_a_restored_spool_loses_no_reading_and_breaks_no_chain(
    tmp_path: Path, site_schema: TestSite, since: int, again: int
) -> None:
    current, backup = tmp_path / "spool", tmp_path / "backup"
    assert collect(current, site_schema, range(5)) == 5
    shutil.copytree(current, backup)
    assert collect(current, site_schema, range(5, 19), batches=since) == 14
    shutil.rmtree(current)
    shutil.copytree(backup, current)
    assert collect(current, site_schema, range(19, 31), batches=again) == 12
    assert collect(current, site_schema, range(31, 36)) == 5
    states = site_schema.rows(
        "SELECT state FROM {s}.metering_events WHERE topic = 'readings.recorded' "
        "ORDER BY notification_id"
    )
    kept = [r for (state,) in states for r in decode(decode_batch(bytes(state)).payload)]
    assert kept == [reading(1, minute, 10 * minute) for minute in range(36)]
    with site_schema.writer.connection() as connection:
        verified = verify(connection, site_schema.schema, "metering")
    assert (verified.chain_ok, verified.readings) == (True, 36)
    site_schema.project()
    found = site_schema.rows(
        "SELECT code, position, (proof->>'against')::int FROM {s}.finding "
        "WHERE code = 'batch.conflict' ORDER BY position"
    )
    contradicted = min(since, again, BATCHES_A_TRANSACTION)
    assert found == [("batch.conflict", 2 + since + n, 2 + n) for n in range(contradicted)]
