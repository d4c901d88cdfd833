"""In: a clock. Out: a made-up load over days behind the load questions. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from dashboards.queries.load_rows import LoadCurve, LoadRange
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from dashboards.selection import Compare, Selection
from energy.base.clock import Clock
from energy.base.period import span_of_days
from energy.base.units import Utility
from tests.dashboards.fake_energy import SITE, ZONE

STEP_S = 900
PLACES = ("", "campus", "b1", "b1-f1")


def curve(
    first: date, last: date, zone: ZoneInfo, *, known: int | None = None, meters: int = 2
) -> LoadCurve:
    """Return a curve that rises with the hours; its first `known` intervals are known."""
    period = span_of_days(first, last, zone)
    width = (period.end - period.start) // timedelta(seconds=STEP_S)
    steps = np.arange(width)
    there = steps < (width if known is None else known)
    hours = (steps * STEP_S // 3600) % 24
    return LoadCurve(
        first=first,
        start=period.start,
        step_s=STEP_S,
        usage=np.where(there, 20_000 + 1_000 * hours, 0).astype(np.int64),
        known=np.where(there, meters, 0).astype(np.int64),
        meters=np.full(width, meters, dtype=np.int64),
        shaped=np.zeros(width, dtype=np.bool_),
    )


class FakeLoad:
    """Load questions."""

    clock: Clock

    def load_range(
        self, scope: Scope, utility: Utility, selection: Selection
    ) -> Answer[LoadRange] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if selection.place not in PLACES:
            return None
        now = self.clock.now()
        start = selection.period(ZONE).start
        known = max((now - start) // timedelta(seconds=STEP_S), 0)
        rows = LoadRange(
            utility=utility,
            place=selection.place,
            last=selection.last,
            now=now,
            curve=curve(selection.first, selection.last, ZONE, known=known),
            beside=_beside(selection),
            beside_place="Floor 1" if selection.compare is Compare.PLACE else "",
            bands=(),
            tariff=None,
        )
        return Answer(rows=rows, as_of=48_213, age_s=41)


def _beside(selection: Selection) -> LoadCurve | None:
    """Return what stands beside; nothing is planned."""
    if selection.compare in {Compare.NONE, Compare.PLAN}:
        return None
    earlier = selection.compared()
    return curve(*(earlier or (selection.first, selection.last)), ZONE)
