"""An address and a selection are two forms of one thing; hostile addresses select today."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.selection import Compare, Selection, Span, selection_of
from energy.base.units import Utility

TODAY = date(2026, 7, 15)
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
KEYS = st.from_regex(r"[A-Za-z0-9._-]{1,12}", fullmatch=True) | st.just("")


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    span = draw(st.sampled_from(Span))
    at = draw(DAYS if span is Span.FREE else DAYS | st.none())
    compare = draw(st.sampled_from(Compare))
    return Selection(
        today=TODAY,
        span=span,
        at=None if at == TODAY and span is not Span.FREE else at,
        until=at + timedelta(days=draw(st.integers(0, 400))) if span is Span.FREE and at else None,
        place=draw(KEYS),
        utility=draw(st.sampled_from(Utility) | st.none()),
        compare=compare,
        beside=draw(KEYS) if compare is Compare.PLACE else "",
    )


@given(selections())
def test_an_address_says_the_whole_selection(selection: Selection) -> None:
    assert selection_of(selection.search(), TODAY) == selection


@given(selections(), st.integers(-30, 30))
def test_spans_follow_each_other_without_gap_or_overlap(selection: Selection, steps: int) -> None:
    later = selection.moved(steps)
    assert selection.moved(steps + 1).first == later.last + timedelta(days=1)
    assert later.moved(-steps).first == selection.first
    assert later.first <= later.last


@given(st.text(max_size=300))
def test_any_text_selects_something(search: str) -> None:
    assert selection_of(search, TODAY).days >= 1


@pytest.mark.parametrize(
    "search",
    [
        "?span=eon",
        "?at=2026-99-99",
        "?at=0001-01-01",
        "?place=<img onerror=x>",
        "?place=" + "a" * 81,
        "?utility=love",
        "?compare=everything&beside=../../etc",
        "",
    ],
)
def test_what_is_not_understood_is_as_if_not_said(search: str) -> None:
    assert selection_of(search, TODAY).search() == ""


def test_a_free_range_ends_after_it_begins_and_lasts_ten_years_at_most() -> None:
    turned = selection_of("?span=free&at=2026-07-01&until=2020-01-01", TODAY)
    assert (turned.first, turned.last) == (date(2026, 7, 1), date(2026, 7, 1))
    endless = selection_of("?span=free&at=2000-01-01&until=2190-01-01", TODAY)
    assert endless.days == 3701


def test_a_week_a_month_and_a_year_hold_their_day() -> None:
    week = selection_of("?span=week", TODAY)
    assert (week.first, week.last) == (date(2026, 7, 13), date(2026, 7, 19))
    february = selection_of("?span=month&at=2028-02-20", TODAY)
    assert (february.first, february.last) == (date(2028, 2, 1), date(2028, 2, 29))
    year = selection_of("?span=year&at=2028-02-20&compare=year&utility=gas", TODAY)
    assert year.utility is Utility.GAS
    assert year.compared() == (date(2027, 1, 1), date(2027, 12, 31))


def test_the_time_beside_is_the_span_before_or_the_same_days_a_year_earlier() -> None:
    leap = selection_of("?at=2028-02-29&compare=year", TODAY)
    assert leap.compared() == (date(2027, 2, 28), date(2027, 2, 28))
    march = selection_of("?span=month&at=2026-03-09&compare=previous", TODAY)
    assert march.compared() == (date(2026, 2, 1), date(2026, 2, 28))
    assert selection_of("", TODAY).compared() is None
