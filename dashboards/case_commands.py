"""In: what a signed-in person does with supply cases. Out: their facts, by a desk. I/O by ports.

The id of a command is made of what was said, of the position that the person saw, and of the
person: a button pressed twice is one command. What a step needs to end is the domain's demand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.service.cases.asked import Application
from energy.service.cases.case import SupplyCase
from energy.service.cases.kinds import CaseStep
from energy.service.cases.proofs import Said
from energy.service.cases.quotation import Quotation, QuotedItem

CaseAct = Callable[[SupplyCase, UUID, UUID], None]
"""Calls a command method of a case, by a person, as a command."""


class CaseDesk(Protocol):
    """Where supply cases are opened and acted on (energy/service/cases/desk.py)."""

    def open(self, asked: Application, *, by: UUID, command_id: UUID) -> UUID:
        """Open a case; return its id."""
        ...

    def act(self, case: UUID, act: Callable[[SupplyCase], None]) -> int:
        """Let an act on a case happen; return the journal's position."""
        ...

    def end_step(
        self, case: UUID, step: CaseStep, said: Said, *, by: UUID, command_id: UUID
    ) -> None:
        """End a step with what it is found to have come to."""
        ...

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
        """Give the applicant an offer; return it with its sums."""
        ...

    def make_order(
        self, case: UUID, level: str, *, checklist: str = "", by: UUID, command_id: UUID
    ) -> UUID:
        """Make the work order of a case; return the order's id."""
        ...

    def case(self, identity: UUID) -> SupplyCase:
        """Return a case as the journal has it now."""
        ...


class CaseCommands:
    """The writes of the pages of supply cases of one site.

    Each word returns the case as it is then. Each raises `NotPermittedError` where the person lacks
    the role, and `CaseError` as the method of the same name of `SupplyCase` or `CaseDesk`.
    """

    def __init__(self, site: str, desk: CaseDesk) -> None:
        """Act at a site through its desk."""
        self._site, self._desk = site, desk

    def open(self, scope: Scope, asked: Application, *, seen: int) -> SupplyCase:
        """Open a case; who opens it owns it.

        Args:
            scope: Who opens it.
            asked: What the applicant asks for.
            seen: How many cases there were when the form was drawn.
        """
        scope.demand(Right.CASES, self._site)
        said = (repr(asked), str(seen), str(scope.person))
        command = id_of("command", "open case here", self._site, *said)
        return self._desk.case(self._desk.open(asked, by=scope.person, command_id=command))

    def end_step(
        self, scope: Scope, case: UUID, step: CaseStep, said: Said, *, seen: int
    ) -> SupplyCase:
        """End the step it is at with what it is found to have come to."""
        scope.demand(Right.CASES, self._site)
        command = _command("step", case, scope, seen, str(step), repr(said))
        self._desk.end_step(case, step, said, by=scope.person, command_id=command)
        return self._desk.case(case)

    def quote(
        self,
        scope: Scope,
        case: UUID,
        items: Sequence[QuotedItem],
        tax_percent: Decimal,
        valid_until: date,
        *,
        seen: int,
    ) -> Quotation:
        """Give the applicant an offer; return it with its sums."""
        scope.demand(Right.ISSUE, self._site)
        said = (repr(list(items)), str(tax_percent), str(valid_until))
        command = _command("quote", case, scope, seen, *said)
        return self._desk.quote(
            case, items, tax_percent, valid_until, by=scope.person, command_id=command
        )

    def make_order(
        self, scope: Scope, case: UUID, level: str, *, checklist: str, seen: int
    ) -> SupplyCase:
        """Make the work order of a case."""
        scope.demand(Right.CASES, self._site)
        command = _command("order", case, scope, seen, level, checklist)
        self._desk.make_order(case, level, checklist=checklist, by=scope.person, command_id=command)
        return self._desk.case(case)

    def act(
        self, scope: Scope, case: UUID, verb: str, do: CaseAct, *said: str, seen: int
    ) -> SupplyCase:
        """Let an act on a case happen.

        Args:
            scope: Whose act it is.
            case: The case.
            verb: Names the command.
            do: Does it.
            said: What the command says.
            seen: Position of the case that the person saw.
        """
        scope.demand(Right.CASES, self._site)
        command = _command(verb, case, scope, seen, *said)
        self._desk.act(case, lambda it: do(it, scope.person, command))
        return self._desk.case(case)


def _command(verb: str, case: UUID, scope: Scope, seen: int, *said: str) -> UUID:
    return id_of("command", verb, "case here", str(case), str(seen), repr(said), str(scope.person))
