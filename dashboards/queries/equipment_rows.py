"""In: nothing. Out: the frozen rows about equipment and planned maintenance. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from dashboards.queries.work_rows import WorkForms
from energy.service.equipment.certificates import Certificate, CertificateDue
from energy.service.equipment.plan_reads import DueRow, PastPlanRow, PlanRow
from energy.service.equipment.reads import (
    EquipmentRow,
    HappenedRow,
    OrderAboutRow,
    RelationRow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceLine:
    """A piece as the register has it."""

    row: EquipmentRow
    place: str
    """Name."""
    next: DueRow | None
    """What is due of it first; None where nothing is planned."""
    ended: int
    """Certificates of it that have ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The pieces in service, or those that are out."""

    lines: tuple[PieceLine, ...]
    out: bool
    counts: Mapping[str, int]
    """Of the tabs: "in", "out", "due", "plans"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """What a plan asks of a piece, and its work order."""

    row: DueRow
    place: str
    order: OrderAboutRow | None
    """The one that is not over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueBoard:
    """How every plan stands, and which certificates end."""

    lines: tuple[DueLine, ...]
    """What is due first."""
    certificates: tuple[tuple[EquipmentRow, CertificateDue], ...]
    counts: Mapping[str, int]
    forms: WorkForms


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBoard:
    """The plans of maintenance."""

    plans: tuple[PlanRow, ...]
    counts: Mapping[str, int]
    names: Mapping[str, str]
    """Of people by id, of pieces by number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAbout:
    """An incident that a piece had a part in."""

    number: str
    what: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceForms:
    """What the forms about equipment offer; nothing for who may neither plan nor work."""

    places: tuple[tuple[str, str], ...] = ()
    ends: tuple[tuple[str, str, str], ...] = ()
    """What a piece may be something to: relation, name of the other end, words."""
    rules: tuple[tuple[str, str], ...] = ()
    """Rules whose alerts a plan may wait for: key and name."""
    pieces: tuple[tuple[str, str], ...] = ()
    """Pieces in service: number and name."""
    work: WorkForms = field(default_factory=WorkForms)


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecePage:
    """One piece with all that belongs to it."""

    row: EquipmentRow
    place: str
    relations: tuple[RelationRow, ...]
    certificates: tuple[Certificate, ...]
    ending: tuple[CertificateDue, ...]
    """Of those that count: how long they still hold."""
    due: tuple[DueLine, ...]
    history: tuple[HappenedRow, ...]
    orders: tuple[OrderAboutRow, ...]
    incidents: tuple[IncidentAbout, ...]
    names: Mapping[UUID, str]
    pieces: Mapping[str, str]
    """Names of pieces that it is or was something to, by number."""
    forms: PieceForms


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """One plan with its versions and what it stands for."""

    row: PlanRow
    past: tuple[PastPlanRow, ...]
    due: tuple[DueLine, ...]
    names: Mapping[UUID, str]
    forms: PieceForms


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanForm:
    """What a new plan may be made of."""

    forms: PieceForms
    plans: int
    """How many there were: a plan said twice on one form is one."""
