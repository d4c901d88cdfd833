"""Values of formulas: exact, month = sum of days, ratios of sums, quality inherited."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.channel import Channel, ChannelFacts, Kind
from energy.metering.formula.check import check
from energy.metering.formula.evaluate import Values, per_group, per_interval
from energy.metering.formula.exact import Exact, fixed, fractions, rounded, stepped
from energy.metering.formula.inputs import DatedConstant, Input, ListedCatalogue
from energy.metering.formula.parser import parse
from energy.metering.formula.tree import Members
from energy.metering.usage import BADNESS, BY_BADNESS
from tests.examples import tried

WH = Fraction(3600)
DAY = 96
USAGE = st.lists(st.integers(0, 2**40), min_size=3 * DAY, max_size=3 * DAY)
LARGE = st.lists(st.integers(-(2**60), 2**60), min_size=4, max_size=4)
NAMES = ("a", "b", "c", "q", "t", "r")
ADDITIVE = (
    "[a] - [b]",
    "[a] * 0.333 + [b]",
    "max([a] - [b], 0)",
    "[c] * [a] / ([a] + [b] + 1 {Wh} * duration() / 1 {s})",
    "sum([a], [b], [c]) / 7 - abs([a] - [b])",
)


def _facts(name: str) -> ChannelFacts:
    kinds = {"q": ("kvarh", None, Kind.COUNTER), "t": ("degC", None, Kind.GAUGE)}
    kinds["r"] = kinds["t"]
    unit, utility, kind = kinds.get(name, ("kWh", Utility.ELECTRICITY, Kind.COUNTER))
    return ChannelFacts(
        quantity=f"of_{name}",
        kind=kind,
        utility=utility,
        unit=unit,
        resolution=Fraction(1, 1000),
        modulus=None,
    )


def _number(name: str) -> int:
    return NAMES.index(name) + 1


CATALOGUE = ListedCatalogue(
    channels={
        name: [Input(channel=Channel(number=_number(name), point=name, facts=_facts(name)))]
        for name in NAMES
    },
    places=frozenset({"b1"}),
)


def values(columns: dict[str, list[int]], *, quality: dict[str, list[int]] | None = None) -> Values:
    """Return columns of Wh, varh or thousandths of a degree as inputs."""
    many = len(next(iter(columns.values())))
    told = quality or {}
    return Values(
        intervals=many,
        step_s=900,
        channels={
            _number(name): Exact(
                scale=CATALOGUE.channels[name][0].unit.factor,
                num=np.array(column, dtype=np.int64),
                bad=BADNESS[np.array(told.get(name, [0] * many), dtype=np.uint8)],
            )
            for name, column in columns.items()
        },
        constants={"z": fixed(Fraction(95, 100))},
        attributes={("b1", "area_m2"): fixed(Fraction(200))},
    )


def days(intervals: int) -> NDArray[np.int64]:
    """Return where each day of quarter-hours begins."""
    return np.arange(0, intervals, DAY, dtype=np.int64)


def usage(text: str, given_: Values) -> tuple[list[int], list[Quality]]:
    """Return what a formula says per interval. [Wh]."""
    checked = check(
        parse(text), text, CATALOGUE, {"z": DatedConstant(name="z", unit="1", values=())}
    )
    told, bad = rounded(per_interval(checked, given_), WH, given_.intervals, days(given_.intervals))
    return told.tolist(), [Quality(int(each)) for each in BY_BADNESS[bad]]


def groups(text: str, given_: Values, starts: list[int]) -> list[Fraction | None]:
    """Return what a formula says of groups of intervals."""
    checked = check(parse(text), text, CATALOGUE, {})
    found = per_group(checked, given_, np.array(starts, dtype=np.int64))
    return fractions(found)


@given(USAGE, USAGE)
@tried(10)
def test_sums_and_differences_are_exact_to_the_last_base_unit(
    one: list[int], two: list[int]
) -> None:
    told, _ = usage("sum([a], [a]) - [b]", values({"a": one, "b": two}))
    assert told == [2 * a - b for a, b in zip(one, two, strict=True)]


@given(USAGE, USAGE, USAGE, st.sampled_from(ADDITIVE))
@tried(10)
def test_a_months_total_is_the_sum_of_its_days(
    one: list[int], two: list[int], three: list[int], text: str
) -> None:
    columns = {"a": one, "b": two, "c": three}
    whole, _ = usage(text, values(columns))
    days = [
        usage(text, values({name: each[n : n + DAY] for name, each in columns.items()}))[0]
        for n in range(0, 3 * DAY, DAY)
    ]
    assert sum(whole) == sum(sum(day) for day in days)


@given(LARGE, LARGE, LARGE)
@tried(60)
def test_no_size_overflows_in_between(one: list[int], two: list[int], three: list[int]) -> None:
    text = "[a] * [b] / ([b] + [c]) + [a] * 0.123456789 - [c]"
    told, quality = usage(text, values({"a": one, "b": two, "c": three}))
    exact, running = Fraction(0), 0
    for a, b, c, got, how in zip(one, two, three, told, quality, strict=True):
        if b + c == 0:
            assert (got, how) == (0, Quality.MISSING)
            continue
        value = Fraction(a * b, b + c) + a * Fraction("0.123456789") - c
        if how is Quality.MISSING:
            assert abs(value) > 2**61
            assert got == 0
            continue
        exact, running = exact + value, running + got
        assert abs(running - exact) < Fraction(1, 2) + Fraction(4, 10**6)


@given(st.lists(st.integers(0, 40), min_size=DAY, max_size=DAY), st.sampled_from(["1/3", "0.97"]))
@tried(30)
def test_a_day_is_off_by_half_a_base_unit_at_most_however_small_its_intervals(
    column: list[int], factor: str
) -> None:
    told, _ = usage(f"[a] * {factor}", values({"a": column}))
    running = exact = Fraction(0)
    for got, each in zip(told, column, strict=True):
        running, exact = running + got, exact + each * Fraction(factor)
        assert abs(running - exact) <= Fraction(1, 2)
        assert got >= 0


def test_sums_are_rounded_half_away_from_zero_on_either_side() -> None:
    assert usage("[a] * 0.5", values({"a": [1, 1, 1, 0]}))[0] == [1, 0, 1, 0]
    assert usage("-[a] * 0.5", values({"a": [1, 1, 1, 0]}))[0] == [-1, 0, -1, 0]


def test_the_ratio_of_a_group_is_that_of_its_sums() -> None:
    given_ = values({"a": [1, 3, 0, 5], "b": [1, 1, 1, 0]})
    assert groups("[a] / [b]", given_, [0, 2]) == [Fraction(4, 2), Fraction(5, 1)]
    assert groups("[a] / [b]", given_, [0]) == [Fraction(9, 3)]


def test_what_is_divided_by_nothing_is_missing() -> None:
    given_ = values({"a": [1, 2], "b": [0, 1]})
    assert groups("[a] / [b]", given_, [0, 1]) == [None, Fraction(2)]
    told, quality = usage("[a] * [a] / [b]", given_)
    assert (told[0], quality[0]) == (0, Quality.MISSING)


def test_means_are_means_of_what_is_known_and_sums_are_not_told_with_a_gap() -> None:
    missing = [0, int(Quality.MISSING), 0]
    given_ = values(
        {"a": [5, 0, 6], "t": [20_000, 0, 21_000]}, quality={"a": missing, "t": missing}
    )
    assert groups("[t]", given_, [0]) == [Fraction(41, 2)]
    assert groups("[a]", given_, [0]) == [None]
    assert groups("[a] / attribute([b1], area_m2)", given_, [0, 1]) == [
        Fraction(5 * 3600, 200),
        None,
    ]


def test_a_mean_difference_of_temperatures_is_of_instants_at_which_both_are_known() -> None:
    quality = {"r": [0, int(Quality.MISSING)]}
    given_ = values({"t": [70_000, 90_000], "r": [50_000, 0]}, quality=quality)
    assert groups("[t] - [r]", given_, [0]) == [Fraction(20)]


@pytest.mark.parametrize("one", list(Quality))
@pytest.mark.parametrize("two", list(Quality))
def test_the_worst_quality_is_inherited(one: Quality, two: Quality) -> None:
    given_ = values({"a": [7], "b": [2]}, quality={"a": [one], "b": [two]})
    worst = max(one, two, key=lambda each: int(BADNESS[each]))
    for text in ("[a] + [b]", "[a] - 0.3 * [b]", "min([a], [b])", "max([a], [b])"):
        told, quality = usage(text, given_)
        assert quality == [worst]
        if worst in (Quality.SUSPECT, Quality.MISSING):
            assert told == [0]


def test_what_stands_in_for_a_gap_is_an_estimate() -> None:
    given_ = values({"a": [7, 0], "b": [2, 3]}, quality={"a": [0, int(Quality.MISSING)]})
    assert usage("if_missing([a], [b])", given_) == ([7, 3], [Quality.MEASURED, Quality.ESTIMATED])
    assert usage("if_missing([a], 0)", given_) == ([7, 0], [Quality.MEASURED, Quality.ESTIMATED])


def test_apparent_energy_and_power_factor_of_a_right_angle() -> None:
    given_ = values({"a": [3, 0, 300], "q": [4, 0, 0]})
    assert usage("apparent([a], [q])", given_)[0] == [5, 0, 300]
    factor = groups("power_factor([a], [q])", given_, [0, 1, 2])
    assert factor == [Fraction(3, 5), None, Fraction(1)]
    third = groups("power_factor([a], [q])", values({"a": [1], "q": [1]}), [0])
    assert third == [Fraction(707_107, 10**6)]


def test_a_class_counts_a_member_only_while_a_device_serves_it() -> None:
    absent: NDArray[np.bool_] = np.array([True, False])
    given_ = values({"a": [1, 1], "b": [0, 5]}, quality={"b": [int(Quality.MISSING), 0]})
    node = Members(utility="electricity", named="*")
    served = Values(
        intervals=2, step_s=900, channels=given_.channels, absent={(node, _number("b")): absent}
    )
    text = "sum(meters(electricity, named=[*]))"
    catalogue = ListedCatalogue(channels={k: CATALOGUE.channels[k] for k in ("a", "b")})
    checked = check(parse(text), text, catalogue, {})
    told, bad = rounded(per_interval(checked, served), WH, 2, days(2))
    assert (told.tolist(), bad.tolist()) == ([1, 6], [0, 0])
    _, bad = rounded(per_interval(checked, given_), WH, 2, days(2))
    assert BY_BADNESS[bad].tolist() == [Quality.MISSING, Quality.MEASURED]


def test_an_empty_class_uses_nothing() -> None:
    text = "sum(meters(water))"
    checked = check(parse(text), text, ListedCatalogue(channels={}), {})
    told, bad = rounded(per_interval(checked, values({"a": [1, 2]})), Fraction(1, 1000), 2, days(2))
    assert (told.tolist(), bad.tolist()) == ([0, 0], [0, 0])


def test_power_over_an_intervals_duration_is_energy() -> None:
    told, _ = usage("2.5 {kW} * duration()", values({"a": [0, 0]}))
    assert told == [625, 625]


def test_dated_numbers_step_at_their_intervals() -> None:
    column = stepped([(0, 1, Fraction(1, 2)), (1, 3, Fraction(1, 3))], 4)
    assert fractions(column) == [Fraction(1, 2), Fraction(1, 3), Fraction(1, 3), None]
    assert fractions(stepped([(-5, 9, Fraction(7))], 4)) == [Fraction(7)]


@pytest.mark.parametrize("size", [0, 5, 2**40])
def test_small_values_of_wide_columns_add_up_exactly(size: int) -> None:
    wide = "max([a] * 0.12345678901234567891, [b] * 0.3)"
    given_ = values({name: [size, size + 1] for name in ("a", "b")})
    exact = [
        2 * max(Fraction("0.3"), Fraction("0.12345678901234567891")) * n for n in (size, size + 1)
    ]
    told, _ = usage(f"{wide} + {wide}", given_)
    sums = [0, *(int(sum(exact[:n]) + Fraction(1, 2)) for n in (1, 2))]
    assert told == [sums[1], sums[2] - sums[1]]
