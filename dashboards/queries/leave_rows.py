"""In: nothing. Out: the frozen rows about leave, stand-ins and swaps. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from dashboards.queries.duty_rows import Cell, Who
from energy.base.period import Period
from energy.service.duty.leave import LeaveState
from energy.service.duty.plan import SlotKey
from energy.service.duty.swap import SwapState


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveLine:
    """A request for leave as a list has it."""

    leave: UUID
    who: Who
    first: date
    last: date
    state: LeaveState
    asked_by: UUID
    author: str
    """Name of who asked."""
    decided_by: str
    """Name of who approved or refused it; "" where nobody did."""

    def belongs_to(self, person: UUID) -> bool:
        """Return whether it is the person's, or the person asked for it."""
        return person in {self.who.person, self.asked_by}


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapLine:
    """A swap of shifts."""

    swap: UUID
    gives: Who
    slot: SlotKey
    takes: Who
    back: SlotKey | None
    """What is taken in return."""
    state: SwapState

    def belongs_to(self, person: UUID) -> bool:
        """Return whether the person is one of the two."""
        return person in {self.gives.person, self.takes.person}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveBoard:
    """Requests and swaps that a person may see: all who plan see, others their own."""

    waiting: tuple[LeaveLine, ...]
    """Asked for, the earliest day first."""
    others: tuple[LeaveLine, ...]
    """Decided or withdrawn, the latest day first."""
    swaps: tuple[SwapLine, ...]
    """The latest offer first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveEffect:
    """What leave does to one slot: who stands in, and whom an alert calls then."""

    slot: SlotKey
    period: Period
    proposed: Who | None
    """By the rule; None: nobody may."""
    fit: tuple[Who, ...]
    """All who may, the fittest first."""
    calls_before: tuple[tuple[Who, ...], ...]
    """Circles of the post as the roster stands."""
    calls_after: tuple[tuple[Who, ...], ...]
    """The same with the leave and who stands in by the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavePage:
    """A request with what it does."""

    line: LeaveLine
    effects: tuple[LeaveEffect, ...]
    """Of a request that waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotChange:
    """One change of a slot."""

    at: datetime
    by: str
    before: str
    """Name; "" is nobody."""
    after: str
    cause: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPage:
    """A slot of a published roster: who is there, who may be, how it came so."""

    cell: Cell
    period: Period
    fit: tuple[Who, ...]
    """Who may stand in, the fittest first."""
    backs: tuple[tuple[SlotKey, Who], ...]
    """Later slots of the post that others fill: what may be taken in return."""
    changes: tuple[SlotChange, ...]
    """The first one first."""
