"""Letters rise one level at a time; late fees are computed at once, rounded once, capped."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.receivables.dunning_rules import (
    DEFAULT_RULES,
    Balance,
    DayCount,
    LateFeeRule,
    RatePer,
    due_letters,
    late_fee,
    rules_of,
    year_part,
)
from billing.receivables.items import ItemKind, OpenItem
from tests.examples import tried

DUE = date(2024, 1, 31)
ZERO = Decimal(0)


def item(
    number: str, *, amount: str = "100.00", due_on: date = DUE, disputed: str = "0"
) -> OpenItem:
    return OpenItem(
        number=number,
        kind=ItemKind.INVOICE,
        account="A-1",
        currency="EUR",
        dated=due_on - timedelta(days=14),
        due_on=due_on,
        amount=Decimal(amount),
        settled=ZERO,
        disputed=Decimal(disputed),
    )


def rule(rate: str, per: RatePer = RatePer.YEAR, **more: object) -> LateFeeRule:
    return LateFeeRule(rate=Decimal(rate), per=per, since=date.min, **more)  # type: ignore[arg-type]


def fee(given_rule: LateFeeRule, day: date, *, charged: str = "0", amount: str = "1000.00",
        balances: list[Balance] | None = None) -> Decimal:  # fmt: skip
    held = balances or [Balance(from_day=DUE, overdue=Decimal(amount))]
    return late_fee(given_rule, Decimal(amount), DUE, held, day, Decimal(charged), "EUR")


def test_a_letter_rises_one_level_however_long_nobody_looked() -> None:
    late = DUE + timedelta(days=400)
    (letter,) = due_letters(DEFAULT_RULES, [item("I-1")], {}, {}, late)
    assert (letter.level.level, letter.raised) == (1, ("I-1",))
    (letter,) = due_letters(DEFAULT_RULES, [item("I-1")], {"I-1": 1}, {}, late)
    assert letter.level.level == 2
    assert due_letters(DEFAULT_RULES, [item("I-1")], {"I-1": 3}, {}, late) == []


@pytest.mark.parametrize(("days", "letters"), [(6, 0), (7, 1)])
def test_a_letter_is_due_on_its_day_and_not_before(days: int, letters: int) -> None:
    assert len(due_letters(DEFAULT_RULES, [item("I-1")], {}, {}, DUE + timedelta(days))) == letters


def test_what_is_disputed_spared_or_covered_by_credit_is_not_asked_for() -> None:
    day = DUE + timedelta(days=30)
    assert due_letters(DEFAULT_RULES, [item("I-1", disputed="100.00")], {}, {}, day) == []
    assert due_letters(DEFAULT_RULES, [item("I-1")], {}, {}, day, {"I-1"}) == []
    assert due_letters(DEFAULT_RULES, [item("I-1")], {}, {"A-1": Decimal(100)}, day) == []
    (letter,) = due_letters(
        DEFAULT_RULES, [item("I-1", disputed="40.00"), item("I-2")], {}, {"A-1": Decimal(9)}, day
    )
    assert letter.overdue == 160


def test_one_letter_an_account_bears_the_highest_level_and_raises_each_item_by_one() -> None:
    day = DUE + timedelta(days=30)
    (letter,) = due_letters(DEFAULT_RULES, [item("I-1"), item("I-2")], {"I-1": 1}, {}, day)
    assert (letter.level.level, letter.raised) == (2, ("I-1", "I-2"))


def test_rules_are_kept_as_they_are() -> None:
    assert rules_of(DEFAULT_RULES.document()) == DEFAULT_RULES


@pytest.mark.parametrize(
    ("convention", "first", "last", "part"),
    [
        (DayCount.ACTUAL_365, date(2024, 1, 1), date(2025, 1, 1), Fraction(366, 365)),
        (DayCount.ACTUAL_360, date(2024, 1, 1), date(2024, 1, 31), Fraction(30, 360)),
        (DayCount.ACTUAL_ACTUAL, date(2023, 7, 1), date(2024, 7, 1),
         Fraction(184, 365) + Fraction(182, 366)),
        (DayCount.THIRTY_360, date(2024, 1, 31), date(2024, 2, 29), Fraction(29, 360)),
        (DayCount.THIRTY_360, date(2024, 1, 31), date(2024, 3, 31), Fraction(60, 360)),
    ],
)  # fmt: skip
def test_day_counts(convention: DayCount, first: date, last: date, part: Fraction) -> None:
    assert year_part(first, last, convention) == part


def test_a_fee_runs_from_the_day_behind_the_due_day() -> None:
    daily = rule("0.0005", RatePer.DAY)
    assert fee(daily, DUE + timedelta(days=1)) == 0
    assert fee(daily, DUE + timedelta(days=2)) == Decimal("0.50")
    yearly = rule("0.09", day_count=DayCount.ACTUAL_365)
    assert fee(yearly, DUE + timedelta(days=366)) == Decimal("90.00")


def test_within_the_grace_nothing_and_behind_it_from_the_due_day_on() -> None:
    graced = rule("0.0005", RatePer.DAY, grace_days=5)
    assert fee(graced, DUE + timedelta(days=6)) == 0
    assert fee(graced, DUE + timedelta(days=7)) == Decimal("3.00")


def test_a_part_payment_and_a_dispute_lower_the_fee_from_their_day_on() -> None:
    day = DUE + timedelta(days=11)
    held = [
        Balance(from_day=DUE - timedelta(days=14), overdue=Decimal("1000.00")),
        Balance(from_day=DUE + timedelta(days=6), overdue=Decimal("400.00")),
    ]
    assert fee(rule("0.0005", RatePer.DAY), day, balances=held) == Decimal("3.50")


def test_the_cap_is_never_passed_by_half_a_cent() -> None:
    capped = rule("0.1", RatePer.DAY, cap=Decimal("0.0555"))
    total = fee(capped, DUE + timedelta(days=300), amount="99.99")
    assert total == Decimal("5.54")
    assert fee(capped, DUE + timedelta(days=301), amount="99.99", charged="5.54") == 0


@tried(50)
@given(
    days=st.lists(st.integers(1, 40), min_size=1, max_size=8),
    amount=st.integers(1, 10**7),
    rate=st.integers(0, 20),
)
def test_fees_charged_in_pieces_add_up_to_the_fee_charged_at_once(
    days: list[int], amount: int, rate: int
) -> None:
    yearly = rule(f"0.{rate:02d}", day_count=DayCount.ACTUAL_ACTUAL)
    owed = Decimal(amount) / 100
    day, charged = DUE + timedelta(days=1), ZERO
    for step in days:
        day += timedelta(days=step)
        charged += fee(yearly, day, charged=f"{charged}", amount=f"{owed}")
    assert charged == fee(yearly, day, amount=f"{owed}")
