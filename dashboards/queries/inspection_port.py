"""In: nothing. Out: questions about inspections; each takes the scope first. Pure."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from dashboards.queries.inspection_rows import (
    InspectionBoard,
    InspectionPage,
    InspectionTab,
    SuspicionPage,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope


class InspectionQueries(Protocol):
    """Questions about suspicions and inspections, for everybody who works at the site."""

    def inspections(self, scope: Scope, tab: InspectionTab) -> Answer[InspectionBoard]:
        """Return the suspicions or inspections of a tab."""
        ...

    def suspicion(self, scope: Scope, suspicion: UUID) -> Answer[SuspicionPage] | None:
        """Return one suspicion; None: there is none."""
        ...

    def inspection(self, scope: Scope, number: str) -> Answer[InspectionPage] | None:
        """Return one inspection by its number; None: there is none."""
        ...
