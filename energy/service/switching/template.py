"""In: commands on a template of switching orders. Out: its facts. Pure.

Each version is written by one person and reviewed by another; orders are made from the newest one
that was reviewed, and keep its steps.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.service.switching.errors import SwitchingError
from energy.service.switching.steps import SwitchingPlan


def switching_template_id(site: str, key: str) -> UUID:
    """Return the id of a template of a site."""
    return id_of("switching_template", site, key)


class SwitchingTemplate(JournalAggregate):
    """The steps of one kind of switching, version by version."""

    TOPIC = "switching_template"

    class Created(JournalAggregate.Created):
        """There is none yet."""

        TOPIC = "switching_template.made"
        site: str
        key: str

    class Drafted(JournalAggregate.Event):
        """Somebody wrote a version; no order is made from it yet."""

        TOPIC = "switching_template.drafted"
        key: str
        version: int
        spec: dict[str, Any]
        """As `SwitchingPlan.from_json` reads it."""
        by: UUID

    class Reviewed(JournalAggregate.Event):
        """A second person read the newest version: orders are made from it."""

        TOPIC = "switching_template.reviewed"
        key: str
        version: int
        by: UUID

    @staticmethod
    def create_id(*, site: str, key: str, **_: object) -> UUID:
        """Return the id from site and key."""
        return switching_template_id(site, key)

    @event(Created)
    def __init__(self, *, site: str, key: str, command_id: UUID) -> None:
        """Make it."""
        self.key = key
        self.edition = 0
        """The newest version."""
        self.holds = 0
        """The newest version that was reviewed; 0 is none."""
        self.author: UUID | None = None
        self.spec: dict[str, Any] = {}
        self.held: dict[str, Any] = {}
        """What was reviewed last."""

    def draft(self, plan: SwitchingPlan, *, by: UUID, command_id: UUID) -> None:
        """Write the next version; the same as the newest one changes nothing."""
        spec = plan.to_json()
        if not self.seen(command_id) and spec != self.spec:
            self._draft(
                key=self.key, version=self.edition + 1, spec=spec, by=by, command_id=command_id
            )

    @event(Drafted)
    def _draft(
        self, *, key: str, version: int, spec: dict[str, Any], by: UUID, command_id: UUID
    ) -> None:
        self.edition, self.spec, self.author = version, spec, by

    def review(self, version: int, *, by: UUID, command_id: UUID) -> None:
        """Let orders be made from the newest version.

        Args:
            version: The one that was read.
            by: The reviewer.
            command_id: Of the command.

        Raises:
            SwitchingError: It is one's own, was reviewed, or a later one was written.
        """
        if self.seen(command_id):
            return
        if version != self.edition:
            raise SwitchingError.of("moved", version=self.edition)
        if self.holds == self.edition:
            raise SwitchingError.of("reviewed", version=self.edition)
        if by == self.author:
            raise SwitchingError.of("own")
        self._review(key=self.key, version=version, by=by, command_id=command_id)

    @event(Reviewed)
    def _review(self, *, key: str, version: int, by: UUID, command_id: UUID) -> None:
        self.holds, self.held = version, self.spec

    def plan(self) -> SwitchingPlan:
        """Return the newest version that was reviewed.

        Raises:
            SwitchingError: None was.
        """
        if not self.holds:
            raise SwitchingError.of("not_reviewed", key=self.key)
        return SwitchingPlan.from_json(self.held)
