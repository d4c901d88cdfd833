"""In: what a signed-in person says on a patrol round. Out: its facts, by a desk. I/O by a port.

The desk makes the id of each command of what was said, by whom: a button pressed twice is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.service.rounds.desk import Raise, Walk
from energy.service.rounds.kinds import Said
from energy.service.rounds.plans import Asked


class PatrolRounds(Protocol):
    """Where rounds are walked (energy/service/rounds/desk.py)."""

    def open(self, key: str, due_at: datetime) -> Asked:
        """Return the round of a key that may be begun or is under way, if it is that one."""
        ...

    def start(self, asked: Asked, *, by: UUID) -> UUID:
        """Begin a round; return its id."""
        ...

    def tell(self, walked: UUID, stop: str, said: Mapping[str, Said], *, by: UUID) -> None:
        """Say what was read at a stop."""
        ...

    def skip(self, walked: UUID, stop: str, reason: str, *, by: UUID) -> None:
        """Say why what is not read at a stop will not be."""
        ...

    def end(self, walked: UUID, *, by: UUID) -> None:
        """Sign a round."""
        ...

    def raise_from(self, walked: UUID, said: Raise, *, by: UUID) -> str:
        """Make an incident or a work order of a value; return its number."""
        ...

    def walk(self, walked: UUID) -> Walk:
        """Return a round as the journal has it now."""
        ...


class PatrolCommands:
    """The writes of the pages of rounds of one site.

    Each raises `NotPermittedError` where the person lacks the role, and `PatrolError` as the method
    of the same name of `PatrolDesk`.
    """

    def __init__(self, site: str, desk: PatrolRounds) -> None:
        """Act at a site through its desk."""
        self._site, self._desk = site, desk

    def start(self, scope: Scope, key: str, due_at: datetime) -> UUID:
        """Begin the round that was open when the page was drawn; return its id."""
        scope.demand(Right.WORK, self._site)
        return self._desk.start(self._desk.open(key, due_at), by=scope.person)

    def tell(self, scope: Scope, walked: UUID, stop: str, said: Mapping[str, Said]) -> Walk:
        """Say what was read at a stop; return the round as it is then."""
        scope.demand(Right.WORK, self._site)
        self._desk.tell(walked, stop, said, by=scope.person)
        return self._desk.walk(walked)

    def skip(self, scope: Scope, walked: UUID, stop: str, reason: str) -> None:
        """Say why what is not read at a stop will not be."""
        scope.demand(Right.WORK, self._site)
        self._desk.skip(walked, stop, reason, by=scope.person)

    def end(self, scope: Scope, walked: UUID) -> None:
        """Sign a round."""
        scope.demand(Right.WORK, self._site)
        self._desk.end(walked, by=scope.person)

    def raise_from(self, scope: Scope, walked: UUID, said: Raise) -> str:
        """Make an incident or a work order of a value; return its number."""
        scope.demand(Right.WORK, self._site)
        return self._desk.raise_from(walked, said, by=scope.person)
