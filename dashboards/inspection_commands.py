"""In: what a signed-in person does with inspections. Out: their facts, by a desk. I/O by ports.

The id of a command is made of what was said, of the position that the person saw, and of the
person: a button pressed twice is one command. That two inspect, a third approves, is the domain's
demand.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.service.inspection.found import Claim, Evidence, Found
from energy.service.inspection.inspection import Inspection


class InspectionDesk(Protocol):
    """Where inspections are ordered and told (energy/service/inspection/desk.py)."""

    def tell_seal(self, point: str, words: str, *, by: UUID, command_id: UUID) -> UUID:
        """Note a broken seal; return the suspicion's id."""
        ...

    def dismiss(self, suspicion: UUID, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Say why nobody needs to look."""
        ...

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
        """Order the inspection of a suspicion; return the id of its work order."""
        ...

    def tell_evidence(self, order: UUID, seen: Evidence, *, by: UUID, command_id: UUID) -> None:
        """Say what was seen on the spot."""
        ...

    def tell_finding(self, order: UUID, found: Found, *, by: UUID, command_id: UUID) -> None:
        """Say what was found."""
        ...

    def inspection(self, order: UUID) -> Inspection:
        """Return the inspection of a work order as the journal has it now."""
        ...


class BackBilling(Protocol):
    """Where what was missed is proposed to be billed and decided (processes/inspection_screen.py).

    Each makes its command's id of what it is about and of the person.
    """

    def propose(self, order: UUID, claim: Claim, *, by: UUID) -> None:
        """Propose that what was missed is billed."""
        ...

    def approve(self, order: UUID, *, roles: Collection[str], by: UUID) -> None:
        """Let it be billed."""
        ...

    def refuse(self, order: UUID, reason: str, *, by: UUID) -> None:
        """Refuse what was proposed."""
        ...


class InspectionCommands:
    """The writes of the pages of inspections of one site.

    Each raises `NotPermittedError` where the person lacks the role, and `InspectionError` as the
    method of the same name of the desk.
    """

    def __init__(self, site: str, desk: InspectionDesk, billing: BackBilling) -> None:
        """Act at a site through its desks."""
        self._site, self._desk, self._billing = site, desk, billing

    def tell_seal(self, scope: Scope, point: str, words: str, day: date) -> UUID:
        """Note that a seal is broken; of one point and local day it is one suspicion."""
        scope.demand(Right.WORK, self._site)
        command = id_of("command", "seal here", self._site, point, str(day), str(scope.person))
        return self._desk.tell_seal(point, words, by=scope.person, command_id=command)

    def dismiss(self, scope: Scope, suspicion: UUID, reason: str, *, seen: int) -> None:
        """Say why nobody needs to look.

        Args:
            scope: Who says so.
            suspicion: What was suspected.
            reason: Why.
            seen: How many of its inspections were over without a finding when it was looked at.
        """
        scope.demand(Right.PLAN_WORK, self._site)
        command = _command("dismiss", suspicion, scope, seen, reason)
        self._desk.dismiss(suspicion, reason, by=scope.person, command_id=command)

    def order(
        self,
        scope: Scope,
        suspicion: UUID,
        level: str,
        what: str,
        *,
        inspectors: Sequence[UUID],
        seen: int,
    ) -> Inspection:
        """Order the inspection of a suspicion; `seen` as of `dismiss`."""
        scope.demand(Right.WORK, self._site)
        said = (level, what, *(str(each) for each in inspectors))
        command = _command("order", suspicion, scope, seen, *said)
        made = self._desk.order(
            suspicion, level, what, inspectors=inspectors, by=scope.person, command_id=command
        )
        return self._desk.inspection(made)

    def tell_evidence(
        self, scope: Scope, order: UUID, seen_there: Evidence, *said: str, seen: int
    ) -> Inspection:
        """Say what was seen on the spot.

        Args:
            scope: Whose word it is.
            order: The work order.
            seen_there: What was seen.
            said: The same as it was typed.
            seen: Position of the inspection that the person saw.
        """
        scope.demand(Right.WORK, self._site)
        command = _command("evidence", order, scope, seen, *said)
        self._desk.tell_evidence(order, seen_there, by=scope.person, command_id=command)
        return self._desk.inspection(order)

    def tell_finding(self, scope: Scope, order: UUID, found: Found, *, seen: int) -> Inspection:
        """Say what was found; the latest counts."""
        scope.demand(Right.WORK, self._site)
        command = _command("finding", order, scope, seen, repr(found))
        self._desk.tell_finding(order, found, by=scope.person, command_id=command)
        return self._desk.inspection(order)

    def propose(self, scope: Scope, order: UUID, claim: Claim) -> Inspection:
        """Propose that what was missed is billed; another person approves it."""
        scope.demand(Right.STATE_READINGS, self._site)
        self._billing.propose(order, claim, by=scope.person)
        return self._desk.inspection(order)

    def approve(self, scope: Scope, order: UUID) -> Inspection:
        """Let what was missed be billed, as who neither inspected nor proposed."""
        scope.demand(Right.DECIDE_READINGS, self._site)
        roles = {str(role) for role in scope.roles}
        self._billing.approve(order, roles=roles, by=scope.person)
        return self._desk.inspection(order)

    def refuse(self, scope: Scope, order: UUID, reason: str) -> Inspection:
        """Refuse what was proposed; who proposed it may take it back so."""
        known = self._desk.inspection(order)
        own = known.proposed_by == scope.person and scope.may(Right.STATE_READINGS)
        if not own:
            scope.demand(Right.DECIDE_READINGS, self._site)
        else:
            scope.demand(Right.STATE_READINGS, self._site)
        self._billing.refuse(order, reason, by=scope.person)
        return known


def _command(verb: str, thing: UUID, scope: Scope, seen: int, *said: str) -> UUID:
    words = (str(thing), str(seen), repr(said), str(scope.person))
    return id_of("command", verb, "inspection here", *words)
