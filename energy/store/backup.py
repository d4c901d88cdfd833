"""In: a running embedded PostgreSQL. Out: a checked copy of it in a folder. I/O.

A backup is one folder: `base/` (pg_basebackup with the WAL it needs and a manifest of SHA-256),
`files/` (what else the caller wants kept), `backup.json`. It is whole or it is not there. Keys
are never in it: see energy/store/key_box.py.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from energy.base.clock import from_us
from energy.store.binaries import Binaries, find_binaries
from energy.store.embedded import EmbeddedPostgres
from energy.store.errors import MajorVersionError, StoreError
from energy.store.programs import run_program
from energy.store.server_settings import SUPERUSER
from energy.store.wal_archive import number_of, prune_archive, system_identifier

BASE, FILES, RECORD = "base", "files", "backup.json"
_FORMAT = 1
_UNFINISHED = f".unfinished-{platform.node()}-"
_SEGMENT_BYTES = 16 * 1024 * 1024
_START = re.compile(r"START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)")
_FREE = (
    "Nothing was kept. Free space in the folder of the backup, or choose another, and try again."
)


class BackupError(StoreError):
    """A backup cannot be made or used."""

    code = "store.backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What `backup.json` says."""

    path: Path
    taken_at: datetime
    """Server's clock when it was complete: the earliest time it can be restored to."""
    major: int
    version: str
    system: str
    """Number that initdb gave the cluster."""
    first_wal: int
    """Place of the first WAL segment it needs."""
    last_wal: int
    """Place of the last WAL segment it holds."""
    archive: str
    """Folder into which the server archived its WAL; empty when it did not."""
    octets: int
    key_id: str
    """Which master key its personal fields need."""

    @property
    def base(self) -> Path:
        """Return the copy of the cluster."""
        return self.path / BASE


