from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from energy.base.clock import to_us
from energy.base.period import span_of_days
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan
from energy.metering.usage_groups import Every, group_key, group_usage

LONDON = ZoneInfo("Europe/London")


def span(first: date, last: date) -> UsageSpan:
    """Return a span with 1 Wh in every quarter-hour."""
    period = span_of_days(first, last, LONDON)
    count = int((period.end - period.start).total_seconds()) // 900
    return UsageSpan(
        channel=1,
        start=period.start,
        step_s=900,
        usage=np.ones(count, dtype=np.int64),
        quality=np.zeros(count, dtype=np.uint8),
    )


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2019, 3, 31), 23), (date(2019, 10, 27), 25), (date(2019, 7, 1), 24)]
)
def test_a_day_has_its_own_hours_and_each_four_quarters(day: date, hours: int) -> None:
    groups = group_usage(span(day, day), LONDON, Every.HOUR)
    assert [group.usage for group in groups] == [4] * hours
    assert group_usage(span(day, day), LONDON, Every.DAY)[0].usage == 4 * hours


def test_months_are_local() -> None:
    groups = group_usage(span(date(2019, 6, 30), date(2019, 7, 1)), LONDON, Every.MONTH)
    assert [(group.start.day, group.start.month, group.usage) for group in groups] == [
        (30, 6, 96),
        (1, 7, 96),
    ]


def test_a_group_with_a_missing_interval_has_no_usage_and_says_what_is_known() -> None:
    day = span(date(2019, 7, 1), date(2019, 7, 2))
    day.usage[3], day.quality[3] = 0, Quality.MISSING
    first, second = group_usage(day, LONDON, Every.DAY)
    assert first.usage is None
    assert (first.known_usage, first.known, first.expected) == (95, 95, 96)
    assert first.quality is Quality.MISSING
    assert second.usage == 96


def test_quarters_keep_their_own_quality() -> None:
    day = span(date(2019, 7, 1), date(2019, 7, 1))
    day.quality[1] = Quality.INTERPOLATED
    groups = group_usage(day, LONDON, Every.QUARTER)
    assert [group.quality for group in groups[:3]] == [
        Quality.MEASURED,
        Quality.INTERPOLATED,
        Quality.MEASURED,
    ]
    assert groups[0].start == datetime(2019, 6, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca"]
)
@pytest.mark.parametrize("step_s", [300, 900, 3600])
def test_groups_begin_where_their_key_changes_in_every_zone(name: str, step_s: int) -> None:
    zone = ZoneInfo(name)
    for first in (date(2026, 2, 10), date(2026, 3, 25), date(2026, 10, 1)):
        period = span_of_days(first, first + timedelta(days=40), zone)
        count = int((period.end - period.start).total_seconds()) // step_s
        usage = np.arange(count, dtype=np.int64)
        quality = (usage % 7).astype(np.uint8)
        each = UsageSpan(channel=1, start=period.start, step_s=step_s, usage=usage, quality=quality)
        starts = [period.start + timedelta(seconds=n * step_s) for n in range(count)]
        for every in (Every.HOUR, Every.DAY, Every.MONTH):
            sums: dict[object, list[int]] = {}
            for n, at in enumerate(starts):
                sums.setdefault(group_key(at, zone, every), []).append(n)
            groups = group_usage(each, zone, every)
            begun = [to_us(starts[own[0]]) for own in sums.values()]
            assert [to_us(group.start) for group in groups] == begun
            good = [[n for n in own if quality[n] < Quality.SUSPECT] for own in sums.values()]
            assert [group.known_usage for group in groups] == [sum(own) for own in good]
            assert [group.known for group in groups] == [len(own) for own in good]
