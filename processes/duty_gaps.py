"""In: a site, the clock. Out: who plans is told of shifts ahead that nobody will fill. I/O."""

from __future__ import annotations

from typing import Final

import structlog

from energy.base.errors import ConflictError, RefusedError
from energy.service.telling.gap_desk import GapDesk
from energy.store.sites import Site
from energy.system import System

log = structlog.get_logger("duty")
GAPS_EVERY_S: Final = 60.0
"""How often it is looked whether a gap came near. [s]"""


class GapChore:
    """Tells of the gaps of a site's roster."""

    def __init__(self, system: System, site: Site) -> None:
        """Work on a site; nothing is done yet.

        Args:
            system: The process's system (role meterline_writer).
            site: The site.
        """
        self._site = site
        self._desk = GapDesk(system.database, site, system.clock)
        self._refused = ""
        """Said in the log once, and tried again."""

    def step(self) -> bool:
        """Tell what nobody was told of; return that there is nothing more to do now."""
        try:
            told = self._desk.tell()
        except (RefusedError, ConflictError) as error:
            if str(error) != self._refused:
                log.warning("gaps of the roster not told", site=self._site.key, cause=str(error))
            self._refused = str(error)
            return False
        self._refused = ""
        if told:
            log.info("gaps of the roster told", site=self._site.key, gaps=told)
        return False
