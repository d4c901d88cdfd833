"""In: a journal that has grown. Out: views that have come up to it. I/O: PostgreSQL.

A command that reads its own writes waits for `project`; where none runs, it folds itself. Both at
once do no harm: a follower's position is moved by compare-and-set.
"""

from __future__ import annotations

from energy.base.clock import Clock, wait
from energy.base.errors import JournalError
from energy.journal.application import JournalApplication
from energy.journal.follower import Follower, LostRaceError, wait_for_position
from energy.store.pool import Database
from energy.store.sites import DIRECTORY, Site
from processes.project import followers, roll_up_all

PROJECT_S = 0.5
"""How long a running `project` is given before we fold ourselves. [s]"""


def settle(database: Database, site: Site, clock: Clock, *applications: str) -> None:
    """Let the views of some applications come up to their journals.

    Args:
        database: A pool in the writer's role.
        site: The site.
        clock: The injected clock.
        applications: "metering", "operations" or "books"; "metering" when none is named.

    Raises:
        JournalError: An entry cannot be folded.
    """
    wanted = applications or ("metering",)
    for follower in followers(database, site, clock):
        if follower.name in wanted:
            _settle(database, site, clock, follower)
    if "metering" in wanted:
        roll_up_all(database, site)


def _settle(database: Database, site: Site, clock: Clock, follower: Follower) -> None:
    name = follower.name
    assert name != DIRECTORY, "the directory folds its own writes"
    head = JournalApplication(database, site.schema, name, clock).position()
    try:
        wait_for_position(database, site.schema, name, head, timeout_s=PROJECT_S)
    except JournalError:
        while follower.position < head:
            try:
                follower.step()
            except LostRaceError:  # `project` is there after all
                wait(0.02)
