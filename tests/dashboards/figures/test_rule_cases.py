"""A back-test is drawn with every peak, gap, limit and case where it was, in local days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import pytest

from dashboards.figures.rule_cases import MOST_ROWS, MOST_TICKS, CaseTexts, rule_cases
from dashboards.queries.rule_rows import RuleTrial, TrialCurve, TrialValue
from dashboards.theme import Theme
from energy.alerting.trial import CaseRow
from energy.base.period import day_period

ZONE = ZoneInfo("Europe/London")
TEXTS = CaseTexts(value="value", limit="limit", case="case", unit="°C")
ABOUT = "cam-b2-elec/active_power"


def case(raised_at: datetime, hours: float | None = 4, about: str = ABOUT) -> CaseRow:
    return CaseRow(
        about=about,
        raised_at=raised_at,
        cleared_at=None if hours is None else raised_at + timedelta(hours=hours),
        value=Decimal(112_000),
        limit=Decimal(110_000),
        unit="W",
    )


def trial(
    first: date, last: date, *, cases: tuple[CaseRow, ...] = (), curve: TrialCurve | None = None
) -> RuleTrial:
    return RuleTrial(
        key="load-high",
        first=first,
        last=last,
        start=day_period(first, ZONE).start,
        end=day_period(last, ZONE).end,
        subjects=12,
        readings=8064,
        per_week=Fraction(len(cases)),
        open_s=0,
        cases=cases,
        curve=curve,
    )


def curve(*values: TrialValue, limits: tuple[float, ...] = (110_000.0,)) -> TrialCurve:
    return TrialCurve(about=ABOUT, unit="W", values=values, limits=limits)


def value(at: datetime, least: float = 90_000, greatest: float = 92_000) -> TrialValue:
    return TrialValue(at=at, least=least, greatest=greatest)


def drawn(told: RuleTrial, theme: Theme = Theme.LIGHT) -> Any:
    figure = rule_cases(told, zone=ZONE, theme=theme, texts=TEXTS)
    go.Figure(figure)
    return figure


DAY = date(2026, 7, 15)
NOON = datetime(2026, 7, 15, 11, tzinfo=UTC)


@pytest.mark.parametrize("theme", list(Theme))
def test_both_ends_of_a_step_are_drawn_and_a_single_reading_once(theme: Theme) -> None:
    told = curve(value(NOON, 90, 95), value(NOON + timedelta(minutes=5), 91, 91))
    line, limit = drawn(trial(DAY, DAY, curve=told), theme)["data"]
    assert line["y"] == [90, 95, 91]
    assert line["x"] == [12, 12, pytest.approx(12 + 1 / 12)]
    assert line["text"] == ["07-15 12:00", "07-15 12:00", "07-15 12:05"]
    assert (limit["x"], limit["y"]) == ([0, 24], [110_000, 110_000])


def test_an_hour_without_values_is_a_gap_and_less_is_none() -> None:
    told = curve(value(NOON), value(NOON + timedelta(hours=1)))
    assert None not in drawn(trial(DAY, DAY, curve=told))["data"][0]["y"]
    told = curve(value(NOON), value(NOON + timedelta(hours=1, minutes=1)))
    line = drawn(trial(DAY, DAY, curve=told))["data"][0]
    assert line["y"] == [90_000, 92_000, None, 90_000, 92_000]
    assert line["x"][2] == 12
    assert line["connectgaps"] is False


def test_a_case_is_a_band_and_one_that_still_stands_lasts_to_the_end() -> None:
    cases = (case(NOON), case(NOON + timedelta(hours=6), None), case(NOON, about="cam-b3/power"))
    figure = drawn(trial(DAY, DAY, cases=cases, curve=curve(value(NOON))))
    bands = [(band["x0"], band["x1"]) for band in figure["layout"]["shapes"]]
    assert bands == [(12, 16), (18, 24)], "the case of another subject is not one of this curve"
    marks = figure["data"][-1]
    assert marks["name"] == "case"
    assert (marks["x"], marks["y"]) == ([12, 18], [112_000.0, 112_000.0])


def test_without_cases_values_or_a_limit_there_is_a_figure_all_the_same() -> None:
    names = [each["name"] for each in drawn(trial(DAY, DAY, curve=curve()))["data"]]
    assert names == ["value", "limit"]
    names = [each["name"] for each in drawn(trial(DAY, DAY, curve=curve(limits=())))["data"]]
    assert names == ["value"]
    figure = drawn(trial(DAY, DAY))
    assert figure["data"] == []


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)], ids=["23 h", "25 h"]
)
def test_a_day_on_which_the_clocks_change_has_its_hours_and_the_next_its_midnight(
    day: date, hours: int
) -> None:
    axis = drawn(trial(day, day + timedelta(days=1), curve=curve()))["layout"]["xaxis"]
    assert axis["range"] == [0, hours + 24]
    assert axis["tickvals"] == [0, hours]
    assert axis["ticktext"] == [f"{day:%m-%d}", f"{day + timedelta(days=1):%m-%d}"]


@pytest.mark.parametrize("days", [1, 7, 8, 9, 31])
def test_the_axis_never_has_more_ticks_than_fit(days: int) -> None:
    last = DAY + timedelta(days=days - 1)
    ticks = drawn(trial(DAY, last, curve=curve()))["layout"]["xaxis"]["ticktext"]
    assert ticks[0] == "07-15"
    assert min(days, MOST_TICKS // 2) <= len(ticks) <= MOST_TICKS
    assert ("12:00" in ticks) == (days == 1), "a single day is told by its hours"


def test_where_no_gauge_is_looked_at_each_subject_has_its_row_of_bars() -> None:
    cases = (case(NOON, about="one"), case(NOON, 0, about="two"), case(NOON, None, about="one"))
    figure = drawn(trial(DAY, DAY, cases=cases))
    (bars,) = figure["data"]
    assert bars["y"] == ["one", "two", "one"]
    assert bars["base"] == [12, 12, 12]
    assert bars["x"] == [4, 0.1, 12], "a case of no length is seen too"
    assert figure["layout"]["yaxis"]["autorange"] == "reversed"


def test_not_more_rows_are_drawn_than_can_be_read() -> None:
    cases = tuple(case(NOON, about=f"subject {n}") for n in range(MOST_ROWS + 5))
    assert len(set(drawn(trial(DAY, DAY, cases=cases))["data"][0]["y"])) == MOST_ROWS
