"""In: commands on a plan of maintenance. Out: its facts. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.service.equipment.maintenance import PlanSpec, TestResult
from energy.service.equipment.words import EquipmentError


class MaintenancePlan(JournalAggregate):
    """What is done again and again to a piece, or to those of a class."""

    TOPIC = "maintenance_plan"

    class Created(JournalAggregate.Created):
        """It is planned."""

        TOPIC = "maintenance_plan.made"
        plan: UUID
        number: str
        spec: dict[str, Any]
        """As `PlanSpec.from_json` reads it."""
        by: UUID

    class Done(JournalAggregate.Event):
        """It was done to a piece."""

        TOPIC = "maintenance_plan.done"
        equipment: UUID
        number: str
        """Of the plan."""
        at: datetime
        result: dict[str, Any]
        """started, took_load, minutes, passed of a standby piece; else empty."""
        by: UUID

    class Changed(JournalAggregate.Event):
        """It is planned otherwise: a new version; orders of the others keep what they say."""

        TOPIC = "maintenance_plan.changed"
        spec: dict[str, Any]
        by: UUID

    class Ended(JournalAggregate.Event):
        """It is planned no more."""

        TOPIC = "maintenance_plan.ended"
        on: date
        by: UUID

    @staticmethod
    def create_id(*, plan: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return plan

    @event(Created)
    def __init__(
        self, *, plan: UUID, number: str, spec: dict[str, Any], by: UUID, command_id: UUID
    ) -> None:
        """Plan it."""
        self.number = number
        self.spec = spec
        self.planner = by
        """Who said last what is planned."""
        self.ended_on: date | None = None
        self.last: dict[str, datetime] = {}
        """When it was done last, by id of the piece."""
        self.results: dict[str, dict[str, Any]] = {}
        """How it went then, by id of the piece."""

    def do(
        self,
        equipment: UUID,
        *,
        at: datetime,
        result: TestResult | None,
        by: UUID,
        now: datetime,
        command_id: UUID,
    ) -> None:
        """Record that it was done to a piece; of one instant once, with one result.

        Args:
            equipment: The piece; whoever calls has looked whether the plan is for it.
            at: When.
            result: How it went, of a standby piece.
            by: Who did it.
            now: Present instant.
            command_id: Of the command.

        Raises:
            EquipmentError: It ended, the instant is to come or before the last time, or the
                result is missing, does not fit the plan or itself, or is not what was recorded.
        """
        last = self.last.get(str(equipment))
        if self.seen(command_id):
            return
        if last == at:
            known = self.results[str(equipment)]
            if {key: known[key] for key in known if key != "passed"} != (
                {} if result is None else asdict(result)
            ):
                raise EquipmentError.of("result_known")
            return
        if self.ended_on is not None:
            raise EquipmentError.of("plan_ended", day=self.ended_on)
        if at > now:
            raise EquipmentError.of("future_at", at=at)
        if last is not None and at < last:
            raise EquipmentError.of("before_at", at=last)
        kind = PlanSpec.from_json(self.spec).kind
        if (result is not None) != kind.tested:
            raise EquipmentError.of("result" if kind.tested else "no_result")
        told: dict[str, Any] = {}
        if result is not None:
            if result.minutes < 0 or (result.took_load and not result.started):
                raise EquipmentError.of("result")
            told = {**asdict(result), "passed": result.passed(kind)}
        self._do(
            equipment=equipment,
            number=self.number,
            at=at,
            result=told,
            by=by,
            command_id=command_id,
        )

    @event(Done)
    def _do(
        self,
        *,
        equipment: UUID,
        number: str,
        at: datetime,
        result: dict[str, Any],
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.last[str(equipment)], self.results[str(equipment)] = at, result

    def done_behind(self, equipment: UUID, last_done: datetime | None) -> bool:
        """Return whether it was done to a piece behind what somebody knows as the last time."""
        last, result = self.last.get(str(equipment)), self.results.get(str(equipment), {})
        if last is None or not result.get("passed", True):
            return False
        return last_done is None or last > last_done

    def change(self, spec: PlanSpec, *, by: UUID, command_id: UUID) -> None:
        """Plan it otherwise from now on; the same as now changes nothing.

        Args:
            spec: The whole plan, checked.
            by: Who changes it.
            command_id: Of the command.

        Raises:
            EquipmentError: It ended, or what it is or whom it is for would be another: what was
                done by it counts for what it was.
        """
        said = spec.to_json()
        if self.seen(command_id) or said == self.spec:
            return
        if self.ended_on is not None:
            raise EquipmentError.of("plan_ended", day=self.ended_on)
        if any(said[key] != self.spec[key] for key in ("kind", "equipment", "of_class")):
            raise EquipmentError.of("plan_other")
        self._change(spec=said, by=by, command_id=command_id)

    @event(Changed)
    def _change(self, *, spec: dict[str, Any], by: UUID, command_id: UUID) -> None:
        self.spec, self.planner = spec, by

    def end(self, *, on: date, by: UUID, command_id: UUID) -> None:
        """Plan it no more; ended twice is once."""
        if self.ended_on is None:
            self._end(on=on, by=by, command_id=command_id)

    @event(Ended)
    def _end(self, *, on: date, by: UUID, command_id: UUID) -> None:
        self.ended_on = on
