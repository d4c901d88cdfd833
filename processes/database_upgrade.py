"""In: an installation with a database of an older PostgreSQL. Out: it upgraded, verified. I/O."""

from __future__ import annotations

from collections.abc import Sequence

from energy.journal.survey import JournalFound, survey
from energy.store.server_settings import SUPERUSER
from energy.store.upgrade import Upgraded, upgrade
from energy.system import embedded_of
from processes.database_backup import require_embedded
from processes.database_service import DatabaseServiceError
from processes.installation import Installation


def upgrade_database(installation: Installation) -> tuple[Upgraded, Sequence[JournalFound]]:
    """Bring the embedded database to the major version of the programs found first.

    Raises:
        DatabaseServiceError: `scripts/up` runs here, or METERLINE_DSN names another server.
        UpgradeError: There is nothing to do, or something is missing or differs.
        StoreError: A server cannot be run.
    """
    require_embedded(installation, "its administrator upgrades it there, with `pg_upgrade`.")
    if installation.supervised:
        raise DatabaseServiceError(
            f"`scripts/up` runs in {installation.config.data_dir}. Stop it with ctrl-C there, "
            "then upgrade."
        )
    folders = (installation.config.archive_dir,)
    settings = embedded_of(installation.config).settings
    done, found = upgrade(
        settings, lambda server: survey(server.dsn(user=SUPERUSER), folders=folders)
    )
    return done, found.journals
