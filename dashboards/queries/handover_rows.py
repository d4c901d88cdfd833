"""In: nothing. Out: the frozen rows about the shift log and the sheet of handover. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dashboards.queries.duty_rows import ShiftNow
from energy.service.duty.handover import HandoverState


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """An entry of the shift log."""

    entry: UUID
    text: str
    open: bool
    by: str
    at: datetime
    closed_text: str
    closed_by: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftLogPage:
    """The shift log."""

    points: tuple[EntryLine, ...]
    """What is open, the oldest first."""
    entries: tuple[EntryLine, ...]
    """What was told or closed lately and is not open, the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverLine:
    """A handover of a desk."""

    handover: UUID
    post: str
    state: HandoverState
    goes: UUID
    giver: str
    """Name of who goes."""
    offered_at: datetime
    taker: str
    """Name of who came; "" where nobody signed."""
    signed_at: datetime | None
    points: int
    alerts: int
    outages: int
    work: int | None
    """How many incidents and orders pass with it; None: the desk alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskStanding:
    """A desk of the plan: who has it, and whether it is offered."""

    post: str
    holder: UUID | None
    """Who signed for it last; None: nobody ever did."""
    has: str
    """Name of the holder; "" where nobody ever signed."""
    since: datetime | None
    there: UUID | None
    """Who is on duty there by the roster."""
    due: str
    """Name of who is on duty there; "" for nobody."""
    fit: Mapping[UUID, str]
    """Who is in the group of the desk, with names."""
    offered: HandoverLine | None
    newest: str
    """The newest handover of the desk; "" where there was none."""

    def may_offer(self, person: UUID) -> bool:
        """Return whether a person may offer it, as the domain says."""
        return person in {self.holder, self.there} or (self.holder is None and person in self.fit)

    def may_sign(self, person: UUID) -> bool:
        """Return whether a person may take it, as the domain says; who offered it may not."""
        giver = self.offered.goes if self.offered else None
        return person != giver and (person == self.there or person in self.fit)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitLine:
    """A permit to work that is out: people work there."""

    number: str
    """Of its order and of itself: "S-2026-00001/1"."""
    node: str
    what: str
    place: str
    earthed_at: str
    holder: str
    until: datetime
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchingLine:
    """A switching order that is released, under way or stopped."""

    number: str
    state: str
    node: str
    begins_at: datetime
    ends_at: datetime
    operator: str
    guardian: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDue:
    """A call-back that is to be made."""

    number: str
    """Of the request."""
    due_at: datetime
    who: str
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDue:
    """A report that is to go upward."""

    kind: str
    span: str
    due_at: datetime
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneTest:
    """A test message of a shift to who is on duty."""

    begin: datetime
    contact: str
    way: str
    state: str
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """An incident or a work order that is not over."""

    number: str
    what: str
    where: str
    state: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundAct:
    """A test or a silence of this shift."""

    at: datetime
    act: str
    """"tested", "unheard" or "silenced"."""
    screen: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanLine:
    """A span in which alerts are expected."""

    why: str
    about: str
    begins_at: datetime
    ends_at: datetime
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageAhead:
    """A planned outage that is not over."""

    outage: UUID
    state: str
    node: str
    begins_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverFacts:
    """What the next shift is to know, beside the alerts."""

    shifts: tuple[ShiftNow, ...]
    """This one, and the next where a roster has this one."""
    permits: tuple[PermitLine, ...]
    """What ends first at the top."""
    switching: tuple[SwitchingLine, ...]
    calls: tuple[CallDue, ...]
    reports: tuple[ReportDue, ...]
    phones: tuple[PhoneTest, ...]
    points: tuple[EntryLine, ...]
    work: tuple[WorkLine, ...]
    sounds: tuple[SoundAct, ...]
    spans: tuple[SpanLine, ...]
    outages: tuple[OutageAhead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverPage:
    """The desks with who has them, and the handovers before."""

    desks: tuple[DeskStanding, ...]
    past: tuple[HandoverLine, ...]
    """The newest first."""
    own_work: int
    """How many open incidents and orders the asking person owns."""
