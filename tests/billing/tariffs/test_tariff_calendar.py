"""Seasons, day classes, periods: every minute of the year in exactly one, told where it is not."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import TariffFileError
from tests.billing.tariffs.files import PLAIN, WHOLE, edited, problems_of, yaml
from tests.examples import tried

DAYS = "periods:\n  - {id: n, at: '00:00-06:00'}\n  - {id: d, at: '06:00-24:00'}\n"
ROW = "  - {{id: {0}, kind: energy, period: {0}, price: 1}}\n"
BOTH = ROW.format("n") + ROW.format("d")


def file(more: str) -> str:
    return PLAIN + BOTH + more


def test_rows_of_one_id_are_one_period_and_a_row_holds_wherever_it_says_nothing() -> None:
    tariff = yaml(WHOLE)
    assert [period.key for period in tariff.periods] == ["sharp", "peak", "flat", "valley"]
    assert [each.key for each in tariff.day_classes] == ["work", "rest", "holiday"]
    for season in ("summer", "other"):
        for day_class in ("work", "rest", "holiday"):
            assert min(tariff.period_of_minutes(season, day_class)) >= 0
    minutes = tariff.period_of_minutes("summer", "work")
    assert tariff.periods[minutes[11 * 60]].key == "sharp"
    assert tariff.periods[minutes[18 * 60 + 29]].key == "sharp"
    assert tariff.periods[minutes[18 * 60 + 30]].key == "peak"
    assert {tariff.periods[n].key for n in tariff.period_of_minutes("summer", "holiday")} == {
        "flat",
        "valley",
    }


def test_without_a_calendar_weekdays_are_work_and_rest() -> None:
    tariff = yaml(file("periods:\n  - {id: n, days: rest}\n  - {id: d, days: [work, holiday]}\n"))
    assert [tariff.day_class_of(day) for day in range(7)] == ["work"] * 5 + ["rest"] * 2
    assert [each.key for each in tariff.day_classes] == ["work", "rest", "holiday"]


def test_day_classes_may_have_other_names() -> None:
    more = "day_classes: {wd: [mon, tue, wed, thu, fri, sat], we: sun}\n"
    tariff = yaml(file(more + "periods:\n  - {id: n, days: we}\n  - {id: d, days: wd}\n"))
    assert tariff.day_class_of(6) == "we"


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("11-15", "03-15", 122),
        ("12-31", "01-01", 2),
        ("02-29", "02-29", 1),
        ("01-01", "12-31", 366),
    ],
)
def test_a_season_may_run_over_the_new_year_and_holds_leap_days(
    first: str, last: str, days: int
) -> None:
    more = f"seasons: [{{id: a, from: {first}, to: {last}}}, {{id: b, default: true}}]\n"
    tariff = yaml(PLAIN + more)
    year = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
    assert sum(tariff.season_of(day.month, day.day) == "a" for day in year) == days


def test_a_season_in_two_pieces_is_one() -> None:
    more = (
        "seasons:\n  - {id: mild, from: 03-01, to: 05-31}\n  - {id: mild, from: 09-01, to: 11-30}\n"
        "  - {id: hard, default: true}\n"
    )
    tariff = yaml(PLAIN + more)
    assert [tariff.season_of(month, 15) for month in (4, 7, 10, 1)] == ["mild", "hard"] * 2


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (
            "periods: [{id: n, at: '00:00-06:00'}, {id: d, at: '07:00-24:00'}]",
            "06:00-07:00 lies in",
        ),
        (
            "periods: [{id: n, at: '00:00-06:01'}, {id: d, at: '06:00-24:00'}]",
            "06:00-06:01 lies in",
        ),
        ("periods: [{id: n, days: work}, {id: d, days: work}]", "lies in n and d"),
        ("periods: [{id: n, days: work}, {id: d, days: holiday}]", "days 'rest': 00:00-24:00 lies"),
        ("periods: [{id: n, days: sunday}, {id: d}]", "periods[1].days: 'sunday' is not defined"),
        ("periods: [{id: n, season: x}, {id: d}]", "periods[1].season: 'x' is not defined"),
        ("periods: [{id: n, at: '22:00-06:00'}, {id: d}]", "periods[1].at: '22:00-06:00' must run"),
        ("periods: [{id: n, at: '6-7'}, {id: d}]", "periods[1].at: '6-7' is no span of the day"),
        ("periods: [{id: n, at: '00:00-24:30'}, {id: d}]", "periods[1].at: '00:00-24:30' must run"),
        ("periods: [{id: n, at: 5}, {id: d}]", "periods[1].at: must be a list of texts"),
        ("periods: [{id: n, at: ''}, {id: d}]", "periods[1].at: must be a list of texts"),
        ("periods: [{id: n, until: 5}, {id: d}]", "periods[1].until: is not known here"),
        ("periods: {id: n}", "periods: must be a list of tables"),
        ("periods: [{at: '00:00-24:00'}]", "periods[1].id: is missing"),
        (
            "periods: [{id: n, name: A}, {id: n, name: B}, {id: d}]",
            "periods[2].name: 'n' has another name above",
        ),
        (DAYS + "seasons: [{id: a, from: 07-01, to: 08-31}]", "seasons: 01-01 to 06-30 lies in no"),
        (
            DAYS + "seasons: [{id: a, from: 07-01, to: 08-31}, {id: b, from: 08-31, to: 06-30}]",
            "seasons: 08-31 to 08-31 lies in a and b",
        ),
        (
            DAYS + "seasons: [{id: a, default: true}, {id: b, default: true}]",
            "seasons: only one season may have `default: true`",
        ),
        (DAYS + "seasons: [{id: a, from: 7-1, to: 08-31}]", "seasons[1].from: '7-1' is no day"),
        (DAYS + "seasons: [{id: a, from: 02-30, to: 03-01}]", "seasons[1].from: '02-30' is no day"),
        (DAYS + "seasons: [{id: a, default: rest}]", "seasons[1].default: must be true or false"),
        (DAYS + "day_classes: {a: [mon, tue]}", "day_classes: wed, thu, fri, sat, sun in no day"),
        (DAYS + "day_classes: {a: [mo]}", "day_classes.a: 'mo' is no weekday"),
        (DAYS + "calendar: cn\nday_classes: {a: mon}", "day_classes: leave it out"),
    ],
)
def test_a_wrong_calendar_is_told_with_its_minutes(more: str, problem: str) -> None:
    found = problems_of(file(more))
    assert any(problem in row for row in found), found


def test_a_class_of_the_calendar_that_no_period_has_is_a_gap() -> None:
    text = edited('  - {id: flat, days: holiday, at: "08:00-24:00"}\n', "", WHOLE)
    assert problems_of(text) == [
        f"periods: season {season!r}, days 'holiday': 08:00-24:00 lies in no period"
        for season in ("summer", "other")
    ]


CUTS = st.lists(st.integers(1, 1439), min_size=1, max_size=6, unique=True).map(sorted)


@tried(30)
@given(CUTS, st.booleans())
def test_a_day_cut_anywhere_is_covered_and_with_a_piece_left_out_it_is_not(
    cuts: list[int], left_out: bool
) -> None:
    bounds = [0, *cuts, 1440]
    spans = [
        f"{first // 60:02d}:{first % 60:02d}-{after // 60:02d}:{after % 60:02d}"
        for first, after in pairwise(bounds)
    ]
    rows = "".join(
        f"  - {{id: p{n % 2}, at: '{span}'}}\n" for n, span in enumerate(spans[left_out:])
    )
    text = PLAIN + "periods:\n" + rows
    if left_out:
        with pytest.raises(TariffFileError, match="lies in no period"):
            yaml(text)
        return
    minutes = yaml(text).period_of_minutes("all", "all")
    for n, (first, after) in enumerate(pairwise(bounds)):
        assert set(minutes[first:after]) == {n % 2}
