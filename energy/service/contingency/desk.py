"""In: people, plans of emergencies. Out: plans reviewed, activations with their log. I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.contingency.activation import Activation
from energy.service.contingency.errors import ContingencyError, worded
from energy.service.contingency.plan import ContingencyPlan, contingency_id
from energy.service.contingency.reads import demand_named
from energy.service.contingency.steps import ContingencySteps
from energy.service.numbering import store_numbered
from energy.service.work.reads import read_incidents
from energy.store.pool import Database
from energy.store.sites import Site

ACTIVATION_LETTER = "A"
"""Begins the numbers of activations."""


class ContingencyDesk:
    """Where contingency plans are written, reviewed and activated."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site.

        Args:
            database: A pool in the writer's or the web's role.
            site: The site.
            clock: The injected clock.
        """
        self._database, self._site, self._clock = database, site, clock
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def draft(self, steps: ContingencySteps, *, by: UUID, command_id: UUID) -> int:
        """Write the next version of a plan; return its number.

        Raises:
            ContingencyError: The call tree names a post or a contact that there is not.
            ConflictError: Somebody else writes one again and again.
        """
        with self._database.connection() as connection:
            demand_named(connection, self._site.schema, steps)

        def once() -> int:
            known = self._operations.find(contingency_id(self._site.key, steps.key))
            kept = known if isinstance(known, ContingencyPlan) else None
            if kept is None:
                made = id_of("made", str(command_id))
                kept = ContingencyPlan(site=self._site.key, key=steps.key, command_id=made)
            kept.draft(steps, by=by, command_id=command_id)
            self._operations.store(kept)
            return kept.edition

        return retried(once)

    def review(self, key: str, version: int, *, by: UUID, command_id: UUID) -> None:
        """Let a version be the one that is activated, as a second person.

        Raises:
            ContingencyError: There is none; as `ContingencyPlan.review`.
            ConflictError: Somebody else changes it again and again.
        """

        def once() -> None:
            kept = self.plan(key)
            kept.review(version, by=by, command_id=command_id)
            self._operations.store(kept)

        retried(once)

    def activate(
        self,
        key: str,
        reason: str,
        *,
        drill: bool,
        incident: str = "",
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        """Activate the version of a plan that holds; return the activation's id.

        Args:
            key: Of the plan.
            reason: Why; of a drill, what is exercised.
            drill: Whether it is an exercise.
            incident: Number of the incident that it answers; "" of none.
            by: Who activates it.
            command_id: Of the command; the activation's id follows from it.

        Raises:
            ContingencyError: There is no such plan, none was reviewed, no reason, or there is no
                such incident.
        """
        identity = id_of("contingency_activation", self._site.key, str(command_id))
        if self._operations.find(identity) is not None:
            return identity
        said, named = worded(reason), incident.strip().upper()
        if named:
            with self._database.connection() as connection:
                if not read_incidents(connection, self._site.schema, named=named):
                    raise ContingencyError.of("no_incident", number=named[:40])

        def make(number: str) -> Sequence[Activation]:
            plan = self.plan(key)
            return [
                Activation(
                    activation=identity,
                    number=number,
                    key=key,
                    version=plan.holds,
                    spec=plan.standing().to_json(),
                    drill=drill,
                    reason=said,
                    incident=named,
                    at=self._clock.now(),
                    by=by,
                    command_id=command_id,
                )
            ]

        operations, site = self._operations, self._site
        store_numbered(operations, site, ACTIVATION_LETTER, identity, make, command_id=command_id)
        return identity

    def act(self, activation: UUID, act: Callable[[Activation], None]) -> int:
        """Let an act on an activation happen; return the journal's position.

        Args:
            activation: Its id.
            act: Calls a command method of it; again where somebody else was faster.

        Raises:
            ContingencyError: There is none, or what the act says.
            ConflictError: Somebody else changes it again and again.
        """

        def once() -> int:
            known = self.activation(activation)
            act(known)
            return self._operations.store(known)

        return retried(once)

    def plan(self, key: str) -> ContingencyPlan:
        """Return a plan as the journal has it now.

        Raises:
            ContingencyError: There is none.
        """
        found = self._operations.find(contingency_id(self._site.key, key))
        if not isinstance(found, ContingencyPlan):
            raise ContingencyError.of("no_plan", key=key[:40])
        return found

    def activation(self, identity: UUID) -> Activation:
        """Return an activation as the journal has it now.

        Raises:
            ContingencyError: There is none.
        """
        found = self._operations.find(identity)
        if not isinstance(found, Activation):
            raise ContingencyError.of("none")
        return found
