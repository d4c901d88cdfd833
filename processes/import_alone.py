"""In: a site. Out: the right to be the only one who imports a file there. I/O: PostgreSQL.

A file is judged against what the journal holds and written later. Two at once would each be judged
without the other: what contradicts would stand in the journal, instead of being refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from energy.base.errors import RefusedError
from energy.store.sites import Site
from energy.system import System
from processes.settling import settle

IMPORT_LOCK = 0x494D_504F
"""First part of the advisory lock's key; the second is the schema's."""
WAIT_S = 20
"""So long another import is waited for: most are done by then. [s]"""


class ImportBusyError(RefusedError):
    """Another file is being imported at the site; nothing was written."""

    code = "readings.import_busy"


@contextmanager
def importing_alone(system: System, site: Site, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold the right to import at a site; the views know whatever came before.

    Args:
        system: Parts of a process in the writer's role.
        site: The site.
        wait_s: How long another import is waited for. [s]

    Raises:
        ImportBusyError: Another one is still at work.
    """
    key = (IMPORT_LOCK, site.schema)
    with system.database.connection() as connection:
        try:
            with connection.transaction():
                connection.execute(f"SET LOCAL lock_timeout = '{round(wait_s * 1000)}ms'")
                connection.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", key)
        except psycopg.errors.LockNotAvailable as error:
            raise ImportBusyError.of("import.busy") from error
        try:
            settle(system.database, site, system.clock, "metering")
            yield
        finally:
            if not connection.closed:
                connection.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", key)
