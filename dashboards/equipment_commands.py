"""In: what a signed-in person says of equipment and its maintenance. Out: facts, by desks. I/O.

The id of a command is made of what was said, of what the person saw, and of the person: a button
pressed twice is one command.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.service.equipment.maintenance import PlanSpec, TestResult
from energy.service.equipment.piece import Equipment
from energy.service.equipment.plan import MaintenancePlan
from energy.service.equipment.plan_reads import DueRow
from energy.service.equipment.words import Facts, Relation
from energy.service.work.order import WorkOrder


class EquipmentDesk(Protocol):
    """Where the register is kept (energy/service/equipment/desk.py)."""

    def register(self, facts: Facts, *, since: date, by: UUID, command_id: UUID) -> UUID:
        """Register a piece; return its id."""
        ...

    def change(
        self, equipment: UUID, facts: Facts, *, on: date, by: UUID, command_id: UUID
    ) -> None:
        """Let a piece be something else from a day on."""
        ...

    def relate(
        self,
        equipment: UUID,
        relation: Relation,
        to: str,
        *,
        on: date,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Let a piece be something to another thing."""
        ...

    def unrelate(
        self,
        equipment: UUID,
        relation: Relation,
        to: str,
        *,
        on: date,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """End what a piece is to another thing."""
        ...

    def certify(
        self,
        equipment: UUID,
        kind: str,
        number: str,
        *,
        issued_on: date,
        valid_until: date | None,
        paper: tuple[bytes, str] | None,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """File a certificate."""
        ...

    def take_out(
        self, equipment: UUID, *, on: date, reason: str, by: UUID, command_id: UUID
    ) -> None:
        """Take a piece out of service."""
        ...

    def piece(self, identity: UUID) -> Equipment:
        """Return a piece as the journal has it now."""
        ...


class PlanDesk(Protocol):
    """Where maintenance is planned and recorded (energy/service/equipment/plan_desk.py)."""

    def plan(self, spec: PlanSpec, *, by: UUID, command_id: UUID) -> UUID:
        """Plan maintenance; return the plan's id."""
        ...

    def change(self, plan: UUID, spec: PlanSpec, *, by: UUID, command_id: UUID) -> None:
        """Plan it otherwise from now on."""
        ...

    def end(self, plan: UUID, *, by: UUID, command_id: UUID) -> None:
        """Plan it no more."""
        ...

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
        """Record that a plan was done to a piece."""
        ...

    def order(self, row: DueRow, level: str, *, checklist: str = "", by: UUID) -> UUID:
        """Make the work order of what is due of a piece; return it."""
        ...

    def known(self, plan: UUID) -> MaintenancePlan:
        """Return a plan as the journal has it now."""
        ...


class OrderDesk(Protocol):
    """Where work orders are (energy/service/work/order_desk.py)."""

    def order(self, identity: UUID) -> WorkOrder:
        """Return an order as the journal has it now."""
        ...


class EquipmentCommands:
    """The writes of the pages of equipment of one site.

    Each raises `NotPermittedError` where the person lacks the role, and `EquipmentError` as the
    method of the same name of its desk.
    """

    def __init__(
        self, site: str, equipment: EquipmentDesk, plans: PlanDesk, orders: OrderDesk
    ) -> None:
        """Act at a site through its desks."""
        self._site, self._equipment, self._plans, self._orders = site, equipment, plans, orders

    def register(self, scope: Scope, facts: Facts, since: date, *, seen: int) -> str:
        """Register a piece; return its number.

        Args:
            scope: Who registers it.
            facts: What it is.
            since: First local day in service.
            seen: Position at which the form was drawn.
        """
        scope.demand(Right.PLAN_WORK, self._site)
        said = (repr(sorted(facts.to_json().items())), since.isoformat(), str(seen))
        command = id_of("command", "register equipment here", *said, str(scope.person))
        made = self._equipment.register(facts, since=since, by=scope.person, command_id=command)
        return self._equipment.piece(made).number

    def change(self, scope: Scope, equipment: UUID, facts: Facts, on: date, *, seen: int) -> None:
        """Let a piece be something else, or stand elsewhere, from a day on."""
        scope.demand(Right.PLAN_WORK, self._site)
        said = repr((sorted(facts.to_json().items()), on.isoformat()))
        command = _command("change", equipment, scope, seen, said)
        self._equipment.change(equipment, facts, on=on, by=scope.person, command_id=command)

    def relate(
        self,
        scope: Scope,
        equipment: UUID,
        what: tuple[Relation, str],
        on: date,
        *,
        holds: bool,
        seen: int,
    ) -> None:
        """Let a piece be something to another thing, or not any more, from a day on.

        Args:
            scope: Who says so.
            equipment: The piece.
            what: The relation, and the name of the other end.
            on: First local day.
            holds: Whether it begins; else it ends.
            seen: Position of the piece that the person saw.
        """
        scope.demand(Right.PLAN_WORK, self._site)
        said = (*what, on.isoformat(), str(holds))
        command = _command("relate", equipment, scope, seen, *said)
        act = self._equipment.relate if holds else self._equipment.unrelate
        act(equipment, *what, on=on, by=scope.person, command_id=command)

    def certify(
        self,
        scope: Scope,
        equipment: UUID,
        what: tuple[str, str],
        days: tuple[date, date | None],
        *,
        seen: int,
    ) -> None:
        """File a certificate.

        Args:
            scope: Who files it.
            equipment: The piece.
            what: What is certified, and the number of the certificate.
            days: Day of issue, and the last day on which it holds; None: it does not end.
            seen: Position of the piece that the person saw.
        """
        scope.demand(Right.WORK, self._site)
        command = _command("certify", equipment, scope, seen, repr(what), repr(days))
        self._equipment.certify(
            equipment,
            *what,
            issued_on=days[0],
            valid_until=days[1],
            paper=None,
            by=scope.person,
            command_id=command,
        )

    def take_out(self, scope: Scope, equipment: UUID, on: date, reason: str, *, seen: int) -> None:
        """Take a piece out of service."""
        scope.demand(Right.PLAN_WORK, self._site)
        command = _command("take out", equipment, scope, seen, on.isoformat(), reason)
        self._equipment.take_out(
            equipment, on=on, reason=reason, by=scope.person, command_id=command
        )

    def plan(self, scope: Scope, spec: PlanSpec, *, seen: int) -> str:
        """Plan maintenance; return the plan's number.

        Args:
            scope: Who plans it.
            spec: What is planned.
            seen: How many plans there were when the form was drawn.
        """
        scope.demand(Right.PLAN_WORK, self._site)
        said = (repr(sorted(spec.to_json().items())), str(seen))
        command = id_of("command", "plan maintenance here", *said, str(scope.person))
        return self._plans.known(self._plans.plan(spec, by=scope.person, command_id=command)).number

    def change_plan(self, scope: Scope, plan: UUID, spec: PlanSpec, *, seen: int) -> None:
        """Plan it otherwise from now on."""
        scope.demand(Right.PLAN_WORK, self._site)
        said = repr(sorted(spec.to_json().items()))
        command = _command("change plan", plan, scope, seen, said)
        self._plans.change(plan, spec, by=scope.person, command_id=command)

    def end_plan(self, scope: Scope, plan: UUID) -> None:
        """Plan it no more."""
        scope.demand(Right.PLAN_WORK, self._site)
        command = _command("end plan", plan, scope, 0)
        self._plans.end(plan, by=scope.person, command_id=command)

    def done(self, scope: Scope, row: DueRow, at: datetime, result: TestResult | None) -> None:
        """Record that a plan was done to a piece; of a standby piece with how it went."""
        scope.demand(Right.WORK, self._site)
        said = (row.piece.number, at.isoformat(), repr(result))
        command = _command("done by plan", row.plan.plan, scope, 0, *said)
        self._plans.done(
            row.plan.plan,
            row.piece.number,
            at=at,
            result=result,
            by=scope.person,
            command_id=command,
        )

    def order(self, scope: Scope, row: DueRow, level: str, checklist: str) -> str:
        """Make the work order of what is due; return its number, whoever made it."""
        scope.demand(Right.WORK, self._site)
        made = self._plans.order(row, level, checklist=checklist, by=scope.person)
        return self._orders.order(made).number


def _command(verb: str, thing: UUID, scope: Scope, seen: int, *said: str) -> UUID:
    words = repr(said)
    return id_of("command", verb, "equipment here", str(thing), str(seen), words, str(scope.person))
