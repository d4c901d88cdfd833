"""Agreed quantities: one of a name a day, cut to what is billed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.accounts.agreed import AgreedQuantity, agreed_on, agreed_within, with_agreed
from tests.examples import tried

BEGIN = date(2024, 1, 1)
SPANS = st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(1, 40)))


def kw(value: int, first: int, days: int | None) -> AgreedQuantity:
    begun = BEGIN + timedelta(days=first)
    return AgreedQuantity(
        name="agreed_kw",
        unit="kW",
        value=Decimal(value),
        valid_from=begun,
        valid_to=None if days is None else begun + timedelta(days=days),
    )


@given(st.lists(SPANS, max_size=6))
@tried(150)
def test_on_each_day_the_quantity_agreed_last_holds(spans: list[tuple[int, int | None]]) -> None:
    told = [kw(n, first, days) for n, (first, days) in enumerate(spans)]
    known: tuple[AgreedQuantity, ...] = ()
    for each in told:
        known = with_agreed(known, each)
    for n in range(110):
        day = BEGIN + timedelta(days=n)
        expected = next((each.value for each in reversed(told) if each.on(day)), None)
        found = [each.value for each in known if each.on(day)]
        assert found == ([] if expected is None else [expected])
        here = agreed_on(known, "agreed_kw", day)
        assert (None if here is None else here.value) == expected


def test_another_name_is_left_alone_and_a_span_cuts_both_ends() -> None:
    area = AgreedQuantity(
        name="area_m2", unit="m2", value=Decimal(80), valid_from=BEGIN, valid_to=None
    )
    known = with_agreed((area,), kw(5, 10, 20))
    first, after = date(2024, 1, 15), date(2024, 2, 1)
    assert agreed_on(known, "hours", first) is None
    assert [(e.name, e.valid_from, e.valid_to) for e in agreed_within(known, first, after)] == [
        ("agreed_kw", date(2024, 1, 15), date(2024, 1, 31)),
        ("area_m2", date(2024, 1, 15), date(2024, 2, 1)),
    ]
