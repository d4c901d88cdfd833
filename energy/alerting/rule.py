"""In: commands on alert rules. Out: rule events, and rules as values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRule:
    """Raise when a gauge stays above a limit for a delay; clear below limit minus deadband."""

    rule: UUID
    """Id of the rule's version: uuid5 of (site, key, version)."""
    key: str
    version: int
    name: str
    channel: int
    above: int
    """Limit in the channel's counts. [count]"""
    delay_s: int
    """How long it must stay above. [s]"""
    deadband: int
    """How far below the limit it must fall to clear. [count]"""
    severity: str
    fresh_s: int = 900
    """Crossings older than this are historic: no notice, no sound. [s]"""

    @staticmethod
    def from_spec(rule: UUID, spec: Mapping[str, Any]) -> ThresholdRule:
        """Return the rule that its event stored."""
        return ThresholdRule(rule=rule, **spec)


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
        """Define the version."""
        self.key = key

    @event(Withdrawn)
    def withdraw(self, *, command_id: UUID) -> None:
        """Stop evaluating the version."""
