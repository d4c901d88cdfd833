"""In: nothing. Out: the frozen rows of what a phone asks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from dashboards.queries.rows import MeterPlate, RegisterRow
from energy.base.units import Utility


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMeter:
    """A metering point that fits what was scanned or typed."""

    point: str
    name: str
    place: str
    serial: str
    utility: Utility | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandLimit:
    """What the contracts of the incoming points allow together."""

    utility: Utility
    kw: Decimal
    """[kW]"""
    points: int


class Happened(StrEnum):
    """What an event of a point is."""

    ALERT = "alert"
    CLEARED = "cleared"
    FINDING = "finding"
    SERVED = "served"
    """A meter began to serve, or to be multiplied otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointEvent:
    """Something that happened at a point."""

    at: datetime
    happened: Happened
    what: str = ""
    """Name of the rule, or the serial."""
    code: str = ""
    """Of the finding."""
    severity: str = ""
    multiplier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredRow:
    """A reading that a person took from the display."""

    at: datetime
    quantity: str
    value: Decimal
    unit: str
    note: str
    by: str
    entered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneMeter:
    """What a technician is told who stands before a meter."""

    plate: MeterPlate
    location: str
    registers: tuple[RegisterRow, ...]
    due: tuple[tuple[str, date], ...]
    """(Fact, day), the first due first."""
    checks: tuple[Mapping[str, Any], ...]
    """Of the last act at the meter, as its record keeps them."""
    events: tuple[PointEvent, ...]
    """The newest first."""
    entered: tuple[EnteredRow, ...]
    """The newest entry first."""
    pulses: bool
    """Whether pulses are counted: then the display is no register."""
