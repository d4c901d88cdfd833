"""In: nothing. Out: the frozen rows about inspections. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from dashboards.queries.rows import UsageDay
from energy.base.units import Utility
from energy.service.inspection.kinds import Method
from energy.service.inspection.reads import EvidenceRow, InspectionRow, SuspicionRow
from energy.service.work.done_reads import PaperRow
from energy.service.work.levels import Level


class InspectionTab(StrEnum):
    """Which suspicions or inspections a list holds."""

    SUSPECTED = "suspected"
    """Suspicions that nobody settled."""
    ORDERED = "ordered"
    """Ordered, under way, or what was missed is to be proposed."""
    WAITING = "waiting"
    """What they found waits for approval."""
    OVER = "over"
    DISMISSED = "dismissed"
    """Suspicions."""

    @property
    def of_suspicions(self) -> bool:
        """Return whether it holds suspicions."""
        return self in {InspectionTab.SUSPECTED, InspectionTab.DISMISSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionBoard:
    """The suspicions or the inspections of a tab."""

    tab: InspectionTab
    suspicions: Sequence[SuspicionRow]
    inspections: Sequence[InspectionRow]
    counts: Mapping[InspectionTab, int]
    names: Mapping[UUID, str]
    rules: bool
    """Whether rules hold today: without them nothing is suspected by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionCourse:
    """What was counted day by day around some days, and what is missing of it."""

    utility: Utility
    point: str
    """Metering point that counted; "" of a node: what came in and is accounted for."""
    first: date
    last: date
    """Local days that are meant, both included."""
    days: tuple[UsageDay, ...]
    """With days before and behind."""
    lacking: Mapping[date, int]
    """What may be missing, or is added by the proposal. [base unit]"""
    proposed: bool = False
    """Whether it is what a proposal adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspicionPage:
    """One suspicion with what may be done with it."""

    row: SuspicionRow
    number: str
    """Of the last inspection; "" of none."""
    names: Mapping[UUID, str]
    people: tuple[tuple[UUID, str], ...]
    """Who may inspect, by name."""
    levels: tuple[Level, ...]
    """Classes of work orders that hold now."""
    course: InspectionCourse | None
    """None where nothing counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionPage:
    """One inspection with what belongs to it."""

    row: InspectionRow
    suspicion: SuspicionRow
    evidence: Sequence[EvidenceRow]
    papers: Sequence[PaperRow]
    """Of its work order."""
    days: Sequence[tuple[date, int]]
    """Of the proposal: what each local day lacks. [base unit]"""
    methods: tuple[Method, ...]
    """How the rules of today let it be told."""
    names: Mapping[UUID, str]
    course: InspectionCourse | None
    """Of the proposal, else of the suspicion; None where nothing counts."""
