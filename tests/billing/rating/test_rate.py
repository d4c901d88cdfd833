"""What holds for every tariff and every usage: sums, splits, orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rating.charge import ChargeLine
from billing.rating.rate import RatedSupply, rate_supply, tariff_spans, version_on
from billing.tariffs.tariff import TariffVersion
from billing.tariffs.tariff_file import parse_tariff
from energy.base.period import days_between, span_of_days
from energy.base.quality import Quality
from tests.billing.samples import LONDON, TARIFFS, campus_tariff, span
from tests.examples import tried

POWER = campus_tariff("electricity")
GAS_TEXT = (TARIFFS / "campus-gas.toml").read_text(encoding="utf-8")
STARTS = st.dates(date(2018, 2, 1), date(2019, 12, 1))


def rated(
    first: date, days: int, seed: int, versions: list[TariffVersion], *, part: tuple[int, int]
) -> RatedSupply:
    """Rate the days `part` of a span of hourly usage that a seed determines."""
    whole = span_of_days(first, first + timedelta(days=days - 1), LONDON)
    hours = (whole.end - whole.start) // timedelta(hours=1)
    usage = np.random.default_rng(seed).integers(0, 10**6, hours).tolist()
    return rate_supply(
        point="p",
        span=span(usage, whole.start, step_s=3600),
        versions=versions,
        first_day=first + timedelta(days=part[0]),
        last_day=first + timedelta(days=part[1]),
        position=1,
    )


def unrounded_by_clause(charges: tuple[ChargeLine, ...]) -> dict[str, Fraction]:
    sums: dict[str, Fraction] = {}
    for charge in charges:
        sums[charge.clause] = sums.get(charge.clause, Fraction(0)) + charge.unrounded
    return sums


@tried(40)
@given(STARTS, st.integers(2, 40), st.integers(0, 2**32), st.data())
def test_a_period_cut_at_any_day_costs_the_same_before_rounding(
    first: date, days: int, seed: int, draw: st.DataObject
) -> None:
    cut = draw.draw(st.integers(1, days - 1))
    whole = rated(first, days, seed, [POWER], part=(0, days - 1))
    before = rated(first, days, seed, [POWER], part=(0, cut - 1))
    after = rated(first, days, seed, [POWER], part=(cut, days - 1))
    together = unrounded_by_clause(before.charges + after.charges)
    assert together == unrounded_by_clause(whole.charges)


@tried(25)
@given(STARTS, st.integers(1, 33), st.integers(0, 2**32))
def test_energy_of_the_tariff_periods_adds_up_to_the_register(
    first: date, days: int, seed: int
) -> None:
    charges = rated(first, days, seed, [POWER], part=(0, days - 1)).charges
    by_period = sum(Fraction(c.quantity) for c in charges if c.period)
    (levy,) = [c for c in charges if c.clause == "LEVY"]
    assert by_period == Fraction(levy.quantity)
    assert (
        sum(c.intervals[Quality.MEASURED] for c in charges if c.period)
        == (levy.intervals[Quality.MEASURED])
    )


@tried(25)
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_intervals_may_change_places_within_their_tariff_period(seed: int, order: int) -> None:
    day = date(2019, 7, 3)
    period = span_of_days(day, day, LONDON)
    usage = np.random.default_rng(seed).integers(0, 10**6, 24)
    shuffled = usage.copy()
    for low, high in ((0, 7), (7, 24)):
        shuffled[low:high] = np.random.default_rng(order).permutation(usage[low:high])

    def charges(values: np.ndarray) -> list[Decimal]:
        found = rate_supply(
            point="p",
            span=span(values.tolist(), period.start, step_s=3600),
            versions=[POWER],
            first_day=day,
            last_day=day,
            position=1,
        )
        return [each.amount for each in found.charges]

    assert charges(shuffled) == charges(usage)


def test_a_new_version_prices_the_days_from_its_first_on() -> None:
    later = parse_tariff(
        GAS_TEXT.replace("valid_from = 2018-01-01", "valid_from = 2019-01-11").replace(
            "0.0312", "0.0412"
        )
    )
    found = rated(date(2019, 1, 1), 31, 7, [campus_tariff("gas"), later], part=(0, 30))
    energy = [(c.first_day, c.last_day, c.price) for c in found.charges if c.clause == "G"]
    assert energy == [
        (date(2019, 1, 1), date(2019, 1, 10), Decimal("0.0312")),
        (date(2019, 1, 11), date(2019, 1, 31), Decimal("0.0412")),
    ]
    assert [c.charge for c in found.charges if c.clause == "G"] == [
        "p/G/2019-01-01",
        "p/G/2019-01-11",
    ]


@pytest.mark.parametrize("day", range(2, 31))
def test_parts_of_an_unchanged_month_charge_add_up_to_the_month(day: int) -> None:
    later = parse_tariff(
        GAS_TEXT.replace("valid_from = 2018-01-01", f"valid_from = 2019-01-{day:02d}").replace(
            "0.0312", "0.0412"
        )
    )
    found = rated(date(2019, 1, 1), 31, 7, [campus_tariff("gas"), later], part=(0, 30))
    parts = [c.amount for c in found.charges if c.clause == "STANDING"]
    assert len(parts) == 2
    assert sum(parts) == Decimal("48.50")


def test_the_highest_version_of_a_day_counts() -> None:
    mended = parse_tariff(GAS_TEXT.replace("version = 1", "version = 2"))
    versions = [mended, campus_tariff("gas")]
    assert version_on(versions, date(2019, 1, 1)) is mended


def test_days_without_a_version_are_a_finding_and_no_charge() -> None:
    ended = parse_tariff(
        GAS_TEXT.replace(
            "valid_from = 2018-01-01", "valid_from = 2018-01-01\nvalid_to = 2019-01-21"
        )
    )
    found = rated(date(2019, 1, 1), 31, 7, [ended], part=(0, 30))
    (finding,) = found.findings
    assert (finding.code, finding.severity) == ("bill.tariff_missing", "do_not_bill")
    assert finding.start == span_of_days(date(2019, 1, 21), date(2019, 1, 21), LONDON).start
    assert tariff_spans([ended], date(2019, 1, 20), date(2019, 1, 21))[1][0] is None


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.none() | st.integers(0, 12), st.integers(1, 3)), max_size=5
    )
)
@tried(100)
def test_spans_of_versions_are_those_of_each_day(held: list[tuple[int, int | None, int]]) -> None:
    first, last = date(2019, 1, 3), date(2019, 1, 11)
    plain = campus_tariff("gas")
    versions = [
        replace(
            plain,
            valid_from=date(2019, 1, 1) + timedelta(days=begin),
            valid_to=None if end is None else date(2019, 1, 1) + timedelta(days=end),
            version=number,
        )
        for begin, end, number in held
    ]
    spans = tariff_spans(versions, first, last)
    told = [(tariff, day) for tariff, a, b in spans for day in days_between(a, b)]
    assert told == [(version_on(versions, day), day) for day in days_between(first, last)]
    assert all(a[0] is not b[0] for a, b in pairwise(spans))


def test_the_unrounded_amount_stands_beside_the_rounded_one() -> None:
    found = rated(date(2019, 1, 1), 31, 7, [POWER], part=(0, 30))
    for charge in found.charges:
        assert charge.unrounded == Fraction(charge.quantity) * Fraction(charge.price)
        assert abs(Fraction(charge.amount) - charge.unrounded) <= Fraction(1, 200)
