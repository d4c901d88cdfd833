"""In: nothing. Out: questions about planned outages; each takes the scope first. Pure."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from dashboards.queries.outage_rows import (
    NodeChoice,
    NodeOutages,
    OutageBoard,
    OutagePage,
    OutageStanding,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope
from energy.base.units import Utility


class OutageQueries(Protocol):
    """Questions about planned outages.

    Accounts and contacts are told to who acknowledges alerts or reads bills, to others how many.
    """

    def outages(self, scope: Scope) -> Answer[OutageBoard]:
        """Return the outages that run, are to come, and are past."""
        ...

    def outage(self, scope: Scope, outage: UUID) -> Answer[OutagePage] | None:
        """Return one outage; None: there is none."""
        ...

    def outage_standing(self, scope: Scope, outage: UUID) -> Answer[OutageStanding] | None:
        """Return how far one outage is and who received it; None: there is none."""
        ...

    def outage_nodes(self, scope: Scope) -> tuple[NodeChoice, ...]:
        """Return the nodes of all supply graphs as they hold now, by utility and name."""
        ...

    def node_outages(self, scope: Scope, utility: Utility, node: str) -> Answer[NodeOutages] | None:
        """Return what goes dark now without a node, and its outages; None: there is no such."""
        ...
