"""In: a backup. Out: an installation's database as it was at a time, verified. I/O: PostgreSQL."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from energy.base.config import Config
from energy.journal.survey import JournalFound, Survey, survey
from energy.store.backup import FILES, Backup, copy_missing, read_backup
from energy.store.embedded import EmbeddedPostgres
from energy.store.errors import PrivilegeError
from energy.store.key_box import KeyBoxError, key_id, open_keys, put_keys, require_no_other
from energy.store.restore import RestorePlan, restore
from energy.store.server_settings import SUPERUSER
from energy.system import ELSEWHERE, embedded_of, move_postgres_elsewhere
from processes.database_backup import require_embedded
from processes.database_service import DatabaseServiceError
from processes.installation import Installation
from processes.spools_restored import SpoolResumed, held_spools, resume


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseRestored:
    """What `db restore` did."""

    taken_at: datetime
    last_commit_at: datetime | None
    """Server's clock of the last transaction replayed; None when nothing was."""
    journals: tuple[JournalFound, ...]
    spools: tuple[SpoolResumed, ...]
    keys: tuple[str, ...]
    """Key files written."""
    key_missing: bool
    """Whether personal fields cannot be read here."""


def restore_database(
    installation: Installation,
    source: Path,
    *,
    until: datetime | None = None,
    archive: Path | None = None,
    last_wal: Path | None = None,
    keys: Path | None = None,
    passphrase: str = "",
    without_keys: bool = False,
) -> DatabaseRestored:
    """Restore a backup into an installation that has no database.

    Args:
        installation: Where to.
        source: The backup's folder.
        until: Server's clock up to which to replay; None replays everything.
        archive: Archived WAL, when it is not where the backup says.
        last_wal: `pg_wal` of the lost database, where it can still be read.
        keys: Sealed file of keys.
        passphrase: Opens it.
        without_keys: Restore though personal fields cannot be read then.

    Raises:
        DatabaseServiceError: `scripts/up` runs here, or METERLINE_DSN names another server.
        StoreError: There is a database already, the time cannot be reached, or the backup or
            its keys cannot be used.
        SpoolError: A collector runs here.
    """
    _require_stopped(installation)
    config = installation.config
    backup = read_backup(source.expanduser().resolve())
    opened = open_keys(keys, passphrase) if keys is not None else {}
    _check_keys(config.secrets_dir, backup.key_id, opened, without_keys=without_keys)
    require_no_other(opened, config.secrets_dir)
    plan = _plan(installation, backup, until=until, archive=archive, last_wal=last_wal)
    with held_spools(config.data_dir, installation.clock) as spools:
        streams = [spool.stream for _, spool in spools]
        kept = backup.path / FILES / config.archive_dir.name
        folders = (config.archive_dir, kept)

        def settle(server: EmbeddedPostgres) -> tuple[Survey, tuple[SpoolResumed, ...], list[str]]:
            # All before the database gets its place: killed in between, it is restored once more.
            found = survey(server.dsn(user=SUPERUSER), folders=folders, streams=streams)
            _put_files(backup.path / FILES, config)
            return found, resume(spools, found.batches), put_keys(opened, config.secrets_dir)

        found, resumed, written = restore(plan, settle)
    missing = bool(backup.key_id) and key_id(config.secrets_dir) != backup.key_id
    return DatabaseRestored(
        taken_at=backup.taken_at,
        last_commit_at=found.last_replayed_at,
        journals=found.journals,
        spools=resumed,
        keys=tuple(written),
        key_missing=missing,
    )


def _plan(
    installation: Installation,
    backup: Backup,
    *,
    until: datetime | None,
    archive: Path | None,
    last_wal: Path | None,
) -> RestorePlan:
    extensions = installation.config.extension_dir
    return RestorePlan(
        backup=backup,
        data_dir=_place(installation),
        until=until,
        archive=archive,
        last_wal=last_wal,
        extension_dir=Path(extensions) if extensions else None,
    )


def _require_stopped(installation: Installation) -> None:
    require_embedded(installation, _HOW_ELSEWHERE)
    if installation.supervised:
        raise DatabaseServiceError(
            f"`scripts/up` runs in {installation.config.data_dir}. Stop it with ctrl-C there, "
            "then restore."
        )


_HOW_ELSEWHERE = "its administrator restores it there, with the tool that backed it up."


def _place(installation: Installation) -> Path:
    """Return where the database goes: where it would be, or where root may run one."""
    server = embedded_of(installation.config)
    elsewhere = installation.config.data_dir / ELSEWHERE
    if os.geteuid() == 0 and not elsewhere.exists() and not server.cluster.path.exists():
        try:
            server.cluster.check_account()
        except PrivilegeError:
            server = move_postgres_elsewhere(installation.config)
    return server.settings.data_dir


def _check_keys(
    secrets_dir: Path, wanted: str, opened: dict[str, bytes], *, without_keys: bool
) -> None:
    """Refuse before anything is done when personal fields could not be read afterwards."""
    here = key_id(secrets_dir)
    if not wanted or here == wanted or (not here and opened) or without_keys:
        return
    if here:
        raise KeyBoxError(
            f"{secrets_dir} holds the master key {here}, the backup needs {wanted}. Restore into "
            "another --data-dir, or move the folder away and give the right --keys."
        )
    raise KeyBoxError(
        f"The backup needs the master key {wanted}; {secrets_dir} has none. Give the sealed file "
        "with --keys, put master.key there, or add --without-keys: names cannot be read then."
    )


def _put_files(source: Path, config: Config) -> None:
    """Put the files beside the database back where there are none."""
    for path in sorted(source.iterdir()) if source.is_dir() else ():
        archive = config.archive_dir
        target = archive if path.name == archive.name else config.data_dir / path.name
        copy_missing(path, target)
