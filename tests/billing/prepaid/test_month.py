"""Settlements and true-ups of a month: whatever comes late, in any order, they add up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import round_half_up
from billing.prepaid.errors import PrepaidRefusedError
from billing.prepaid.month import Cost, Knowledge, PrepaidMonth
from billing.prepaid.server_account import Act, PrepaidAccount, TopUpMeans
from tests.examples import tried

KNOWN = Knowledge(metering_position=1, books_position=1)
DAYS = 6


def midnight(day: int) -> datetime:
    """Return the end of a day of the month, from 1."""
    return datetime(2019, 1, 1, tzinfo=UTC) + timedelta(days=day)


def month() -> PrepaidMonth:
    return PrepaidMonth(
        site="s", account="a", first_day=date(2019, 1, 1), last_day=date(2019, 1, 31),
        currency="GBP", command_id=uuid4(),
    )  # fmt: skip


def cost(usage: Sequence[int], day: int) -> Cost:
    """Return what the days up to one cost: blocks of 50 units at 0.113 and 0.271, rounded once."""
    used = sum(usage[:day])
    exact = Decimal(min(used, 50)) * Decimal("0.113") + Decimal(max(used - 50, 0)) * Decimal(
        "0.271"
    )
    return Cost(until=midnight(day), total=round_half_up(exact, 2), quantities={}, sha256=str(used))


usages = st.lists(st.integers(0, 40), min_size=DAYS, max_size=DAYS)
late = st.lists(st.tuples(st.integers(0, DAYS - 1), st.integers(0, 40)), max_size=8)


@tried(60)
@given(usage=usages, late=late, looks=st.lists(st.integers(1, DAYS), max_size=5))
def test_in_any_order_of_late_readings_the_steps_add_up_to_what_each_day_cost(
    usage: list[int], late: list[tuple[int, int]], looks: list[int]
) -> None:
    held, known = month(), list(usage)
    for day in range(1, DAYS + 1):
        if held.steps:
            held.true_up([cost(known, n) for n in range(1, day)], KNOWN, command_id=uuid4())
        held.settle(cost(known, day), KNOWN, command_id=uuid4())
        while late and looks and looks[0] <= day:
            place, value = late.pop()
            known[place] = value
            looks.pop(0)
    for place, value in late:
        known[place] = value
    held.true_up([cost(known, n) for n in range(1, DAYS + 1)], KNOWN, command_id=uuid4())
    assert held.settled == cost(known, DAYS).total
    for day in range(1, DAYS + 1):
        stood = sum(step.amount for step in held.steps if step.until <= midnight(day))
        assert stood == cost(known, day).total


def test_what_came_out_the_same_is_no_true_up() -> None:
    held = month()
    held.settle(cost([10], 1), KNOWN, command_id=uuid4())
    assert not held.true_up([cost([10], 1)], KNOWN, command_id=uuid4())
    assert held.version == 2


def test_a_month_on_an_invoice_is_settled_no_more() -> None:
    held = month()
    held.settle(cost([10], 1), KNOWN, command_id=uuid4())
    held.close("N-1", Decimal("0.01"), command_id=uuid4())
    with pytest.raises(PrepaidRefusedError, match="is on invoice N-1"):
        held.settle(cost([10, 10], 2), KNOWN, command_id=uuid4())


acts = st.lists(
    st.one_of(
        st.tuples(st.just("top_up"), st.integers(1, 9999)),
        st.tuples(st.just("reverse"), st.integers(0, 9)),
        st.tuples(st.just("month"), st.integers(0, 5000)),
        st.tuples(st.just("credit"), st.integers(0, 500)),
    ),
    max_size=20,
)


@tried(60)
@given(acts)
def test_booked_is_top_ups_less_documents_whatever_is_done(told: list[tuple[str, int]]) -> None:
    account = PrepaidAccount(
        site="s", account="a", first_day=date(2019, 1, 1), cycle_day=1, every="day",
        currency="GBP", by=None, command_id=uuid4(),
    )  # fmt: skip
    expected, number, first = Decimal(0), 0, date(2019, 1, 1)
    for what, value in told:
        act = Act(at=midnight(1), on=first, by=None, command_id=uuid4())
        amount, number = Decimal(value).scaleb(-2), number + 1
        if what == "top_up":
            account.top_up(
                amount, means=TopUpMeans.BANK, receipt=f"R{number}", reference="", act=act
            )
            expected += amount
        elif what == "reverse":
            open_ = [t for t in account.top_ups.values() if not t.reversed]
            if open_:
                chosen = open_[value % len(open_)]
                account.reverse(chosen.receipt, means=TopUpMeans.BANK, reason="x", act=act)
                expected -= chosen.amount
                with pytest.raises(PrepaidRefusedError):
                    account.reverse(chosen.receipt, means=TopUpMeans.BANK, reason="x", act=act)
        elif what == "month":
            account.open_month(first, first + timedelta(days=30), command_id=uuid4())
            account.close_months([first], f"N{number}", amount, amount, act)
            expected -= amount
            first += timedelta(days=31)
        else:
            account.correct(f"C{number}", "credit_note", -amount, act)
            account.correct(f"C{number}", "credit_note", -amount, act)
            expected += amount
        assert account.booked == expected
