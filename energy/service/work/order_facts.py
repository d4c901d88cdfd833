"""In: nothing. Out: what can happen to a work order. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from energy.base.aggregate import JournalAggregate


class OrderFacts(JournalAggregate):
    """The events of a work order behind its first."""

    class Event(JournalAggregate.Event):
        """What happens to a work order."""

        def apply(self, aggregate: Any) -> None:
            """Let the order be as it is then."""
            aggregate.become(self)

    class Assigned(Event):
        """Somebody is to do it, once he takes it."""

        TOPIC = "work_order.assigned"
        to: UUID
        by: UUID

    class Taken(Event):
        """Who does it owns it."""

        TOPIC = "work_order.taken"
        first: bool
        """Whether nobody had taken it before."""
        by: UUID

    class PassedOn(Event):
        """Another owns it in place of its owner: it passed with a desk, signed by both."""

        TOPIC = "work_order.passed_on"
        to: UUID
        by: UUID

    class Begun(Event):
        """The work began."""

        TOPIC = "work_order.begun"
        at: datetime
        by: UUID

    class Paused(Event):
        """It waits for somebody else."""

        TOPIC = "work_order.paused"
        waits_for: str
        by: UUID

    class Resumed(Event):
        """It goes on."""

        TOPIC = "work_order.resumed"
        by: UUID

    class PartUsed(Event):
        """Something was used up or built in."""

        TOPIC = "work_order.part_used"
        item: str
        number: int
        unit: str
        by: UUID

    class TimeSpent(Event):
        """Somebody worked on it for a while."""

        TOPIC = "work_order.time_spent"
        person: UUID
        began_at: datetime
        ended_at: datetime
        by: UUID

    class Answered(Event):
        """A question of the checklist was answered; the latest answer counts."""

        TOPIC = "work_order.answered"
        item: str
        value: str
        by: UUID

    class PaperAdded(Event):
        """A photo or paper was kept."""

        TOPIC = "work_order.paper_added"
        sha256: str
        """Of an attachment, in hex."""
        media_type: str
        by: UUID

    class Helped(Event):
        """Somebody does some of it beside its doer: he does not sign it."""

        TOPIC = "work_order.helped"
        by: UUID

    class Done(Event):
        """The doer has done it; it ends with that, or waits for a signature."""

        TOPIC = "work_order.done"
        ends: bool
        by: UUID

    class Signed(Event):
        """A second person saw that it is done."""

        TOPIC = "work_order.signed"
        by: UUID

    class Refused(Event):
        """A second person sent it back to the doer."""

        TOPIC = "work_order.refused"
        reason: str
        by: UUID

    class Cancelled(Event):
        """It will not be done."""

        TOPIC = "work_order.cancelled"
        reason: str
        by: UUID
