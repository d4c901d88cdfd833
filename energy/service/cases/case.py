"""In: commands on a supply case. Out: its facts. Pure.

Whoever opens it owns it, until another who was asked takes it. Its steps are those of the plan
that held when it was opened; each ends with what it came to, which whoever commands has checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.text import Key
from energy.service.cases.asked import Application
from energy.service.cases.errors import CaseError, worded
from energy.service.cases.facts import CaseFacts
from energy.service.cases.kinds import CaseKind, CaseState, CaseStep
from energy.service.cases.quotation import Quotation
from energy.service.work.kinds import WaitsFor


class SupplyCase(CaseFacts):
    """A supply asked for, from the application to its end."""

    TOPIC = "supply_case"

    class Created(JournalAggregate.Created):
        """Somebody asks for it."""

        TOPIC = "supply_case.opened"
        case: UUID
        number: str
        asked: dict[str, Any]
        """As `Application.to_json` says it."""
        wanted_on: date | None
        asked_at: datetime
        plan: int
        """Version of the steps."""
        steps: list[str]
        by: UUID

    @staticmethod
    def create_id(*, case: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return case

    @classmethod
    def open(
        cls,
        case: UUID,
        number: str,
        asked: Application,
        plan: tuple[int, list[CaseStep]],
        *,
        by: UUID,
        now: datetime,
        command_id: UUID,
    ) -> SupplyCase:
        """Return a new case, owned by who opens it; `plan` is version and steps.

        Raises:
            CaseError: As `Application.checked`.
        """
        said = asked.checked(now)
        return cls(
            case=case,
            number=number,
            asked=said.to_json(),
            wanted_on=said.wanted_on,
            asked_at=said.asked_at,
            plan=plan[0],
            steps=[str(step) for step in plan[1]],
            by=by,
            command_id=command_id,
        )

    @event(Created)
    def __init__(
        self,
        *,
        case: UUID,
        number: str,
        asked: dict[str, Any],
        wanted_on: date | None,
        asked_at: datetime,
        plan: int,
        steps: list[str],
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Open it; see `open`."""
        self.number = number
        self.kind = CaseKind(asked["kind"])
        self.asked = asked
        self.asked_at = asked_at
        self.steps = tuple(CaseStep(step) for step in steps)
        self.place = 0
        """Of its step among `steps`."""
        self.state = CaseState.OPEN
        self.owner = by
        self.offered: UUID | None = None
        self.waits_for = ""
        self.results: dict[str, str] = {}
        """What its steps came to, the latest of each name."""
        self.quotations = 0
        self.offer: tuple[dict[str, Any], date] | None = None
        """The newest one, and its last day."""
        self.lapses_at: datetime | None = None
        """Of the offer that the applicant has; None where there is none."""
        self.order: UUID | None = None
        self.papers: set[str] = set()

    @property
    def step(self) -> CaseStep:
        """Return the step it is at; the last one where it is done."""
        return self.steps[min(self.place, len(self.steps) - 1)]

    def known(self, name: str) -> str:
        """Return what is known of "account", "point" and the like: found by a step, else asked."""
        return self.results.get(name) or str(self.asked.get(name, ""))

    def end_step(
        self,
        step: CaseStep,
        words: str,
        result: Mapping[str, str],
        *,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """End a step with what it came to.

        Raises:
            CaseError: It is at another step, waits, or is over.
        """
        if self._at(step, command_id):
            self._demand_going()
            said = worded(words, needed=False)
            self._end(step, said, result, by=by, command_id=command_id)

    def wait(self, waits_for: WaitsFor, words: str, *, by: UUID, command_id: UUID) -> None:
        """Let its clock stand still: it waits for the applicant, a part or a permit.

        Raises:
            CaseError: It waits already, or is over; nothing is said of what for.
        """
        if self._may(command_id):
            self._demand_going()
            said = worded(words)
            self.trigger_event(
                SupplyCase.Waits, waits_for=str(waits_for), words=said, by=by, command_id=command_id
            )

    def resume(self, *, by: UUID, command_id: UUID) -> None:
        """Go on.

        Raises:
            CaseError: It does not wait, or is over.
        """
        if self._may(command_id):
            if not self.waits_for:
                raise CaseError.of("goes_on", number=self.number)
            self.trigger_event(SupplyCase.Resumed, by=by, command_id=command_id)

    def hand_over(self, *, to: UUID, by: UUID, command_id: UUID) -> None:
        """Offer it to another; its owner stays its owner until the other takes it.

        Raises:
            CaseError: The other owns it, or it is over.
        """
        if self._may(command_id):
            if to == self.owner:
                raise CaseError.of("owns", number=self.number)
            if to == self.offered:
                return
            self.trigger_event(SupplyCase.Offered, to=to, by=by, command_id=command_id)

    def take(self, *, by: UUID, command_id: UUID) -> None:
        """Own it.

        Raises:
            CaseError: It was not offered to this person, or is over.
        """
        if self._may(command_id):
            if by != self.offered:
                raise CaseError.of("not_offered", number=self.number)
            self.trigger_event(SupplyCase.Taken, by=by, command_id=command_id)

    def quote(self, offer: Quotation, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """Give the applicant an offer, in place of any before: it is the applicant's turn.

        Raises:
            CaseError: It is at another step, waits for somebody else, or its last day is over.
        """
        if not self._at(CaseStep.QUOTATION, command_id):
            return
        if self.waits_for and self.lapses_at is None:
            self._demand_going()
        if offer.lapses_at <= now:
            raise CaseError.of("past", day=offer.valid_until)
        said = (offer.to_json(), offer.valid_until)
        if self.lapses_at is not None and said == self.offer:
            return  # the applicant has just this one
        self.trigger_event(
            SupplyCase.Quoted,
            quotation=self.quotations + 1,
            spec=offer.to_json(),
            valid_until=offer.valid_until,
            lapses_at=offer.lapses_at,
            by=by,
            command_id=command_id,
        )

    def accept(self, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """Record that the applicant took the offer: the step ends.

        Raises:
            CaseError: It is at another step, there is no offer, or it lapsed.
        """
        if not self._at(CaseStep.QUOTATION, command_id):
            return
        if self.lapses_at is None:
            raise CaseError.of("no_offer", number=self.number)
        if self.lapses_at <= now:
            raise CaseError.of("lapsed", number=self.number, at=self.lapses_at)
        number = self.quotations
        self.trigger_event(SupplyCase.Accepted, quotation=number, by=by, command_id=command_id)
        result = {"quotation": str(number)}
        self._end(CaseStep.QUOTATION, "", result, by=by, command_id=command_id)

    def make_order(self, order: UUID, *, by: UUID, command_id: UUID) -> None:
        """Know the work order that was made of it.

        Raises:
            CaseError: It is at another step, waits, or has one that was not cancelled.
        """
        if self._at(CaseStep.WORK, command_id):
            self._demand_going()
            self.trigger_event(SupplyCase.Ordered, order=order, by=by, command_id=command_id)

    def demand_paper(self, command_id: UUID) -> None:
        """Refuse a further photo or paper.

        Raises:
            CaseError: It is over.
        """
        self._may(command_id)

    def add_paper(self, sha256: str, media_type: str, *, by: UUID, command_id: UUID) -> None:
        """Keep a photo or paper with it; the same one again is one.

        Raises:
            CaseError: It is over.
        """
        if self._may(command_id) and sha256 not in self.papers:
            self.trigger_event(
                SupplyCase.PaperAdded,
                sha256=sha256,
                media_type=media_type,
                by=by,
                command_id=command_id,
            )

    def refuse(self, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Decide that the supply is not given.

        Raises:
            CaseError: It is over, or there is no reason.
        """
        if self._may(command_id):
            said = worded(reason)
            self.trigger_event(SupplyCase.Refused, reason=said, by=by, command_id=command_id)

    def withdraw(self, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Record that the applicant wants it no more.

        Raises:
            CaseError: It is over, or there is no reason.
        """
        if self._may(command_id):
            said = worded(reason)
            self.trigger_event(SupplyCase.Withdrawn, reason=said, by=by, command_id=command_id)

    def become(self, event: SupplyCase.Event) -> None:
        """Be as an event says; only the journal calls it."""
        match event:
            case SupplyCase.StepEnded():
                self.results.update(event.result)
                self.waits_for, self.lapses_at = "", None
                self.place += 1
                self.state = CaseState.OPEN if event.next else CaseState.DONE
            case SupplyCase.Waits():
                self.waits_for, self.lapses_at = event.waits_for, None
            case SupplyCase.Resumed():
                self.waits_for, self.lapses_at = "", None
            case SupplyCase.Offered():
                self.offered = event.to
            case SupplyCase.Taken():
                self.owner, self.offered = event.by, None
            case SupplyCase.Quoted():
                self.quotations = event.quotation
                self.offer = (event.spec, event.valid_until)
                self.waits_for, self.lapses_at = WaitsFor.CUSTOMER, event.lapses_at
            case SupplyCase.Ordered():
                self.order = event.order
            case SupplyCase.PaperAdded():
                self.papers.add(event.sha256)
            case SupplyCase.Refused():
                self.state, self.waits_for = CaseState.REFUSED, ""
            case SupplyCase.Withdrawn():
                self.state, self.waits_for = CaseState.WITHDRAWN, ""

    def _end(
        self,
        step: CaseStep,
        words: str,
        result: Mapping[str, str],
        *,
        by: UUID,
        command_id: UUID,
    ) -> None:
        behind = self.steps[self.place + 1 : self.place + 2]
        self.trigger_event(
            SupplyCase.StepEnded,
            step=str(step),
            next=str(behind[0]) if behind else "",
            words=words,
            result=dict(result),
            by=by,
            command_id=command_id,
        )

    def _at(self, step: CaseStep, command_id: UUID) -> bool:
        """Return whether a command is new; refuse it at another step."""
        if not self._may(command_id):
            return False
        if step is not self.step:
            now = Key(f"cli.case_step.{self.step}")
            raise CaseError.of("other_step", number=self.number, step=now, key=self.step)
        return True

    def _may(self, command_id: UUID) -> bool:
        """Return whether a command is new; refuse it where the case is over."""
        if self.seen(command_id):
            return False
        if self.state is not CaseState.OPEN:
            state = Key(f"cli.case_state.{self.state}")
            raise CaseError.of("over", number=self.number, state=state)
        return True

    def _demand_going(self) -> None:
        if self.waits_for:
            raise CaseError.of("waits", number=self.number)
