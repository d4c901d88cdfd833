"""In: nothing. Out: what can happen to a supply case. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from energy.base.aggregate import JournalAggregate


class CaseFacts(JournalAggregate):
    """The events of a supply case behind its first."""

    class Event(JournalAggregate.Event):
        """What happens to a supply case."""

        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Let the case be as it is then."""
            aggregate.become(self)

    class StepEnded(Event):
        """A step came to its end; the next one begins, or all is done."""

        TOPIC = "supply_case.step_ended"
        step: str
        next: str
        """"" where it was the last one."""
        words: str
        result: dict[str, str]
        """What it came to: account, point, invoice, order, as they were found to be."""

    class Waits(Event):
        """It waits for somebody else: its clock stands still."""

        TOPIC = "supply_case.waits"
        waits_for: str
        words: str

    class Resumed(Event):
        """It goes on."""

        TOPIC = "supply_case.resumed"

    class Offered(Event):
        """Another is to own it."""

        TOPIC = "supply_case.offered"
        to: UUID

    class Taken(Event):
        """The other owns it."""

        TOPIC = "supply_case.taken"

    class Quoted(Event):
        """The applicant has an offer, and the word."""

        TOPIC = "supply_case.quoted"
        quotation: int
        spec: dict[str, Any]
        """As `Quotation.to_json` says it."""
        valid_until: date
        lapses_at: datetime

    class Accepted(Event):
        """The applicant took the offer."""

        TOPIC = "supply_case.accepted"
        quotation: int

    class Ordered(Event):
        """A work order was made of it."""

        TOPIC = "supply_case.ordered"
        order: UUID

    class PaperAdded(Event):
        """A photo or paper was kept."""

        TOPIC = "supply_case.paper_added"
        sha256: str
        """Of an attachment, in hex."""
        media_type: str

    class Refused(Event):
        """The supply is not given."""

        TOPIC = "supply_case.refused"
        reason: str

    class Withdrawn(Event):
        """The applicant wants it no more."""

        TOPIC = "supply_case.withdrawn"
        reason: str
