"""In: what a node is meant to use in a year, month by month. Out: a revision's events. Pure.

A node is a place or a node of a supply graph. A revision states whole years: for each node and
utility in it twelve months, which replace the twelve that were approved before. It counts from
its approval by a second person on; what it replaced stays readable. It may also withdraw years:
those are not planned any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Self
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.units import Utility, to_base

MONTHS = 12
MOST_ROWS = 5_000
"""Years of a node and utility in one revision."""


class PlanError(RefusedError):
    """A plan cannot be proposed, or the node it names is unknown."""

    code = "plan"


class PlanStateError(RefusedError):
    """A revision is decided already, or decided by who proposed it."""

    code = "plan.state"


class NodeKind(StrEnum):
    """Which of the two structures a node stands in."""

    PLACE = "place"
    SUPPLY = "supply"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class PlanNode:
    """A place, or a node of a supply graph."""

    kind: NodeKind
    key: str

    @classmethod
    def named(cls, text: str) -> Self:
        """Return the node of a text such as "place:terminal_1" or "supply:mdb_1".

        Raises:
            PlanError: It is no such text.
        """
        kind, colon, key = text.strip().partition(":")
        if not colon or not key or kind not in set(NodeKind):
            raise PlanError.of("plan.node_form", node=text)
        return cls(kind=NodeKind(kind), key=key)

    def __str__(self) -> str:
        """Return the text that names it."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedYear:
    """What one node is meant to use of one utility."""

    node: PlanNode
    utility: Utility
    unit: str
    """Of the quantities: one of the utility's units."""
    quantities: tuple[Decimal, ...]
    """One a month. [unit]"""
    money: tuple[Decimal, ...] = ()
    """One a month, or none at all. [currency of the revision]"""

    def __post_init__(self) -> None:
        """Hold the invariant: twelve months."""
        assert len(self.quantities) == MONTHS, "a year has twelve months"
        assert len(self.money) in {0, MONTHS}, "money of all months, or of none"

    def base(self, month: int) -> Fraction:
        """Return what is planned for a month, exactly. [base unit].

        Args:
            month: 1 to 12.
        """
        return Fraction(self.quantities[month - 1]) * to_base(self.utility, self.unit)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values, exact."""
        return {
            "node": str(self.node),
            "utility": self.utility.value,
            "unit": self.unit,
            "quantities": [str(value) for value in self.quantities],
            "money": [str(value) for value in self.money],
        }

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return what `as_json` stored."""
        return cls(
            node=PlanNode.named(stored["node"]),
            utility=Utility(stored["utility"]),
            unit=stored["unit"],
            quantities=tuple(Decimal(value) for value in stored["quantities"]),
            money=tuple(Decimal(value) for value in stored["money"]),
        )


class PlanRevision(JournalAggregate):
    """Planned years that wait for, or have, a second person's approval."""

    TOPIC = "plan_revision"

    class Created(JournalAggregate.Created):
        """Somebody proposed it."""

        TOPIC = "plan.proposed"
        year: int
        rows: list[dict[str, Any]]
        """As `PlannedYear.as_json`."""
        currency: str
        reason: str
        file: str
        """Name of the workbook it came in."""
        proposed_by: UUID
        withdrawn: list[list[str]] | None = None
        """[node, utility] of what is not planned any more; None for nothing."""

    class Approved(JournalAggregate.Event):
        """A second person let it count."""

        TOPIC = "plan.approved"
        approved_by: UUID

    class Rejected(JournalAggregate.Event):
        """It will not count."""

        TOPIC = "plan.rejected"
        reason: str
        rejected_by: UUID

    @staticmethod
    def create_id(*, command_id: UUID, **_: object) -> UUID:
        """Return the id from the command: the same command twice is once."""
        return id_of("plan_revision", str(command_id))

    @event(Created)
    def __init__(
        self,
        *,
        year: int,
        rows: list[dict[str, Any]],
        currency: str,
        reason: str,
        file: str,
        proposed_by: UUID,
        command_id: UUID,
        withdrawn: list[list[str]] | None = None,
    ) -> None:
        """Propose it."""
        self.year = year
        self.proposed_by = proposed_by
        self.state = "proposed"

    def approve(self, *, by: UUID, command_id: UUID) -> None:
        """Let it count, as a second person; the same command twice is once.

        Raises:
            PlanStateError: It is decided already, or the person proposed it.
        """
        if self.seen(command_id):
            return
        self._check_open()
        if by == self.proposed_by:
            raise PlanStateError.of("plan.four_eyes")
        self._approve(approved_by=by, command_id=command_id)

    def reject(self, *, by: UUID, reason: str, command_id: UUID) -> None:
        """Refuse it; its author may do so, too.

        Raises:
            PlanStateError: It is decided already.
            PlanError: The reason is missing.
        """
        if self.seen(command_id):
            return
        self._check_open()
        if not reason.strip():
            raise PlanError.of("plan.no_reason")
        self._reject(rejected_by=by, reason=reason.strip(), command_id=command_id)

    def _check_open(self) -> None:
        if self.state != "proposed":
            raise PlanStateError.of("plan.settled", state=self.state)

    @event(Approved)
    def _approve(self, *, approved_by: UUID, command_id: UUID) -> None:
        self.state = "approved"

    @event(Rejected)
    def _reject(self, *, rejected_by: UUID, reason: str, command_id: UUID) -> None:
        self.state = "rejected"


PLAN_TOPICS = frozenset({"plan.proposed", "plan.approved", "plan.rejected"})
"""Topics of the events of plans."""
