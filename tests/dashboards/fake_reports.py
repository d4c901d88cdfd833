"""In: a clock. Out: made-up reports of places. Pure."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from dashboards.queries.load_rows import LoadCurve
from dashboards.queries.place_days import days_of_curve, days_over
from dashboards.queries.report_rows import BilledCost, ReportPage, ReportPlace
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.base.clock import Clock
from energy.base.units import Utility
from energy.metering.completeness import Completeness
from tests.dashboards.fake_energy import SITE, ZONE
from tests.dashboards.fake_load import PLACES, STEP_S, curve

CHILDREN = (("b1", "Main Library"), ("b2", "Sports hall"), ("b3", "Boiler house"))


class FakeReports:
    """Questions about reports."""

    clock: Clock

    def _report_curve(self, selection: Selection) -> LoadCurve:
        start = selection.period(ZONE).start
        known = max((self.clock.now() - start) // timedelta(seconds=STEP_S), 0)
        return curve(selection.first, selection.last, ZONE, known=known)

    def report(
        self, scope: Scope, utility: Utility, selection: Selection
    ) -> Answer[ReportPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if selection.place not in PLACES:
            return None
        own, earlier = self._report_curve(selection), selection.compared()
        before = curve(*earlier, ZONE) if earlier else None

        def place(key: str, name: str, bills: int) -> ReportPlace:
            cost = BilledCost(net=Decimal("1204.55"), points=bills, beyond=1)
            return ReportPlace(
                key=key,
                name=name,
                days=days_of_curve(own, selection.last, ZONE),
                before=days_of_curve(before, earlier[1], ZONE) if before and earlier else None,
                complete=Completeness(expected=2_880, measured=2_790, shaped=40, estimated=20),
                cost=cost if scope.may(Right.READ_BILLS) else None,
            )

        page = ReportPage(
            utility=utility,
            first=selection.first,
            last=selection.last,
            now=self.clock.now(),
            due=days_over(selection.first, selection.last, self.clock.now(), ZONE),
            own=place(selection.place, selection.place, 2),
            curve=own,
            before_first=earlier[0] if earlier else None,
            before_curve=before,
            children=tuple(place(key, name, n) for n, (key, name) in enumerate(CHILDREN)),
        )
        return Answer(rows=page, as_of=48_213, age_s=41)
