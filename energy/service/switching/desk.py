"""In: people, templates, what they say to each other. Out: switching orders. I/O: PostgreSQL.

An order that takes steps back, and one that a request asked for, are stored with what they come
from in one transaction; a command repeated finds its own result. Nothing here talks to a device.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from energy.alerting.flood import NODE
from energy.alerting.outages.reads import read_graphs_over
from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import Period
from energy.base.wall_time import by_site_clock
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.assurance.guard import EventGuard
from energy.service.numbering import store_numbered
from energy.service.switching.errors import SwitchingError
from energy.service.switching.holding import Holding
from energy.service.switching.kinds import RequestKind, SwitchingState
from energy.service.switching.node import SwitchingNode
from energy.service.switching.order import SwitchingOrder
from energy.service.switching.permit import Permit
from energy.service.switching.planned import Planned, Source
from energy.service.switching.request import FindAsked, SwitchingRequest, nothing_asked, request_id
from energy.service.switching.steps import SwitchingPlan, reversed_steps
from energy.service.switching.template import SwitchingTemplate, switching_template_id
from energy.store.pool import Database
from energy.store.sites import Site

SWITCHING_ORDER = "S"
"""Begins the numbers of switching orders."""
_VAIN = (SwitchingState.WITHDRAWN, SwitchingState.ABORTED)


class SwitchingDesk:
    """Where templates and switching orders are written, and people act on them."""

    def __init__(
        self, database: Database, site: Site, clock: Clock, asked: FindAsked = nothing_asked
    ) -> None:
        """Work on a site.

        Args:
            database: A pool in the writer's or the web's role.
            site: The site.
            clock: The injected clock.
            asked: Finds what billing asks for.
        """
        self._database, self._site, self._clock = database, site, clock
        self._asked = asked
        self._operations = JournalApplication(database, site.schema, "operations", clock)
        self._holding = Holding(self._operations, database, site, clock)
        self._forbid = EventGuard(database, site, clock)

    def draft(self, plan: SwitchingPlan, *, by: UUID, command_id: UUID) -> int:
        """Write the next version of a template; return its number.

        Raises:
            ConflictError: Somebody else wrote one meanwhile.
        """
        known = self._operations.find(switching_template_id(self._site.key, plan.key))
        kept = known if isinstance(known, SwitchingTemplate) else None
        if kept is None:
            made = id_of("made", str(command_id))
            kept = SwitchingTemplate(site=self._site.key, key=plan.key, command_id=made)
        kept.draft(plan, by=by, command_id=command_id)
        self._operations.store(kept)
        return kept.edition

    def review(self, key: str, version: int, *, by: UUID, command_id: UUID) -> None:
        """Let orders be made from a version of a template, as a second person.

        Raises:
            SwitchingError: There is none, as `SwitchingTemplate.review`.
        """
        kept = self._template(key)
        kept.review(version, by=by, command_id=command_id)
        self._operations.store(kept)

    def write(
        self,
        key: str,
        planned: Planned,
        *,
        reference: str = "",
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        """Write an order from the newest reviewed version of a template; return its id.

        Args:
            key: Of the template.
            planned: Which node, why, when, who.
            reference: Of the request that billing keeps; "" where none asked for it.
            by: Who writes it.
            command_id: Of the command; the order's id follows from it.

        Raises:
            SwitchingError: There is no such template, node or request; none was reviewed; as
                `Planned.checked`; another order carries the request out.
        """
        identity = self._identity(command_id)
        if self._operations.find(identity) is not None:
            return identity
        template = self._template(key)
        source = Source(plan=template.plan(), version=template.holds)
        kept = planned.checked(self._clock.now())
        self._demand_node(kept)
        asked = self._asked(reference) if reference else None
        if reference and asked is None:
            raise SwitchingError.of("no_request", reference=reference)
        if asked is not None:
            source = replace(source, request=asked.to_json())

        def make(number: str) -> list[JournalAggregate]:
            order = self._new(identity, number, kept, source, by, command_id)
            if asked is None:
                return [order]
            return [order, self._requested(asked.reference, identity, command_id)]

        self._store(identity, make, command_id)
        return identity

    def write_back(self, order: UUID, planned: Planned, *, by: UUID, command_id: UUID) -> UUID:
        """Write the order that takes back what an aborted one has done; return its id.

        Args:
            order: The one that was aborted.
            planned: When, who; its node is that of the aborted one.
            by: Who writes it.
            command_id: Of the command; the new order's id follows from it.

        Raises:
            SwitchingError: It was not aborted, nothing is to be taken back, or an order does so.
        """
        identity = self._identity(command_id)
        if self._operations.find(identity) is not None:
            return identity

        def make(number: str) -> list[JournalAggregate]:
            first = self.order(order)
            if first.back is not None:
                other = self.order(first.back)
                if other.state is not SwitchingState.WITHDRAWN:
                    raise SwitchingError.of("back_exists", number=other.number)
            first.write_back(identity, by=by, command_id=command_id)
            plan = SwitchingPlan(
                key=first.template,
                name=first.name,
                permit_after=0,
                steps=reversed_steps(first.steps, first.done),
            )
            source = Source(plan=plan, version=first.template_version, undoes=first.id)
            same = replace(planned, about=first.about)
            return [self._new(identity, number, same, source, by, command_id), first]

        self._store(identity, make, command_id)
        return identity

    def act(self, order: UUID, act: Callable[[SwitchingOrder], None]) -> int:
        """Let an act on an order happen; return the position that the journal holds it at.

        Args:
            order: The order.
            act: Calls a command method of it; again where somebody else was faster.

        Raises:
            SwitchingError: There is no such order, or what the act says.
            ConflictError: Somebody else changes it again and again.
        """

        def once() -> int:
            known = self.order(order)
            act(known)
            return self._operations.store(known)

        return retried(once)

    def tell(self, order: UUID, step: int, *, by: UUID, command_id: UUID) -> int:
        """Let its guardian tell a step; return the position that the journal holds it at.

        What billing recalled meanwhile is not cut: it is asked anew at every step, and again where
        a step that waits to be read back is told again.

        Raises:
            SwitchingError: As `SwitchingOrder.tell`; its span was over before anything was done; a
                permit of another order is out that holds its node; billing does not want it cut
                (any more).
            AssuranceError: An assured event forbids now that it is begun.
            ConflictError: Somebody else changes it again and again.
        """

        def once() -> int:
            known, nodes = self.order(order), list[SwitchingNode]()
            known.tell(step, by=by, command_id=command_id)
            if known.told == step:
                if known.pending_events:
                    if not known.done:
                        self._demand_begin(known)
                    nodes = self._holding.for_step(known, command_id=command_id)
                if known.request.get("kind") == RequestKind.DISCONNECT:
                    asked = self._asked(known.request["reference"])
                    if asked is None or not asked.ready:
                        raise SwitchingError.of("not_ready", reference=known.request["reference"])
            return self._operations.store(known, *nodes)

        return retried(once)

    @by_site_clock
    def give_permit(self, order: UUID, permit: Permit, *, by: UUID, command_id: UUID) -> int:
        """Let somebody work there; return the position that the journal holds it at.

        Raises:
            SwitchingError: As `SwitchingOrder.give_permit`; a step of another order at a node that
                it holds was told and not read back.
            AssuranceError: An assured event forbids it over its time.
            ConflictError: Somebody else changes it again and again.
        """

        def once() -> int:
            known, nodes = self.order(order), list[SwitchingNode]()
            now = self._clock.now()
            known.give_permit(permit, by=by, now=now, command_id=command_id)
            if known.pending_events:
                self._forbid(known.id, known.about, Period(start=now, end=permit.valid_until))
                nodes = self._holding.for_permit(known, command_id=command_id)
            return self._operations.store(known, *nodes)

        return retried(once)

    def order(self, identity: UUID) -> SwitchingOrder:
        """Return an order as the journal has it now.

        Raises:
            SwitchingError: There is none.
        """
        found = self._operations.find(identity)
        if not isinstance(found, SwitchingOrder):
            raise SwitchingError.of("none")
        return found

    def _identity(self, command_id: UUID) -> UUID:
        return id_of("switching_order", self._site.key, str(command_id))

    def _new(
        self,
        identity: UUID,
        number: str,
        planned: Planned,
        source: Source,
        by: UUID,
        command_id: UUID,
    ) -> SwitchingOrder:
        now = self._clock.now()
        return SwitchingOrder.write(
            identity, number, planned, source, by=by, now=now, command_id=command_id
        )

    def _store(
        self,
        identity: UUID,
        make: Callable[[str], list[JournalAggregate]],
        command_id: UUID,
    ) -> None:
        store_numbered(
            self._operations, self._site, SWITCHING_ORDER, identity, make, command_id=command_id
        )

    def _requested(self, reference: str, order: UUID, command_id: UUID) -> SwitchingRequest:
        """Return a request that a new order carries out; another one only where that was vain."""
        known = self._operations.find(request_id(self._site.key, reference))
        kept = known if isinstance(known, SwitchingRequest) else None
        if kept is None:
            made = id_of("made", str(command_id))
            kept = SwitchingRequest(site=self._site.key, reference=reference, command_id=made)
        if kept.order is not None:
            other = self.order(kept.order)
            if other.state not in _VAIN:
                raise SwitchingError.of("request_taken", number=other.number)
        kept.write(order=order, command_id=command_id)
        return kept

    def _template(self, key: str) -> SwitchingTemplate:
        found = self._operations.find(switching_template_id(self._site.key, key))
        if not isinstance(found, SwitchingTemplate):
            raise SwitchingError.of("no_template", key=key)
        return found

    def _demand_begin(self, order: SwitchingOrder) -> None:
        """Refuse to begin an order behind its span, or where an event forbids it now.

        What was begun is finished and what takes another back may begin: they give supply back.
        """
        now = self._clock.now()
        if order.ends_at <= now:
            raise SwitchingError.of("over", number=order.number)
        if order.undoes is None:
            self._forbid(order.id, order.about, Period(start=now, end=now))

    def _demand_node(self, planned: Planned) -> None:
        period = Period(start=planned.begins_at, end=planned.ends_at)
        _, _, node = planned.about.removeprefix(NODE).partition("/")
        with self._database.connection() as connection:
            graphs = read_graphs_over(connection, self._site.schema, planned.about, period)
        known = any(node in each.nodes for each in graphs.values())
        if not planned.about.startswith(NODE) or not known:
            raise SwitchingError.of("about", about=planned.about)
