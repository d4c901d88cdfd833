"""In: nothing. Out: questions about incidents and work orders; each takes the scope first. Pure."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from dashboards.queries.rows import Answer
from dashboards.queries.work_rows import (
    AlertIncident,
    IncidentBoard,
    IncidentPage,
    IncidentTab,
    OrderBoard,
    OrderPage,
    OrderTab,
    WorkForms,
)
from dashboards.security.scope import Scope


class WorkQueries(Protocol):
    """Questions about incidents and work orders."""

    def incidents(self, scope: Scope, tab: IncidentTab) -> Answer[IncidentBoard]:
        """Return the incidents of a tab; "mine" are those of the scope's person."""
        ...

    def incident(self, scope: Scope, number: str) -> Answer[IncidentPage] | None:
        """Return one incident by its number; None: there is none."""
        ...

    def incident_of_alert(self, scope: Scope, alert: UUID) -> AlertIncident:
        """Return the incident that was opened from an alert, and what one may be opened with."""
        ...

    def work_orders(self, scope: Scope, tab: OrderTab) -> Answer[OrderBoard]:
        """Return the work orders of a tab; "mine" are those of the scope's person."""
        ...

    def work_order(self, scope: Scope, number: str) -> Answer[OrderPage] | None:
        """Return one work order by its number; None: there is none."""
        ...

    def work_paper(self, scope: Scope, number: str, sha256: str) -> tuple[str, bytes] | None:
        """Return kind and content of a paper of an order; None: the order has none such."""
        ...

    def work_forms(self, scope: Scope) -> Answer[WorkForms]:
        """Return what incidents and orders may be opened with; nothing for who may not work."""
        ...
