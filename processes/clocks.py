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
        self._said = ""
        """Why nobody can be told, as it was said in the log last."""

    def step(self) -> bool:
        """Tell of what is near or broken; a deadline that cannot be told stops no other one.

        Where a text cannot go out at all, the others of its stage are not tried.
        """
        silent: set[str] = set()
        for due in self._desk.waiting():
            if due.stage in silent:
                continue
            try:
                self._desk.tell(due)
            except NoticeError as error:
                silent.add(due.stage)
                self._say(due, error)
            except (RefusedError, ConflictError) as error:
                self._say(due, error)
        return False

    def _say(self, due: Due, error: Exception) -> None:
        """Say in the log why nobody was told, once until it is another cause."""
        why = str(error)
        if why != self._said:
            log.warning("nobody told", site=self._site.key, number=due.number, why=why)
        self._said = why
