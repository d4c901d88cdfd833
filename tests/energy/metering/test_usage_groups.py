from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from energy.base.period import span_of_days
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan
from energy.metering.usage_groups import Every, group_usage

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
