"""In: nothing. Out: what a report shows, as frozen values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from dashboards.queries.load_rows import LoadCurve
from energy.base.units import Utility
from energy.metering.completeness import Completeness


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlaceDays:
    """What a place used on consecutive local days."""

    first: date
    usage: NDArray[np.int64]
    """Sum of what is known of each day. [base unit]"""
    whole: NDArray[np.bool_]
    """Whether all of the day is known."""

    def known(self) -> int:
        """Return the sum of what is known. [base unit]."""
        return int(self.usage.sum())

    def total(self, days: int) -> int | None:
        """Return the sum of the first days, None unless all of them is known. [base unit]."""
        part = self.whole[:days]
        return int(self.usage[:days].sum()) if len(part) == days and part.all() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledCost:
    """What issued bills say that the meters in a place cost."""

    net: Decimal
    """Before tax, of bills whose days all lie in the report. [currency]"""
    points: int
    """Meters with such a bill."""
    beyond: int
    """Meters with a bill that reaches beyond the days of the report: not counted."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportPlace:
    """A place of a report."""

    key: str
    name: str
    """"" for the whole site."""
    days: PlaceDays
    before: PlaceDays | None
    """The time that it is compared with; None where none is."""
    complete: Completeness
    """How the intervals of its meters came to be, up to now."""
    cost: BilledCost | None
    """None where the reader may see no bills."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportPage:
    """A report of a place and utility over some days."""

    utility: Utility
    first: date
    last: date
    now: datetime
    due: int
    """Days of the report that are over."""
    own: ReportPlace
    curve: LoadCurve
    before_first: date | None
    before_curve: LoadCurve | None
    children: tuple[ReportPlace, ...]
    """The places right below, by name."""