def take_backup(
    server: EmbeddedPostgres, folder: Path, *, files: Sequence[Path] = (), key_id: str = ""
) -> Backup:
    """Copy a running server into a new folder below `folder` and check the copy.

    Args:
        server: The server; it goes on working.
        folder: Where backups are kept; made if absent.
        files: Files and folders kept beside the database.
        key_id: Which master key the database's personal fields need.

    Raises:
        BackupError: The folder cannot be used.
        ProgramError: A program of PostgreSQL failed; nothing was kept.
    """
    binaries = programs_of(server.cluster.path, server.major)
    unfinished = _fresh_folder(folder)
    try:
        run_program(
            binaries,
            "pg_basebackup",
            [
                f"--dbname={server.dsn(user=SUPERUSER, dbname='postgres')}",
                f"--pgdata={unfinished / BASE}",
                "--checkpoint=fast",
                "--wal-method=stream",
                "--manifest-checksums=SHA256",
                "--no-password",
            ],
            purpose="The database could not be copied",
            next_step=_FREE,
        )
        taken_at, archives = _server_facts(server)
        verify_copy(binaries, unfinished / BASE)
        _keep_files(files, unfinished / FILES)
        archive = _archive_of(server) if archives else ""
        record = _record(binaries, unfinished, taken_at, archive=archive, key_id=key_id)
        _write_durably(unfinished / RECORD, _as_json(record))
        target = folder / taken_at.strftime("%Y%m%dT%H%M%S.%fZ")
        unfinished.rename(target)
        _sync_directory(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return replace(record, path=target)


def read_backup(path: Path) -> Backup:
    """Return the backup in a folder.

    Raises:
        BackupError: There is none, or a newer program made it.
    """
    try:
        rows: dict[str, Any] = json.loads((path / RECORD).read_text(encoding="utf-8"))
        if rows.pop("format") != _FORMAT:
            raise BackupError(f"{path} was made by a newer Meterline. Restore it with that one.")
        return Backup(**rows | {"path": path, "taken_at": datetime.fromisoformat(rows["taken_at"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(
            f"{path} is no backup ({error}). Name a folder that `db backup` made."
        ) from error


def backups_in(folder: Path) -> list[Backup]:
    """Return the backups below a folder, oldest first."""
    found = [entry.parent for entry in folder.glob(f"*/{RECORD}")] if folder.is_dir() else []
    return sorted((read_backup(path) for path in found), key=lambda backup: backup.taken_at)


def keep_newest(folder: Path, keep: int, *, system: str) -> tuple[int, int]:
    """Delete all but the newest backups of a cluster, and archived WAL which none of those needs.

    Args:
        folder: Where backups are kept, perhaps those of other installations, too.
        keep: How many stay, at least 1.
        system: Number of the cluster: see `system_identifier`.

    Returns:
        Backups and WAL segments deleted.
    """
    assert keep >= 1, "the newest backup is never deleted"
    every = [backup for backup in backups_in(folder) if backup.system == system]
    kept, gone = every[-keep:], every[:-keep]
    for backup in gone:
        (backup.path / RECORD).unlink()  # from here on it is no backup any more
        shutil.rmtree(backup.path)
    segments = 0
    for archive in {backup.archive for backup in kept if backup.archive}:
        needed = min(backup.first_wal for backup in kept if backup.archive == archive)
        segments += prune_archive(Path(archive), needed)
    return len(gone), segments


def verify_copy(binaries: Binaries, base: Path) -> None:
    """Compare a copy with its manifest: every file, every byte, every WAL record.

    Raises:
        ProgramError: Something differs.
    """
    run_program(
        binaries,
        "pg_verifybackup",
        ["--exit-on-error", str(base)],
        purpose=f"The backup in {base} is damaged",
        next_step="Use another backup and look at the disk that holds this one.",
    )


def programs_of(cluster: Path, major: int) -> Binaries:
    """Return the programs of exactly one major version.

    Raises:
        MajorVersionError: They are not on the machine.
    """
    binaries = find_binaries(major=major)
    if binaries.major != major:
        raise MajorVersionError(
            cluster, recorded=str(major), found=f"{binaries.version} ({binaries.bin_dir})"
        )
    return binaries


def _fresh_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _remove_unfinished(folder)
        unfinished = folder / f"{_UNFINISHED}{os.getpid()}"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
    except OSError as error:
        raise BackupError(
            f"{folder} cannot be written ({error.strerror}). Choose another folder for the backup."
        ) from error
    return unfinished


def _remove_unfinished(folder: Path) -> None:
    """Remove what killed backups of this machine have left: each would fill the disk for ever."""
    for path in folder.glob(f"{_UNFINISHED}*"):
        pid = path.name.removeprefix(_UNFINISHED)
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(path, ignore_errors=True)


def _server_facts(server: EmbeddedPostgres) -> tuple[datetime, bool]:
    """Return the server's clock, and whether it archives its WAL."""
    with psycopg.connect(server.dsn(user=SUPERUSER), autocommit=True) as connection:
        row: Any = connection.execute(
            "SELECT extract(epoch FROM clock_timestamp()) * 1000000, "
            "current_setting('archive_mode') = 'on'"
        ).fetchone()
    return from_us(int(row[0])), bool(row[1])


def _archive_of(server: EmbeddedPostgres) -> str:
    folder = server.settings.wal_archive
    return str(server.cluster.archive_folder(folder)) if folder is not None else ""


def _record(
    binaries: Binaries, folder: Path, taken_at: datetime, *, archive: str, key_id: str
) -> Backup:
    base = folder / BASE
    started = _START.search((base / "backup_label").read_text(encoding="utf-8"))
    assert started is not None, "pg_basebackup writes a label"
    manifest = json.loads((base / "backup_manifest").read_text(encoding="utf-8"))
    high, low = manifest["WAL-Ranges"][-1]["End-LSN"].split("/")
    end = (int(high, 16) << 32) + int(low, 16)
    return Backup(
        path=folder,
        taken_at=taken_at,
        major=binaries.major,
        version=binaries.version,
        system=system_identifier(base),
        first_wal=number_of(started[1]),
        last_wal=(end - 1) // _SEGMENT_BYTES,
        archive=archive,
        octets=sum(path.lstat().st_size for path in base.rglob("*") if path.is_file()),
        key_id=key_id,
    )


def _as_json(record: Backup) -> str:
    rows = asdict(record) | {"format": _FORMAT, "taken_at": record.taken_at.isoformat()}
    del rows["path"]
    return json.dumps(rows, indent=1)


def _keep_files(files: Sequence[Path], target: Path) -> None:
    target.mkdir(mode=0o700)
    for path in files:
        if path.exists():
            copy_missing(path, target / path.name)


def copy_missing(source: Path, target: Path) -> None:
    """Copy a file, or a folder file by file, where the target has none yet; each is whole.

    Files that are being written (their names begin with a dot) are left out.

    Args:
        source: File or folder.
        target: What it is called there.
    """
    if source.is_dir():
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in sorted(source.iterdir()):
            if not each.name.startswith("."):
                copy_missing(each, target / each.name)
    elif not target.exists():
        fresh = target.with_name(f".{target.name}.new")
        shutil.copy2(source, fresh)
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(target)
    if target.is_dir():
        _sync_directory(target)


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
