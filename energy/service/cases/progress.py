"""In: facts of a case, the promised steps, an instant. Out: its clocks, what is next. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from energy.service.cases.kinds import CaseKind, CaseState, CaseStep, Turn
from energy.service.cases.plan import CasePlan, step_span
from energy.service.work.clock import Pause, ServiceClock, Standing
from energy.service.work.kinds import WaitsFor

DONE: Final = "done"
"""Outcome of a step that came to its end; else the case was refused or withdrawn in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A step that a case is at or went through."""

    place: int
    step: CaseStep
    began_at: datetime
    ended_at: datetime | None
    owner: UUID
    """Who owned the case then, at its end at the latest."""
    ended_by: UUID | None
    words: str
    result: Mapping[str, str]
    outcome: str
    """"done", "refused", "withdrawn"; "" while it lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePause:
    """A span in which a case waits."""

    begin_at: datetime
    end_at: datetime | None
    until_at: datetime | None
    """When an offer lapses: it is our turn again, whoever notices."""
    waits_for: str

    def to_clock(self) -> Pause:
        """Return it as a clock knows it."""
        ends = [each for each in (self.end_at, self.until_at) if each is not None]
        return Pause(begin=self.begin_at, end=min(ends) if ends else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A supply case as it stands."""

    supply_case: UUID
    number: str
    kind: CaseKind
    applicant: str
    utility: str
    place: str
    node: str
    point: str
    account: str
    """Account of the contract; "" before it."""
    leaving: str
    """Account that paid when it was asked; "" of a new supply."""
    capacity_w: int
    wanted_on: date | None
    asked_at: datetime
    plan: int
    steps: tuple[CaseStep, ...]
    step: CaseStep
    state: CaseState
    waits_for: str
    waits_words: str
    lapses_at: datetime | None
    reason: str
    """Why it was refused or withdrawn."""
    work_order: UUID | None
    opened_at: datetime
    opened_by: UUID
    owner: UUID
    offered: UUID | None
    ended_at: datetime | None
    ended_by: UUID | None
    position: int
    """Of the last thing that happened to it."""
    been: Sequence[StepRow] = ()
    """Its steps so far, in order."""
    pauses: Sequence[CasePause] = ()

    @property
    def next_step(self) -> CaseStep | None:
        """Return the step behind the one it is at; None where that is the last, or it is over."""
        behind = self.steps[self.steps.index(self.step) + 1 :]
        return behind[0] if behind and self.state is CaseState.OPEN else None

    def turn(self, at: datetime) -> Turn:
        """Return whose turn it is at an instant; a lapsed offer is ours again."""
        if self.state is not CaseState.OPEN:
            return Turn.NOBODY
        lapsed = self.lapses_at is not None and self.lapses_at <= at
        waits = self.waits_for == WaitsFor.CUSTOMER and not lapsed
        return Turn.APPLICANT if waits else Turn.OURS

    def clock(self, row: StepRow, plan: CasePlan, zone: ZoneInfo) -> ServiceClock:
        """Return the clock of one of its steps.

        Args:
            row: One of `been`.
            plan: The version under which it was opened.
            zone: The site's.
        """
        planned = {each.step: each for each in plan.steps_of(self.kind)}
        target, hours = step_span(plan, planned[row.step])
        pauses = [each.to_clock() for each in self.pauses]
        return ServiceClock(
            begin=row.began_at,
            target=target,
            hours=hours,
            zone=zone,
            pauses=[each for each in pauses if each.end is None or each.end > row.began_at],
            stopped_at=row.ended_at,
        )

    def standing(self, plan: CasePlan, zone: ZoneInfo, at: datetime) -> Standing:
        """Return how the clock of the step it is at stands, or of the last one it was at."""
        return self.clock(self.been[-1], plan, zone).standing(at)

    def promised(self, plan: CasePlan, zone: ZoneInfo, at: datetime) -> Promised:
        """Return by when this step and the whole are to be done, as things stand at an instant.

        Where it waits, as if it went on at that instant; what is late is due now.
        """
        if self.state is not CaseState.OPEN:
            return Promised(step_at=None, whole_at=None)
        now = self.clock(self.been[-1], plan, zone)
        ends = [
            Pause(begin=each.begin, end=min(each.end, at) if each.end else at)
            for each in now.pauses
            if each.begin < at
        ]
        going = ServiceClock(
            begin=now.begin, target=now.target, hours=now.hours, zone=zone, pauses=ends
        )
        step_at = going.standing(at).due_at
        behind = self.steps[self.steps.index(self.step) + 1 :]
        planned = {each.step: each for each in plan.steps_of(self.kind)}
        whole_at = None if step_at is None else max(step_at, at)
        for step in behind:
            if whole_at is None:
                break
            target, hours = step_span(plan, planned[step])
            clock = ServiceClock(begin=whole_at, target=target, hours=hours, zone=zone)
            whole_at = clock.standing(whole_at).due_at
        return Promised(step_at=step_at, whole_at=whole_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What is promised of a case; None where nothing is."""

    step_at: datetime | None
    """When the step it is at is to be over; in the past where it is late."""
    whole_at: datetime | None
    """When all is to be over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFigures:
    """How the cases of a kind went through a step."""

    kind: CaseKind
    step: CaseStep
    at_it: int
    """Cases that are at it."""
    ended: int
    """Times that it came to its end in the span asked for."""
    median: timedelta | None
    """From begin to end, waiting included; None where none ended."""
    within: int
    """Of these, as many as took no longer than promised, waiting left out."""


def figures_of(
    rows: Sequence[CaseRow],
    plans: Mapping[int, CasePlan],
    zone: ZoneInfo,
    first: datetime,
    after: datetime,
) -> list[StepFigures]:
    """Return the figures of cases by kind and step, in order.

    Args:
        rows: All cases.
        plans: By version.
        zone: The site's.
        first: Steps that ended from this instant on count.
        after: And before this one.
    """
    found = []
    for kind in CaseKind:
        own = [row for row in rows if row.kind is kind]
        for step in dict.fromkeys(step for row in own for step in row.steps):
            ended = [
                (row, each, each.ended_at)
                for row in own
                for each in row.been
                if each.step is step
                and each.outcome == DONE
                and each.ended_at is not None
                and first <= each.ended_at < after
            ]
            good = [
                not row.clock(each, plans[row.plan], zone).standing(end).broken
                for row, each, end in ended
            ]
            found.append(
                StepFigures(
                    kind=kind,
                    step=step,
                    at_it=sum(r.state is CaseState.OPEN and r.step is step for r in own),
                    ended=len(ended),
                    median=_median([end - each.began_at for _, each, end in ended]),
                    within=sum(good),
                )
            )
    return found


def _median(spans: Sequence[timedelta]) -> timedelta | None:
    """Return the middle one; of an even number the mean of the two in the middle."""
    if not spans:
        return None
    ordered, half = sorted(spans), len(spans) // 2
    return ordered[half] if len(spans) % 2 else (ordered[half - 1] + ordered[half]) / 2
