"""In: a backup and archived WAL. Out: a cluster as it was at a time, in an empty place. I/O.

Everything happens in a folder of its own beside the place; only a cluster that has recovered,
answered and passed the caller's checks is moved there, by one rename.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from energy.store.backup import Backup, BackupError, programs_of, verify_copy
from energy.store.binaries import Binaries
from energy.store.cluster import Cluster
from energy.store.embedded import EmbeddedPostgres, EmbeddedSettings
from energy.store.errors import StartError
from energy.store.privilege import (
    Account,
    choose_account,
    make_directory,
    make_private_directory,
)
from energy.store.server_settings import SUPERUSER
from energy.store.wal_archive import Segment, check_archive, number_of, restore_command

T = TypeVar("T")
_PATIENCE_S = 7 * 86_400.0
"""Replaying WAL may take long; ctrl-C ends it without harm. [s]"""


class RestoreError(BackupError):
    """A backup was not restored; nothing was changed."""

    code = "store.restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePlan:
    """What to restore, from where, how far."""

    backup: Backup
    data_dir: Path
    """Place of the server: an EmbeddedSettings.data_dir without a cluster."""
    until: datetime | None = None
    """Server's clock of the last commit wanted; None replays all there is."""
    archive: Path | None = None
    """Archived WAL, when it is not where the backup says."""
    last_wal: Path | None = None
    """`pg_wal` of the lost cluster, where it can still be read."""
    extension_dir: Path | None = None

    @property
    def wal(self) -> Path | None:
        """Return the folder of archived WAL, or None when there is none."""
        folder = self.archive or (Path(self.backup.archive) if self.backup.archive else None)
        return folder if folder is not None and folder.is_dir() else None


def restore(plan: RestorePlan, check: Callable[[EmbeddedPostgres], T]) -> T:
    """Restore, let the caller check the running server, then move the cluster into its place.

    Args:
        plan: What to restore.
        check: Looks at the recovered server; what it raises stops the restore.

    Returns:
        What the check returned.

    Raises:
        RestoreError: The place is taken, or the time cannot be reached.
        WalArchiveError: Archived WAL is missing or damaged.
        ProgramError: The backup is damaged.
        StoreError: The server cannot be run.
    """
    _refuse_if_taken(plan)
    last = _check_wal(plan)
    binaries = programs_of(plan.backup.base, plan.backup.major)
    verify_copy(binaries, plan.backup.base)
    workplace = plan.data_dir.with_name(f"{plan.data_dir.name}.restoring")
    shutil.rmtree(workplace, ignore_errors=True)
    make_directory(workplace)
    try:
        _copy(plan, workplace, binaries)
        found = _recover(plan, workplace, last, check)
        _move(workplace, plan.data_dir)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)
    return found


def _refuse_if_taken(plan: RestorePlan) -> None:
    cluster = plan.data_dir / "pgdata"
    if cluster.exists():
        raise RestoreError(
            f"{cluster} holds a database; a restore never overwrites one. Stop Meterline, move "
            f"{plan.data_dir} away (keep it: --last-wal can read its pgdata/pg_wal), then restore."
        )
    free = shutil.disk_usage(_existing(plan.data_dir)).free
    if free < plan.backup.octets:
        raise RestoreError(
            f"{plan.data_dir} has {free // 2**20} MiB free, the backup needs "
            f"{plan.backup.octets // 2**20} MiB. Free space and restore again."
        )
    if plan.until is not None and plan.until < plan.backup.taken_at:
        raise RestoreError(
            f"The backup was complete at {plan.backup.taken_at.isoformat()}, after the time wanted "
            f"({plan.until.isoformat()}). Name an older backup."
        )


def _check_wal(plan: RestorePlan) -> Segment | None:
    """Return the last archived segment that a restore of everything must reach.

    A restore to a time needs only what was written by then.
    """
    if plan.until is not None and plan.wal is None:
        raise RestoreError(
            "The backup has no archived WAL, so it can only be restored as it was taken. Leave "
            "--until away; to restore to any time, set `wal_archive` before the next backup."
        )
    if plan.wal is None or plan.until is not None:
        return None  # the server itself refuses to end before a time; what is behind may lack
    return check_archive(plan.wal, plan.backup.last_wal + 1)


