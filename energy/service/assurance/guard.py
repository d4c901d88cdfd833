"""In: what somebody wants to do at a node. Out: nothing, or why an event forbids it. I/O: reads."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from energy.alerting.flood import NODE
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import Period
from energy.journal.application import JournalApplication
from energy.metering.supply.graph import Graph
from energy.service.assurance.book import AssuranceBook, Spared, book_id
from energy.service.assurance.errors import AssuranceError
from energy.service.switching.reach import held_by
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.plant_rows import read_supply


class EventGuard:
    """Refuses what may not happen while an assured event lasts."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site.

        Args:
            database: A pool that may read the journal and the tables.
            site: The site.
            clock: Tells by which supply graph is judged.
        """
        self._database, self._site, self._clock = database, site, clock
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def outage(
        self, outage: UUID, about: str, period: Period, command_id: UUID
    ) -> Sequence[AssuranceBook]:
        """Refuse an outage that an event forbids; return what is stored with it.

        Who approves an event at the same moment meets a conflict in it, and looks again.

        Args:
            outage: Its id.
            about: "node:UTILITY/KEY" that is off.
            period: When.
            command_id: Of the command that lets it hold.

        Raises:
            AssuranceError: An event forbids it; names it, and who may allow it.
        """
        book = self.book(command_id)
        self._demand(book.spared(), outage, about, period)
        book.ask(outage, command_id=id_of("asked", str(command_id)))
        return [book]

    def __call__(self, thing: UUID, about: str, period: Period) -> None:
        """Refuse what an event forbids.

        Args:
            thing: Id of the switching order or the outage.
            about: "node:UTILITY/KEY" at which it happens.
            period: When; begin and end are the same for what happens at once.

        Raises:
            AssuranceError: An event forbids it; names it, and who may allow it.
        """
        self._demand(self.spared(), thing, about, period)

    def _demand(self, every: Sequence[Spared], thing: UUID, about: str, period: Period) -> None:
        if not every:
            return
        touched = self.touched(about)
        for each in every:
            if each.forbids(thing, touched, period):
                raise AssuranceError.of(
                    "spared", number=each.number, until=each.period.end.astimezone(self._site.zone)
                )

    def spared(self) -> list[Spared]:
        """Return what is spared at the site."""
        known = self._operations.find(book_id(self._site.key))
        return known.spared() if isinstance(known, AssuranceBook) else []

    def book(self, command_id: UUID) -> AssuranceBook:
        """Return the site's book of what is spared; a new one where there is none."""
        known = self._operations.find(book_id(self._site.key))
        if isinstance(known, AssuranceBook):
            return known
        made = id_of("made", str(command_id))
        return AssuranceBook(site=self._site.key, command_id=made)

    def touched(self, about: str) -> frozenset[str]:
        """Return the nodes that work at a node touches, as UTILITY/KEY; see switching/reach.py."""
        utility, _, node = about.removeprefix(NODE).partition("/")
        with self._database.connection() as connection:
            book = read_supply(connection, self._site.schema, utility)
        graph = book.at(self._clock.now()) or Graph()
        return frozenset(f"{utility}/{each}" for each in held_by(graph, node))
