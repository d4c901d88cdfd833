"""Hours of gauges and states: against a plain model, whatever the slices, late words too."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from energy.base.period import Period
from energy.base.quality import Quality, worst_of
from energy.metering.channel import Kind
from energy.metering.reading import Reading
from energy.views.gauge_hours import GaugeHour, read_gauges, read_states
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.meters import gauge_facts
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import copied_journal, folded_live, view_rows

pytestmark = pytest.mark.servers

DAY = Period(start=MIDNIGHT, end=MIDNIGHT + timedelta(days=2))
HOUR = timedelta(hours=1)


def gauge(site: TestSite, point: str = "g1") -> int:
    return site.counter(point, facts=gauge_facts())


def state(site: TestSite, point: str = "s1") -> int:
    return site.counter(point, facts=replace(gauge_facts("breaker"), kind=Kind.STATE))


def gauges(site: TestSite, channel: int) -> list[GaugeHour]:
    with site.writer.connection() as connection:
        return read_gauges(connection, site.schema, [channel], DAY)


def states(site: TestSite, channel: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Return (hour, state) to (seconds, changes)."""
    with site.writer.connection() as connection:
        return {
            ((row.start - MIDNIGHT) // HOUR, row.state): (row.duration_us // 1_000_000, row.changes)
            for row in read_states(connection, site.schema, [channel], DAY)
        }


def test_running_hour_is_read_before_it_is_over_and_stored_when_it_is(
    site_schema: TestSite,
) -> None:
    channel = gauge(site_schema)
    site_schema.accept(reading(channel, 10, 7), reading(channel, 20, -3), reading(channel, 30, 5))
    site_schema.project(rollups=True)
    assert site_schema.rows("SELECT * FROM {s}.gauge_hour") == []
    [running] = gauges(site_schema, channel)
    site_schema.accept(reading(channel, 65, 9))
    site_schema.project(rollups=True)
    assert site_schema.rows("SELECT count(*) FROM {s}.gauge_hour") == [(1,)]
    stored, later = gauges(site_schema, channel)
    assert stored == running
    assert (stored.least, stored.greatest, stored.total, stored.readings, stored.last) == (
        -3,
        7,
        9,
        3,
        5,
    )
    assert (stored.day, later.last) == (date(2019, 1, 1), 9)
    assert site_schema.rows("SELECT day, least, greatest, readings FROM {s}.gauge_day") == [
        (date(2019, 1, 1), -3, 7, 3)
    ]


def test_late_reading_computes_its_hour_and_day_again(site_schema: TestSite) -> None:
    channel = gauge(site_schema)
    site_schema.accept(*(reading(channel, m, 10) for m in range(0, 200, 10)))
    site_schema.project(rollups=True)
    site_schema.accept(reading(channel, 75, 99))
    site_schema.project(rollups=True)
    assert [hour.greatest for hour in gauges(site_schema, channel)] == [10, 99, 10, 10]
    assert site_schema.rows("SELECT greatest FROM {s}.gauge_day") == [(99,)]


def test_hours_of_a_zone_of_half_hours_belong_to_its_own_days(new_site: Any) -> None:
    site: TestSite = new_site("Asia/Kolkata")
    channel = gauge(site)
    site.accept(*(reading(channel, 17 * 60 + m, m) for m in range(0, 300, 5)))
    site.project(rollups=True)
    assert site.rows("SELECT start_at, day FROM {s}.gauge_hour ORDER BY 1 LIMIT 3") == [
        (at(16 * 60 + 30), date(2019, 1, 1)),
        (at(17 * 60 + 30), date(2019, 1, 1)),
        (at(18 * 60 + 30), date(2019, 1, 2)),
    ]


def test_state_lasts_until_the_next_word_and_is_unknown_when_stale(site_schema: TestSite) -> None:
    channel = state(site_schema)
    site_schema.accept(
        reading(channel, 10, 1),
        reading(channel, 40, 0),
        reading(channel, 50, 0),
        reading(channel, 55, 1),
        reading(channel, 400, 0),
    )
    site_schema.project(rollups=True)
    site_schema.accept(reading(channel, 700, 0))
    site_schema.project(rollups=True)  # of the running hour, until now, there is nothing to tell
    found = states(site_schema, channel)
    assert found == {
        (0, 0): (15 * 60, 1),
        (0, 1): (35 * 60, 1),
        (1, 1): (55 * 60, 0),
        (6, 0): (20 * 60, 0),
        (7, 0): (40 * 60, 0),
    }


class Plain:
    """The rule written down plainly."""

    def __init__(self) -> None:
        self.told: dict[Any, Reading] = {}

    def take(self, told: Reading) -> None:
        self.told.setdefault(told.at, told)

    def hours(self) -> dict[int, tuple[int, ...]]:
        grouped: dict[int, list[Reading]] = defaultdict(list)
        for when in sorted(self.told):
            grouped[(when - MIDNIGHT) // HOUR].append(self.told[when])
        return {
            hour: (
                min(r.count for r in of),
                max(r.count for r in of),
                sum(r.count for r in of),
                len(of),
                of[-1].count,
                worst_of(r.quality for r in of),
            )
            for hour, of in grouped.items()
        }

    def durations(self) -> dict[tuple[int, int], int]:
        """Return (hour, state) to seconds."""
        words = [self.told[when] for when in sorted(self.told)]
        ends = [word.at for word in words[1:]]
        total: dict[tuple[int, int], int] = defaultdict(int)
        for word, following in zip(words, [*ends, words[-1].at + HOUR], strict=True):
            begin, end = word.at, min(following, word.at + HOUR)
            while begin < end:
                hour = (begin - MIDNIGHT) // HOUR
                until = min(end, MIDNIGHT + (hour + 1) * HOUR)
                total[hour, word.count] += (until - begin) // timedelta(seconds=1)
                begin = until
        return dict(total)


@pytest.mark.parametrize("seed", range(4))
def test_hours_follow_the_plain_rule_whatever_the_slices(new_site: Any, seed: int) -> None:
    site: TestSite = new_site()
    rng = np.random.default_rng(seed)
    one, other = gauge(site), state(site)
    plain = {one: Plain(), other: Plain()}
    minutes = rng.permutation(600).tolist()
    for n in range(25):
        batch = []
        for minute in sorted(minutes[8 * n : 8 * n + 8]):
            channel = [one, other][int(rng.integers(0, 2))]
            count = int(rng.integers(0, 3))
            batch.append(reading(channel, minute, count, Quality(int(rng.integers(0, 3)))))
        site.accept(*batch)
        for told in batch:
            plain[told.channel].take(told)
        if rng.random() < 0.5:
            folded_live(site, int(rng.integers(1, 5)))
    site.accept(reading(one, 2000, 1))
    folded_live(site, 64)
    found = {
        (hour.start - MIDNIGHT) // HOUR: (
            hour.least,
            hour.greatest,
            hour.total,
            hour.readings,
            hour.last,
            hour.quality,
        )
        for hour in gauges(site, one)
    }
    assert {hour: row for hour, row in found.items() if hour < 24} == plain[one].hours()
    spans = {key: seconds for key, (seconds, _) in states(site, other).items()}
    assert spans == plain[other].durations()
    expected = view_rows(site)
    for every in (1, 1000):
        again: TestSite = new_site()
        copied_journal(site, again)
        folded_live(again, every)
        assert view_rows(again) == expected
