"""Reports by hours, days and months: whole sums, gaps marked, days of 23 and 25 hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.figures.report_bars import ReportTexts, report_bars
from dashboards.figures.report_steps import Step, step_of, steps_of
from dashboards.queries.load_rows import LoadCurve
from dashboards.queries.place_days import cost_within, days_of_curve, days_over
from dashboards.queries.report_rows import ReportPage, ReportPlace
from dashboards.theme import Theme
from energy.base.units import Utility
from energy.metering.completeness import Completeness
from tests.dashboards.fake_energy import ZONE
from tests.dashboards.fake_load import curve

TEXTS = ReportTexts(usage="Usage", partial="in part", before="Before", missing="no data")
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def report(
    own: LoadCurve, last: date, before: LoadCurve | None = None, now: datetime = LATER
) -> ReportPage:
    then = None
    if before is not None:
        days = (len(before.usage) * before.step_s) // 86_000
        then = days_of_curve(before, date.fromordinal(before.first.toordinal() + days - 1), ZONE)
    place = ReportPlace(
        key="",
        name="",
        days=days_of_curve(own, last, ZONE),
        before=then,
        complete=Completeness(),
        cost=None,
    )
    return ReportPage(
        utility=Utility.ELECTRICITY,
        first=own.first,
        last=last,
        now=now,
        due=days_over(own.first, last, now, ZONE),
        own=place,
        curve=own,
        before_first=None if before is None else before.first,
        before_curve=before,
        children=(),
    )


def drawn(page: ReportPage) -> dict[str, Any]:
    steps = steps_of(page, ZONE)
    figure = report_bars(
        steps,
        [str(step.hour if step.hour is not None else step.day) for step in steps],
        step=step_of(page),
        utility=page.utility,
        language="en",
        theme=Theme.LIGHT,
        texts=TEXTS,
    )
    go.Figure(figure)
    return figure


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 7, 1), 24), (date(2026, 10, 25), 25)],
)
def test_a_day_has_as_many_bars_as_hours_and_they_hold_all_of_it(day: date, hours: int) -> None:
    page = report(curve(day, day, ZONE), day)
    steps = steps_of(page, ZONE)
    assert step_of(page) is Step.HOUR
    assert len(steps) == hours
    assert sum(step.usage or 0 for step in steps) == page.own.days.known()
    (bars,) = drawn(page)["data"]
    assert len(set(bars["x"])) == hours, "an hour shown twice is two bars"


def test_months_and_days_sum_to_the_same() -> None:
    first, last = date(2026, 1, 15), date(2026, 12, 31)
    page = report(curve(first, last, ZONE), last)
    steps = steps_of(page, ZONE)
    assert step_of(page) is Step.MONTH
    assert [step.day for step in steps][:2] == [first, date(2026, 2, 1)]
    assert len(steps) == 12
    assert sum(step.usage or 0 for step in steps) == page.own.days.known()


def test_what_is_missing_is_marked_a_part_hatched_and_the_days_to_come_are_neither() -> None:
    first, last = date(2026, 7, 1), date(2026, 7, 5)
    own = curve(first, last, ZONE, known=96 + 40)
    page = report(own, last, now=datetime(2026, 7, 4, 12, tzinfo=UTC))
    figure = drawn(page)
    bars, gaps = figure["data"]
    assert [value is None for value in bars["y"]] == [False, False, True, True, True]
    assert bars["marker"]["pattern"]["shape"][:2] == ["", "/"]
    assert gaps["x"] == ["2026-07-03", "2026-07-04"]
    assert page.own.days.total(1) is not None
    assert page.own.days.total(2) is None


def test_nothing_known_draws_no_bar_and_no_zero() -> None:
    day = date(2026, 7, 1)
    own = curve(day, day, ZONE, known=0)
    bars, gaps = drawn(report(own, day))["data"]
    assert set(bars["y"]) == {None}
    assert len(gaps["x"]) == 24


def test_a_step_beside_stands_only_where_all_of_it_is_known() -> None:
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    before = curve(date(2026, 2, 1), date(2026, 2, 28), ZONE, known=10 * 96)
    page = report(curve(first, last, ZONE), last, before)
    steps = steps_of(page, ZONE)
    assert [step.before is not None for step in steps] == [True] * 10 + [False] * 21


@given(st.integers(1, 70), st.integers(0, 70 * 96))
def test_steps_always_sum_to_what_is_known(days: int, known: int) -> None:
    first = date(2026, 3, 1)
    last = date.fromordinal(first.toordinal() + days - 1)
    own = curve(first, last, ZONE, known=known)
    page = report(own, last)
    assert sum(step.usage or 0 for step in steps_of(page, ZONE)) == int(own.usage.sum())
    assert int(page.own.days.usage.sum()) == int(own.usage.sum())


def test_a_partly_known_hour_is_not_whole() -> None:
    day = date(2026, 7, 1)
    own = curve(day, day, ZONE)
    known = own.known.copy()
    known[5] = 1
    page = report(replace(own, known=known), day)
    whole = [step.whole for step in steps_of(page, ZONE)]
    assert np.flatnonzero(~np.array(whole)).tolist() == [1]


def test_nothing_billed_costs_nothing_and_says_so() -> None:
    cost = cost_within([], None, date(2026, 7, 1), date(2026, 7, 31))
    assert (cost.points, cost.beyond, cost.net) == (0, 0, 0)
