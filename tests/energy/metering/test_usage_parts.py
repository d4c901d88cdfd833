"""Sums of chosen intervals: groups of local time, grids of two widths, nothing counted twice."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from energy.base.period import Period, day_period, grid_of
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan
from energy.metering.usage_groups import Every, group_usage
from energy.metering.usage_parts import groups_of, summed

BERLIN = ZoneInfo("Europe/Berlin")
AUTUMN = day_period(date(2019, 10, 27), BERLIN)


def span_over(period: Period, step_s: int, missing: tuple[int, ...] = ()) -> UsageSpan:
    many = grid_of(period, step_s)
    quality = np.zeros(many, dtype=np.uint8)
    quality[list(missing)] = Quality.MISSING
    usage = np.where(quality == Quality.MISSING, 0, np.arange(many, dtype=np.int64) + 1)
    return UsageSpan(channel=1, start=period.start, step_s=step_s, usage=usage, quality=quality)


@pytest.mark.parametrize("every", list(Every))
def test_all_intervals_meant_give_what_the_whole_span_gives(every: Every) -> None:
    span = span_over(AUTUMN, 900, missing=(9, 40))
    groups = groups_of(AUTUMN, 900, BERLIN, every)
    meant = np.ones(len(span.usage), dtype=np.bool_)
    assert summed([(span, meant, groups)], BERLIN) == group_usage(span, BERLIN, every)


def test_the_hour_that_stands_twice_is_two_hours() -> None:
    groups = groups_of(AUTUMN, 900, BERLIN, Every.HOUR)
    assert len(groups.starts) == 25


def test_spans_of_two_grids_are_added_and_a_group_without_intervals_is_left_out() -> None:
    fine, coarse = span_over(AUTUMN, 900), span_over(AUTUMN, 3600)
    first_hour = [np.arange(len(each.usage)) < 3600 // each.step_s for each in (fine, coarse)]
    found = summed(
        [
            (each, meant, groups_of(AUTUMN, each.step_s, BERLIN, Every.HOUR))
            for each, meant in zip((fine, coarse), first_hour, strict=True)
        ],
        BERLIN,
    )
    (only,) = found
    assert (only.usage, only.known, only.end - only.start) == (11, 5, timedelta(hours=1))
