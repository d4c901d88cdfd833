"""Money at stake: doubtful usage, or what is expected in its place, at the tariff's prices."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from billing.rating.stake import Payer, Stake, expected_usage, stake_of
from billing.tariffs.tariff import TariffVersion
from billing.tariffs.tariff_document import document_of
from billing.tariffs.tariff_file import tariff_of
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan
from tests.billing.samples import TARIFFS

WEEK = 7 * 96
MONDAY = datetime(2019, 1, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def tariff() -> TariffVersion:
    text = (TARIFFS / "campus-electricity.toml").read_text(encoding="utf-8")
    return tariff_of(document_of(text))


def span(start: datetime, usage: list[int], *, gaps: tuple[int, ...] = ()) -> UsageSpan:
    quality = np.full(len(usage), Quality.MEASURED, dtype=np.uint8)
    quality[list(gaps)] = Quality.MISSING
    return UsageSpan(
        channel=1,
        start=start,
        step_s=900,
        usage=np.array(usage, dtype=np.int64),
        quality=quality,
    )


def payer(tariff: TariffVersion, account: str = "A", **days: date) -> Payer:
    facts = {"first_day": date(2018, 1, 1), "last_day": date(2030, 1, 1)} | days
    return Payer(account=account, versions=(tariff,), zone=tariff.zone, **facts)


NIGHT, DAY = Decimal("0.1087") + Decimal("0.00583"), Decimal("0.1432") + Decimal("0.00583")


def test_doubtful_usage_is_worth_its_price_by_time_of_day(tariff: TariffVersion) -> None:
    night = stake_of(span(MONDAY, [1_000_000]), None, [payer(tariff)], "GBP")
    day = stake_of(span(MONDAY + timedelta(hours=12), [1_000_000]), None, [payer(tariff)], "GBP")
    assert night == Stake(
        amount=Decimal("114.53"),
        currency="GBP",
        accounts=("A",),
        expected=Fraction(0),
        unknown=0,
    )
    assert night.amount == round(NIGHT * 1000, 2)
    assert day is not None
    assert day.amount == round(DAY * 1000, 2)


def test_nobody_who_pays_is_none_and_not_zero(tariff: TariffVersion) -> None:
    assert stake_of(span(MONDAY, [1_000]), None, [], "GBP") is None
    before = replace(payer(tariff), last_day=date(2019, 1, 6))
    unpaid = stake_of(span(MONDAY, [1_000]), None, [before], "GBP")
    assert unpaid is not None
    assert (unpaid.amount, unpaid.unknown) == (Decimal(0), 0)


def test_days_without_a_published_tariff_are_unknown_money_and_not_free(
    tariff: TariffVersion,
) -> None:
    usage = span(MONDAY, [1_000_000] * 192, gaps=(3,))
    none = replace(payer(tariff), versions=())
    late = replace(payer(tariff), versions=(replace(tariff, valid_from=date(2019, 1, 8)),))
    of_one_day = replace(none, account="B", last_day=date(2019, 1, 7))
    for payers, unknown, missing in (
        ([none], 192, 1),
        ([late], 96, 1),
        ([payer(tariff), of_one_day], 96, 1),
        ([of_one_day, of_one_day], 96, 1),
    ):
        found = stake_of(usage, None, payers, "GBP")
        assert found is not None
        assert found.unknown == unknown
        only = stake_of(usage, None, payers, "GBP", only_missing=True)
        assert only is not None
        assert only.unknown == missing
        assert (found.amount > 0) == (payers != [none] and payers[0] is not of_one_day)


def test_what_is_missing_is_worth_what_the_weeks_before_used(tariff: TariffVersion) -> None:
    weeks = [n * 1_000_000 for n in (1, 3) for _ in range(WEEK)]
    history = span(MONDAY - timedelta(weeks=2), weeks)
    found = stake_of(span(MONDAY, [0, 5_000], gaps=(0,)), history, [payer(tariff)], "GBP")
    assert found is not None
    assert found.amount == round(NIGHT * 2_005, 2)
    assert (found.expected, found.unknown) == (Fraction(2_000_000, 2_005_000), 0)


def test_where_readings_are_missing_what_the_register_counted_is_in_no_doubt(
    tariff: TariffVersion,
) -> None:
    history = span(MONDAY - timedelta(weeks=1), [1_000_000] * WEEK)
    usage = span(MONDAY, [0, 5_000_000], gaps=(0,))
    found = stake_of(usage, history, [payer(tariff)], "GBP", only_missing=True)
    assert found is not None
    assert (found.amount, found.expected) == (round(NIGHT * 1_000, 2), Fraction(1))
    silent = stake_of(usage, None, [payer(tariff)], "GBP", only_missing=True)
    assert silent is not None
    assert (silent.amount, silent.unknown) == (round(NIGHT * 5_000, 2), 0)


def test_an_hour_that_no_week_knows_is_taken_as_the_mean_of_all() -> None:
    history = span(MONDAY - timedelta(weeks=1), [10] * WEEK, gaps=(3,))
    usage, told = expected_usage(history, 5)
    assert (usage.tolist(), told) == ([10] * 5, True)


def test_expected_usage_goes_round_by_weeks() -> None:
    history = span(MONDAY - timedelta(weeks=1), list(range(WEEK)))
    usage, _ = expected_usage(history, WEEK + 2)
    assert usage[-2:].tolist() == [0, 1]


@pytest.mark.parametrize("known", [False, True])
def test_what_nothing_is_known_of_is_counted_not_guessed(
    tariff: TariffVersion, *, known: bool
) -> None:
    history = span(MONDAY - timedelta(weeks=1), [0] * WEEK, gaps=tuple(range(WEEK)))
    found = stake_of(
        span(MONDAY, [0, 1_000_000], gaps=(0,)),
        history if known else None,
        [payer(tariff)],
        "GBP",
    )
    assert found is not None
    assert (found.amount, found.unknown) == (Decimal("114.53"), 1)


def test_each_day_is_worth_what_its_payer_pays_and_days_nobody_pays_nothing(
    tariff: TariffVersion,
) -> None:
    usage = span(MONDAY, [1_000_000] + [0] * 95 + [1_000_000] + [0] * 95)
    first = payer(tariff, "old", last_day=MONDAY.date())
    second = payer(tariff, "new", first_day=date(2019, 1, 8))
    both = stake_of(usage, None, [first, second], "GBP")
    assert both is not None
    assert (both.amount, both.accounts) == (round(NIGHT * 2_000, 2), ("new", "old"))
    one = stake_of(usage, None, [first], "GBP")
    assert one is not None
    assert one.amount == round(NIGHT * 1_000, 2)


def test_a_grid_too_wide_for_the_tariff_is_worth_the_dearest_price(tariff: TariffVersion) -> None:
    usage = replace(span(MONDAY, [1_000_000]), step_s=86_400)
    found = stake_of(usage, None, [payer(tariff)], "GBP")
    assert found is not None
    assert found.amount == Decimal("221.50")


def test_money_of_several_points_adds_up(tariff: TariffVersion) -> None:
    one = stake_of(span(MONDAY, [1_000_000]), None, [payer(tariff)], "GBP")
    two = stake_of(span(MONDAY, [1_000_000]), None, [payer(tariff, "B")], "GBP")
    assert one is not None
    assert two is not None
    both = one.joined(two)
    assert (both.amount, both.accounts) == (Decimal("229.06"), ("A", "B"))


def test_what_lies_between_the_findings_of_a_case_is_not_at_stake(tariff: TariffVersion) -> None:
    usage = span(MONDAY, [1_000_000, 0, 500_000, 0], gaps=(1, 3))
    weeks = span(MONDAY - timedelta(weeks=1), [2_000_000] * WEEK)
    first = np.array([True, True, False, False])
    worth = stake_of(usage, weeks, [payer(tariff)], "GBP", doubted=first)
    assert worth is not None
    assert worth.amount == round(NIGHT * 3000, 2)
    assert worth.expected == Fraction(2, 3)
    sound = np.array([True, False, True, False])
    unread = stake_of(usage, weeks, [payer(tariff)], "GBP", only_missing=True, doubted=sound)
    assert unread is not None
    assert (unread.amount, unread.expected, unread.unknown) == (Decimal("0.00"), 0, 0)
