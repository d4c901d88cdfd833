"""Rollups equal the sums of their blocks, in months in which the clocks change too."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Thread
from typing import Any

import numpy as np
import pytest

from energy.base.period import month_period
from energy.base.quality import Quality, worst_of
from energy.metering.reading import Reading
from energy.views.rollup import roll_up
from energy.views.usage import read_spans
from tests.fixtures.batches import at, reading
from tests.fixtures.meters import find_meter, retire
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


@pytest.mark.parametrize(
    ("zone", "month", "hours"),
    [
        ("Europe/London", 3, 743),
        ("Europe/London", 10, 745),
        ("America/New_York", 11, 721),
        ("Asia/Shanghai", 3, 744),
    ],
)
def test_rollups_of_a_month_equal_the_sums_of_its_intervals(
    new_site: Any, zone: str, month: int, hours: int
) -> None:
    site: TestSite = new_site(zone)
    channel = site.counter()
    period = month_period(2019, month, site.site.zone)
    quarters = (period.end - period.start) // timedelta(minutes=15)
    rng = np.random.default_rng(month)
    counts = np.cumsum(rng.integers(0, 500, quarters + 1)).tolist()
    lost = {5, 6, 700, quarters - 3}
    site.accept(
        *(
            Reading(channel=channel, at=period.start + n * timedelta(minutes=15), count=count)
            for n, count in enumerate(counts)
            if n not in lost
        )
    )
    site.project(rollups=True)
    with site.writer.connection() as connection:
        span = read_spans(connection, site.schema, [channel], period)[channel]
    assert int(span.usage.sum()) == (counts[-1] - counts[0]) * 10
    hourly = site.rows("SELECT usage, quality FROM {s}.usage_hour ORDER BY start_at")
    assert len(hourly) == hours
    assert [usage for usage, _ in hourly] == span.usage.reshape(-1, 4).sum(axis=1).tolist()
    assert [quality for _, quality in hourly] == [
        worst_of(map(Quality, four)) for four in span.quality.reshape(-1, 4).tolist()
    ]
    daily = site.rows("SELECT day, usage FROM {s}.usage_day WHERE quality < 6 ORDER BY day")
    assert [day for day, _ in daily] == [
        date(2019, month, 1) + timedelta(days=n) for n in range(len(daily))
    ]
    assert sum(usage for _, usage in daily) == int(span.usage.sum())
    rows = site.rows(
        "SELECT month, usage FROM {s}.usage_month WHERE month = %s", date(2019, month, 1)
    )
    assert rows == [(date(2019, month, 1), int(span.usage.sum()))]


def test_month_is_the_sum_of_days_rolled_up_at_different_times(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    for day in range(5):
        site_schema.accept(
            *(reading(channel, 1440 * day + 60 * n, 24 * day + n) for n in range(24))
        )
        site_schema.project(rollups=day % 2 == 0)
    site_schema.project(rollups=True)
    days = site_schema.rows("SELECT sum(usage) FROM {s}.usage_day")
    assert days == site_schema.rows("SELECT usage FROM {s}.usage_month")
    assert days == [(119 * 10,)]


def test_rolling_up_again_changes_nothing(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 0), reading(channel, 60, 8))
    site_schema.project()
    with site_schema.writer.connection() as connection:
        assert roll_up(connection, site_schema.schema) == 1
        assert roll_up(connection, site_schema.schema) == 0
    assert site_schema.rows("SELECT usage, quality FROM {s}.usage_hour") == [
        (80, Quality.INTERPOLATED)
    ]


def test_hour_that_is_known_no_more_leaves_no_row(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(*(reading(channel, 15 * n, n) for n in range(12)))
    site_schema.project(rollups=True)
    assert site_schema.rows("SELECT count(*) FROM {s}.usage_hour") == [(3,)]
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    retire(meter, when=at(60), final={})
    metering.store(meter)
    site_schema.project(rollups=True)
    assert site_schema.rows("SELECT start_at, usage, quality FROM {s}.usage_hour") == [
        (at(0), 30, Quality.MISSING)
    ]


def test_small_portions_give_the_same_rollups(site_schema: TestSite) -> None:
    channels = [site_schema.counter(f"m{n}") for n in range(3)]
    for channel in channels:
        site_schema.accept(*(reading(channel, 60 * n, channel * n) for n in range(60)))
    site_schema.project()
    with site_schema.writer.connection() as connection:
        portions = 0
        while roll_up(connection, site_schema.schema, limit=2):
            portions += 1
    assert portions == 5
    assert site_schema.rows("SELECT channel, usage FROM {s}.usage_month ORDER BY channel") == [
        (channel, channel * 59 * 10) for channel in channels
    ]


def test_two_roll_ups_at_once_lose_no_day_of_the_month(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(*(reading(channel, 60 * n, n) for n in range(49)))
    site_schema.project()
    done: list[int] = []

    def second() -> None:
        with site_schema.writer.connection() as other:
            done.append(roll_up(other, site_schema.schema, limit=1))

    with site_schema.writer.connection() as connection:
        with connection.transaction():
            assert roll_up(connection, site_schema.schema, limit=1) == 1
            thread = Thread(target=second)
            thread.start()
            thread.join(1.0)
        thread.join()
        while roll_up(connection, site_schema.schema, limit=1):
            pass
    days = site_schema.rows("SELECT sum(usage) FROM {s}.usage_day")
    assert site_schema.rows("SELECT usage FROM {s}.usage_month") == days
    assert done == [1]
