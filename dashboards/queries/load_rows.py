"""In: nothing. Out: what the load page shows, as frozen values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dashboards.queries.plan_rows import NoteRow
from dashboards.queries.rows import GRACE, TariffBand
from energy.base.units import Utility


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadCurve:
    """The usage of a place on a grid without holes."""

    first: date
    """Local day on whose midnight it begins."""
    start: datetime
    step_s: int
    """[s]"""
    usage: NDArray[np.int64]
    """Sum over the known meters; 0 where none is known. [base unit]"""
    known: NDArray[np.int64]
    """Meters known in the interval."""
    meters: NDArray[np.int64]
    """Meters that count in the interval."""
    shaped: NDArray[np.bool_]
    """Whether anything of it is estimated or interpolated."""

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Return where every meter is known."""
        found: NDArray[np.bool_] = (self.known == self.meters) & (self.meters > 0)
        return found

    def total(self) -> int | None:
        """Return the whole usage, None unless every interval is whole. [base unit]."""
        return int(self.usage.sum()) if len(self.usage) and self.whole.all() else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadRange:
    """The load of a place over some days."""

    utility: Utility
    place: str
    """Name of the place; "" for the whole site."""
    last: date
    now: datetime
    curve: LoadCurve
    beside: LoadCurve | None
    """What it is compared with, on a grid of the same width."""
    beside_place: str
    """Name of the place compared with; "" for an earlier time."""
    bands: tuple[TariffBand, ...]
    tariff: str | None
    notes: tuple[NoteRow, ...] = ()

    def start_of(self, number: int) -> datetime:
        """Return the start of an interval of the curve."""
        return self.curve.start + timedelta(seconds=self.curve.step_s) * number

    def due(self) -> int:
        """Return the number of intervals that are over and may no longer be on their way."""
        over = (self.now - GRACE - self.curve.start) // timedelta(seconds=self.curve.step_s)
        return min(max(over, 0), len(self.curve.usage))

    def known_share(self) -> Fraction:
        """Return the known part of what is due. [1]."""
        due = self.due()
        expected = int(self.curve.meters[:due].sum())
        return Fraction(int(self.curve.known[:due].sum()), expected) if expected else Fraction(0)
