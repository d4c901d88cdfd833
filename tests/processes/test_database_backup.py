"""Backup, restore and keys of a whole installation, as the commands do them."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from energy.base.aggregate import use_clock
from energy.base.clock import SystemClock
from energy.base.ids import id_of
from energy.store.key_box import KeyBoxError, key_id
from energy.store.restore import RestoreError
from processes.database_backup import back_up
from processes.database_restore import restore_database
from processes.database_service import (
    DatabaseServiceError,
    migrate,
    start_database,
    stop_database,
)
from processes.database_upgrade import upgrade_database
from processes.installation import Installation, find_installation

PASSPHRASE = "a long enough passphrase"
NAME = "Ann Example"


@pytest.fixture
def place() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="mli-"))
    path.chmod(0o755)
    yield path
    use_clock(SystemClock())
    shutil.rmtree(path)


def installation_in(folder: Path, **settings: str) -> Installation:
    found = find_installation(data_dir=folder, environment={})
    return replace(found, config=replace(found.config, **settings))  # type: ignore[arg-type]


def name_of(installation: Installation, sign_in: str) -> str:
    system = installation.system()
    try:
        person = system.people.by_sign_in(sign_in)
        assert person is not None
        return person.name
    finally:
        system.close()


@pytest.mark.servers
def test_an_installation_is_backed_up_lost_and_restored_with_its_keys_apart(place: Path) -> None:
    old = installation_in(place / "old", wal_archive=str(place / "wal"))
    start_database(old)
    system = old.system()
    system.people.add(
        sign_in="ann",
        name=NAME,
        password_hash="x",
        roles=["technician"],
        language="en",
        command_id=id_of("ann"),
    )
    system.close()
    (old.config.data_dir / "plan.json").write_text("{}")
    (old.config.secrets_dir / "seal.key").write_bytes(b"of then")
    taken = back_up(
        old, place / "backups", keys=place / "keys.sealed", passphrase=PASSPHRASE, keep=1
    )
    assert taken.backup.key_id == key_id(old.config.secrets_dir)
    assert taken.keys == ("master.key", "seal.key")
    master = (old.config.secrets_dir / "master.key").read_bytes()
    for path in (place / "backups").rglob("*"):
        assert not path.is_file() or master not in path.read_bytes(), "no key in a backup"
    assert master not in (place / "keys.sealed").read_bytes()
    assert stop_database(old)

    new = installation_in(place / "new", wal_archive=str(place / "wal"))
    with pytest.raises(KeyBoxError, match="--without-keys"):
        restore_database(new, taken.backup.path)
    with pytest.raises(KeyBoxError, match="does not open with this passphrase"):
        restore_database(
            new, taken.backup.path, keys=place / "keys.sealed", passphrase="another passphrase"
        )
    new.config.secrets_dir.mkdir(parents=True)
    (new.config.secrets_dir / "seal.key").write_bytes(b"renewed since")
    with pytest.raises(KeyBoxError, match="is another key"):
        restore_database(new, taken.backup.path, keys=place / "keys.sealed", passphrase=PASSPHRASE)
    assert not (new.config.data_dir / "postgres").exists(), "refused before anything is done"
    (new.config.secrets_dir / "seal.key").unlink()
    done = restore_database(
        new, taken.backup.path, keys=place / "keys.sealed", passphrase=PASSPHRASE
    )
    assert done.keys == ("master.key", "seal.key")
    assert not done.key_missing
    (journal,) = done.journals
    assert (journal.schema, journal.application) == ("directory", "directory")
    assert (journal.position, journal.broken_at) == (1, None)
    assert journal.learned_at is not None
    assert (new.config.data_dir / "plan.json").read_text() == "{}"
    start_database(new)
    try:
        assert name_of(new, "ann") == NAME
        assert migrate(new) == []
        with pytest.raises(RestoreError, match="never overwrites"):
            restore_database(new, taken.backup.path)
    finally:
        stop_database(new)


def test_a_server_of_somebody_elses_is_left_to_its_administrator(place: Path) -> None:
    theirs = installation_in(place, dsn="host=db dbname=meterline")
    with pytest.raises(DatabaseServiceError, match="pg_basebackup"):
        back_up(theirs, place / "backups")
    with pytest.raises(DatabaseServiceError, match="the tool that backed it up"):
        restore_database(theirs, place)
    with pytest.raises(DatabaseServiceError, match="pg_upgrade"):
        upgrade_database(theirs)


def test_where_scripts_up_runs_nothing_is_restored_or_upgraded(place: Path) -> None:
    here = installation_in(place)
    with (place / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DatabaseServiceError, match="ctrl-C"):
            restore_database(here, place, until=datetime(2026, 1, 1, tzinfo=UTC))
        with pytest.raises(DatabaseServiceError, match="ctrl-C"):
            upgrade_database(here)


def test_without_a_database_there_is_nothing_to_back_up(place: Path) -> None:
    with pytest.raises(DatabaseServiceError, match="no database"):
        back_up(installation_in(place), place / "backups")
