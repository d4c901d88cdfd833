"""In: nothing. Out: what can happen to a request. Pure.

What anybody said is sealed under the key of the person it is about; erasing that key erases it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from energy.base.aggregate import JournalAggregate
from energy.service.requests.errors import RequestError, said_state
from energy.service.requests.kinds import RequestState


class RequestFacts(JournalAggregate):
    """The events of a request behind its first, and what they are asked of."""

    number: str
    state: RequestState
    owner: UUID

    def _may(self, command_id: UUID, *states: RequestState) -> bool:
        """Return whether a command is new; refuse it in other states."""
        if self.seen(command_id):
            return False
        if self.state not in states:
            raise RequestError.of("state", number=self.number, state=said_state(self.state))
        return True

    def _demand_other(self, to: UUID) -> None:
        if to == self.owner:
            raise RequestError.of("owns")

    class Event(JournalAggregate.Event):
        """What happens to a request."""

        def apply(self, aggregate: Any) -> None:
            """Let the request be as it is then."""
            aggregate.become(self)

    class Noted(Event):
        """Somebody of the desk wrote something down."""

        TOPIC = "tenant_request.noted"
        words_sealed: str
        by: UUID

    class Answered(Event):
        """The tenant was told something."""

        TOPIC = "tenant_request.answered"
        way: str
        at: datetime
        word: int
        """Of the enquiry of the portal, from 1; 0 where it was said otherwise."""
        words_sealed: str
        """ "" where the enquiry has them."""
        articles: list[dict[str, Any]]
        """Key and version of the articles that it was told from."""
        by: UUID

    class Cited(Event):
        """An answer that is known already was told from articles."""

        TOPIC = "tenant_request.cited"
        of_word: int
        articles: list[dict[str, Any]]
        by: UUID

    class WentOn(Event):
        """The tenant said more; what waited for him goes on, what was over is open again."""

        TOPIC = "tenant_request.went_on"
        at: datetime
        word: int
        words_sealed: str
        by: UUID

    class Offered(Event):
        """Another is to own it, once he takes it."""

        TOPIC = "tenant_request.offered"
        to: UUID
        by: UUID

    class Escalated(Event):
        """It needs somebody higher, who is to own it once he takes it."""

        TOPIC = "tenant_request.escalated"
        to: UUID
        words_sealed: str
        by: UUID

    class Taken(Event):
        """Whom it was offered, or who took what came by itself, owns it."""

        TOPIC = "tenant_request.taken"
        by: UUID

    class Paused(Event):
        """It waits for the tenant."""

        TOPIC = "tenant_request.paused"
        by: UUID

    class Resumed(Event):
        """It goes on."""

        TOPIC = "tenant_request.resumed"
        by: UUID

    class Classed(Event):
        """A complaint is of a class; the latest counts."""

        TOPIC = "tenant_request.classed"
        complaint: str
        points: int
        """What the class gives to whom it was justified against."""
        by: UUID

    class Judged(Event):
        """Whether a complaint is justified, and against which unit; the latest counts."""

        TOPIC = "tenant_request.judged"
        justified: bool
        unit: str
        points: int
        by: UUID

    class Made(Event):
        """An incident or a work order was made from it."""

        TOPIC = "tenant_request.made"
        kind: str
        thing: UUID
        number: str
        by: UUID

    class CallSet(Event):
        """The tenant is to be called back."""

        TOPIC = "tenant_request.call_set"
        call: UUID
        due_at: datetime
        person: UUID
        """Who calls."""
        by: UUID

    class CallDone(Event):
        """What came of a call-back."""

        TOPIC = "tenant_request.call_done"
        call: UUID
        outcome: str
        words_sealed: str
        """ "" where nothing was said."""
        by: UUID

    class Resolved(Event):
        """It is dealt with."""

        TOPIC = "tenant_request.resolved"
        outcome: str
        first_contact: bool
        """Whether the first answer was all that it took."""
        words_sealed: str
        """ "" where nothing was said."""
        by: UUID

    class Reopened(Event):
        """The tenant says that it is not dealt with."""

        TOPIC = "tenant_request.reopened"
        words_sealed: str
        by: UUID

    class Closed(Event):
        """Nothing is left to do."""

        TOPIC = "tenant_request.closed"
        by: UUID

    class Rated(Event):
        """How content the tenant is, said once."""

        TOPIC = "tenant_request.rated"
        score: int
        words_sealed: str
        """ "" where nothing was said."""
        by: UUID
