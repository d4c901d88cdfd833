"""In: nothing. Out: what a substation's one-line diagram shows, as frozen values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from dashboards.queries.plan_rows import NoteRow
from dashboards.queries.rows import AlertRow, FlowNode
from energy.base.quality import Quality
from energy.base.units import Utility


class Position(StrEnum):
    """What a state says of a switch, a door, a protection."""

    CLOSED = "closed"
    OPEN = "open"
    TRIPPED = "tripped"
    READY = "ready"
    """A protection that has not tripped."""
    UNKNOWN = "unknown"
    """Nothing was told, or too long ago: never closed."""


class RateFrom(StrEnum):
    """How the rate of a node is known."""

    GAUGE = "gauge"
    """Its meter shows it."""
    INTERVAL = "interval"
    """The mean of the newest interval that its meter counted."""
    ABOVE = "above"
    """The meter that feeds nothing else."""
    SUM = "sum"
    """The meters below, all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeValue:
    """What a meter or sensor shows."""

    point: str
    meter: str
    """Name of the meter or sensor."""
    quantity: str
    unit: str
    value: Decimal
    at: datetime
    quality: Quality
    fresh_s: int
    """From this age on it is stale. [s]"""
    stale: bool
    secondary: bool = False
    """Whether it is told behind the meter's own transformers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateValue:
    """What a switch, a door, a protection says."""

    point: str
    meter: str
    quantity: str
    position: Position | None
    """None where nobody has said what its counts mean."""
    count: int | None
    """As it was told last; None where it never was."""
    at: datetime | None
    fresh_s: int
    """From this age on its position is unknown. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What goes through a node now."""

    value: Decimal
    """In the unit of dashboards.formats.RATE_NAMES."""
    known: RateFrom
    meters: int
    at: datetime
    """The oldest of what it is made of; the end of an interval."""
    fresh_s: int
    """From this age on it is stale. [s]"""
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineNode:
    """A node of the diagram."""

    key: str
    name: str
    kind: str
    point: str | None
    rate: Rate | None
    full_w: Fraction | None
    """Load for which it is built. [W]"""
    load: Fraction | None
    """Share of that. [1]"""
    values: tuple[GaugeValue, ...]
    states: tuple[StateValue, ...]
    alerts: int
    """Alerts of its meter and sensors that are not cleared."""
    below: int
    """Meters below that are not drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTie:
    """A breaker between two busbars."""

    key: str
    name: str
    between: tuple[str, str]
    state: StateValue | None
    """None where people declare it."""
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class BelowRow:
    """A meter below the selected node."""

    point: str
    name: str
    rate: Rate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppliedTenant:
    """Who pays for meters below the selected node."""

    account: str
    name: str
    meters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Downstream:
    """What the selected node feeds."""

    node: str
    meters: tuple[BelowRow, ...]
    """The node's own among them."""
    more: int
    """Meters beyond these."""
    tenants: tuple[SuppliedTenant, ...] | None
    """None for who may not read bills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneLine:
    """A one-line diagram with its values."""

    utility: Utility
    root: str
    name: str
    whole: bool
    """Whether it is a station's from where it comes in."""
    trail: tuple[FlowNode, ...]
    nodes: tuple[LineNode, ...]
    edges: tuple[tuple[str, str, bool], ...]
    """From, to, and whether it is open."""
    ties: tuple[LineTie, ...]
    alerts: tuple[AlertRow, ...]
    """Of what is drawn: standing, and cleared in the last days."""
    notes: tuple[NoteRow, ...]
    downstream: Downstream | None
    """None where no node is selected."""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRow:
    """A substation of the list."""

    utility: Utility
    key: str
    name: str
    nodes: int
    meters: int
    alerts: int
    """Standing alerts of its meters and sensors."""
