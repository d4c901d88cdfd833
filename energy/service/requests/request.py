"""In: commands on a request of a tenant. Out: its facts. Pure.

It has one owner from the first contact on. What came by itself, by the portal, is owned by whom
the service levels name until somebody answers or takes it. Words arrive here sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.service.requests.becoming import become
from energy.service.requests.errors import RequestError
from energy.service.requests.facts import RequestFacts
from energy.service.requests.kinds import (
    CallOutcome,
    Channel,
    MadeKind,
    Outcome,
    RequestKind,
    RequestState,
)
from energy.service.work.heard import Promise

NOT_CLOSED = tuple(state for state in RequestState if state is not RequestState.CLOSED)
ACTIVE = (RequestState.OPEN, RequestState.UNDER_WAY, RequestState.PAUSED)
OVER = (RequestState.RESOLVED, RequestState.CLOSED)
BEST: Final = 5
"""The highest score; 1 is the lowest."""


class TenantRequest(RequestFacts):
    """What a tenant wants, from the first contact to its end."""

    TOPIC = "tenant_request"

    class Created(JournalAggregate.Created):
        """Somebody heard of it."""

        TOPIC = "tenant_request.opened"
        request: UUID
        number: str
        asked: dict[str, str]
        """As `Asked.to_json` says it."""
        enquiry: UUID | None
        heard_at: datetime
        promise: dict[str, Any]
        """The fields of `Promise`."""
        person: UUID
        """Under whose key the words are sealed."""
        words_sealed: str
        """ "" where the enquiry has them."""
        owner: UUID
        claimed: bool
        """Whether its owner heard it himself."""
        by: UUID

    @staticmethod
    def create_id(*, request: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return request

    @event(Created)
    def __init__(
        self,
        *,
        request: UUID,
        number: str,
        asked: dict[str, str],
        enquiry: UUID | None,
        heard_at: datetime,
        promise: dict[str, Any],
        person: UUID,
        words_sealed: str,
        owner: UUID,
        claimed: bool,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Open it; what was asked is checked."""
        self.number, self.asked, self.heard_at = number, asked, heard_at
        self.enquiry, self.person = enquiry, person
        self.promise = Promise(**promise)
        self.state = RequestState.OPEN
        self.owner, self.claimed = owner, claimed
        self.offered: UUID | None = None
        """Who is to own it."""
        self.since = heard_at
        """When it was paused last, or was over."""
        self.answers = 0
        self.strayed = False
        """Whether it took more than one answer of whoever heard it."""
        self.complaint, self.points = "", 0
        self.judged = self.rated = False
        self.ended_by: set[UUID] = set()  # who resolved it, who owned it then
        self.calls: set[UUID] = set()
        """Call-backs that are to be made."""
        self.cited: set[tuple[int, str]] = set()
        """Words of the portal, and the articles that they were told from."""
        self.made: dict[UUID, str] = {}
        """Incidents and work orders made from it, with their numbers."""

    def note(self, words_sealed: str, *, by: UUID, command_id: UUID) -> None:
        """Write something down.

        Raises:
            RequestError: It is closed.
        """
        if self._may(command_id, *NOT_CLOSED):
            told = TenantRequest.Noted
            self.trigger_event(told, words_sealed=words_sealed, by=by, command_id=command_id)

    def answer(
        self,
        way: Channel,
        words_sealed: str,
        *,
        at: datetime,
        articles: Sequence[dict[str, Any]] = (),
        word: int = 0,
        by: UUID,
        now: datetime,
        command_id: UUID,
    ) -> None:
        """Tell the tenant something; the first time stops the clock of the response.

        Raises:
            RequestError: It is over, or it was told before it was heard or in the future.
        """
        if self.seen(command_id):
            return
        if not word:  # what the portal has was said, however far the request is
            self._may(command_id, *ACTIVE)
        if not self.heard_at <= at <= now:
            raise RequestError.of("when", at=at, since=self.heard_at)
        self.trigger_event(
            TenantRequest.Answered,
            way=str(way),
            at=at,
            word=word,
            words_sealed=words_sealed,
            articles=list(articles),
            by=by,
            command_id=command_id,
        )

    def cite(
        self, word: int, articles: Sequence[dict[str, Any]], *, by: UUID, command_id: UUID
    ) -> None:
        """Say which articles an answer at the portal was told from, where it does not yet."""
        fresh = [each for each in articles if (word, each["article"]) not in self.cited]
        if fresh and not self.seen(command_id):
            self.trigger_event(
                TenantRequest.Cited, of_word=word, articles=fresh, by=by, command_id=command_id
            )

    def go_on(
        self, words_sealed: str, *, at: datetime, word: int, by: UUID, command_id: UUID
    ) -> None:
        """Hear more of the tenant by the portal, however far the request is."""
        if not self.seen(command_id):
            self.trigger_event(
                TenantRequest.WentOn,
                at=max(at, self.since),
                word=word,
                words_sealed=words_sealed,
                by=by,
                command_id=command_id,
            )

    def hand_over(self, *, to: UUID, by: UUID, command_id: UUID) -> None:
        """Offer it to another; its owner stays its owner until the other takes it.

        Raises:
            RequestError: It is closed, or the other owns it already.
        """
        if self._may(command_id, *NOT_CLOSED):
            self._demand_other(to)
            self.trigger_event(TenantRequest.Offered, to=to, by=by, command_id=command_id)

    def escalate(self, words_sealed: str, *, to: UUID, by: UUID, command_id: UUID) -> None:
        """Give it to somebody higher, with the reason.

        Raises:
            RequestError: It is over, or the other owns it already.
        """
        if self._may(command_id, *ACTIVE):
            self._demand_other(to)
            told = TenantRequest.Escalated
            self.trigger_event(told, to=to, words_sealed=words_sealed, by=by, command_id=command_id)

    def take(self, *, by: UUID, command_id: UUID) -> None:
        """Own it: what came by itself anybody may take, anything else whom it was offered.

        Raises:
            RequestError: It was offered to somebody else, or to nobody.
        """
        if not self._may(command_id, *NOT_CLOSED):
            return
        if self.offered != by and (self.claimed or self.offered is not None):
            raise RequestError.of("not_offered", number=self.number)
        self.trigger_event(TenantRequest.Taken, by=by, command_id=command_id)

    def pause(self, *, by: UUID, command_id: UUID) -> None:
        """Let its clock stand still while it waits for the tenant.

        Raises:
            RequestError: Nobody has answered, or it is paused or over.
        """
        if self._may(command_id, RequestState.UNDER_WAY):
            self.trigger_event(TenantRequest.Paused, by=by, command_id=command_id)

    def resume(self, *, by: UUID, command_id: UUID) -> None:
        """Go on.

        Raises:
            RequestError: It is not paused.
        """
        if self._may(command_id, RequestState.PAUSED):
            self.trigger_event(TenantRequest.Resumed, by=by, command_id=command_id)

    def classify(self, complaint: str, points: int, *, by: UUID, command_id: UUID) -> None:
        """Say of what class a complaint is; the latest counts, and is judged anew.

        Raises:
            RequestError: It is no complaint, or over.
        """
        if self._may(command_id, *ACTIVE) and self._complains():
            told = TenantRequest.Classed
            self.trigger_event(
                told, complaint=complaint, points=points, by=by, command_id=command_id
            )

    def judge(self, unit: str, *, justified: bool, by: UUID, command_id: UUID) -> None:
        """Say whether a complaint is justified, and against which unit.

        Raises:
            RequestError: It is no complaint, has no class, or is over.
        """
        if not (self._may(command_id, *ACTIVE) and self._complains()):
            return
        if not self.complaint:
            raise RequestError.of("unclassed", number=self.number)
        self.trigger_event(
            TenantRequest.Judged,
            justified=justified,
            unit=unit,
            points=self.points if justified else 0,
            by=by,
            command_id=command_id,
        )

    def make(self, kind: MadeKind, thing: UUID, number: str, *, by: UUID, command_id: UUID) -> None:
        """Have an incident or work order made from it; to be stored with that.

        Raises:
            RequestError: It is over.
        """
        if thing not in self.made and self._may(command_id, *ACTIVE):
            self.trigger_event(
                TenantRequest.Made,
                kind=str(kind),
                thing=thing,
                number=number,
                by=by,
                command_id=command_id,
            )

    def call_back(
        self,
        call: UUID,
        *,
        due_at: datetime,
        person: UUID,
        by: UUID,
        now: datetime,
        command_id: UUID,
    ) -> None:
        """Have the tenant called back.

        Raises:
            RequestError: It is over, or that is not in the future.
        """
        if not self._may(command_id, *ACTIVE):
            return
        if due_at <= now:
            raise RequestError.of("past", at=due_at)
        told = TenantRequest.CallSet
        self.trigger_event(
            told, call=call, due_at=due_at, person=person, by=by, command_id=command_id
        )

    def called(
        self, call: UUID, outcome: CallOutcome, words_sealed: str, *, by: UUID, command_id: UUID
    ) -> None:
        """Say what came of a call-back.

        Raises:
            RequestError: No such call-back is to be made.
        """
        if self.seen(command_id):
            return
        if call not in self.calls:
            raise RequestError.of("no_call", number=self.number)
        self.trigger_event(
            TenantRequest.CallDone,
            call=call,
            outcome=str(outcome),
            words_sealed=words_sealed,
            by=by,
            command_id=command_id,
        )

    def resolve(self, outcome: Outcome, words_sealed: str, *, by: UUID, command_id: UUID) -> None:
        """Say that it is dealt with, and how.

        Raises:
            RequestError: Nobody has answered, it is over, the tenant is to be called back, or
                it is a complaint that nobody judged.
        """
        if not self._may(command_id, *ACTIVE):
            return
        if self.answers == 0 and outcome is not Outcome.WITHDRAWN:
            raise RequestError.of("unanswered", number=self.number)
        if self.calls:
            raise RequestError.of("open_calls", number=self.number)
        if self.complains and not self.judged and outcome is not Outcome.WITHDRAWN:
            raise RequestError.of("unjudged", number=self.number)
        self.trigger_event(
            TenantRequest.Resolved,
            outcome=str(outcome),
            first_contact=self.answers == 1 and not self.strayed,
            words_sealed=words_sealed,
            by=by,
            command_id=command_id,
        )

    def reopen(self, words_sealed: str, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """Open it again because the tenant says so; its clock goes on.

        Raises:
            RequestError: It is not over, or was over too long ago.
        """
        if not self._may(command_id, *OVER):
            return
        days = self.promise.reopen_days
        if now > self.since + timedelta(days=days):
            raise RequestError.of("too_late", number=self.number, days=days)
        told = TenantRequest.Reopened
        self.trigger_event(told, words_sealed=words_sealed, by=by, command_id=command_id)

    def close(self, *, by: UUID, command_id: UUID) -> None:
        """Say that nothing is left to do.

        Raises:
            RequestError: It is not resolved, or its class demands another person.
        """
        if not self._may(command_id, RequestState.RESOLVED):
            return
        if self.promise.second_person and by in {self.owner, *self.ended_by}:
            raise RequestError.of("own", number=self.number)
        self.trigger_event(TenantRequest.Closed, by=by, command_id=command_id)

    def rate(self, score: int, words_sealed: str, *, by: UUID, command_id: UUID) -> None:
        """Say how content the tenant is, 1 to 5, once.

        Raises:
            RequestError: It is not over, was rated, or the score is none.
        """
        if not self._may(command_id, *OVER):
            return
        if not 1 <= score <= BEST:
            raise RequestError.of("score", best=BEST)
        if self.rated:
            raise RequestError.of("rated", number=self.number)
        told = TenantRequest.Rated
        self.trigger_event(
            told, score=score, words_sealed=words_sealed, by=by, command_id=command_id
        )

    @property
    def complains(self) -> bool:
        """Return whether it is a complaint."""
        return self.asked["kind"] == RequestKind.COMPLAINT

    def _complains(self) -> bool:
        if not self.complains:
            raise RequestError.of("no_complaint", number=self.number)
        return True

    def become(self, event: TenantRequest.Event) -> None:
        """Be as an event says; only the journal calls it."""
        become(self, event)
