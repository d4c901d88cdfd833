"""In: nothing. Out: the rows of the pages of assured events and contingency plans. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from energy.service.assurance.reads import AllowedRow, AnswerRow, EditionRow, EventRow
from energy.service.assurance.staffing import Manned
from energy.service.contingency.reads import ActivationRow, ActivationStory, DueRow, PlanRow
from energy.service.duty.names import NO_NAMES, DutyNames
from energy.service.reports.table import Contents


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What people and posts of duty are called."""

    names: Mapping[UUID, str]
    duty: DutyNames = NO_NAMES

    def name(self, person: UUID | None) -> str:
        """Return the name of a person; "?" where it was erased, "" of nobody."""
        return "" if person is None else self.names.get(person, "?")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBoard:
    """The assured events of a site, the latest first."""

    events: tuple[EventRow, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """An assured event with what belongs to it."""

    event: EventRow
    manning: Sequence[Manned]
    answers: Sequence[AnswerRow]
    allowed: Sequence[AllowedRow]
    editions: Sequence[EditionRow]
    report: Contents
    """As signed, else as it is known now."""
    people: People
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContingencyBoard:
    """The contingency plans of a site, and what was activated."""

    plans: tuple[PlanRow, ...]
    """Versions, by key, the newest first."""
    due: tuple[DueRow, ...]
    activations: tuple[ActivationRow, ...]
    people: People


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationPage:
    """An activation with its log."""

    story: ActivationStory
    people: People
    now: datetime
