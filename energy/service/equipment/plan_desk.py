"""In: plans of maintenance, what was done, what is due. Out: events, work orders. I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import local_day, midnight
from energy.base.wall_time import by_site_clock
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.equipment.maintenance import DueState, Every, PlanSpec, TestResult
from energy.service.equipment.plan import MaintenancePlan
from energy.service.equipment.plan_reads import DueRow, ordered_since, orders_of
from energy.service.equipment.reads import EquipmentRow, find_equipment
from energy.service.equipment.words import EquipmentError
from energy.service.numbering import store_numbered
from energy.service.work.heard import Spot
from energy.service.work.job import Job
from energy.service.work.kinds import OrderKind
from energy.service.work.order_desk import WorkOrderDesk, order_id
from energy.store.pool import Database
from energy.store.sites import Site

LETTER: Final = "M"
"""Of the numbers of plans of maintenance."""
_MINUTE: Final = timedelta(minutes=1)


class PlanDesk:
    """Where maintenance is planned, recorded and ordered."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site.

        Args:
            database: The process's pool (role meterline_writer).
            site: The site.
            clock: The injected clock.
        """
        self._database, self._site, self._clock = database, site, clock
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def plan(self, spec: PlanSpec, *, by: UUID, command_id: UUID) -> UUID:
        """Plan maintenance; return the plan's id.

        Raises:
            EquipmentError: Its parts do not fit, or there is no such piece or rule.
            WorkError: Its orders would have a checklist that there is not.
            ServiceLevelError: No service levels hold, or they know no such class.
        """
        identity = id_of("maintenance_plan", self._site.key, str(command_id))
        said = self._checked(spec)

        def make(number: str) -> Sequence[JournalAggregate]:
            made = MaintenancePlan(
                plan=identity, number=number, spec=said.to_json(), by=by, command_id=command_id
            )
            return [made]

        store_numbered(self._operations, self._site, LETTER, identity, make, command_id=command_id)
        return identity

    def change(self, plan: UUID, spec: PlanSpec, *, by: UUID, command_id: UUID) -> None:
        """Plan it otherwise from now on; work orders that were made keep what they say.

        Raises:
            EquipmentError: As `plan`, there is no such plan; or as `MaintenancePlan.change`.
            WorkError: As `plan`.
            ServiceLevelError: As `plan`.
            ConflictError: Somebody else changes it again and again.
        """
        said = self._checked(spec)
        self._act(plan, lambda known: known.change(said, by=by, command_id=command_id))

    def known(self, plan: UUID) -> MaintenancePlan:
        """Return a plan as the journal has it now.

        Raises:
            EquipmentError: There is none.
        """
        found = self._operations.find(plan)
        if not isinstance(found, MaintenancePlan):
            raise EquipmentError.of("no_plan")
        return found

    @by_site_clock
    def done(
        self,
        plan: UUID,
        number: str,
        *,
        at: datetime,
        result: TestResult | None,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Record that a plan was done to a piece.

        Args:
            plan: The plan.
            number: Of the piece.
            at: When.
            result: How it went, of a standby piece.
            by: Who did it.
            command_id: Of the command.

        Raises:
            EquipmentError: There is no such plan or piece, the plan is not for it, it was not in
                service then; or as `MaintenancePlan.do`.
            ConflictError: Somebody else changes it again and again.
        """
        piece, now = self._piece(number), self._clock.now()
        out = piece.out_on
        if at < midnight(piece.in_service_since, self._site.zone):
            raise EquipmentError.of("before", day=piece.in_service_since)
        if out is not None and at >= midnight(out, self._site.zone):
            raise EquipmentError.of("out", day=out)

        def act(known: MaintenancePlan) -> None:
            spec = PlanSpec.from_json(known.spec)
            if piece.number != spec.equipment and piece.kind != spec.of_class:
                raise EquipmentError.of("not_planned", plan=known.number, number=piece.number)
            known.do(piece.equipment, at=at, result=result, by=by, now=now, command_id=command_id)

        self._act(plan, act)

    def end(self, plan: UUID, *, by: UUID, command_id: UUID) -> None:
        """Plan it no more.

        Raises:
            EquipmentError: There is no such plan.
            ConflictError: Somebody else changes it again and again.
        """
        today = local_day(self._clock.now(), self._site.zone)
        self._act(plan, lambda known: known.end(on=today, by=by, command_id=command_id))

    def order(self, row: DueRow, level: str, *, checklist: str = "", by: UUID) -> UUID:
        """Make a work order of what a plan asks of a piece; of each time it is due one.

        Where one waits or is under way, it is that one, whatever was recorded since; behind one
        that was cancelled there is another.

        Args:
            row: How the plan stands for the piece.
            level: Class of the service levels.
            checklist: Key of the checklist; "" for none.
            by: Who makes it.

        Raises:
            EquipmentError: It is not due.
            WorkError: No such class or checklist.
            ServiceLevelError: No service levels hold, or they know no such class.
        """
        with self._database.connection() as connection:
            schema = self._site.schema
            waiting, vain = orders_of(connection, schema, row.plan.number, row.piece.number)
        if waiting is not None:
            return waiting
        if row.due.state is not DueState.DUE:
            said = {"plan": row.plan.number, "number": row.piece.number}
            raise EquipmentError.of("not_due", **said)
        return self._order(row, vain, level, checklist, by)

    def order_once(self, row: DueRow, owner: Callable[[], UUID]) -> UUID | None:
        """Make the work order that a plan asks of a piece by itself; return it.

        None where there was one of this time, whoever made it and whatever became of it, where the
        tables are behind the journal, and where the plan leaves it to a person. An alert behind the
        last order is another time, on the same day too, and so is a test that did not pass.

        Args:
            row: How the plan stands for the piece.
            owner: Says who owns it, asked where one is made.

        Raises:
            WorkError: No such checklist any more.
            ServiceLevelError: No service levels hold, or they know no such class any more.
        """
        spec = row.plan.spec
        known = self.known(row.plan.plan)
        if row.due.state is not DueState.DUE or not spec.level or known.spec != spec.to_json():
            return None
        if known.ended_on is not None or known.done_behind(row.piece.equipment, row.last_done):
            return None
        with self._database.connection() as connection:
            schema = self._site.schema
            waiting, vain = orders_of(connection, schema, row.plan.number, row.piece.number)
            first = self._counts_from(row)
            behind = first is not None and ordered_since(
                connection, schema, (row.plan.number, row.piece.number), first
            )
        made = [order_id(self._site.key, self._command(row, each)) for each in range(vain + 1)]
        if waiting is not None or behind or self._operations.find_all(made):
            return None
        return self._order(row, vain, spec.level, spec.checklist, owner())

    def _counts_from(self, row: DueRow) -> datetime | None:
        """Return from when on an order is the one of this time; None where only its id tells."""
        found = []
        if row.again is None and row.due.on is not None:
            found.append(midnight(row.due.on, self._site.zone))
        if row.failed is not None:
            # People state minutes: the order that it failed under may have come up in that one.
            found.append(row.failed + _MINUTE)
        return max(found, default=None)

    def _order(self, row: DueRow, vain: int, level: str, checklist: str, by: UUID) -> UUID:
        job = Job(
            kind=OrderKind.PLANNED,
            what=row.plan.spec.name,
            plan=row.plan.number,
            equipment=row.piece.number,
            spot=Spot(place=row.piece.place),
            since=self._clock.now(),
        )
        desk = WorkOrderDesk(self._database, self._site, self._clock)
        command = self._command(row, vain)
        return desk.open(job, level, checklist=checklist, by=by, command_id=command)

    def _command(self, row: DueRow, vain: int) -> UUID:
        """Return the command that makes the order of a time that a plan is due.

        Args:
            row: How the plan stands for the piece.
            vain: How many orders of plan and piece were cancelled by then.
        """
        said = (row.plan.number, row.piece.number, str(row.last_done), str(row.due.on), str(vain))
        again = () if row.again is None else (str(row.again),)
        failed = () if row.failed is None else ("failed", str(row.failed))
        return id_of("command", "order of plan", self._site.key, *said, *again, *failed)

    def _checked(self, spec: PlanSpec) -> PlanSpec:
        """Return a plan of what there is at the site."""
        said = spec.checked()
        if said.equipment:
            self._piece(said.equipment)
        if said.every is Every.ALERT:
            self._demand_rule(said.rule)
        if said.level:
            desk = WorkOrderDesk(self._database, self._site, self._clock)
            desk.demand_kind(said.level, said.checklist)
        return said

    def _act(self, plan: UUID, act: Callable[[MaintenancePlan], None]) -> None:
        def once() -> None:
            known = self.known(plan)
            act(known)
            self._operations.store(known)

        retried(once)

    def _piece(self, number: str) -> EquipmentRow:
        with self._database.connection() as connection:
            return find_equipment(connection, self._site.schema, number)

    def _demand_rule(self, rule: str) -> None:
        with self._database.connection() as connection:
            found = connection.execute(
                f"SELECT FROM {self._site.schema}.rule WHERE key = %s", (rule,)
            ).fetchone()
        if found is None:
            raise EquipmentError.of("no_rule", rule=rule)
