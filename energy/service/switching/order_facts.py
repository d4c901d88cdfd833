"""In: nothing. Out: what can happen to a switching order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from energy.base.aggregate import JournalAggregate
from energy.service.switching.kinds import SwitchingState


class SwitchingFacts(JournalAggregate):
    """The events of a switching order behind its first."""

    class Event(JournalAggregate.Event):
        """What happens to a switching order; `by` is who says so."""

        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Let the order be as it is then."""
            aggregate.become(self)

    class Approved(Event):
        """A second person found it technically right."""

        TOPIC = "switching_order.approved"

    class Released(Event):
        """The command centre lets it be carried out."""

        TOPIC = "switching_order.released"

    class Withdrawn(Event):
        """It will not be carried out."""

        TOPIC = "switching_order.withdrawn"
        reason: str

    class StepTold(Event):
        """The guardian told a step."""

        TOPIC = "switching_order.step_told"
        step: int

    class StepReadBack(Event):
        """The operator read a step back and said it done."""

        TOPIC = "switching_order.step_read_back"
        step: int

    class StepSkipped(Event):
        """A second person gave the reason why a step is not carried out."""

        TOPIC = "switching_order.step_skipped"
        step: int
        reason: str

    class Stopped(Event):
        """Nothing may be told."""

        TOPIC = "switching_order.stopped"
        reason: str

    class Vouched(Event):
        """The guardian or an approver says that it goes on; with both words it does."""

        TOPIC = "switching_order.vouched"
        guardian: bool
        """Whether it is the guardian's word, or an approver's."""
        resumes: bool

    class Aborted(Event):
        """It ended before its last step."""

        TOPIC = "switching_order.aborted"
        reason: str
        done: list[int]
        """Numbers of the steps that were carried out."""
        undo: list[int]
        """Those of them that must be taken back, in the order of doing so."""

    class BackWritten(Event):
        """An order takes its steps back."""

        TOPIC = "switching_order.back_written"
        order: UUID

    class PermitGiven(Event):
        """Somebody may work there."""

        TOPIC = "switching_order.permit_given"
        permit: int
        what: str
        where: str
        earthed_at: str
        """Where it is earthed and locked."""
        holder: UUID
        valid_until: datetime

    class PermitReturned(Event):
        """The work is over: nobody is there any more."""

        TOPIC = "switching_order.permit_returned"
        permit: int
        reason: str
        """Why another than the holder says so; "" where the holder does."""

    class Completed(Event):
        """Every step was carried out, or left out for a reason."""

        TOPIC = "switching_order.completed"


LEADS_TO: Final[Mapping[str, SwitchingState]] = {
    SwitchingFacts.Approved.TOPIC: SwitchingState.APPROVED,
    SwitchingFacts.Released.TOPIC: SwitchingState.RELEASED,
    SwitchingFacts.Withdrawn.TOPIC: SwitchingState.WITHDRAWN,
    SwitchingFacts.StepTold.TOPIC: SwitchingState.UNDER_WAY,
    SwitchingFacts.StepSkipped.TOPIC: SwitchingState.UNDER_WAY,
    SwitchingFacts.Stopped.TOPIC: SwitchingState.STOPPED,
    SwitchingFacts.Aborted.TOPIC: SwitchingState.ABORTED,
    SwitchingFacts.Completed.TOPIC: SwitchingState.COMPLETED,
}
"""How far an order is behind an event, by its topic; words that it goes on say so themselves."""
