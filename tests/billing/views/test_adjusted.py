"""What a meter's error adds to registers: the whole as it is, bands in proportion, to the unit."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from billing.rating.quantities import RegisterSum
from billing.views.adjusted import adjusted_sums

JAN = date(2019, 1, 1)
COUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=4)


def sums(counts: list[int], first: int, last: int, *, bands: bool) -> list[RegisterSum]:
    return [
        RegisterSum(
            quantity="active_import",
            first_day=JAN + timedelta(days=first),
            last_day=JAN + timedelta(days=last),
            base_units=count,
            period=f"t{n}" if bands else None,
        )
        for n, count in enumerate(counts)
    ]


def test_the_days_between_two_readings_are_added_to_what_was_counted_between_them() -> None:
    whole = [*sums([1000], 0, 9, bands=False), *sums([500], 10, 30, bands=False)]
    days = {JAN: 7, JAN + timedelta(days=10): -3, JAN + timedelta(days=40): 99}
    assert [each.base_units for each in adjusted_sums(whole, "active_import", days)] == [1007, 497]
    assert adjusted_sums(whole, "reactive_import", days) == whole


def test_bands_bear_it_by_what_they_counted_and_their_sum_is_that_of_the_whole() -> None:
    told = adjusted_sums(sums([300, 100, 0], 0, 9, bands=True), "active_import", {JAN: 10})
    assert [each.base_units for each in told] == [308, 102, 0]


@given(COUNTS, st.dictionaries(st.integers(0, 9), st.integers(-(10**6), 10**6)))
def test_not_a_unit_is_lost_between_bands(counts: list[int], days: dict[int, int]) -> None:
    added = {JAN + timedelta(days=day): amount for day, amount in days.items()}
    told = adjusted_sums(sums(counts, 0, 9, bands=True), "active_import", added)
    assert sum(each.base_units for each in told) == sum(counts) + sum(added.values())
    one = adjusted_sums(sums([sum(counts)], 0, 9, bands=False), "active_import", added)
    assert sum(each.base_units for each in told) == one[0].base_units
