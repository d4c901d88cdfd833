"""Spans of reports: named, compared with what came before, ended one after the other."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from energy.service.duty.plan import Shift
from energy.service.reports.errors import ReportError
from energy.service.reports.kinds import HeldShifts, ReportKind, ended, span_named

LONDON = ZoneInfo("Europe/London")
FIRST = datetime(2019, 1, 1, tzinfo=UTC)
TWO = (Shift(name="day", at=time(7)), Shift(name="night", at=time(19)))
PLANS = (HeldShifts(at=FIRST, shifts=TWO),)


def test_a_day_of_another_length_is_compared_with_the_day_before_and_a_week_ago() -> None:
    span = span_named(ReportKind.DAY, "2019-03-31", LONDON, ())
    assert span.period.end - span.period.start == timedelta(hours=23)
    assert span.previous.end == span.period.start
    assert span.alike.start == datetime(2019, 3, 24, tzinfo=UTC)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    night = span_named(ReportKind.SHIFT, "2019-10-26/night", LONDON, PLANS)
    assert night.period.end - night.period.start == timedelta(hours=13)
    day = span_named(ReportKind.SHIFT, "2019-10-27/day", LONDON, PLANS)
    assert (day.period.start, day.previous) == (night.period.end, night.period)
    assert night.previous == span_named(ReportKind.SHIFT, "2019-10-26/day", LONDON, PLANS).period


def test_a_week_is_compared_with_the_one_before_and_that_of_a_year_ago() -> None:
    week = span_named(ReportKind.WEEK, "2019-W02", LONDON, ())
    assert week.period.start == datetime(2019, 1, 7, tzinfo=UTC)
    assert week.previous.start == datetime(2018, 12, 31, tzinfo=UTC)
    assert week.alike.start == datetime(2018, 1, 8, tzinfo=UTC)
    assert week.alike.end - week.alike.start == timedelta(days=7)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ReportKind.DAY, "2019-02-30"),
        (ReportKind.DAY, "9999-12-31"),
        (ReportKind.SHIFT, "2019-01-01"),
        (ReportKind.SHIFT, "2019-01-01/evening"),
        (ReportKind.WEEK, "2019-W54"),
        (ReportKind.WEEK, "2019-01-01"),
        (ReportKind.INCIDENT, "I-2019-00001/initial"),
    ],
)
def test_what_names_no_span_is_refused(kind: ReportKind, name: str) -> None:
    with pytest.raises(ReportError):
        span_named(kind, name, LONDON, PLANS)


@pytest.mark.parametrize("kind", [ReportKind.SHIFT, ReportKind.DAY, ReportKind.WEEK])
def test_each_span_ends_once_whenever_one_looks(kind: ReportKind) -> None:
    first, last = datetime(2019, 3, 1, tzinfo=UTC), datetime(2019, 4, 15, tzinfo=UTC)
    whole = ended(kind, first, last, LONDON, PLANS)
    looked, at = [], first
    while at < last:
        later = min(at + timedelta(hours=5), last)
        looked += ended(kind, at, later, LONDON, PLANS)
        at = later
    assert looked == whole
    assert all(span_named(kind, each.name, LONDON, PLANS) == each for each in whole)
    assert [a.period.end for a in whole[:-1]] == [b.period.start for b in whole[1:]]


def test_without_shifts_no_shift_ends() -> None:
    begin = datetime(2019, 1, 1, tzinfo=UTC)
    assert ended(ReportKind.SHIFT, begin, begin + timedelta(days=3), LONDON, ()) == []
    assert ended(ReportKind.INCIDENT, begin, begin + timedelta(days=3), LONDON, PLANS) == []


def test_a_new_plan_of_duty_changes_no_shift_that_has_begun() -> None:
    monday = datetime(2019, 1, 7, tzinfo=UTC)
    later = (Shift(name="day", at=time(8)), Shift(name="night", at=time(20)))
    plans = (*PLANS, HeldShifts(at=monday + timedelta(hours=15), shifts=later))
    began = {
        each.name: each.period.start.hour
        for each in ended(ReportKind.SHIFT, monday, monday + timedelta(days=2), LONDON, plans)
    }
    assert began == {
        "2019-01-06/night": 19,
        "2019-01-07/day": 7,
        "2019-01-07/night": 20,
        "2019-01-08/day": 8,
    }
    for name, hour in began.items():
        assert span_named(ReportKind.SHIFT, name, LONDON, plans).period.start.hour == hour


def test_a_new_plan_of_duty_has_no_shifts_of_the_time_before_it() -> None:
    monday = datetime(2019, 1, 7, tzinfo=UTC)
    names = {"early": 6, "late": 14, "rest": 22}
    three = tuple(Shift(name=name, at=time(hour)) for name, hour in names.items())
    plans = (*PLANS, HeldShifts(at=monday + timedelta(hours=15), shifts=three))
    found = ended(ReportKind.SHIFT, monday, monday + timedelta(days=1, hours=7), LONDON, plans)
    assert [each.name for each in found] == [
        "2019-01-06/night",
        "2019-01-07/day",
        "2019-01-07/rest",
    ]
    with pytest.raises(ReportError):
        span_named(ReportKind.SHIFT, "2019-01-07/early", LONDON, plans)
