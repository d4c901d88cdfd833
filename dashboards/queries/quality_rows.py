"""In: nothing. Out: the frozen rows of the page of data quality. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from energy.base.units import Utility
from energy.metering.completeness import Completeness
from energy.views.completeness_grid import CompletenessGrid


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityMeter:
    """A metering point with one utility, and how it is known over the selected days."""

    point: str
    name: str
    place: str
    utility: Utility
    serial: str
    last_at: datetime | None
    """Instant of its newest reading; None where there is none."""
    age_s: int | None
    """Age of that reading. [s]"""
    silent: bool
    """At work, and without a reading for longer than it may be."""
    whole: Completeness
    """Of all selected days together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCount:
    """How often something doubtful was found in the selected days."""

    code: str
    """Code of the finding."""
    found: int
    waiting: int
    """Those that wait for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPage:
    """Everything the page of data quality shows."""

    place: str
    """Name of the selected place; "" for the whole site."""
    steps: tuple[tuple[date, date], ...]
    """First and last day of each column: a day, or the days of a week."""
    step_days: int
    """1 or 7. [d]"""
    meters: tuple[QualityMeter, ...]
    """The worst first."""
    grid: CompletenessGrid
    """A row for each meter, a column for each step."""
    total: Completeness
    found: tuple[FoundCount, ...]
    """By code, the most frequent first."""
    parked: int
    """Entries of the site's journals that wait for a decision, whatever the days."""
    refused: int
    """Readings of the batches that were refused in these days, site-wide."""
    computed: int
    """Computed points of the site: in no row, what they lack is what their inputs lack."""
