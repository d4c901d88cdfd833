"""In: what two inspectors say. Out: an inspection: evidence, finding, what is billed. Pure.

Owner, clock, photos and signature are those of its work order (energy/service/work); here stands
what an inspection knows beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.base.text import Key
from energy.service.inspection.errors import InspectionError
from energy.service.inspection.found import Evidence, Found, Missed
from energy.service.inspection.kinds import InspectionState

_INSPECTORS: Final = 2


def inspection_id(site: str, order: UUID) -> UUID:
    """Return the id of the inspection that a work order carries out."""
    return id_of("inspection", site, str(order))


class Inspection(JournalAggregate):
    """What two inspectors found, and what is billed for it."""

    TOPIC = "inspection"

    class Created(JournalAggregate.Created):
        """It was ordered."""

        TOPIC = "inspection.ordered"
        site: str
        order: UUID
        number: str
        """Of the work order."""
        suspicion: UUID
        about: str
        inspectors: list[UUID]
        by: UUID

    class EvidenceTold(JournalAggregate.Event):
        """Somebody said what was seen on the spot."""

        TOPIC = "inspection.evidence_told"
        seen_at: datetime
        readings: list[str]
        seals: list[str]
        error_percent: str
        words: str
        by: UUID

    class FindingTold(JournalAggregate.Event):
        """What was found; the latest counts until something is billed for it."""

        TOPIC = "inspection.finding_told"
        found: dict[str, Any]
        """As `Found.checked` says it."""
        by: UUID

    class BackBilled(JournalAggregate.Event):
        """What was missed was proposed to be billed."""

        TOPIC = "inspection.back_billed"
        missed: dict[str, Any]
        """The fields of `Missed`, as JSON values."""
        by: UUID

    class Approved(JournalAggregate.Event):
        """Another person let it be billed."""

        TOPIC = "inspection.approved"
        adjustment: UUID
        by: UUID

    @staticmethod
    def create_id(*, site: str, order: UUID, **_: object) -> UUID:
        """Return the id from site and work order."""
        return inspection_id(site, order)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        order: UUID,
        number: str,
        suspicion: UUID,
        about: str,
        inspectors: list[UUID],
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Order it; `demand_two` looked at the inspectors."""
        self.order = order
        self.number = number
        self.about = about
        self.inspectors = tuple(inspectors)
        self.state = InspectionState.ORDERED
        self.evidence = 0
        self.found: dict[str, Any] = {}
        self.adjustment: UUID | None = None
        self.proposed_by: UUID | None = None
        self.rules = 0

    def tell_evidence(self, seen: Evidence, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """Say what was seen on the spot.

        Raises:
            InspectionError: Somebody else inspects, it is billed for already; as
                `Evidence.checked`.
        """
        if not self._may(command_id, InspectionState.ORDERED, InspectionState.FOUND):
            return
        self._demand_inspector(by)
        told = asdict(seen.checked(now))
        told |= {name: list(told[name]) for name in ("readings", "seals")}
        self._tell_evidence(**told, by=by, command_id=command_id)

    def tell_finding(self, found: Found, *, by: UUID, today: date, command_id: UUID) -> None:
        """Say what was found.

        Raises:
            InspectionError: Somebody else inspects, there is no evidence, it is billed for
                already; as `Found.checked`.
        """
        if not self._may(command_id, InspectionState.ORDERED, InspectionState.FOUND):
            return
        self._demand_inspector(by)
        if not self.evidence:
            raise InspectionError.of("evidence_first", number=self.number)
        told = found.checked(today)
        if told != self.found:
            self._tell_finding(found=told, by=by, command_id=command_id)

    def back_bill(
        self, missed: Missed, *, instead_of: UUID | None = None, by: UUID, command_id: UUID
    ) -> None:
        """Know what was proposed to be billed; another proposal replaces one that was refused.

        Args:
            missed: What was missed.
            instead_of: The adjustment that was refused; None: nothing was proposed yet.
            by: Who proposes it.
            command_id: Of the command.

        Raises:
            InspectionError: Nothing was found yet, it is approved, or another proposal waits.
        """
        if not self._may(command_id, InspectionState.FOUND, InspectionState.PROPOSED):
            return
        if self.state is InspectionState.PROPOSED and self.adjustment != instead_of:
            raise InspectionError.of("waits", number=self.number)
        told = asdict(missed)
        told |= {name: told[name].isoformat() for name in ("first", "last")}
        told["adjustment"] = str(missed.adjustment)
        self._back_bill(missed=told, by=by, command_id=command_id)

    def approve(self, *, by: UUID, command_id: UUID) -> None:
        """Know that what was proposed counts.

        Raises:
            InspectionError: As `demand_approver`.
        """
        if not self.seen(command_id):
            self.demand_approver(by)
            assert self.adjustment is not None, "something is proposed"
            self._approve(adjustment=self.adjustment, by=by, command_id=command_id)

    def demand_approver(self, by: UUID) -> None:
        """Refuse whoever may not approve.

        Raises:
            InspectionError: Nothing waits for it, or the person inspected or proposed it.
        """
        if self.state is not InspectionState.PROPOSED:
            raise InspectionError.of("state", number=self.number, state=said(self.state))
        if by in (*self.inspectors, self.proposed_by):
            raise InspectionError.of("own", number=self.number)

    def _demand_inspector(self, by: UUID) -> None:
        if by not in self.inspectors:
            raise InspectionError.of("not_inspector", number=self.number)

    def _may(self, command_id: UUID, *states: InspectionState) -> bool:
        """Return whether a command is new; refuse it in other states."""
        if self.seen(command_id):
            return False
        if self.state not in states:
            raise InspectionError.of("state", number=self.number, state=said(self.state))
        return True

    @event(EvidenceTold)
    def _tell_evidence(
        self,
        *,
        seen_at: datetime,
        readings: list[str],
        seals: list[str],
        error_percent: str,
        words: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.evidence += 1

    @event(FindingTold)
    def _tell_finding(self, *, found: dict[str, Any], by: UUID, command_id: UUID) -> None:
        self.found = found
        self.state = InspectionState.FOUND

    @event(BackBilled)
    def _back_bill(self, *, missed: dict[str, Any], by: UUID, command_id: UUID) -> None:
        self.state = InspectionState.PROPOSED
        self.adjustment, self.proposed_by = UUID(missed["adjustment"]), by
        self.rules = missed["rules"]

    @event(Approved)
    def _approve(self, *, adjustment: UUID, by: UUID, command_id: UUID) -> None:
        self.state = InspectionState.APPROVED


def said(state: InspectionState) -> Key:
    """Return how a state is said, in the language of whoever reads the refusal."""
    return Key(f"cli.inspect_state.{state}")


def demand_two(inspectors: Sequence[UUID]) -> list[UUID]:
    """Return two inspectors.

    Raises:
        InspectionError: They are not two people.
    """
    if len(inspectors) != _INSPECTORS or len(set(inspectors)) != _INSPECTORS:
        raise InspectionError.of("two")
    return list(inspectors)
