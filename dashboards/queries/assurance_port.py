"""In: nothing. Out: questions about assured events and contingency plans, scope first. Pure."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from dashboards.queries.assurance_rows import (
    ActivationPage,
    ContingencyBoard,
    EventBoard,
    EventPage,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope


class AssuranceQueries(Protocol):
    """Questions about assured events and contingency plans."""

    def assured_events(self, scope: Scope) -> Answer[EventBoard]:
        """Return the assured events, the latest first."""
        ...

    def assured_event(self, scope: Scope, number: str) -> Answer[EventPage] | None:
        """Return the event of a number; None: there is none."""
        ...

    def contingency(self, scope: Scope) -> Answer[ContingencyBoard]:
        """Return plans, drills that are due, activations."""
        ...

    def activation(self, scope: Scope, number: str) -> Answer[ActivationPage] | None:
        """Return the activation of a number; None: there is none."""
        ...

    def workers(self, scope: Scope) -> tuple[tuple[UUID, str], ...]:
        """Return who may work, by name; for who plans."""
        ...
