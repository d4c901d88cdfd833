"""In: nothing. Out: the frozen rows that queries answer with, energy side. Pure.

Quantities are integers of the utility's base unit (energy/base/units.py) or None when nothing is
known: a missing value is never a zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

from dashboards.queries.plan_rows import NoteRow
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.completeness import Completeness

Rows = TypeVar("Rows")


GRACE = timedelta(minutes=5)
"""How long after its end an interval may still be on its way before it counts as missing."""
SHAPED = (Quality.INTERPOLATED, Quality.ESTIMATED)
"""Qualities whose shape is no measurement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[Rows]):
    """Rows with the position they reflect."""

    rows: Rows
    as_of: int
    """Journal position of the views that were read."""
    age_s: int | None
    """Seconds since the newest reading behind the rows; None when there is none. [s]"""
    newest_at: datetime | None = None
    """Instant of that reading; None where nobody told it."""

    def aged(self, now: datetime) -> Answer[Rows]:
        """Return the same rows with their age at a later instant."""
        if self.newest_at is None:
            return self
        return replace(self, age_s=int((now - self.newest_at).total_seconds()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """A place of the site's tree."""

    key: str
    name: str
    kind: str
    parent: str | None
    depth: int
    """Steps below the place that holds all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilityTile:
    """One utility of the site: so far today beside yesterday."""

    utility: Utility
    today: int | None
    """Usage since local midnight. [base unit]"""
    yesterday: int | None
    """Usage of the whole of yesterday. [base unit]"""
    yesterday_so_far: int | None
    """Usage of yesterday up to the same interval. [base unit]"""
    quality: Quality
    """Worst quality of today's known intervals."""
    known: int
    """Meter intervals of today that are known."""
    expected: int
    """Meter intervals of today that should be known by now."""
    meters: int
    last_at: datetime | None
    trend: tuple[int | None, ...]
    """The last 14 whole days, oldest first. [base unit]"""
    weekdays: int | None = None
    """Mean of yesterday's weekday in the four weeks before, of those known. [base unit]"""
    complete: Completeness | None = None
    """How the intervals of yesterday came to be; None where none was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageCalendar:
    """What the site used day by day."""

    utility: Utility
    first: date
    """A Monday."""
    days: tuple[int | None, ...]
    """Up to yesterday; None where any meter of the day is unknown. [base unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffBand:
    """A span of a day with one price."""

    start: datetime
    end: datetime
    key: str
    """Band of the tariff, for example "peak"."""
    names: Mapping[str, str]
    """What the tariff calls it, by language ("en" always)."""
    rank: int
    """0 for the cheapest band of the tariff, counting up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadProfile:
    """The usage of one utility over one local day, interval by interval."""

    utility: Utility
    day: date
    start: datetime
    """Local midnight as UTC."""
    now: datetime
    step_s: int
    """Width of an interval. [s]"""
    usage: tuple[int | None, ...]
    """Sum of the meters known in the interval, None when none is. [base unit]"""
    known: tuple[int, ...]
    """Meters known in the interval."""
    quality: tuple[Quality, ...]
    meters: int
    bands: tuple[TariffBand, ...]
    tariff: str | None
    before: tuple[int | None, ...]
    """The day before, same intervals, complete ones only. [base unit]"""
    notes: tuple[NoteRow, ...] = ()
    """Pinned to what is behind the curve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNode:
    """A node of the supply graph."""

    key: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEdge:
    """What went from one node to the next."""

    source: str
    target: str
    amount: int | None
    """None when the meter below is unknown. [base unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyFlow:
    """The supply graph of a utility with what flowed over one local day."""

    utility: Utility
    day: date
    nodes: tuple[FlowNode, ...]
    edges: tuple[FlowEdge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """An alert."""

    alert: UUID
    severity: str
    rule: str
    point: str
    meter: str
    quantity: str
    unit: str
    value: Decimal
    limit: Decimal
    raised_at: datetime
    historic: bool
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    code: str = ""
    """Code of the finding it tells of; empty where a limit was crossed."""
    place: str = ""
    cleared_at: datetime | None = None
    """None while it stands."""
    lost_at: datetime | None = None
    """Since when its data are lost: whether it stands is unknown."""
    assigned_to: str | None = None
    incident: str = ""
    """Number of the incident that was opened from it; "" where none was."""
    incident_owner: str | None = None
    shelved_until: datetime | None = None
    shelved_by: str | None = None
    shelf_reason: str = ""
    suppressed: tuple[str, ...] = ()
    """Why it is expected: maintenance, outage."""
    parent: UUID | None = None
    """The alert that tells of it."""
    children: int = 0
    """How many are told on it."""
    level: int = 0
    """Level of escalation that was told of it."""
    closed_at: datetime | None = None
    closed_by: str | None = None
    """None where it was closed by itself."""
    cause: str = ""
    words: str = ""
    now_value: Decimal | None = None
    """Newest reading of its channel."""
    now_at: datetime | None = None
    position: int = 0
    """In the journal, of what was said of it last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAnswers:
    """How a polled device answers, as its collector last told."""

    bus: str
    last_seen: datetime | None
    failing: str
    """Error class of the last question; empty: it was answered."""
    failing_s: int | None
    """Since the first failure after the last answer. [s]"""
    message: str
    answers: int
    failures: int
    latency_us: int | None
    """Median of the last answers. [us]"""
    told_age_s: int
    """Age of all this. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterRow:
    """A metering point of the registry with its newest reading."""

    point: str
    name: str
    place: str
    utility: Utility | None
    serial: str
    profile: str
    last_at: datetime | None
    last: Decimal | None
    unit: str
    quality: Quality
    age_s: int | None
    device: DeviceAnswers | None = None
    """None: nobody polls it, it sends by itself or is planned."""
    factor: str = "1"
    """CT times PT ratio or pulse weight by which counts are multiplied."""
    protocol: str = ""
    """Kind of its source, for example "modbus_tcp"; "" for one that is planned."""
    calibration_due: date | None = None
    """None where no certificate is known."""
    battery_due: date | None = None
    """None where no battery is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """A channel of a metering point."""

    channel: int
    quantity: str
    kind: str
    unit: str
    resolution: Decimal
    multiplier: str
    billing: bool
    last_at: datetime | None
    last: Decimal | None
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterPlate:
    """What stands on the meter and in its commissioning record."""

    point: str
    name: str
    place: str
    utility: Utility | None
    serial: str
    profile: str
    source: str
    address: str
    multiplier: str
    seal: str | None
    commissioned_at: datetime | None
    retired_at: datetime | None
    device: DeviceAnswers | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """One reading as the register showed it."""

    at: datetime
    quantity: str
    unit: str
    count: int
    value: Decimal
    quality: Quality
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDay:
    """The usage of one local day."""

    day: date
    usage: int | None
    """[base unit]"""
    quality: Quality
    complete: Completeness | None = None
    """How its intervals came to be; None where none was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterPage:
    """Everything the page of a metering point shows."""

    plate: MeterPlate
    registers: tuple[RegisterRow, ...]
    readings: tuple[ReadingRow, ...]
    days: tuple[UsageDay, ...]
    notes: tuple[NoteRow, ...] = ()
    """Pinned to the point or a place it is in, within these days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether the site can be served."""

    database_ok: bool
    followers: tuple[tuple[str, int], ...]
    """Follower and how many positions it is behind."""
    newest_reading_at: datetime | None
