"""In: a clock. Out: made-up completeness of meters over days. Pure."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from dashboards.queries.quality_rows import FoundCount, QualityMeter, QualityPage
from dashboards.queries.rows import Answer
from dashboards.queries.sql_quality import MOST_DAYS
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.base.clock import Clock
from energy.base.period import local_day
from energy.base.units import Utility
from energy.views.completeness_grid import CompletenessGrid, day_steps
from tests.dashboards.fake_energy import BUILDINGS, SITE, ZONE

PLACES = ("", "campus", "b1", "b1-f1")
A_DAY = 96


class FakeQuality:
    """Questions about data quality over as many meters as one likes."""

    clock: Clock
    quality_meters = BUILDINGS

    def quality(self, scope: Scope, selection: Selection) -> Answer[QualityPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if selection.place not in PLACES:
            return None
        now = self.clock.now()
        step_days = 1 if selection.days <= MOST_DAYS else 7
        last = min(selection.last, local_day(now, ZONE))
        _, steps = day_steps(selection.first, last, step_days)
        grid = self._grid(len(steps), step_days)
        meters = tuple(
            QualityMeter(
                point=f"cam-b{n + 1}-elec",
                name=f"Building {n + 1} electricity",
                place=f"Building {n + 1}",
                utility=selection.utility or Utility.ELECTRICITY,
                serial=f"CAM-E-{n + 1:04d}",
                last_at=None if n == 0 else now - timedelta(seconds=41 if n > 2 else 90_000 * n),
                age_s=None if n == 0 else 41 if n > 2 else 90_000 * n,
                silent=n <= 2,
                whole=grid.of(n),
            )
            for n in range(self.quality_meters)
        )
        page = QualityPage(
            place=selection.place,
            steps=tuple(steps),
            step_days=step_days,
            meters=meters,
            grid=grid,
            total=grid.of(slice(None)),
            found=(
                FoundCount(code="reading.missing", found=17, waiting=12),
                FoundCount(code="register.jump", found=3, waiting=1),
                FoundCount(code="batch.conflict", found=1, waiting=0),
            ),
            parked=2,
            refused=96,
            computed=1,
        )
        return Answer(rows=page, as_of=48_213, age_s=41)

    def _grid(self, steps: int, step_days: int) -> CompletenessGrid:
        """Return meters of which the first lack most; the last one came only half-way."""
        shape = self.quality_meters, steps
        expected = np.full(shape, A_DAY * step_days, dtype=np.int64)
        row, column = np.indices(shape)
        lost = np.where((row * 7 + column * 3) % 11 == 0, 60 // (row + 1), 0) * step_days
        lost = np.where((row < 2) & (column % 9 == 4), expected, lost)
        lost = np.where((row == 0) & (column >= steps - 3), expected, lost)
        expected[-1, : steps // 2] = 0
        lost = np.minimum(lost, expected)
        estimated = np.where((row % 5 == 1) & (column % 4 == 1), lost // 2, 0)
        shaped = np.where(column % 10 == 2, np.minimum(8, expected - lost), 0)
        return CompletenessGrid(
            expected=expected,
            measured=expected - lost - shaped,
            shaped=shaped,
            estimated=estimated,
        )
