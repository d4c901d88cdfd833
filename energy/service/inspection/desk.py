"""In: people, what they suspect, saw and found. Out: suspicions, inspections. I/O: PostgreSQL.

An inspection and its work order are stored in one transaction (the offer to the first inspector
follows), and so is evidence with what the order knows of who did some of it. A command repeated
finds its own result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import count
from typing import Any, Final
from uuid import UUID

from energy.alerting.outages.affected import FindSupplied
from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.base.wall_time import by_site_clock
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.inspection.errors import InspectionError, worded
from energy.service.inspection.found import Evidence, Found, Missed
from energy.service.inspection.inspection import Inspection, demand_two, inspection_id
from energy.service.inspection.kinds import InspectionState, SuspicionKind, SuspicionState
from energy.service.inspection.looking import Look, look
from energy.service.inspection.reads import read_told
from energy.service.inspection.rules import InspectionRules, RuleSet, rules_id
from energy.service.inspection.suspecting import Suspected, fresh
from energy.service.inspection.suspicion import Suspicion
from energy.service.work.heard import Spot
from energy.service.work.job import Job
from energy.service.work.kinds import OrderKind, OrderState
from energy.service.work.order import WorkOrder
from energy.service.work.order_desk import WorkOrderDesk
from energy.service.work.spots import demand_spot
from energy.store.pool import Database
from energy.store.sites import Site

NODE: Final = "node:"
POINT: Final = "point:"
LONGEST_DAYS: Final = 400
"""At most so many local days are looked at. [d]"""


class InspectionDesk:
    """Where rules are published, suspicions noted, inspections ordered and told."""

    def __init__(
        self, database: Database, site: Site, clock: Clock, supplied: FindSupplied
    ) -> None:
        """Work on a site.

        Args:
            database: The process's pool (role meterline_writer).
            site: The site.
            clock: The injected clock.
            supplied: Asks the books who is supplied at points.
        """
        self._database, self._site, self._clock = database, site, clock
        self._supplied = supplied
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def publish(self, rules: RuleSet, *, valid_from: date, by: UUID, command_id: UUID) -> int:
        """Let rules hold from a local day on; return their version.

        Raises:
            ConflictError: Somebody else publishes again and again.
        """

        def once() -> int:
            known = self._operations.find(rules_id(self._site.key))
            kept = (
                known
                if isinstance(known, InspectionRules)
                else InspectionRules(site=self._site.key, command_id=id_of("made", str(command_id)))
            )
            kept.publish(rules, valid_from=valid_from, by=by, command_id=command_id)
            self._operations.store(kept)
            return kept.edition

        return retried(once)

    def rules(self, day: date) -> tuple[int, RuleSet]:
        """Return the version of the rules that holds on a local day, and the rules.

        Raises:
            InspectionError: None holds then.
        """
        known = self._operations.find(rules_id(self._site.key))
        if not isinstance(known, InspectionRules):
            raise InspectionError.of("no_rules", day=day)
        return known.on(day)

    def look(self, days: Look, *, by: UUID, command_id: UUID) -> list[UUID]:
        """Note what is suspected over some local days and was not told before; return the ids.

        Raises:
            InspectionError: The days run backwards, are too many or not over; no rules hold on
                the last one.
            ConflictError: Somebody else notes the same again and again.
        """
        today = local_day(self._clock.now(), self._site.zone)
        if not 0 <= (days.last - days.first).days < LONGEST_DAYS or days.last >= today:
            raise InspectionError.of("look_days", most=LONGEST_DAYS)
        _, rules = self.rules(days.last)

        def once() -> list[UUID]:
            with self._database.connection() as connection:
                every = look(connection, self._site, days, rules, self._supplied)
                told = read_told(connection, self._site.schema)
            found = [
                each
                for each in fresh(every, told)
                if self._operations.find(each.id_at(self._site.key)) is None
            ]
            noted = [
                Suspicion.note(self._site.key, each, by=by, command_id=command_id) for each in found
            ]
            if noted:
                self._operations.store(*noted)
            return [each.id for each in noted]

        return retried(once)

    def tell_seal(self, point: str, words: str, *, by: UUID, command_id: UUID) -> UUID:
        """Note that somebody saw a broken seal at a point; return the suspicion's id.

        Of one point and local day there is one; what is seen behind its end is another.

        Raises:
            InspectionError: No words, or no meter is known at the point.
            WorkError: There is no such point.
            ConflictError: Somebody else notes it again and again.
        """
        said = worded(words)
        with self._database.connection() as connection:
            demand_spot(connection, self._site.schema, Spot(point=point))
            rows = connection.execute(
                f"SELECT utility FROM {self._site.schema}.meter WHERE point = %s", (point,)
            ).fetchall()
        if not rows:
            raise InspectionError.of("no_point", point=point)
        today = local_day(self._clock.now(), self._site.zone)
        seal = Suspected(
            kind=SuspicionKind.SEAL,
            about=POINT + point,
            utility=str(rows[0][0]),
            first=today,
            last=today,
        )

        def once() -> UUID:
            for again in count():
                identity = seal.id_at(self._site.key, again)
                known = self._operations.find(identity)
                if not isinstance(known, Suspicion):
                    break
                if not self._settled(known):
                    return identity
            facts: dict[str, Any] = {"again": again, "words": said, "by": by}
            noted = Suspicion.note(self._site.key, seal, **facts, command_id=command_id)
            self._operations.store(noted)
            return noted.id

        return retried(once)

    def _settled(self, known: Suspicion) -> bool:
        """Return whether nobody will look any more because of a suspicion."""
        if known.order_id is None:
            return known.state is SuspicionState.DISMISSED
        over = WorkOrderDesk(self._database, self._site, self._clock).order(known.order_id).over
        return over and not self._in_vain(known)

    def dismiss(self, suspicion: UUID, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Say why nobody needs to look.

        Raises:
            InspectionError: As `Suspicion.dismiss`, or there is none.
            ConflictError: Somebody else settles it again and again.
        """

        def once() -> None:
            known = self._suspicion(suspicion)
            in_vain = self._in_vain(known)
            known.dismiss(reason, in_vain=in_vain, by=by, command_id=command_id)
            self._operations.store(known)

        retried(once)

    def order(
        self,
        suspicion: UUID,
        level: str,
        what: str,
        *,
        inspectors: Sequence[UUID],
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        """Order the inspection of a suspicion; return the id of its work order.

        It is offered to the first inspector. One over without a finding is followed by another.

        Args:
            suspicion: What is to be looked at.
            level: Class of the service levels.
            what: What is to be done, in words.
            inspectors: Two people.
            by: Who orders it, and owns it until it is taken.
            command_id: Of the command; the work order's id follows from it.

        Raises:
            InspectionError: Not two people, it is settled already, or there is none.
            WorkError: Nothing is said.
            ServiceLevelError: No service levels hold now, or they know no such class.
        """
        two = demand_two(inspectors)
        about = str(self._suspicion(suspicion).suspected["about"])
        spot = (
            Spot(node=about.removeprefix(NODE).partition("+")[0])
            if about.startswith(NODE)
            else Spot(point=about.removeprefix(POINT))
        )

        def beside(order: UUID, number: str) -> list[JournalAggregate]:
            known = self._suspicion(suspicion)
            known.order(order, in_vain=self._in_vain(known), by=by, command_id=command_id)
            inspection = Inspection(
                site=self._site.key,
                order=order,
                number=number,
                suspicion=suspicion,
                about=about,
                inspectors=two,
                by=by,
                command_id=command_id,
            )
            return [known, inspection]

        job = Job(kind=OrderKind.INSPECTION, what=what, spot=spot, since=self._clock.now())
        desk = WorkOrderDesk(self._database, self._site, self._clock)
        made = desk.open(job, level, beside=beside, by=by, command_id=command_id)

        def offered(known: WorkOrder) -> None:
            if known.state is OrderState.OPEN and known.assigned is None:
                known.assign(to=two[0], by=by, command_id=id_of("assign", str(command_id)))

        desk.act(made, offered, command_id=command_id)
        return made

    def tell_evidence(self, order: UUID, seen: Evidence, *, by: UUID, command_id: UUID) -> None:
        """Say what was seen on the spot, while the work order is under way.

        Raises:
            InspectionError: As `Inspection.tell_evidence`, or there is none.
            WorkError: The work order is not under way.
            ConflictError: Somebody else changes it again and again.
        """

        def told(known: Inspection) -> None:
            known.tell_evidence(seen, by=by, now=self._clock.now(), command_id=command_id)

        self._at_work(order, told, by=by, command_id=command_id)

    def tell_finding(self, order: UUID, found: Found, *, by: UUID, command_id: UUID) -> None:
        """Say what was found, while the work order is under way.

        Raises:
            InspectionError: As `Inspection.tell_finding`, or there is none.
            WorkError: The work order is not under way.
            ConflictError: Somebody else changes it again and again.
        """
        today = local_day(self._clock.now(), self._site.zone)

        def told(known: Inspection) -> None:
            known.tell_finding(found, by=by, today=today, command_id=command_id)

        self._at_work(order, told, by=by, command_id=command_id)

    def back_bill(
        self,
        order: UUID,
        missed: Missed,
        *,
        instead_of: UUID | None = None,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Know what was proposed to be billed.

        Args:
            order: The work order.
            missed: What was missed.
            instead_of: The adjustment that was refused; None: nothing was proposed yet.
            by: Who proposes it.
            command_id: Of the command.

        Raises:
            InspectionError: As `Inspection.back_bill`, or there is none.
            ConflictError: Somebody else changes it again and again.
        """

        def told(known: Inspection) -> None:
            known.back_bill(missed, instead_of=instead_of, by=by, command_id=command_id)

        self._act(order, told)

    def approve(self, order: UUID, *, by: UUID, command_id: UUID) -> None:
        """Know that what was proposed counts.

        Raises:
            InspectionError: As `Inspection.approve`, or there is none.
            ConflictError: Somebody else changes it again and again.
        """
        self._act(order, lambda known: known.approve(by=by, command_id=command_id))

    def inspection(self, order: UUID) -> Inspection:
        """Return the inspection of a work order as the journal has it now.

        Raises:
            InspectionError: There is none.
        """
        found = self._operations.find(inspection_id(self._site.key, order))
        if not isinstance(found, Inspection):
            raise InspectionError.of("none")
        return found

    def _suspicion(self, identity: UUID) -> Suspicion:
        found = self._operations.find(identity)
        if not isinstance(found, Suspicion):
            raise InspectionError.of("no_suspicion")
        return found

    def _in_vain(self, known: Suspicion) -> bool:
        """Return whether the last inspection of a suspicion is over and found nothing."""
        if known.order_id is None:
            return False
        work = WorkOrderDesk(self._database, self._site, self._clock).order(known.order_id)
        if work.state is OrderState.ENDED:
            return self.inspection(known.order_id).state is InspectionState.ORDERED
        return work.state is OrderState.CANCELLED

    def _act(self, order: UUID, act: Callable[[Inspection], None]) -> None:
        def once() -> None:
            known = self.inspection(order)
            act(known)
            self._operations.store(known)

        retried(once)

    @by_site_clock
    def _at_work(
        self, order: UUID, act: Callable[[Inspection], None], *, by: UUID, command_id: UUID
    ) -> None:
        desk = WorkOrderDesk(self._database, self._site, self._clock)

        def once() -> None:
            known = self.inspection(order)
            act(known)
            if known.pending_events:
                work = desk.order(order)
                work.help(by=by, command_id=command_id)
                self._operations.store(known, work)

        retried(once)
