"""In: what a site says about late payment. Out: events of the books. Pure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.receivables.dunning_rules import DunningRules
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


def dunning_policy_id(site: str) -> UUID:
    """Return the id of a site's rules of dunning."""
    return id_of("dunning_policy", site)


class DunningPolicy(JournalAggregate):
    """The rules of dunning of a site; each letter keeps what it was written by."""

    TOPIC = "dunning_policy"

    class Created(JournalAggregate.Created):
        """Rules were set for the first time."""

        TOPIC = "dunning_policy.set"
        site: str
        rules: dict[str, Any]
        by: UUID

    class Changed(JournalAggregate.Event):
        """Other rules hold from now on."""

        TOPIC = "dunning_policy.changed"
        rules: dict[str, Any]
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Let them hold."""
            aggregate.rules = self.rules

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return dunning_policy_id(site)

    @event(Created)
    def __init__(self, *, site: str, rules: dict[str, Any], by: UUID, command_id: UUID) -> None:
        """Set the rules."""
        self.rules = rules

    def change(self, rules: DunningRules, *, by: UUID, command_id: UUID) -> None:
        """Set other rules; the same ones again change nothing."""
        if rules.document() != self.rules:
            self.trigger_event(self.Changed, rules=rules.document(), by=by, command_id=command_id)
