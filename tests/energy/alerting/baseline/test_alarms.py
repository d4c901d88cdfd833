"""What is planted is told once, with its numbers; live and back-test say the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from energy.alerting.baseline.alarms import MEMORY_DAYS, Change, Open, Standing, Turn, watch
from energy.alerting.baseline.rolling import HOURS, Floats
from energy.alerting.baseline.spec import FIXED, BaselineSpec, Deviation, Limit, Side

SPEC = BaselineSpec()
FIRST = 737_000 * HOURS
"""A day of 2018. [h since year 1]"""
DAY = 200
"""Long after everything is learnt; a Friday."""
OFFICE, SMALL, ALWAYS = range(3)


def _changed(usage: Floats, meter: int, hour: int, hours: int, factor: float) -> Floats:
    changed = usage.copy()
    own = changed[meter].reshape(-1)
    begin = DAY * HOURS + hour
    own[begin : begin + hours] = np.round(own[begin : begin + hours] * factor)
    return changed


def _raised(grid: Floats, spec: BaselineSpec = SPEC) -> list[Change]:
    changes, _ = watch(grid, spec, [Standing()] * len(grid), first=FIRST)
    return [change for change in changes if change.turn is Turn.RAISED]


def _news(usage: Floats, changed: Floats) -> list[Change]:
    before = {(change.meter, change.hour) for change in _raised(usage)}
    return [change for change in _raised(changed) if (change.meter, change.hour) not in before]


def _place(hour: int) -> tuple[int, int]:
    return divmod(hour - FIRST, HOURS)


def test_quiet_buildings_raise_less_than_one_alarm_a_month(usage: Floats) -> None:
    months = 3 * (usage.shape[1] - 90) * HOURS / 730.5
    assert len(_raised(usage)) < months


def test_six_hours_half_above_are_told_with_value_expected_and_percent(usage: Floats) -> None:
    (news,) = _news(usage, _changed(usage, OFFICE, 9, 6, 1.5))
    assert (news.meter, news.side) == (OFFICE, Side.MORE)
    assert news.deviation in {Deviation.ABOVE, Deviation.BRIEFLY_ABOVE}
    assert _place(news.hour)[0] == DAY and 9 <= _place(news.hour)[1] <= 14
    begin, end = (hour - FIRST for hour in (news.since, news.hour))
    counted = _changed(usage, OFFICE, 9, 6, 1.5)[OFFICE].reshape(-1)[begin : end + 1]
    assert news.usage == counted.sum()
    assert news.percent is not None and 30 < news.percent < 75


def test_the_same_half_above_at_night_is_told_as_well(usage: Floats) -> None:
    (news,) = _news(usage, _changed(usage, ALWAYS, 0, 6, 1.5))
    assert (news.meter, news.side) == (ALWAYS, Side.MORE)


def test_half_the_usage_of_six_busy_hours_is_told(usage: Floats) -> None:
    (news,) = _news(usage, _changed(usage, OFFICE, 9, 6, 0.5))
    assert news.deviation is Deviation.BELOW
    assert news.percent is not None and -60 < news.percent < -30


def test_one_hour_five_times_as_large_is_a_spike_told_at_once(usage: Floats) -> None:
    (news,) = _news(usage, _changed(usage, OFFICE, 3, 1, 5.0))
    assert news.deviation is Deviation.SPIKE
    assert _place(news.hour) == (DAY, 3) and news.since == news.hour


def test_a_meter_that_stands_still_by_day_is_told_within_hours(usage: Floats) -> None:
    still = usage.copy()
    still[OFFICE, DAY, 8:] = still[OFFICE, DAY, 8]
    still[OFFICE, DAY + 1, :8] = still[OFFICE, DAY, 8]
    news = [one for one in _news(usage, still) if one.deviation is Deviation.FLAT]
    assert [one.meter for one in news] == [OFFICE]
    assert _place(news[0].since) == (DAY, 8)
    assert news[0].hour - news[0].since <= 9


def test_nights_at_the_same_load_are_nothing_new_on_a_small_meter(usage: Floats) -> None:
    flat = [one for one in _raised(usage) if one.deviation is Deviation.FLAT]
    assert [one for one in flat if one.meter == SMALL] == []


def test_a_meter_that_counts_no_more_is_told_once_and_stands(usage: Floats) -> None:
    dead = usage.copy()
    dead[OFFICE, DAY:] = 0
    changes, after = watch(dead, SPEC, [Standing()] * 3, first=FIRST)
    less = [
        one
        for one in changes
        if one.meter == OFFICE and one.side is Side.LESS and _place(one.hour)[0] >= DAY
    ]
    assert [one.turn for one in less] == [Turn.RAISED]
    assert after[OFFICE].less.raised == less[0].hour


def test_lights_left_on_for_nights_are_told_in_the_second_morning(usage: Floats) -> None:
    lit = usage.copy()
    for night in range(3):
        lit[ALWAYS, DAY + night, 22:] *= 1.3
        lit[ALWAYS, DAY + night + 1, :6] *= 1.3
    only = replace(SPEC, limits={Deviation.NIGHTS: FIXED[Deviation.NIGHTS]})
    (news,) = (one for one in _raised(lit, only) if _place(one.hour)[0] >= DAY)
    assert news.deviation is Deviation.NIGHTS and news.meter == ALWAYS
    assert _place(news.hour)[0] == DAY + 2 and _place(news.hour)[1] <= 7


def test_an_alarm_clears_after_calm_hours_and_missing_ones_are_not_calm(usage: Floats) -> None:
    spiked = _changed(usage, OFFICE, 3, 1, 5.0)
    gap = spiked.copy()
    gap[OFFICE, DAY, 10:20] = np.nan
    cleared = []
    only = replace(SPEC, limits={Deviation.SPIKE: FIXED[Deviation.SPIKE]})
    for grid in (spiked, gap):
        changes, _ = watch(grid, only, [Standing()] * 3, first=FIRST)
        raised = FIRST + DAY * HOURS + 3
        cleared += [
            one.hour - raised
            for one in changes
            if one.turn is Turn.CLEARED and one.meter == OFFICE and one.raised == raised
        ]
    assert cleared == [SPEC.clear_h, SPEC.clear_h + 10]


def test_lost_data_clear_nothing(usage: Floats) -> None:
    lost = _changed(usage, OFFICE, 3, 1, 5.0)
    lost[OFFICE, DAY, 4:] = np.nan
    lost[OFFICE, DAY + 1 :] = np.nan
    _, after = watch(lost, SPEC, [Standing()] * 3, first=FIRST)
    assert after[OFFICE].more == Open(raised=FIRST + DAY * HOURS + 3)


@pytest.mark.parametrize("step", [1, 7])
def test_hour_by_hour_over_kept_rollups_says_what_a_back_test_over_all_says(
    usage: Floats, step: int
) -> None:
    grid = _changed(usage, OFFICE, 9, 6, 1.5)
    grid[ALWAYS, DAY, 20:] = np.nan
    grid[SMALL, DAY, 7:19] = 0
    begin, past = DAY * HOURS, (DAY + 2) * HOURS
    every, _ = watch(grid, SPEC, [Standing()] * 3, first=FIRST, until=FIRST + past)
    _, standing = watch(grid, SPEC, [Standing()] * 3, first=FIRST, until=FIRST + begin)
    live: list[Change] = []
    for hour in range(begin + step, past + step, step):
        newest = min(hour, past)
        kept = max((newest - 1) // HOURS + 1 - MEMORY_DAYS, 0)
        part = grid[:, kept : (newest - 1) // HOURS + 1].copy()
        part.reshape(3, -1)[:, newest - kept * HOURS :] = np.nan
        news, standing = watch(
            part, SPEC, standing, first=FIRST + kept * HOURS, until=FIRST + newest
        )
        live += news
    wanted = [one for one in every if one.hour >= FIRST + begin]
    assert wanted, "something is told in these days"
    order = [sorted(some, key=lambda one: (one.hour, one.meter)) for some in (live, wanted)]
    assert order[0] == order[1]


def test_the_same_hours_again_say_nothing_new(usage: Floats) -> None:
    grid = _changed(usage, OFFICE, 9, 6, 1.5)
    _, standing = watch(grid, SPEC, [Standing()] * 3, first=FIRST)
    again, same = watch(grid, SPEC, standing, first=FIRST)
    assert again == [] and same == standing


def test_a_rule_watches_only_what_it_names(usage: Floats) -> None:
    grid = _changed(usage, OFFICE, 9, 6, 0.5)
    only = replace(SPEC, limits={Deviation.SPIKE: Limit(place=1, factor=9.0)})
    assert _raised(grid, only) == []


def test_the_percents_are_the_rules_own(usage: Floats) -> None:
    grid = _changed(usage, OFFICE, 9, 6, 1.5)
    lenient = replace(SPEC, above_percent=80.0, briefly_percent=80.0)
    assert [one for one in _news(usage, grid) if one.meter == OFFICE]
    told = {(one.meter, one.hour) for one in _raised(grid, lenient)}
    assert not [one for one in told if one[0] == OFFICE and _place(one[1])[0] == DAY]
