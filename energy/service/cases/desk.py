"""In: people, what is asked for, what was found. Out: supply cases and their orders. I/O.

A case and its number, and a work order made of it with its own, are stored in one transaction
each; a command repeated finds its own result. What a step comes to is looked up in the books, at
the meters and among the orders at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import local_day, midnight
from energy.base.wall_time import by_site_clock
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.cases import proofs
from energy.service.cases.asked import Application
from energy.service.cases.capacity import read_capacity
from energy.service.cases.case import SupplyCase
from energy.service.cases.errors import CaseError
from energy.service.cases.kinds import CaseKind, CaseStep
from energy.service.cases.meters import MeterNow, read_meter
from energy.service.cases.plan import CasePlan, CasePlans, case_plans_id
from energy.service.cases.ports import CaseBooks
from energy.service.cases.proofs import Result, Said
from energy.service.cases.quotation import Quotation, QuotedItem, checked_items
from energy.service.numbering import store_numbered
from energy.service.switching.reads import read_story, switching_named
from energy.service.work.heard import Spot
from energy.service.work.job import Job
from energy.service.work.kinds import OrderKind, OrderState
from energy.service.work.order import WorkOrder
from energy.service.work.order_desk import WorkOrderDesk
from energy.service.work.spots import demand_spot
from energy.store.attachment import keep_attachment
from energy.store.pool import Database
from energy.store.sites import Site

SUPPLY_CASE = "C"
"""Begins the numbers of supply cases."""
_DAY = timedelta(days=1)
_LONGEST_OFFER = timedelta(days=366)


class CaseDesk:
    """Where supply cases are opened, and people act on them."""

    def __init__(self, database: Database, site: Site, clock: Clock, books: CaseBooks) -> None:
        """Work on a site.

        Args:
            database: A pool in the writer's or the web's role.
            site: The site.
            clock: The injected clock.
            books: What the books know.
        """
        self._database, self._site, self._clock = database, site, clock
        self._books = books
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def publish(self, plan: CasePlan, *, valid_from: date, by: UUID, command_id: UUID) -> int:
        """Let steps hold from a local day on for what is opened then; return their version.

        Raises:
            ConflictError: Somebody else published meanwhile.
        """
        known = self._operations.find(case_plans_id(self._site.key))
        kept = (
            known
            if isinstance(known, CasePlans)
            else CasePlans(site=self._site.key, command_id=id_of("made", str(command_id)))
        )
        kept.publish(plan, valid_from=valid_from, by=by, command_id=command_id)
        self._operations.store(kept)
        return len(kept.versions)

    @by_site_clock
    def open(self, asked: Application, *, by: UUID, command_id: UUID) -> UUID:
        """Open a case; return its id. Who opens it owns it.

        Args:
            asked: What the applicant asks for.
            by: Who opens it.
            command_id: Of the command; the case's id follows from it.

        Raises:
            CaseError: As `Application.checked`; no steps hold for it; the books do not know the
                applicant, or not the account as paying for the point.
            WorkError: There is no such place, node or point.
        """
        identity = id_of("supply_case", self._site.key, str(command_id))
        if self._operations.find(identity) is not None:
            return identity
        now = self._clock.now()
        said = asked.checked(now)
        self._demand_known(said)
        plans = self._operations.find(case_plans_id(self._site.key))
        day = local_day(said.asked_at, self._site.zone)
        if not isinstance(plans, CasePlans):
            raise CaseError.of("no_plan", day=day)
        version, plan = plans.on(day)
        steps = [each.step for each in plan.steps_of(said.kind)]

        def make(number: str) -> list[JournalAggregate]:
            return [
                SupplyCase.open(
                    identity, number, said, (version, steps), by=by, now=now, command_id=command_id
                )
            ]

        store_numbered(
            self._operations, self._site, SUPPLY_CASE, identity, make, command_id=command_id
        )
        return identity

    @by_site_clock
    def act(self, case: UUID, act: Callable[[SupplyCase], None]) -> int:
        """Let an act on a case happen; return the position that the journal holds it at.

        Args:
            case: The case.
            act: Calls a command method of it; again where somebody else was faster.

        Raises:
            CaseError: There is no such case, or what the act says.
            ConflictError: Somebody else changes it again and again.
        """

        def once() -> int:
            known = self.case(case)
            act(known)
            return self._operations.store(known)

        return retried(once)

    def end_step(
        self, case: UUID, step: CaseStep, said: Said, *, by: UUID, command_id: UUID
    ) -> None:
        """End a step with what it is found to have come to.

        Raises:
            CaseError: There is no such case; it is at another step, waits or is over; what the
                step is to bring is not there.
            ConflictError: Somebody else changes it again and again.
        """

        def act(known: SupplyCase) -> None:
            # Asked before anything is looked up: at another step there is nothing to be found.
            going = step is known.step and not known.waits_for and not known.seen(command_id)
            result = self._result(known, step, said) if going else {}
            known.end_step(step, said.words, result, by=by, command_id=command_id)

        self.act(case, act)

    def quote(
        self,
        case: UUID,
        items: Sequence[QuotedItem],
        tax_percent: Decimal,
        valid_until: date,
        *,
        by: UUID,
        command_id: UUID,
    ) -> Quotation:
        """Give the applicant an offer; return it with its sums.

        Raises:
            CaseError: As `checked_items` and `SupplyCase.quote`; it would hold too long.
            RefusedError: As `CaseBooks.sums`.
        """
        kept = checked_items(items)
        if valid_until - local_day(self._clock.now(), self._site.zone) > _LONGEST_OFFER:
            raise CaseError.of("offer_long", most=_LONGEST_OFFER.days)
        offer = Quotation(
            items=kept,
            tax_percent=tax_percent,
            sums=self._books.sums(kept, tax_percent),
            valid_until=valid_until,
            lapses_at=midnight(valid_until + _DAY, self._site.zone),
        )
        now = self._clock.now()
        self.act(case, lambda it: it.quote(offer, by=by, now=now, command_id=command_id))
        return offer

    def make_order(
        self, case: UUID, level: str, *, checklist: str = "", by: UUID, command_id: UUID
    ) -> UUID:
        """Make the work order of a case, stored with it; return the order's id.

        Args:
            case: The case.
            level: Class of the service levels.
            checklist: Key of the checklist; "" for none.
            by: Who makes it.
            command_id: Of the command; the order's id follows from it.

        Raises:
            CaseError: As `SupplyCase.make_order`; an order of it is not over, or was carried out.
            WorkError: There is no such checklist.
            ServiceLevelError: No service levels hold, or they know no such class.
        """
        asked = self.case(case)
        job = Job(
            kind=OrderKind.PLANNED,
            what=f"{asked.number} {asked.kind}".replace("_", " "),
            plan=asked.number,
            spot=Spot(**{name: asked.known(name) for name in ("place", "node", "point")}),
            since=self._clock.now(),
        )

        def beside(order: UUID, _number: str) -> list[JournalAggregate]:
            known = self.case(case)
            if known.seen(command_id):  # another process was faster: its order is found
                return []
            before = self._order(known)
            if before is not None and before.state is not OrderState.CANCELLED:
                raise CaseError.of("has_order", number=known.number, order=before.number)
            known.make_order(order, by=by, command_id=command_id)
            return [known]

        desk = WorkOrderDesk(self._database, self._site, self._clock)
        return desk.open(
            job, level, checklist=checklist, beside=beside, by=by, command_id=command_id
        )

    def add_paper(
        self, case: UUID, content: bytes, media_type: str, *, by: UUID, command_id: UUID
    ) -> str:
        """Keep a photo or paper with a case; return its SHA-256, in hex.

        Raises:
            CaseError: There is no such case, or it is over.
            AttachmentError: It is empty or too large.
        """
        self.case(case).demand_paper(command_id)  # before it is kept for good
        with self._database.connection() as connection:
            sha256 = keep_attachment(connection, self._site.schema, content, media_type)
        self.act(case, lambda it: it.add_paper(sha256, media_type, by=by, command_id=command_id))
        return sha256

    def case(self, identity: UUID) -> SupplyCase:
        """Return a case as the journal has it now.

        Raises:
            CaseError: There is none.
        """
        found = self._operations.find(identity)
        if not isinstance(found, SupplyCase):
            raise CaseError.of("none")
        return found

    def _result(self, known: SupplyCase, step: CaseStep, said: Said) -> Result:
        """Return what a step came to; see `proofs`."""
        match step:
            case CaseStep.APPLICATION:
                return {}
            case CaseStep.QUOTATION:
                raise CaseError.of("by_accept", number=known.number)
            case CaseStep.SURVEY:
                return self._surveyed(known, said)
            case CaseStep.WORK:
                return proofs.worked(known, self._order(known))
            case CaseStep.DISCONNECTION:
                return self._disconnected(known, said)
            case CaseStep.COMMISSIONING:
                point = said.point or known.known("point")
                today = local_day(self._clock.now(), self._site.zone)
                payer = self._books.payer(point, today)
                return proofs.commissioned(known, point, self._meter(known, point), payer)
            case _:
                return self._booked(known, step, said)

    def _booked(self, known: SupplyCase, step: CaseStep, said: Said) -> Result:
        """Return what the books know of a step."""
        books, today = self._books, local_day(self._clock.now(), self._site.zone)
        asked_on = local_day(known.asked_at, self._site.zone)
        match step:
            case CaseStep.CONTRACT:
                return proofs.contracted(known, said, books, today)
            case CaseStep.TERMS:
                return proofs.suspended(known, books, today)
            case CaseStep.HANDOVER:
                return proofs.handed_over(known, books, asked_on)
            case CaseStep.LAST_READING:
                return proofs.last_read(known, books, self._meter(known, known.known("point")))
            case CaseStep.FINAL_BILL:
                return proofs.finally_billed(known, books)
            case _:
                return proofs.first_billed(known, books, asked_on)

    def _meter(self, known: SupplyCase, point: str) -> MeterNow | None:
        with self._database.connection() as connection:
            return read_meter(connection, self._site.schema, point, known.asked_at)

    def _surveyed(self, known: SupplyCase, said: Said) -> Result:
        point = said.point or known.known("point")
        with self._database.connection() as connection:
            if said.point:
                demand_spot(connection, self._site.schema, Spot(point=said.point))
            found = read_capacity(connection, self._site, known.asked, point, self._clock.now())
        return {**found.to_json(), **({"point": said.point} if said.point else {})}

    def _disconnected(self, known: SupplyCase, said: Said) -> Result:
        if not said.switching:
            raise CaseError.of("say_switching", number=known.number)
        with self._database.connection() as connection:
            row = switching_named(connection, self._site.schema, said.switching)
            story = read_story(connection, self._site.schema, row)
        return proofs.disconnected(known, story)

    def _order(self, known: SupplyCase) -> WorkOrder | None:
        found = None if known.order is None else self._operations.find(known.order)
        return found if isinstance(found, WorkOrder) else None

    def _demand_known(self, said: Application) -> None:
        with self._database.connection() as connection:
            spot = Spot(place=said.place, node=said.node, point=said.point)
            demand_spot(connection, self._site.schema, spot)
        if not self._books.knows(said.applicant):
            raise CaseError.of("no_applicant", applicant=said.applicant)
        if said.kind is CaseKind.NEW_SUPPLY:
            return
        today = local_day(self._clock.now(), self._site.zone)
        days = self._books.paid(said.account, said.point)
        if not any(each.first_day <= today and (each.after or date.max) > today for each in days):
            raise CaseError.of("not_paying", account=said.account, point=said.point)
        own = said.applicant in self._books.tenants(said.account, today)
        if said.kind is not CaseKind.TRANSFER and not own:
            raise CaseError.of("not_applicants", account=said.account, applicant=said.applicant)
