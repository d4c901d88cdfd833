"""In: an installation. Out: its database started, migrated or stopped. I/O: PostgreSQL.

For installations without `scripts/up`: what a supervisor started is its own and left alone.
"""

from __future__ import annotations

from energy.base.errors import RefusedError
from energy.store.errors import StoreUnavailableError
from energy.store.migrate import ensure_roles, migrate_directory, migrate_site
from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from energy.store.sites import list_sites
from energy.system import OWNER, WRITER, database_of, embedded_of
from processes.installation import Installation


class DatabaseServiceError(RefusedError):
    """Starting or stopping the database is not this command's business here."""

    code = "db.refused"


def start_database(installation: Installation) -> int | None:
    """Start the embedded server, or find it, and migrate; return its process id.

    Raises:
        DatabaseServiceError: METERLINE_DSN names a server of somebody else's.
        StoreError: It cannot be started.
    """
    _require_embedded(installation)
    installation.config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    postgres = embedded_of(installation.config)
    postgres.start()
    migrate(installation)
    return postgres.pid


def stop_database(installation: Installation) -> bool:
    """Stop the embedded server; return whether one ran.

    Raises:
        DatabaseServiceError: It belongs to `scripts/up`, or METERLINE_DSN names another.
        StopError: It does not stop.
    """
    _require_embedded(installation)
    if installation.supervised:
        raise DatabaseServiceError(
            f"`scripts/up` runs in {installation.config.data_dir} and keeps its database. "
            "Stop it with ctrl-C there."
        )
    try:
        installation.system().close()
    except StoreUnavailableError:
        return False
    postgres = embedded_of(installation.config)
    postgres.start()
    postgres.adopt()
    postgres.stop()
    return True


def migrate(installation: Installation) -> list[str]:
    """Bring roles, directory and every site up to date; return what was applied.

    Raises:
        StoreUnavailableError: The database does not answer.
        MigrationError: The schema is not one that this program can bring up to date.
    """
    config, now = installation.config, installation.clock.now()
    dsn = config.dsn or embedded_of(config).dsn(user=SUPERUSER)
    account = Database(dsn, max_size=1)
    try:
        account.direct().close()
        with account.connection() as connection:
            ensure_roles(connection)
    finally:
        account.close()
    owner, writer = database_of(config, OWNER), database_of(config, WRITER)
    try:
        with owner.connection() as connection:
            applied = migrate_directory(connection, at=now)
            for site in list_sites(writer):
                applied += migrate_site(connection, site.key, at=now)
    finally:
        owner.close()
        writer.close()
    return applied


def _require_embedded(installation: Installation) -> None:
    if installation.config.dsn:
        raise DatabaseServiceError(
            "METERLINE_DSN names a PostgreSQL of its own: start and stop it there."
        )
