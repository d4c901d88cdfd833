"""In: nothing. Out: the frozen rows of the review queue that queries answer with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from billing.views.case_story import CaseStory
from billing.views.review_queue import QueuedCase
from dashboards.queries.plan_rows import NoteRow


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A case that waits, and what people pinned to its point for its span."""

    queued: QueuedCase
    """Its stake is None where the viewer reads no bills."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQueue:
    """The cases that wait, the most money first."""

    rows: tuple[QueueRow, ...]
    cases: int
    """How many wait, those included that are not in the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything the page of a case shows."""

    story: CaseStory
    """Without money where the viewer reads no bills."""
    notes: tuple[NoteRow, ...]
    people: Mapping[UUID, str]
    """Names of those who decided."""
