"""In: nothing. Out: the frozen rows of plans and notes that queries answer with. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from energy.base.units import Utility
from energy.metering.plans.plan import PlanNode
from energy.views.plan_figures import PlanFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """A note that touches a figure."""

    note: UUID
    version: int
    """Of what it says; one that was edited has a higher one."""
    first: datetime
    last: datetime
    about: str
    """What it is pinned to: key of the point or place."""
    text: str
    by: UUID
    """The author."""
    author: str
    """The author's name."""
    at: datetime
    """When this version was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedNode:
    """A node with the plan of a year."""

    node: PlanNode
    name: str
    utility: Utility
    quantity: Decimal
    """Of the whole year. [unit]"""
    unit: str
    money: Decimal | None
    """Of the whole year. [currency]"""
    currency: str
    approved_at: datetime
    approved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """Everything the page of a node's plan shows."""

    node: PlanNode
    name: str
    year: int
    figures: tuple[PlanFigures, ...]
    notes: tuple[NoteRow, ...]
    begun: int = 12
    """Months of the year that have begun: what is to come is not missing."""
    point: str = ""
    """The one metering point of a supply node, to which a note can be pinned."""
