"""In: nothing. Out: the frozen rows about supply cases. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from energy.service.cases.kinds import CaseKind, Turn
from energy.service.cases.progress import CaseRow
from energy.service.cases.reads import CaseStory
from energy.service.cases.seen import ApplicantView
from energy.service.work.clock import Standing
from energy.service.work.kinds import OrderState
from energy.service.work.levels import Counting, Level


class CaseTab(StrEnum):
    """Which supply cases a list holds."""

    OPEN = "open"
    MINE = "mine"
    """Open, owned by who looks or offered to him."""
    LATE = "late"
    """Open, and the clock of the step it is at runs on behind its end."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepClock:
    """The clock of a step as it stands now."""

    standing: Standing
    counting: Counting

    @property
    def late(self) -> bool:
        """Return whether it runs on behind its end."""
        return self.standing.broken and not self.standing.stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A supply case as a list has it."""

    row: CaseRow
    clock: StepClock
    """Of the step it is at, or of its last one."""
    turn: Turn
    owner: str
    """Name."""
    offered: str
    """Name of who is to own it; "" of nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBoard:
    """The supply cases of a tab."""

    tab: CaseTab
    lines: tuple[CaseLine, ...]
    """The oldest first; of those that are over the last first."""
    counts: Mapping[CaseTab, int]
    kinds: tuple[CaseKind, ...]
    """What is taken on now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """One supply case with what belongs to it."""

    line: CaseLine
    story: CaseStory
    """Without amounts and bills for who may read none."""
    clocks: tuple[StepClock, ...]
    """Of its steps so far, in order."""
    order: OrderState | None
    """How far its work order is; None of none."""
    seen: ApplicantView
    """What the applicant is told."""
    code: str
    """By which an applicant without an account asks for it."""
    names: Mapping[UUID, str]
    people: tuple[tuple[UUID, str], ...]
    """Who may own it, by name."""
    levels: tuple[Level, ...]
    """Classes of work orders that hold now."""
    checklists: Mapping[str, Mapping[str, str]]
    """Names of the checklists by language, by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseForms:
    """What a case may be opened with."""

    kinds: tuple[CaseKind, ...]
    """What is taken on now; () where no steps hold."""
    people: tuple[tuple[UUID, str], ...]
    """Who may own one, by name."""
    cases: int
    """How many there are: the form as it was drawn."""
