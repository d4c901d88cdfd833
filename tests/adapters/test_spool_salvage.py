from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from adapters import spool_file
from adapters.errors import SpoolFullError
from adapters.spool import Spool
from adapters.spool_salvage import readable
from energy.metering.codec import ZERO_HASH
from tests.adapters.test_spool import CLOCK, START, assert_chained, columns, readings, spool_in
from tests.adapters.test_spool_disk import drained

FIRST_VERSION = """
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1), stream BLOB NOT NULL,
    head_sequence INTEGER NOT NULL, head_hash BLOB NOT NULL, safe_slot_us INTEGER,
    quarantine_dropped INTEGER NOT NULL DEFAULT 0);
CREATE TABLE open (
    place INTEGER PRIMARY KEY, source TEXT NOT NULL, readings INTEGER NOT NULL,
    payload BLOB NOT NULL);
"""


def changed(path: Path, statement: str, *values: object) -> None:
    """Change a spool's content behind its back, with the structure of its file intact."""
    with sqlite3.connect(path) as db:
        assert db.execute(statement, values).rowcount == 1
    db.close()


def filled(folder: Path, many: int = 3) -> None:
    with spool_in(folder) as spool:
        for number in range(many):
            spool.append("bus", columns(5, first=10 * number))
            spool.seal()
        spool.append("bus", columns(4, first=900))
        spool.append("pulses", columns(2, first=950))


def test_a_stored_count_that_was_changed_is_found_although_the_file_is_well_formed(
    tmp_path: Path,
) -> None:
    filled(tmp_path)
    changed(
        tmp_path / "spool.sqlite",
        "UPDATE open SET payload = (SELECT payload FROM open WHERE source = 'pulses') "
        "WHERE source = 'bus'",
    )
    with spool_in(tmp_path) as spool:
        assert [record.table for record in spool.lost] == ["open"]
        assert "source bus" in spool.lost[0].what
        (listed,) = spool.quarantined()
        assert (listed.source, listed.reason) == ("spool", "spool_damaged")
        assert drained(spool) == 17


def test_a_spool_without_one_of_its_batches_numbers_the_others_anew_and_names_it(
    tmp_path: Path,
) -> None:
    filled(tmp_path)
    changed(tmp_path / "spool.sqlite", "UPDATE batch SET payload = x'01' WHERE sequence = 2")
    with spool_in(tmp_path) as spool:
        assert any("sequence 2" in record.what for record in spool.lost)
        batches = spool.pending()
        assert [r.count for r in readings(batches)] == [0, 1, 2, 3, 4, 20, 21, 22, 23, 24]
        assert [batch.sequence for batch in batches] == [1, 2]
        assert {batch.stream for batch in batches} == {spool.stream}
        spool.seal()
        assert_chained(spool.pending(), ZERO_HASH)


def test_a_safe_slot_that_was_changed_is_not_believed(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        spool.append_many([], safe_slot=START)
        spool.append("bus", columns(3))
    changed(tmp_path / "spool.sqlite", "UPDATE identity SET safe_slot_us = safe_slot_us + 1024")
    with spool_in(tmp_path) as spool:
        assert spool.safe_slot() is None
        assert drained(spool) == 3


@pytest.mark.parametrize("table", ["batch", "open"])
def test_damage_met_while_running_is_mended_on_the_spot(tmp_path: Path, table: str) -> None:
    with spool_in(tmp_path) as spool:
        for number in range(3):
            spool.append("bus", columns(5, first=10 * number))
            spool.seal()
        spool.append("bus", columns(5, first=30))
        old = spool.stream
        spool._db.execute(
            f"UPDATE {table} SET payload = x'00' WHERE place = (SELECT max(place) FROM {table})"
        )
        spool.append("pulses", columns(2))
        assert drained(spool) == 17
        assert spool.stream != old
        assert spool.set_aside is not None
        assert len(spool.lost) >= 1
        assert spool.backlog().open_readings == 0


def test_a_kill_between_the_two_renames_is_ended_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path)
    path = tmp_path / "spool.sqlite"
    changed(path, "UPDATE batch SET payload = x'01' WHERE sequence = 1")

    def killed(*_: object) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(spool_file, "moved_aside", killed)
        with pytest.raises(KeyboardInterrupt):
            Spool(path, CLOCK)
    path.rename(tmp_path / "aside")  # what the kill came right after
    with spool_in(tmp_path) as spool:
        assert drained(spool) == 16
    assert not (tmp_path / "spool.sqlite.rebuilt").exists()


def test_a_kill_while_rebuilding_begins_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path)
    path = tmp_path / "spool.sqlite"
    changed(path, "UPDATE batch SET payload = x'01' WHERE sequence = 1")

    def full(*_: object) -> None:
        raise SpoolFullError(path, "no room")

    with monkeypatch.context() as patch:
        patch.setattr(spool_file, "_take_over", full)
        with pytest.raises(SpoolFullError):
            Spool(path, CLOCK)
    with spool_in(tmp_path) as spool:
        assert spool.set_aside is not None
        assert drained(spool) == 16


def test_a_spool_of_an_earlier_version_goes_on_under_its_identity(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    filled(tmp_path)
    with sqlite3.connect(path) as db:
        held = db.execute("SELECT one, stream, head_sequence, head_hash FROM identity").fetchone()
        rows = db.execute("SELECT source, readings, payload FROM open").fetchall()
        db.executescript("DROP TABLE identity; DROP TABLE open;" + FIRST_VERSION)
        db.execute(
            "INSERT INTO identity (one, stream, head_sequence, head_hash) VALUES (?,?,?,?)", held
        )
        db.executemany("INSERT INTO open (source, readings, payload) VALUES (?,?,?)", rows)
    db.close()
    with spool_in(tmp_path) as spool:
        assert spool.set_aside is None
        assert spool.stream.bytes == held[1]
        assert spool.seal() == 2
        assert_chained(spool.pending(10), ZERO_HASH)
        assert drained(spool) == 21
    with spool_in(tmp_path) as spool:
        assert spool.set_aside is None


def test_nothing_is_listed_of_a_spool_that_is_sound(tmp_path: Path) -> None:
    filled(tmp_path)
    found = readable(tmp_path / "spool.sqlite")
    assert (len(found.batches), len(found.open), found.lost) == (3, 2, [])
    assert found.chain_whole
