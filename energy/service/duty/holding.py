"""In: the journal of a site. Out: its duty book with the rosters around some days. I/O: PostgreSQL.

Desks of duty work on what the journal holds, not on tables that come behind it; what two of them
do at once meets a conflict at the book or at a roster, and the second looks again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import Period, local_day
from energy.journal.application import JournalApplication
from energy.service.duty.book import DutyBook, book_id
from energy.service.duty.errors import DutyError
from energy.service.duty.plan import DutyPlan, SlotKey
from energy.service.duty.roster import Cause, Roster
from energy.service.duty.stand_in import unfit, with_slots
from energy.service.duty.standing import Away, Duties, Sheet, spans
from energy.store.pool import Database
from energy.store.sites import Site

_AROUND = timedelta(days=3)
"""How far around a slot other shifts may matter to a rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The book and the published rosters around some days."""

    book: DutyBook
    rosters: Mapping[UUID, Roster]

    @property
    def plan(self) -> DutyPlan:
        """Return the plan that holds.

        Raises:
            DutyError: There is none.
        """
        return self.book.plan

    @property
    def away(self) -> list[Away]:
        """Return approved leave."""
        return list(self.book.away.values())

    @property
    def sheets(self) -> list[Sheet]:
        """Return the rosters as they stand."""
        return [roster.sheet() for roster in self.rosters.values()]

    def roster_of(self, slot: SlotKey) -> Roster:
        """Return the roster that has a slot.

        Raises:
            DutyError: None has.
        """
        for roster in self.rosters.values():
            if slot in roster.slots:
                return roster
        raise DutyError.of("no_slot", slot=slot)

    def change(
        self,
        people: Mapping[SlotKey, UUID | None],
        *,
        cause: Cause,
        reason: str = "",
        reference: UUID | None = None,
        by: UUID,
        command_id: UUID,
        beside: Sequence[UUID] = (),
    ) -> list[Roster]:
        """Fill some slots by others; return the rosters that changed.

        Rosters `beside` are stored anew too: who fills a slot of theirs at once meets a conflict.

        Raises:
            DutyError: No roster has a slot, or there is no reason.
        """
        found: dict[UUID, dict[SlotKey, UUID | None]] = {roster: {} for roster in beside}
        for slot, person in people.items():
            found.setdefault(self.roster_of(slot).id, {})[slot] = person
        for roster, slots in found.items():
            self.rosters[roster].change(
                slots,
                cause=cause,
                reason=reason,
                reference=reference,
                by=by,
                command_id=command_id,
            )
        return [self.rosters[roster] for roster in found]


class DutyJournal:
    """Reads and stores what duty is made of."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site; the role is meterline_writer."""
        self.database, self.site, self.clock = database, site, clock
        self.operations = JournalApplication(database, site.schema, "operations", clock)

    def now(self) -> datetime:
        """Return the present instant."""
        return self.clock.now()

    def today(self) -> date:
        """Return the present local day."""
        return local_day(self.clock.now(), self.site.zone)

    def id_of(self, kind: str, command_id: UUID) -> UUID:
        """Return the id of what a command makes."""
        return id_of(kind, self.site.key, str(command_id))

    def book(self) -> DutyBook:
        """Return the site's duty book, new where there is none."""
        found = self.operations.find(book_id(self.site.key))
        assert found is None or isinstance(found, DutyBook)
        if found is not None:
            return found
        made = id_of("command", "duty book", self.site.key)
        return DutyBook(site=self.site.key, command_id=made)

    def held(self, first: date, last: date) -> Held:
        """Return the book and the rosters that have some days, or days near them."""
        book = self.book()
        wanted = book.rosters(first - _AROUND, last + _AROUND)
        found = self.operations.find_all(wanted)
        return Held(book=book, rosters={roster: found[roster] for roster in wanted})

    def roster(self, identity: UUID) -> Roster:
        """Return a roster.

        Raises:
            DutyError: There is none.
        """
        found = self.operations.find(identity)
        if not isinstance(found, Roster):
            raise DutyError.of("no_roster")
        return found

    def period(self, sheets: Sequence[Sheet], slot: SlotKey) -> Period:
        """Return when a slot is.

        Raises:
            DutyError: No roster has it.
        """
        for sheet in sheets:
            if slot in sheet.slots:
                return spans(sheet.shifts, slot.day, self.site.zone)[slot.shift]
        raise DutyError.of("no_slot", slot=slot)

    def demand_not_over(self, sheets: Sequence[Sheet], slot: SlotKey) -> None:
        """Refuse a slot whose shift is over.

        Raises:
            DutyError: It is, or no roster has it.
        """
        if self.period(sheets, slot).end <= self.now():
            raise DutyError.of("shift_over", slot=slot)

    def demand_fit(
        self,
        people: Mapping[SlotKey, UUID | None],
        held: Held,
        away: Sequence[Away],
        *,
        but: frozenset[str] = frozenset(),
    ) -> None:
        """Refuse people who may not fill the slots they are to fill, all of them changed at once.

        Args:
            people: By slot; None is nobody.
            held: Rosters around them.
            away: Approved leave, and such as is about to be.
            but: What is let pass.

        Raises:
            DutyError: Somebody may not, or no roster has a slot.
        """
        for slot in people:
            held.roster_of(slot)
        duties = Duties.of(with_slots(held.sheets, people), held.plan, self.site.zone)
        for slot, person in people.items():
            why = unfit(slot, person, duties, held.plan, away) if person is not None else None
            if why is not None and why not in but:
                raise DutyError.of(str(why), slot=slot)
