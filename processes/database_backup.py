"""In: an installation and a folder. Out: backups of its database and keys, kept and counted. I/O.

What a backup holds: the whole database (journal, views, attachments, directory), the sealed
archive segments of the journal, and the small files that say what a demo plays. What it does not
hold: the keys (their own sealed file), the spool (it lives where the meters are), the logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from energy.store.backup import Backup, keep_newest, take_backup
from energy.store.key_box import key_id, seal_keys
from energy.system import embedded_of
from processes.database_service import DatabaseServiceError
from processes.installation import Installation

KEPT_FILES = ("plan.json", "play.clock", "play.json", "play.progress", "play.spec.json")
KEPT_FOLDERS = ("plans", "seals")
"""What lies beside the database and belongs to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupTaken:
    """What `db backup` did."""

    backup: Backup
    keys: tuple[str, ...]
    """Key files sealed into the file of keys; empty when none was asked for."""
    deleted_backups: int
    deleted_segments: int


def back_up(
    installation: Installation,
    folder: Path,
    *,
    keep: int | None = None,
    keys: Path | None = None,
    passphrase: str = "",
) -> BackupTaken:
    """Copy the running database into a new folder below `folder`; older ones go if asked.

    Args:
        installation: Whose database.
        folder: Where backups are kept.
        keep: Newest backups that stay; None keeps all.
        keys: File for the sealed keys; None writes none.
        passphrase: Opens that file.

    Raises:
        DatabaseServiceError: METERLINE_DSN names a server of somebody else's.
        StoreUnavailableError: The database does not run.
        StoreError: The copy failed; nothing was kept.
    """
    require_embedded(installation, _HOW_ELSEWHERE)
    config = installation.config
    sealed = tuple(seal_keys(config.secrets_dir, passphrase, keys)) if keys is not None else ()
    server = embedded_of(config)
    if not server.cluster.path.exists():
        raise DatabaseServiceError(
            f"There is no database in {config.data_dir}. Name its folder with --data-dir."
        )
    installation.system().close()  # says what to start when nothing answers
    backup = take_backup(
        server,
        folder.expanduser().resolve(),
        files=[
            *(config.data_dir / name for name in (*KEPT_FILES, *KEPT_FOLDERS)),
            config.archive_dir,
        ],
        key_id=key_id(config.secrets_dir),
    )
    deleted = (0, 0)
    if keep is not None:
        deleted = keep_newest(backup.path.parent, keep, system=backup.system)
    return BackupTaken(
        backup=backup, keys=sealed, deleted_backups=deleted[0], deleted_segments=deleted[1]
    )


_HOW_ELSEWHERE = (
    "its administrator backs it up there: `pg_basebackup` with continuous WAL archiving (or "
    "pgBackRest, Barman) holds everything of Meterline but the keys. Keep secrets/ of the data "
    "folder apart: without its master.key names cannot be read."
)


def require_embedded(installation: Installation, how: str) -> None:
    """Refuse a server of somebody else's.

    Args:
        installation: Whose database.
        how: What its administrator does instead, the rest of a sentence.

    Raises:
        DatabaseServiceError: METERLINE_DSN names a server.
    """
    if installation.config.dsn:
        raise DatabaseServiceError(f"METERLINE_DSN names a PostgreSQL of its own: {how}")
