"""In: nothing. Out: questions about equipment; each takes the scope first. Pure."""

from __future__ import annotations

from typing import Protocol

from dashboards.queries.equipment_rows import (
    DueBoard,
    PiecePage,
    PlanBoard,
    PlanForm,
    PlanPage,
    Register,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope


class EquipmentQueries(Protocol):
    """Questions about the register of equipment and planned maintenance."""

    def equipment(self, scope: Scope, *, out: bool) -> Answer[Register]:
        """Return the pieces in service, or those that are out."""
        ...

    def equipment_piece(self, scope: Scope, number: str) -> Answer[PiecePage] | None:
        """Return one piece by its number; None: there is none."""
        ...

    def equipment_due(self, scope: Scope) -> Answer[DueBoard]:
        """Return how every plan stands, what is due first, and the certificates that end."""
        ...

    def equipment_plans(self, scope: Scope) -> Answer[PlanBoard]:
        """Return the plans of maintenance."""
        ...

    def equipment_plan(self, scope: Scope, number: str) -> Answer[PlanPage] | None:
        """Return one plan by its number; None: there is none."""
        ...

    def equipment_forms(self, scope: Scope) -> Answer[PlanForm]:
        """Return what a new piece or plan may be made of; nothing for who may not plan work."""
        ...
