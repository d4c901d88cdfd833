"""In: the clock. Out: prepaid accounts of a site settled, as a chore or a command. I/O: PostgreSQL.

Each settlement sets a mark of its own, so that what it knew can be looked up for good. Accounts
that are settled by the hour have a mark an hour; others one a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from billing.books import Books
from billing.prepaid.balance import rules_now
from billing.prepaid.month import Knowledge
from billing.prepaid.server_account import Every
from billing.prepaid.settling import Outcome, Settling
from billing.views.prepaid import PrepaidRow, read_prepaid
from energy.base.period import grid_floor, local_day
from energy.journal.marks import Marks
from energy.store.sites import Site
from energy.system import System
from energy.views.progress import newest_mark
from processes.settling import settle

REASON = "prepaid settlement "
DUE = timedelta(minutes=10)
"""How long behind the hour readings are waited for."""


def settle_prepaid(system: System, site: Site, accounts: Sequence[str] = ()) -> list[Outcome]:
    """Settle the prepaid accounts of a site up to now.

    Args:
        system: A system in the writer's role.
        site: The site.
        accounts: Keys; all when empty.

    Raises:
        PrepaidRefusedError: An account is not prepaid.
    """
    now = system.clock.now()
    books = Books(system.database, site, system.clock)
    marks = Marks(system.database, site.schema, system.clock)
    position = marks.append(reason=f"{REASON}{now.isoformat()}", at=now)
    known = Knowledge(metering_position=position, books_position=books.position())
    settle(system.database, site, system.clock, "metering", "books")
    rules, _ = rules_now(books)
    found = Settling(books, rules).settle(known, now, accounts)
    settle(system.database, site, system.clock, "books")
    return found


def settle_if_due(system: System, site: Site) -> bool:
    """Settle a site's prepaid accounts if their hour or day has come; return whether it did."""
    with system.database.connection() as connection:
        rows = read_prepaid(connection, site.schema)
    last = newest_mark(system.database, site.schema, REASON)
    if not due(rows, last, system.clock.now(), site):
        return False
    settle_prepaid(system, site)
    return True


def due(rows: Sequence[PrepaidRow], last: datetime | None, now: datetime, site: Site) -> bool:
    """Return whether accounts are to be settled.

    Args:
        rows: The prepaid accounts of the site.
        last: When they were settled the last time; None for never.
        now: Present instant.
        site: The site.
    """
    open_ = [row for row in rows if row.state != "settled"]
    if not open_:
        return False
    if last is None:
        return True
    begun = now - DUE
    if any(row.every == Every.HOUR for row in open_):
        return grid_floor(begun, 3600, site.zone) > last
    return local_day(begun, site.zone) > local_day(last, site.zone)
