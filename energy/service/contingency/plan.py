"""In: commands on a contingency plan. Out: its facts. Pure.

Each version is written by one person and reviewed by another; the newest one that was reviewed is
what is activated, and the activation keeps it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.service.contingency.errors import ContingencyError
from energy.service.contingency.steps import ContingencySteps


def contingency_id(site: str, key: str) -> UUID:
    """Return the id of a plan of a site."""
    return id_of("contingency_plan", site, key)


class ContingencyPlan(JournalAggregate):
    """What is done in one kind of emergency, version by version."""

    TOPIC = "contingency_plan"

    class Created(JournalAggregate.Created):
        """There is no version yet."""

        TOPIC = "contingency_plan.made"
        site: str
        key: str

    class Drafted(JournalAggregate.Event):
        """Somebody wrote a version; it is not activated yet."""

        TOPIC = "contingency_plan.drafted"
        key: str
        version: int
        spec: dict[str, Any]
        """As `ContingencySteps.from_json` reads it."""
        by: UUID

    class Reviewed(JournalAggregate.Event):
        """Another person read the newest version: it is what is activated."""

        TOPIC = "contingency_plan.reviewed"
        key: str
        version: int
        by: UUID

    @staticmethod
    def create_id(*, site: str, key: str, **_: object) -> UUID:
        """Return the id from site and key."""
        return contingency_id(site, key)

    @event(Created)
    def __init__(self, *, site: str, key: str, command_id: UUID) -> None:
        """Make it."""
        self.key = key
        self.edition, self.spec = 0, dict[str, Any]()
        self.holds, self.held = 0, dict[str, Any]()
        self.author: UUID | None = None

    def draft(self, steps: ContingencySteps, *, by: UUID, command_id: UUID) -> None:
        """Write the next version; the same one again changes nothing."""
        spec = steps.to_json()
        if not self.seen(command_id) and spec != self.spec:
            number = self.edition + 1
            self._draft(key=self.key, version=number, spec=spec, by=by, command_id=command_id)

    def review(self, version: int, *, by: UUID, command_id: UUID) -> None:
        """Let the newest version be the one that is activated.

        Raises:
            ContingencyError: It is not the newest, was reviewed, or is one's own.
        """
        if self.seen(command_id):
            return
        if version != self.edition:
            raise ContingencyError.of("newest", key=self.key, version=self.edition)
        if self.holds == version:
            raise ContingencyError.of("reviewed", key=self.key, version=version)
        if by == self.author:
            raise ContingencyError.of("own", key=self.key)
        self._review(key=self.key, version=version, by=by, command_id=command_id)

    def standing(self) -> ContingencySteps:
        """Return what is activated.

        Raises:
            ContingencyError: No version was reviewed.
        """
        if not self.holds:
            raise ContingencyError.of("not_reviewed", key=self.key)
        return ContingencySteps.from_json(self.held)

    @event(Drafted)
    def _draft(
        self, *, key: str, version: int, spec: dict[str, Any], by: UUID, command_id: UUID
    ) -> None:
        self.edition, self.spec, self.author = version, spec, by

    @event(Reviewed)
    def _review(self, *, key: str, version: int, by: UUID, command_id: UUID) -> None:
        self.holds, self.held = version, self.spec
