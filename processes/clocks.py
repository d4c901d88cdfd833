"""In: a site, the clock. Out: people told of deadlines before and when they break. I/O."""

from __future__ import annotations

from typing import Final

import structlog

from energy.alerting.notices.errors import NoticeError
from energy.base.errors import ConflictError, RefusedError
from energy.service.telling.clocks import Due
from energy.service.telling.desk import ClockDesk
from energy.store.sites import Site
from energy.system import System

log = structlog.get_logger("clocks")
CLOCKS_EVERY_S: Final = 30.0
"""How often it is looked whether a deadline is near or broken. [s]"""


class ClockChore:
    """Tells of the deadlines of a site."""

    def __init__(self, system: System, site: Site) -> None:
        """Work on a site; nothing is done yet.

        Args:
            system: The process's system (role meterline_writer).
            site: The site.
        """
        self._site = site
        self._desk = ClockDesk(system.database, site, system.clock)
        self._said: frozenset[str] = frozenset()
        """Why nobody could be told in the last round: said in the log once."""

    def step(self) -> bool:
        """Tell of what is near or broken; a deadline that cannot be told stops no other one.

        Where a text cannot go out at all, the others of its stage are not tried.
        """
        silent, causes = set[str](), set[str]()
        for due in self._desk.waiting():
            if due.stage in silent:
                continue
            try:
                self._desk.tell(due)
            except NoticeError as error:
                silent.add(due.stage)
                self._say(due, error, causes)
            except (RefusedError, ConflictError) as error:
                self._say(due, error, causes)
        self._said = frozenset(causes)
        return False

    def _say(self, due: Due, error: Exception, causes: set[str]) -> None:
        """Say in the log why nobody was told, once for as long as it lasts."""
        why = str(error)
        if why not in self._said | causes:
            log.warning("nobody told", site=self._site.key, number=due.number, why=why)
        causes.add(why)
