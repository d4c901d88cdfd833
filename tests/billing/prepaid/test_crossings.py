"""How long a balance lasts, and when its account is warned: once a crossing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.prepaid.crossings import daily_use, days_left, levels_below
from billing.prepaid.errors import PrepaidRefusedError
from billing.prepaid.month import Step
from billing.prepaid.rules import Rules
from billing.prepaid.watch import PrepaidWatch
from tests.examples import tried

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2019, 3, 31, 12, tzinfo=UTC)
RULES = Rules(warn_money=(Decimal(50), Decimal(20), Decimal(0)), warn_days=(7, 3))


def test_the_mean_is_made_of_local_days_also_of_one_with_23_hours() -> None:
    ends = [
        datetime(2019, 3, 30, tzinfo=UTC),
        datetime(2019, 3, 31, tzinfo=UTC),
        datetime(2019, 3, 31, 23, tzinfo=UTC),
    ]
    steps = [Step(until=end, amount=Decimal(n)) for n, end in enumerate(ends, 2)]
    assert daily_use(steps, LONDON, 7) == [Decimal(2), Decimal(3), Decimal(4)]
    assert daily_use(steps, LONDON, 2) == [Decimal(3), Decimal(4)]


@pytest.mark.parametrize(
    ("balance", "daily", "left"),
    [("30", ["3", "3"], 10), ("29.99", ["3", "3"], 9), ("0", ["3"], 0), ("-5", ["3"], 0),
     ("30", [], None), ("30", ["0", "0"], None)],
)  # fmt: skip
def test_days_left_are_whole_days_at_recent_use(
    balance: str, daily: list[str], left: int | None
) -> None:
    assert days_left(Decimal(balance), map(Decimal, daily)) == left


@tried(60)
@given(st.lists(st.integers(-30, 90), min_size=1, max_size=30))
def test_each_level_is_told_once_between_two_times_above_it(balances: list[int]) -> None:
    watch = PrepaidWatch(site="s", account="a", command_id=uuid4())
    told: list[Decimal] = []
    below: set[Decimal] = set()
    for place, amount in enumerate(balances):
        balance = Decimal(amount)
        money, days = levels_below(balance, None, RULES)
        before = len(watch.pending_events)
        watch.look(balance, None, money, days, at=NOON + timedelta(hours=place), command_id=uuid4())
        new = [
            level
            for event in watch.pending_events[before:]
            if isinstance(event, PrepaidWatch.Warned)
            for level in event.money
        ]
        assert set(new) == set(money) - below
        below = set(money)
        told += new
    assert watch.warned_money == below


def test_emergency_credit_is_one_at_a_time_within_the_rules_and_ends_when_paid_back() -> None:
    watch = PrepaidWatch(site="s", account="a", command_id=uuid4())
    until, most = NOON + timedelta(days=2), Decimal(10)

    def grant(amount: str) -> None:
        watch.grant_credit(Decimal(amount), until, most, at=NOON, by=uuid4(), command_id=uuid4())

    with pytest.raises(PrepaidRefusedError, match="at most 10"):
        grant("10.01")
    grant("10")
    with pytest.raises(PrepaidRefusedError, match="running"):
        grant("5")
    assert watch.credit_at(NOON) == 10
    assert watch.credit_at(until) == 0
    watch.look(Decimal(-4), None, [], [], at=NOON, command_id=uuid4())
    assert watch.credit_at(NOON) == 10
    watch.look(Decimal(0), None, [], [], at=NOON, command_id=uuid4())
    assert watch.credit_at(NOON) == 0
    grant("5")
    watch.look(Decimal(-4), None, [], [], at=until, command_id=uuid4())
    assert watch.credit_at(NOON) == 0
