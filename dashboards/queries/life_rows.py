"""In: nothing. Out: the frozen rows of a metering point's life. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.completeness import Completeness
from energy.metering.usage import UsageSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPoint:
    """What the register showed at an instant."""

    at: datetime
    value: float
    """For drawing. [unit of the register]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """Neighbouring intervals that no reading tells of, all filled in the same way."""

    start: datetime
    end: datetime
    intervals: int
    quality: Quality
    """How they are filled; MISSING and SUSPECT: not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """A finding at the point."""

    code: str
    quantity: str
    start: datetime
    end: datetime
    position: int
    state: str
    """open, explained or resolved."""
    reason: str
    """Why a person resolved it."""
    decided_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedRow:
    """Readings that a person stated, or a method estimated."""

    kind: str
    """correction, estimate or manual."""
    quantity: str
    method: str
    start: datetime
    end: datetime
    readings: int
    state: str
    reason: str
    by: str
    approved_by: str
    """Who decided; "" where nobody had to."""
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedRow:
    """The time one device with one multiplier served a channel."""

    quantity: str
    unit: str
    serial: str
    start: datetime
    end: datetime | None
    multiplier: str
    first: Decimal | None
    """What the register showed at its begin. [unit]"""
    last: Decimal | None
    """What the register showed at its end. [unit]"""
    documents: int
    """Photos, certificates and signed sheets that name this device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """An entry of the journal that concerns the point."""

    topic: str
    at: datetime
    """When the journal learned it."""
    holds_from: datetime | None
    """From when on it holds; None where it says no instant."""
    by: str
    reason: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterLife:
    """What is known of a metering point over the selected days, and its whole life."""

    point: str
    utility: Utility | None
    quantity: str
    """Of the channel that counts its usage; "" where none does."""
    unit: str
    usage: UsageSpan | None
    """Of the selected days, interval by interval; None where nothing counts it."""
    due: int
    """How many of these intervals should be known by now."""
    whole: Completeness
    register: tuple[RegisterPoint, ...]
    midnights: bool
    """Whether the register is told at midnights alone: days are too many for every reading."""
    gaps: tuple[GapRow, ...]
    found: tuple[FoundRow, ...]
    stated: tuple[StatedRow, ...]
    served: tuple[ServedRow, ...]
    journal: tuple[JournalRow, ...]
    """The newest first."""

    @property
    def known_share(self) -> Fraction | None:
        """Return the share of the due intervals that readings tell of."""
        return self.whole.score
