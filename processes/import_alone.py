"""In: a site. Out: the right to be the only one who imports a file there. I/O: PostgreSQL.

A file is judged against what the journal holds and written later. Two at once would each be judged
without the other: what contradicts would stand in the journal, instead of being refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from energy.base.errors import RefusedError
from energy.store.import_lock import only_one_import
from energy.store.sites import Site
from energy.system import System
from processes.settling import settle

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
    with (
        system.database.connection() as connection,
        only_one_import(connection, site.schema, wait_s=wait_s) as alone,
    ):
        if not alone:
            raise ImportBusyError.of("import.busy")
        settle(system.database, site, system.clock, "metering")
        yield
