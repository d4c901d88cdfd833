"""Backups of real servers: taken while it writes, restored to any time, refused when unsafe."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from energy.base.clock import from_us, monotonic_s, wait
from energy.store.backup import (
    Backup,
    BackupError,
    backups_in,
    copy_missing,
    keep_newest,
    read_backup,
    take_backup,
)
from energy.store.embedded import EmbeddedPostgres, EmbeddedSettings
from energy.store.pool import Database
from energy.store.programs import ProgramError
from energy.store.restore import RestoreError, RestorePlan, restore
from energy.store.wal_archive import WalArchiveError, require_archiving, segments
from tests.energy.store.launching import ask, wait_until

pytestmark = pytest.mark.servers


@pytest.fixture
def archiving(place: Path, ready_cluster: Path) -> Iterator[EmbeddedPostgres]:
    """A server that archives its WAL, with a ledger of numbers."""
    shutil.copytree(ready_cluster, place / "db" / "pgdata")
    server = EmbeddedPostgres(
        EmbeddedSettings(data_dir=place / "db", wal_archive=place / "it's 100% wal")
    )
    server.start()
    ask(server, "CREATE TABLE ledger (n int PRIMARY KEY)")
    yield server
    server.adopt()
    server.stop()


@dataclass
class History:
    """A server with a backup, numbers committed after it, and times between them."""

    server: EmbeddedPostgres
    backup: Backup
    before: datetime
    between: datetime
    last: datetime
    archive: Path


@pytest.fixture(scope="module")
def history(ready_cluster: Path) -> Iterator[History]:
    """1 and 2 in the backup; 3 to 5, then 6 in archived WAL. Only read by tests."""
    place = Path(tempfile.mkdtemp(prefix="meterline-test-"))
    place.chmod(0o755)
    shutil.copytree(ready_cluster, place / "db" / "pgdata")
    settings = EmbeddedSettings(data_dir=place / "db", wal_archive=place / "it's 100% wal")
    server = EmbeddedPostgres(settings)
    server.start()
    ask(server, "CREATE TABLE ledger (n int PRIMARY KEY)")
    before = write(server, 1, 2)
    backup = take_backup(server, place / "backups", key_id="k")
    write(server, 3)
    between = write(server, 4)
    write(server, 5)  # a restore ends where the first commit after its time is
    archive_all(server)
    last = write(server, 6)
    archive = archive_all(server)
    yield History(server, backup, before, between, last, archive)
    server.stop()
    shutil.rmtree(place)


def write(server: EmbeddedPostgres, *numbers: int) -> datetime:
    """Commit numbers; return the server's clock afterwards."""
    for number in numbers:
        ask(server, f"INSERT INTO ledger VALUES ({number})")
    at_us = ask(server, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
    return from_us(int(str(at_us)))


def archive_all(server: EmbeddedPostgres) -> Path:
    """Let the present WAL be archived; return the archive's folder."""
    segment = str(ask(server, "SELECT pg_walfile_name(pg_switch_wal())"))
    folder = server.settings.wal_archive
    assert folder is not None
    own = server.cluster.archive_folder(folder)
    wait_until((own / f"{segment}.gz").exists)
    return own


def ledger(server: EmbeddedPostgres) -> list[int]:
    found = ask(server, "SELECT coalesce(array_agg(n ORDER BY n), '{}') FROM ledger")
    assert isinstance(found, list)
    return found


def restored(
    place: Path, backup: Backup, *, until: datetime | None = None, last_wal: Path | None = None
) -> list[int]:
    plan = RestorePlan(backup=backup, data_dir=place / "again", until=until, last_wal=last_wal)
    return restore(plan, ledger)


def test_a_backup_is_restored_to_any_time_since_it_was_taken(history: History, place: Path) -> None:
    assert restored(place, history.backup, until=history.between) == [1, 2, 3, 4]
    shutil.rmtree(place / "again")
    assert restored(place, history.backup) == [1, 2, 3, 4, 5, 6]
    assert ledger(history.server) == [1, 2, 3, 4, 5, 6], "the server went on all the time"


def test_a_restored_database_starts_and_archives_in_a_folder_of_its_own(
    archiving: EmbeddedPostgres, place: Path
) -> None:
    backup = take_backup(archiving, place / "backups")
    write(archiving, 1)
    archive_all(archiving)
    assert restored(place, backup) == [1]
    again = EmbeddedPostgres(
        EmbeddedSettings(data_dir=place / "again", wal_archive=archiving.settings.wal_archive)
    )
    again.start()
    try:
        write(again, 2)
        second = take_backup(again, place / "backups")
        write(again, 3)
        own = archive_all(again)
        assert own != Path(backup.archive)
        assert own.parent == Path(backup.archive).parent
        assert second.archive == str(own)
        write(archiving, 99)
        archive_all(archiving)
    finally:
        again.stop()
    shutil.rmtree(place / "again")
    assert restored(place, second) == [1, 2, 3]


def test_what_was_not_archived_is_read_from_the_lost_clusters_own_wal(
    archiving: EmbeddedPostgres, place: Path
) -> None:
    backup = take_backup(archiving, place / "backups")
    write(archiving, 1)
    archive_all(archiving)
    write(archiving, 2)
    cluster = archiving.cluster.path
    lost = place / "lost_wal"
    shutil.copytree(cluster / "pg_wal", lost)
    assert restored(place, backup) == [1]
    shutil.rmtree(place / "again")
    assert restored(place, backup, last_wal=lost) == [1, 2]


@pytest.mark.slow
def test_a_backup_without_archived_wal_is_restored_as_it_was_taken(
    launch: Callable[..., EmbeddedPostgres], place: Path
) -> None:
    server = launch()
    ask(server, "CREATE TABLE ledger (n int PRIMARY KEY)")
    at = write(server, 1)
    backup = take_backup(server, place / "backups")
    write(server, 2)
    assert backup.archive == ""
    assert backup.taken_at > at
    with pytest.raises(RestoreError, match="only be restored as it was taken"):
        restored(place, backup, until=backup.taken_at + timedelta(seconds=1))
    assert restored(place, backup) == [1]


def test_a_restore_never_overwrites_a_database(history: History) -> None:
    plan = RestorePlan(backup=history.backup, data_dir=history.server.settings.data_dir)
    with pytest.raises(RestoreError, match="never overwrites"):
        restore(plan, ledger)
    assert ledger(history.server) == [1, 2, 3, 4, 5, 6]


def test_a_time_before_the_backup_or_after_the_last_commit_is_refused(
    history: History, place: Path
) -> None:
    with pytest.raises(RestoreError, match="Name an older backup"):
        restored(place, history.backup, until=history.before)
    with pytest.raises(RestoreError, match="--until now"):
        restored(place, history.backup, until=history.last + timedelta(hours=1))
    assert not (place / "again").exists()
    assert not (place / "again.restoring").exists()


def test_missing_or_damaged_wal_is_named_before_anything_is_restored(
    history: History, place: Path
) -> None:
    shutil.copytree(history.archive, place / "moved")
    plan = RestorePlan(backup=history.backup, data_dir=place / "again", archive=place / "moved")
    needed = [s for s in segments(place / "moved") if s.number > history.backup.last_wal]
    assert len(needed) >= 2
    needed[-2].path.write_bytes(needed[-2].path.read_bytes()[:-50])
    with pytest.raises(WalArchiveError, match="is damaged"):
        restore(plan, ledger)
    needed[-2].path.unlink()
    with pytest.raises(WalArchiveError, match="lacks the WAL segment before"):
        restore(plan, ledger)
    assert not (place / "again.restoring").exists()


def test_wal_missing_behind_the_time_wanted_stops_no_restore(history: History, place: Path) -> None:
    shutil.copytree(history.archive, place / "moved")
    last = segments(place / "moved")[-1]
    last.path.write_bytes(last.path.read_bytes()[:-50])
    plan = RestorePlan(
        backup=history.backup,
        data_dir=place / "again",
        until=history.between,
        archive=place / "moved",
    )
    assert restore(plan, ledger) == [1, 2, 3, 4]
    shutil.rmtree(place / "again")
    with pytest.raises(WalArchiveError, match="is damaged"):
        restore(replace(plan, until=history.last), ledger)
    assert not (place / "again").exists()


def test_a_changed_byte_in_a_backup_is_found(history: History, place: Path) -> None:
    copy = place / "copy"
    shutil.copytree(history.backup.path, copy)
    victim = max((copy / "base").rglob("*"), key=lambda path: path.stat().st_size)
    content = bytearray(victim.read_bytes())
    content[100] ^= 1
    victim.write_bytes(content)
    with pytest.raises(ProgramError, match="is damaged"):
        restored(place, read_backup(copy))


@pytest.mark.slow
def test_a_check_that_fails_leaves_no_database_behind(history: History, place: Path) -> None:
    def refuse(server: EmbeddedPostgres) -> None:
        raise BackupError("the journal is broken")

    with pytest.raises(BackupError, match="the journal is broken"):
        restore(RestorePlan(backup=history.backup, data_dir=place / "again"), refuse)
    assert not (place / "again").exists()
    assert not (place / "again.restoring").exists()


@pytest.mark.slow
def test_only_the_newest_backups_and_their_wal_are_kept(
    archiving: EmbeddedPostgres, place: Path
) -> None:
    folder = place / "backups"
    every = []
    for number in (1, 2, 3):
        every.append(take_backup(archiving, folder))
        write(archiving, number)
        own = archive_all(archiving)
    before = segments(own)
    assert backups_in(folder) == every
    found = keep_newest(folder, 2, system=every[0].system)
    assert found == (1, sum(s.number < every[1].first_wal for s in before))
    assert backups_in(folder) == every[1:]
    assert min(segments(own)).number == every[1].first_wal


def test_a_backup_taken_while_it_writes_holds_every_committed_row(
    archiving: EmbeddedPostgres, place: Path
) -> None:
    done = threading.Event()
    committed: list[int] = []

    def go_on() -> None:
        number = 0
        while not done.is_set():
            number += 1
            write(archiving, number)
            committed.append(number)

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        give_up_s = monotonic_s() + 20
        while len(committed) < 20 and monotonic_s() < give_up_s:
            wait(0.01)
        sure = list(committed)
        backup = take_backup(archiving, place / "backups")
    finally:
        done.set()
        writer.join()
    shutil.move(str(backup.archive), place / "elsewhere")
    found = restored(place, read_backup(backup.path))
    assert found[: len(sure)] == sure
    assert found == list(range(1, len(found) + 1))


def test_backups_of_another_installation_in_the_same_folder_are_left_alone(
    history: History, place: Path
) -> None:
    for name, system in (("a", "1"), ("b", "2"), ("c", "1")):
        shutil.copytree(history.backup.path, place / name, ignore=shutil.ignore_patterns("base"))
        record = place / name / "backup.json"
        record.write_text(record.read_text().replace(history.backup.system, system))
        archive = str(place / f"wal of {system}")
        record.write_text(record.read_text().replace(history.backup.archive, archive))
    assert keep_newest(place, 1, system="1") == (1, 0)
    assert sorted(backup.system for backup in backups_in(place)) == ["1", "2"]


def test_files_of_a_backup_come_back_one_by_one_and_never_over_others(tmp_path: Path) -> None:
    source, target = tmp_path / "kept", tmp_path / "here"
    for folder in (source / "x", target / "x"):
        folder.mkdir(parents=True)
    (source / "x" / "old").write_text("kept")
    (source / "x" / "lost").write_text("kept")
    (source / "x" / ".half.new").write_text("kept")
    (target / "x" / "old").write_text("here")
    copy_missing(source, target)
    found = {path.name: path.read_text() for path in (target / "x").iterdir()}
    assert found == {"old": "here", "lost": "kept"}


def test_a_folder_without_a_backup_is_named(place: Path) -> None:
    with pytest.raises(BackupError, match="is no backup"):
        read_backup(place)


def test_wal_that_cannot_be_archived_is_told_and_told_no_more_when_it_can(
    archiving: EmbeddedPostgres,
) -> None:
    database = Database(archiving.dsn(user="meterline_super"), max_size=1)
    try:
        require_archiving(database)
        folder = archiving.settings.wal_archive
        assert folder is not None
        own = archiving.cluster.archive_folder(folder)
        own.rename(own.with_name("away"))
        write(archiving, 1)
        ask(archiving, "SELECT pg_walfile_name(pg_switch_wal())")
        failed = "SELECT failed_count > 0 FROM pg_stat_archiver"
        wait_until(lambda: ask(archiving, failed) is True)
        with pytest.raises(WalArchiveError, match="could not be archived"):
            require_archiving(database)
        own.with_name("away").rename(own)
        done = "SELECT last_archived_time > last_failed_time FROM pg_stat_archiver"
        ask(archiving, "SELECT pg_reload_conf()")  # wakes the archiver
        wait_until(lambda: ask(archiving, done) is True)
        require_archiving(database)
    finally:
        database.close()
