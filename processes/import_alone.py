"""In: a site. Out: the right to be the only one who imports a file there. I/O: PostgreSQL.

A file is judged against what the journal holds and written later. Two at once would each be judged
without the other: what contradicts would stand in the journal, instead of being refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial

from energy.base.errors import RefusedError
from energy.store.import_lock import Connection, ImportRight, only_one_import, still_held
from energy.store.sites import Site
from energy.system import System
from processes.settling import settle

WAIT_S = 20
"""So long another import is waited for: most are done by then. [s]"""
Alone = Callable[[Connection], None]
"""Refuses a transaction that would write where the right to import was lost meanwhile."""


class ImportBusyError(RefusedError):
    """Another file is being imported at the site; nothing was written."""

    code = "readings.import_busy"


class ImportLostError(ImportBusyError):
    """The right to import was lost while the file was judged; nothing was written."""

    code = "readings.import_lost"


@contextmanager
def importing_alone(system: System, site: Site, *, wait_s: float = WAIT_S) -> Iterator[Alone]:
    """Hold the right to import at a site; the views know whatever came before.

    The right has a session of its own beside the pool: what is done meanwhile needs the pool's.

    Args:
        system: Parts of a process in the writer's role.
        site: The site.
        wait_s: How long another import is waited for. [s]

    Yields:
        What the transaction that writes calls first: it raises ImportLostError where another may
        have been let in meanwhile.

    Raises:
        ImportBusyError: Another one is still at work.
        StoreUnavailableError: The database does not answer.
    """
    with (
        closing(system.database.direct()) as connection,
        only_one_import(connection, site.schema, wait_s=wait_s) as right,
    ):
        if right is None:
            raise ImportBusyError.of("import.busy")
        settle(system.database, site, system.clock, "metering")
        yield partial(_require, right)


def _require(right: ImportRight, connection: Connection) -> None:
    if not still_held(connection, right):
        raise ImportLostError.of("import.lost")
