from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.spool import Spool
from adapters.spool_notes import ranges
from energy.metering.note import note
from tests.adapters.test_spool import CLOCK, START, columns


def spool_with(folder: Path, batches: int) -> Spool:
    spool = Spool(folder / "spool.sqlite", CLOCK)
    for number in range(batches):
        spool.append("bus", columns(3, first=10 * number, at=START + timedelta(minutes=number)))
        spool.seal()
    return spool


def test_a_note_waits_until_the_journal_has_it_and_outlives_a_restart(tmp_path: Path) -> None:
    spool = spool_with(tmp_path, 0)
    told = note("collector.was_down", START, START)
    spool.tell([told, told])
    spool.close()
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    assert spool.notes() == [told]
    spool.noted([told])
    assert spool.notes() == []
    spool.close()


def test_notes_beyond_the_bound_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.spool_notes.NOTES_KEPT", 3)
    spool = spool_with(tmp_path, 0)
    spool.tell([note("x.y", START, START + timedelta(hours=n)) for n in range(7)])
    *kept, counted = spool.notes()
    assert len(kept) == 3
    assert (counted.code, counted.proof) == ("spool.notes_dropped", {"notes": 4})
    spool.close()


def test_batches_that_leave_before_older_ones_are_remembered_until_those_have_left(
    tmp_path: Path,
) -> None:
    spool = spool_with(tmp_path, 6)
    batches = spool.pending(10)
    spool.accepted([batches[3], batches[4]])
    assert spool.gone() == [(4, 5)]
    assert spool.waiting_sequences() == [(1, 3), (6, 6)]
    spool.accepted(batches[:3])
    assert spool.gone() == []
    spool.accepted(batches)
    assert spool.waiting_sequences() == []
    spool.close()


def test_a_salvage_does_not_take_for_lost_what_left_before_older_ones(tmp_path: Path) -> None:
    spool = spool_with(tmp_path, 6)
    spool.tell([note("collector.was_down", START, START)])
    spool.accepted(spool.pending(10)[2:4])
    spool.close()
    file = tmp_path / "spool.sqlite"
    raw = bytearray(file.read_bytes())
    raw[16:18] = b"\x00\x01"  # a header that SQLite refuses; every page is sound
    file.write_bytes(raw)
    spool = Spool(file, CLOCK)
    assert spool.set_aside is not None
    assert [lost for lost in spool.lost if lost.where == "nowhere"] == []
    assert sum(batch.count for batch in spool.pending(10)) == 12
    assert len(spool.notes()) == 1
    spool.close()


def test_what_waits_is_told_by_source(tmp_path: Path) -> None:
    spool = spool_with(tmp_path, 2)
    spool.append("pulses", columns(5))
    (span,) = spool.waiting()
    assert (span.source, span.readings) == ("bus", 6)
    assert spool.open_by_source() == {"pulses": 5}
    spool.close()


def test_ranges_that_touch_are_one() -> None:
    assert ranges([[5, 6], [1, 2], [3, 4], [9, 9]]) == [[1, 6], [9, 9]]
