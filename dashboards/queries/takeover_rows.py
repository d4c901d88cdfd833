"""In: nothing. Out: the frozen rows of a take-over that queries answer with; its question. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from billing.takeover.causes import Cause
from billing.takeover.site_take_over import ComparedRun, Load
from billing.takeover.state import StartedSeries
from billing.takeover.task_work import Findings
from billing.takeover.tasks import Task
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPair:
    """What both systems bill an account for a utility."""

    account: str
    utility: str
    ours: Decimal | None
    """None: there is no such bill. [currency]"""
    theirs: Decimal | None
    difference: Decimal
    causes: Mapping[Cause, Decimal]
    """Their sum is the difference. [currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunToCompare:
    """A bill run whose drafts can be put beside the old system's bills."""

    run: UUID
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOverPage:
    """How far a site has come from the system before."""

    loads: tuple[Load, ...]
    """The newest first."""
    parallel: bool
    """Whether the old system still bills."""
    compared: ComparedRun | None
    pairs: tuple[BillPair, ...]
    """Of the last comparison, the largest difference first."""
    series: tuple[StartedSeries, ...]
    task: Task | None
    """The oldest one that is still to be done, else the last one."""
    findings: Findings | None
    """What that task found wrong."""
    runs: tuple[RunToCompare, ...]
    """The newest first; none where nothing runs in parallel."""
    people: Mapping[UUID, str]
    currency: str


class TakeOverQueries(Protocol):
    """Questions about the take-over."""

    def takeover(self, scope: Scope) -> Answer[TakeOverPage]:
        """Return what was loaded, signed and compared; nothing of it before the first load."""
        ...

    def takeover_task(self, scope: Scope) -> Task | None:
        """Return how far the page's task has come; None where nothing was ever wished."""
        ...
