"""Reading cycles tile time; what is due is what is over and not billed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.accounts.account import PointDays
from billing.accounts.cycle import (
    CALENDAR_MONTH,
    MONTHS,
    DatedCycle,
    DaySpan,
    ReadingCycle,
    cycle_spans,
    periods_due,
)
from billing.accounts.terms import ContractTerms, SuppliedPoint
from tests.examples import tried

DAY = timedelta(days=1)
CYCLES = st.builds(
    ReadingCycle,
    months=st.sampled_from(MONTHS),
    anchor_day=st.integers(1, 28),
    anchor_month=st.integers(1, 12),
)
DAYS = st.dates(date(1999, 1, 1), date(2032, 12, 31))
DATED = st.lists(st.builds(DatedCycle, cycle=CYCLES, valid_from=DAYS), max_size=3)


def spans(cycle: ReadingCycle, first: str, last: str) -> list[tuple[str, str]]:
    cycles = [DatedCycle(cycle=cycle, valid_from=date(1900, 1, 1))]
    days = cycle_spans(cycles, date.fromisoformat(first), date.fromisoformat(last))
    return [(each.first_day.isoformat(), each.last_day.isoformat()) for each in days]


@given(DATED, DAYS, st.integers(0, 1500))
@tried(100)
def test_spans_tile_the_days_whatever_the_cycles_and_leap_years(
    cycles: list[DatedCycle], first: date, days: int
) -> None:
    last = first + days * DAY
    tiles = list(cycle_spans(cycles, first, last))
    assert tiles[0].first_day == first and tiles[-1].last_day == last
    for before, behind in pairwise(tiles):
        assert before.last_day + DAY == behind.first_day
    assert sum(each.days for each in tiles) == days + 1
    for each in tiles:
        assert each.whole_first <= each.first_day <= each.last_day <= each.whole_last


@given(CYCLES, DAYS)
@tried(100)
def test_every_day_is_in_exactly_one_whole_cycle_that_begins_on_the_anchor(
    cycle: ReadingCycle, day: date
) -> None:
    begun = cycle.begun(day)
    after = cycle.following(begun)
    assert begun <= day < after
    assert begun.day == after.day == cycle.anchor_day
    assert (begun.month - cycle.anchor_month) % cycle.months == 0
    assert cycle.begun(after - DAY) == begun and cycle.begun(after) == after


def test_from_the_25th_to_the_25th_over_a_leap_february() -> None:
    cycle = ReadingCycle(anchor_day=25)
    assert spans(cycle, "2024-01-25", "2024-03-24") == [
        ("2024-01-25", "2024-02-24"),
        ("2024-02-25", "2024-03-24"),
    ]


def test_a_year_from_the_first_of_april_and_a_quarter_from_mid_february() -> None:
    year = ReadingCycle(months=12, anchor_month=4)
    assert spans(year, "2023-05-10", "2024-06-30") == [
        ("2023-05-10", "2024-03-31"),
        ("2024-04-01", "2024-06-30"),
    ]
    quarter = ReadingCycle(months=3, anchor_day=15, anchor_month=2)
    assert spans(quarter, "2024-01-01", "2024-06-14") == [
        ("2024-01-01", "2024-02-14"),
        ("2024-02-15", "2024-05-14"),
        ("2024-05-15", "2024-06-14"),
    ]


def test_a_cycle_that_changes_ends_the_running_span() -> None:
    cycles = [
        DatedCycle(cycle=CALENDAR_MONTH, valid_from=date(2024, 1, 1)),
        DatedCycle(cycle=ReadingCycle(anchor_day=25), valid_from=date(2024, 2, 10)),
    ]
    found = list(cycle_spans(cycles, date(2024, 2, 1), date(2024, 3, 24)))
    assert [(e.first_day.day, e.last_day.day, e.part) for e in found] == [
        (1, 9, True),
        (10, 24, True),
        (25, 24, False),
    ]


def supplied(first: str, after: str | None, point: str = "p", **more: str) -> SuppliedPoint:
    return SuppliedPoint(
        point=point,
        utility=more.get("utility", "water"),
        tariff="t",
        valid_from=date.fromisoformat(first),
        valid_to=None if after is None else date.fromisoformat(after),
    )


def told(due: list[DaySpan]) -> list[tuple[str, str, bool, bool]]:
    return [(str(e.first_day), str(e.last_day), e.part, e.final) for e in due]


def test_several_spans_are_due_together_and_the_last_one_as_soon_as_the_supply_has_ended() -> None:
    terms = ContractTerms(account="A", supplies=(supplied("2024-01-10", "2024-03-05"),))
    assert told(periods_due(terms, "water", date(2024, 3, 4))) == [
        ("2024-01-10", "2024-01-31", True, False),
        ("2024-02-01", "2024-02-29", False, False),
        ("2024-03-01", "2024-03-04", True, True),
    ]
    assert periods_due(terms, "gas", date(2024, 3, 4)) == []


def test_what_is_billed_is_not_due_again_and_a_running_span_is_not_due() -> None:
    terms = ContractTerms(account="A", supplies=(supplied("2024-01-01", None),))
    january = PointDays(point="p", first_day=date(2024, 1, 1), last_day=date(2024, 1, 31))
    billed = replace(terms, billed=(january,))
    assert told(periods_due(billed, "water", date(2024, 3, 30))) == [
        ("2024-02-01", "2024-02-29", False, False)
    ]
    other = replace(billed, supplies=(*terms.supplies, supplied("2024-01-20", None, "q")))
    assert periods_due(other, "water", date(2024, 1, 31))[0].first_day == date(2024, 1, 1)


def test_an_account_that_went_and_came_again_owes_two_first_and_one_final_span() -> None:
    supplies = (supplied("2024-01-01", "2024-01-15"), supplied("2024-02-10", None))
    terms = ContractTerms(account="A", supplies=supplies)
    assert told(periods_due(terms, "water", date(2024, 2, 29))) == [
        ("2024-01-01", "2024-01-14", True, True),
        ("2024-02-10", "2024-02-29", True, False),
    ]


def test_a_cycle_of_its_own_for_a_utility_and_one_for_all_others() -> None:
    own = DatedCycle(cycle=ReadingCycle(months=12), valid_from=date(2020, 1, 1))
    other = DatedCycle(cycle=ReadingCycle(anchor_day=25), valid_from=date(2020, 1, 1))
    terms = ContractTerms(account="A", cycles={"heating": (own,), "": (other,)})
    assert terms.cycles_of("heating") == [own]
    assert terms.cycles_of("water") == [other]


@pytest.mark.parametrize("months", [0, 4, 5, 6, 24])
def test_a_cycle_that_does_not_begin_in_the_same_months_each_year_is_none(months: int) -> None:
    with pytest.raises(AssertionError):
        ReadingCycle(months=months)
