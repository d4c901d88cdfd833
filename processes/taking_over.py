"""In: wishes about a site's take-over. Out: the chore that does them. I/O: PostgreSQL."""

from __future__ import annotations

from billing.books import Books
from billing.takeover.office import TakeOverOffice
from billing.takeover.task_work import TaskWork
from energy.journal.application import JournalApplication
from energy.journal.recorder import channel_name
from energy.store.sites import Site
from energy.system import System
from processes.settling import settle
from processes.site_rounds import Chore

TAKE_OVER = "take-over"
WISHES_EVERY_S = 30.0
"""Longest time until a wish whose NOTIFY was lost is found. [s]"""


def take_over_work(system: System, site: Site) -> TaskWork:
    """Return what does the wishes of a site, in the writer's role."""
    metering = JournalApplication(system.database, site.schema, "metering", system.clock)
    office = TakeOverOffice(Books(system.database, site, system.clock), metering, system.vault)
    return TaskWork(
        office=office,
        settle=lambda: settle(system.database, site, system.clock, "metering", "books"),
    )


def take_over_chore(system: System, site: Site) -> Chore:
    """Return the chore that does a site's wishes, one a step."""
    work = take_over_work(system, site)
    return Chore(
        name=TAKE_OVER,
        step=work.step,
        channels=(channel_name(site.schema, "books"),),
        every_s=WISHES_EVERY_S,
    )
