"""In: a site, once a day. Out: money used for the documents that it names. I/O: PostgreSQL.

Desks, deposits and prepaid accounts take money for a document in events of their own; the book of
the account uses it for that document here.
"""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from billing.books import Books
from billing.receivables.office import Receivables
from energy.base.period import local_day
from energy.store.sites import Site
from energy.system import System


def use_named_once_a_day(system: System, site: Site, used: date | None) -> date | None:
    """Use money that names its document unless that was done on this local day; return the day.

    Args:
        system: A system in the writer's role.
        site: The site.
        used: Local day of the last time; None when this process has not done it.

    Raises:
        ConflictError: Others kept changing an account first; call again.
    """
    today = local_day(system.clock.now(), site.zone)
    if used != today:
        Receivables(Books(system.database, site, system.clock)).apply_named(uuid4())
    return today
