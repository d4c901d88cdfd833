"""A common quantity divided: whole units that add up, nobody favoured, missing stays missing."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from energy.base.quality import Quality
from energy.metering.shares.division import DayShares, Divider, Whole, one_division
from energy.metering.shares.version import DayPortions
from tests.examples import tried

THIRD = Fraction(1, 3)
FIRST = date(2019, 1, 1)


def whole_of(*usage: int, day: date = FIRST, quality: tuple[Quality, ...] | None = None) -> Whole:
    codes = quality or (Quality.MEASURED,) * len(usage)
    return Whole(
        day=day,
        usage=np.array(usage, dtype=np.int64),
        quality=np.array(codes, dtype=np.uint8),
    )


def equal(*keys: str) -> DayPortions:
    return DayPortions(portions={key: Fraction(1, len(keys)) for key in keys})


def summed(shares: DayShares) -> list[int]:
    return sum(shares.usage.values(), np.zeros(len(shares.quality), np.int64)).tolist()  # type: ignore[no-any-return]


def test_ten_among_three_gives_the_odd_unit_to_each_in_turn() -> None:
    shares = Divider().divide(whole_of(10, 10, 10), equal("a", "b", "c"))
    assert summed(shares) == [10, 10, 10]
    assert {key: int(own.sum()) for key, own in shares.usage.items()} == {"a": 10, "b": 10, "c": 10}
    assert sorted(int(own[0]) for own in shares.usage.values()) == [3, 3, 4]


def test_a_small_part_gets_its_unit_once_it_is_due() -> None:
    portions = DayPortions(portions={"big": Fraction(9, 10), "small": Fraction(1, 10)})
    shares = Divider().divide(whole_of(*[1] * 20), portions)
    assert int(shares.usage["small"].sum()) == 2
    assert min(shares.usage["small"].tolist()) == 0


def test_the_carry_goes_on_over_days_of_a_month_and_ends_with_it() -> None:
    divider = Divider()
    month = [date(2019, 1, 1) + timedelta(days=n) for n in range(31)]
    total = {"a": 0, "b": 0, "c": 0}
    for day in month:
        for key, own in divider.divide(whole_of(1, day=day), equal("a", "b", "c")).usage.items():
            total[key] += int(own.sum())
    assert sorted(total.values()) == [10, 10, 11]
    alone = Divider().divide(whole_of(1, day=date(2019, 2, 1)), equal("a", "b", "c"))
    after = divider.divide(whole_of(1, day=date(2019, 2, 1)), equal("a", "b", "c"))
    assert {k: v.tolist() for k, v in after.usage.items()} == {
        k: v.tolist() for k, v in alone.usage.items()
    }


def test_the_first_in_a_tie_is_another_one_every_month() -> None:
    first = [
        next(
            key
            for key, own in Divider()
            .divide(whole_of(1, day=date(2019, month, 1)), equal("a", "b", "c"))
            .usage.items()
            if own[0]
        )
        for month in (1, 2, 3, 4)
    ]
    assert len(set(first[:3])) == 3
    assert first[0] == first[3]


def test_a_missing_interval_is_missing_for_everyone_and_carries_nothing() -> None:
    quality = (Quality.MEASURED, Quality.MISSING, Quality.ESTIMATED)
    shares = Divider().divide(whole_of(3, 0, 3, quality=quality), equal("a", "b", "c"))
    assert shares.quality.tolist() == list(quality)
    assert [own.tolist() for own in shares.usage.values()] == [[1, 0, 1]] * 3


def test_unknown_portions_make_the_day_missing_though_the_whole_is_known() -> None:
    shares = Divider().divide(whole_of(3, 4), DayPortions(portions=None, unknown=("a",)))
    assert shares.quality.tolist() == [Quality.MISSING] * 2
    assert shares.usage == {}


def test_what_the_key_rests_on_worsens_the_share() -> None:
    found = DayPortions(portions={"a": Fraction(1)}, quality=Quality.ESTIMATED)
    shares = Divider().divide(whole_of(3, 4), found)
    assert shares.quality.tolist() == [Quality.ESTIMATED] * 2


def test_what_is_given_back_is_divided_likewise() -> None:
    shares = Divider().divide(whole_of(10, -10, 10, -10), equal("a", "b", "c"))
    assert summed(shares) == [10, -10, 10, -10]
    assert all(own[0] > 0 > own[1] for own in shares.usage.values())


portions_lists = st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any)
qualities = st.sampled_from([Quality.MEASURED, Quality.ESTIMATED, Quality.MISSING])
amounts = st.one_of(st.integers(-3, 3), st.integers(-50, 50), st.integers(-(10**12), 10**12))


@st.composite
def months(draw: st.DrawFn) -> list[tuple[Whole, DayPortions]]:
    many = draw(st.integers(1, 5))
    days = []
    for n in range(draw(st.integers(1, 8))):
        rows = draw(st.lists(st.tuples(amounts, qualities), min_size=1, max_size=8))
        usage = [0 if q is Quality.MISSING else u for u, q in rows]
        weights = draw(st.lists(st.integers(0, 50), min_size=many, max_size=many).filter(any))
        known = draw(st.integers(0, 9)) > 0
        portions = {f"p{k}": Fraction(w, sum(weights)) for k, w in enumerate(weights)}
        days.append(
            (
                whole_of(
                    *usage,
                    day=date(2019, 1, 28) + timedelta(days=n),
                    quality=tuple(q for _, q in rows),
                ),
                DayPortions(portions=portions if known else None),
            )
        )
    return days


@given(days=months())
@tried(150)
def test_shares_add_up_to_the_whole_whatever_the_key_its_changes_and_what_is_missing(
    days: list[tuple[Whole, DayPortions]],
) -> None:
    divider = Divider()
    for whole, found in days:
        shares = divider.divide(whole, found)
        if found.portions is None:
            assert set(shares.quality.tolist()) == {Quality.MISSING}
            continue
        assert summed(shares) == whole.usage.tolist()
        assert shares.quality.tolist() == whole.quality.tolist()
        for key, own in shares.usage.items():
            assert (own * np.sign(whole.usage) >= 0).all()
            if not found.portions[key]:
                assert not own.any()
        assert sum(shares.carried.values()) == 0


@given(days=months())
@tried(60)
def test_credit_is_divided_as_the_charge_of_the_same_size_would_be(
    days: list[tuple[Whole, DayPortions]],
) -> None:
    charged, credited = Divider(), Divider()
    for whole, found in days:
        there = charged.divide(whole, found)
        back = credited.divide(
            Whole(day=whole.day, usage=-whole.usage, quality=whole.quality), found
        )
        assert {k: (-v).tolist() for k, v in back.usage.items()} == {
            k: v.tolist() for k, v in there.usage.items()
        }


@given(days=months())
@tried(60)
def test_charges_and_credits_are_each_borne_within_two_units_of_the_exact_share(
    days: list[tuple[Whole, DayPortions]],
) -> None:
    divider = Divider()
    circle: tuple[object, ...] = ()
    ahead: dict[tuple[str, int], Fraction] = {}
    for whole, found in days:
        shares = divider.divide(whole, found)
        if found.portions is None:
            continue
        bearing = sorted(key for key, portion in found.portions.items() if portion)
        if (whole.day.month, *bearing) != circle:
            circle, ahead = (whole.day.month, *bearing), {}
        for key in bearing:
            for told, own in zip(whole.usage.tolist(), shares.usage[key].tolist(), strict=True):
                place = key, int(np.sign(told))
                ahead[place] = ahead.get(place, Fraction(0)) + own - told * found.portions[key]
                assert abs(ahead[place]) < 2


@given(days=months(), seed=st.randoms(use_true_random=False))
@tried(60)
def test_the_order_in_which_bearers_are_named_does_not_matter(
    days: list[tuple[Whole, DayPortions]], seed: object
) -> None:
    one, other = Divider(), Divider()
    for whole, found in days:
        turned = found
        if found.portions is not None:
            keys = list(found.portions)
            seed.shuffle(keys)  # type: ignore[attr-defined]
            turned = DayPortions(portions={key: found.portions[key] for key in keys})
        first, second = one.divide(whole, found), other.divide(whole, turned)
        assert {k: v.tolist() for k, v in first.usage.items()} == {
            k: v.tolist() for k, v in second.usage.items()
        }


@given(
    weights=portions_lists,
    amounts=st.lists(st.integers(0, 40), min_size=1, max_size=60),
)
@tried(150)
def test_nobody_is_ever_two_units_ahead_so_by_rounding_nobody_gains(
    weights: list[int], amounts: list[int]
) -> None:
    weights = [weight for weight in weights if weight]
    unit = sum(weights)
    carry = [0] * len(weights)
    got = [0] * len(weights)
    for n, amount in enumerate(amounts):
        for k, own in enumerate(one_division(amount, weights, carry, unit)):
            got[k] += own
        so_far = sum(amounts[: n + 1])
        for k, weight in enumerate(weights):
            assert abs(Fraction(weight * so_far, unit) - got[k]) < 2
            assert carry[k] == weight * so_far - got[k] * unit
