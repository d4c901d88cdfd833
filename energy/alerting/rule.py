"""In: commands on alert rules. Out: rule events. Pure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


def rule_id(site: str, key: str, version: int) -> UUID:
    """Return the id of one version of a rule."""
    return id_of("rule", site, key, str(version))


class Rule(JournalAggregate):
    """One version of a rule; another limit is another version."""

    TOPIC = "rule"

    class Created(JournalAggregate.Created):
        """The version holds from now on."""

        TOPIC = "rule.defined"
        site: str
        key: str
        version: int
        spec: dict[str, Any]

    class Enabled(JournalAggregate.Event):
        """A version that waited is evaluated from now on."""

        TOPIC = "rule.enabled"
        by: UUID

    class Withdrawn(JournalAggregate.Event):
        """The version is evaluated no more."""

        TOPIC = "rule.withdrawn"

    @staticmethod
    def create_id(*, site: str, key: str, version: int, **_: object) -> UUID:
        """Return the id of this version."""
        return rule_id(site, key, version)

    @event(Created)
    def __init__(
        self, *, site: str, key: str, version: int, spec: dict[str, Any], command_id: UUID
    ) -> None:
        """Define the version; one whose spec says `enabled = false` waits."""
        self.key = key
        self.number = version
        self.spec = spec
        self.enabled = bool(spec.get("enabled", True))
        self.withdrawn = False

    def enable(self, *, by: UUID, command_id: UUID) -> None:
        """Evaluate the version from now on; enabling twice is once."""
        if not self.enabled:
            self._enable(by=by, command_id=command_id)

    @event(Enabled)
    def _enable(self, *, by: UUID, command_id: UUID) -> None:
        self.enabled = True

    @event(Withdrawn)
    def withdraw(self, *, command_id: UUID) -> None:
        """Stop evaluating the version."""
        self.withdrawn = True
