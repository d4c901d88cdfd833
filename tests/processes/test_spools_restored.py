from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.errors import SpoolError
from adapters.spool import Spool
from adapters.spool_rows import SpoolPart
from energy.base.clock import ManualClock
from processes.spools_restored import held_spools, resume
from tests.adapters.test_spool import assert_chained, columns, readings

CLOCK = ManualClock(datetime(2019, 1, 1, tzinfo=UTC))


def spool_of(folder: Path) -> Spool:
    return Spool(folder / "collect" / "north" / "spool.sqlite", CLOCK)


def give_away(spool: Spool, batches: int) -> None:
    for number in range(batches):
        spool.append("bus", columns(10, first=100 * number))
        spool.seal()
        spool.accepted(spool.pending())


def test_what_the_restored_journal_lacks_is_named_and_the_rest_goes_on_as_a_new_epoch(
    tmp_path: Path,
) -> None:
    spool = spool_of(tmp_path)
    give_away(spool, 5)
    spool.append("bus", columns(7, first=5000))
    spool.seal()
    spool.append("bus", columns(3, first=6000))
    old = spool.stream
    spool.close()
    with held_spools(tmp_path, CLOCK) as held:
        (done,) = resume(held, {old: 2})
    assert (done.lost_first, done.lost_last, done.lost_batches) == (3, 5, 3)
    assert done.waiting == 2
    spool = spool_of(tmp_path)
    assert spool.stream == done.source_epoch != old
    spool.seal()
    batches = spool.pending()
    assert [batch.sequence for batch in batches] == [1, 2]
    assert_chained(batches)
    counts = [5000 + n for n in range(7)] + [6000 + n for n in range(3)]
    assert [reading.count for reading in readings(batches)] == counts
    spool.close()


def test_a_journal_that_holds_everything_has_lost_nothing(tmp_path: Path) -> None:
    spool = spool_of(tmp_path)
    give_away(spool, 5)
    old = spool.stream
    spool.close()
    with held_spools(tmp_path, CLOCK) as held:
        (done,) = resume(held, {old: 5})
    assert (done.lost_first, done.lost_batches, done.waiting) == (None, 0, 0)


def test_what_the_restored_journal_lost_is_stored_when_a_gateway_sends_it_once_more(
    tmp_path: Path,
) -> None:
    sent = [SpoolPart(source="mqtt", columns=columns(10), once=True)]
    spool = spool_of(tmp_path)
    assert spool.append_many(sent) == 10
    assert spool.append_many(sent) == 0
    spool.seal()
    spool.accepted(spool.pending())
    spool.close()
    with held_spools(tmp_path, CLOCK) as held:
        (done,) = resume(held, {})
    assert done.lost_batches == 1
    spool = spool_of(tmp_path)
    assert spool.append_many(sent) == 10
    spool.close()


def test_a_spool_in_the_hands_of_a_collector_stops_the_restore(tmp_path: Path) -> None:
    spool = spool_of(tmp_path)
    with pytest.raises(SpoolError), held_spools(tmp_path, CLOCK):
        pass
    spool.close()


def test_an_installation_without_a_spool_has_none_to_resume(tmp_path: Path) -> None:
    with held_spools(tmp_path, CLOCK) as held:
        assert resume(held, {}) == ()