def _copy(plan: RestorePlan, workplace: Path, binaries: Binaries) -> None:
    cluster = Cluster(data_dir=workplace)
    account, binaries = choose_account(workplace, cluster.path, binaries)
    make_private_directory(cluster.path, account)
    shutil.copytree(plan.backup.base, cluster.path, dirs_exist_ok=True, symlinks=True)
    (cluster.path / "backup_manifest").unlink(missing_ok=True)
    if plan.wal is not None or plan.last_wal is not None:
        (cluster.path / "recovery.signal").touch()
    _give_away(cluster.path, account)
    code, said = account.run(
        binaries.program("initdb"), "--sync-only", f"--pgdata={cluster.path}", timeout_s=_PATIENCE_S
    )
    if code != 0:
        raise RestoreError(f"The copy could not be flushed to the disk: {said} Look at the disk.")


def _give_away(cluster: Path, account: Account) -> None:
    """Give the files to the account that runs the server, as the modes of a cluster are."""
    for directory, _, names in os.walk(cluster):
        for path in (Path(directory), *(Path(directory, name) for name in names)):
            if path.lstat().st_uid != account.uid:
                os.chown(path, account.uid, account.gid, follow_symlinks=False)
    cluster.chmod(0o700)


def _recover(
    plan: RestorePlan,
    workplace: Path,
    last: Segment | None,
    check: Callable[[EmbeddedPostgres], T],
) -> T:
    server = EmbeddedPostgres(
        EmbeddedSettings(
            data_dir=workplace,
            extension_dir=plan.extension_dir,
            start_timeout_s=_PATIENCE_S,
            extra=_recovery_settings(plan),
        )
    )
    try:
        server.start()
    except StartError as error:
        raise _explained(plan, error) from error
    try:
        if plan.until is None and last is not None:
            _require_reached(server, last)
        return check(server)
    finally:
        server.stop()


def _recovery_settings(plan: RestorePlan) -> dict[str, str]:
    settings = {"hot_standby": "off", "recovery_target_action": "promote"}
    if plan.wal is not None:
        settings["restore_command"] = restore_command(plan.wal, plan.last_wal)
    elif plan.last_wal is not None:
        settings["restore_command"] = restore_command(plan.last_wal, plan.last_wal)
    settings["recovery_target_timeline"] = "current"
    if plan.until is not None:
        settings["recovery_target_time"] = plan.until.isoformat()
    return settings


def _require_reached(server: EmbeddedPostgres, last: Segment) -> None:
    """Refuse a recovery that stopped before the last archived segment."""
    with psycopg.connect(server.dsn(user=SUPERUSER), autocommit=True) as connection:
        row: Any = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
    if number_of(row[0]) < last.number:
        raise RestoreError(
            f"The WAL was replayed only to {row[0]}, but {last.path.name} is archived. Look for "
            f"what is wrong with the segments between in {last.path.parent}."
        )


def _explained(plan: RestorePlan, error: StartError) -> Exception:
    said = "\n".join(error.last_rows)
    if "recovery ended before configured recovery target was reached" in said:
        assert plan.until is not None, "only a time can be missed"
        assert plan.wal is not None, "a time needs archived WAL"
        check_archive(plan.wal, plan.backup.last_wal + 1)  # raises when that is why
        return RestoreError(
            f"Nothing was committed after {plan.until.isoformat()} as far as the WAL goes. "
            "Restore with `--until now` to get everything there is."
        )
    if "before consistent recovery point" in said:
        return RestoreError("The backup is newer than the time wanted. Name an older backup.")
    return error


def _move(workplace: Path, data_dir: Path) -> None:
    make_directory(data_dir)
    (workplace / "pgdata").rename(data_dir / "pgdata")


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
