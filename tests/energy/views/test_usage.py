"""Usage blocks: late readings cost their neighbours, meter events and readings in any order."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from energy.base.period import Period, day_period, span_of_days
from energy.base.quality import Quality
from energy.metering.reading import Reading
from energy.metering.usage import UsageSpan
from energy.views.usage import read_spans
from energy.views.usage_rows import unpacked
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.meters import (
    LONG_AGO,
    change_ratio,
    commission,
    counter_facts,
    find_meter,
    replace,
    retire,
)
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import slices_of

pytestmark = pytest.mark.servers

FOUR_DAYS = Period(start=MIDNIGHT, end=MIDNIGHT + timedelta(days=4))


def spans(site: TestSite, *channels: int, period: Period = FOUR_DAYS) -> dict[int, UsageSpan]:
    with site.writer.connection() as connection:
        return read_spans(connection, site.schema, channels, period)


def known(span: UsageSpan) -> tuple[list[int], list[int]]:
    return span.usage.tolist(), span.quality.tolist()


def test_usage_reaches_from_the_first_to_the_last_reading(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 15, 100), reading(channel, 45, 130))
    site_schema.project()
    usage, quality = known(spans(site_schema, channel)[channel])
    assert usage[:4] == [0, 150, 150, 0]
    assert quality[:4] == [
        Quality.MISSING,
        Quality.INTERPOLATED,
        Quality.INTERPOLATED,
        Quality.MISSING,
    ]
    assert set(quality[4:]) == {Quality.MISSING}


def test_channel_that_never_spoke_is_missing_not_zero(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.project()
    assert set(spans(site_schema, channel)[channel].quality.tolist()) == {Quality.MISSING}


@pytest.mark.parametrize(("gap_h", "rewritten"), [(1, 1), (30, 2), (80, 4)])
def test_late_reading_rewrites_only_the_days_between_its_neighbours(
    site_schema: TestSite, gap_h: int, rewritten: int
) -> None:
    channel = site_schema.counter()
    late = 10 * 24 * 60 + 6 * 60
    minutes = [m for m in range(0, 20 * 24 * 60, 60) if abs(m - late) > gap_h * 30 or m == late]
    minutes.remove(late)
    site_schema.accept(*(reading(channel, m, m) for m in minutes))
    site_schema.project(rollups=True)
    site_schema.mark("before the late one")
    site_schema.accept(reading(channel, late, late - 7))
    site_schema.project()
    rows = site_schema.rows("SELECT day FROM {s}.usage_block WHERE epoch > 0")
    assert len(rows) == rewritten
    assert site_schema.rows("SELECT count(*) FROM {s}.usage_dirty") == [(rewritten,)]
    assert site_schema.rows("SELECT count(*) FROM {s}.usage_block WHERE epoch = 0") == [(20,)]


def events_of_a_replacement(site: TestSite, channel: int) -> list[Callable[[], None]]:
    """Return steps that may be taken in any order: readings of both meters and the event."""

    def swap() -> None:
        metering = site.application("metering")
        meter = find_meter(metering, site.site.key)
        replace(meter, when=at(25 * 60 + 7), final={channel: 950}, start={channel: 3})
        metering.store(meter)

    return [
        lambda: _accept(site, reading(channel, 0, 900), reading(channel, 20 * 60, 940)),
        swap,
        lambda: _accept(site, reading(channel, 30 * 60, 20), reading(channel, 60 * 60, 30)),
    ]


def events_of_a_ratio(site: TestSite, channel: int) -> list[Callable[[], None]]:
    def ratio() -> None:
        metering = site.application("metering")
        meter = find_meter(metering, site.site.key)
        change_ratio(meter, when=at(25 * 60 + 7), counts={channel: 942}, multiplier=Fraction(40))
        metering.store(meter)

    return [
        lambda: _accept(site, reading(channel, 0, 900), reading(channel, 20 * 60, 940)),
        ratio,
        lambda: _accept(site, reading(channel, 60 * 60, 970)),
    ]


def events_of_an_end(site: TestSite, channel: int) -> list[Callable[[], None]]:
    def end() -> None:
        metering = site.application("metering")
        meter = find_meter(metering, site.site.key)
        retire(meter, when=at(50 * 60), final={channel: 960})
        metering.store(meter)

    return [
        lambda: _accept(site, reading(channel, 0, 900)),
        lambda: _accept(site, reading(channel, 20 * 60, 940)),
        end,
    ]


def _accept(site: TestSite, *readings: Reading) -> None:
    site.accept(*readings)


STORIES = {
    "replaced": (events_of_a_replacement, 500 + 270),
    "ratio": (events_of_a_ratio, 420 + 28 * 400),
    "retired": (events_of_an_end, 600),
}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("story", list(STORIES))
def test_meter_event_and_readings_in_any_order_give_the_same_usage(
    site_schema: TestSite, story: str, order: tuple[int, ...]
) -> None:
    make, total = STORIES[story]
    channel = site_schema.counter()
    steps = make(site_schema, channel)
    for n in order:
        steps[n]()
        site_schema.project()
    usage, quality = known(spans(site_schema, channel)[channel])
    assert sum(usage) == total
    end = {"replaced": 240, "ratio": 240, "retired": 200}[story]
    assert Quality.MISSING not in quality[:end]
    assert set(quality[end:]) <= {Quality.MISSING}
    assert site_schema.rows("SELECT code FROM {s}.finding") == []


def test_device_commissioned_after_its_readings_came_counts_from_its_stated_start(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter(commissioned=False)
    site_schema.accept(reading(channel, 50 * 60, 80))
    site_schema.project()
    assert set(known(spans(site_schema, channel)[channel])[1]) == {Quality.MISSING}
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    commission(meter, since=at(10 * 60), start_counts={channel: 0})
    metering.store(meter)
    site_schema.project()
    usage, quality = known(spans(site_schema, channel)[channel])
    assert sum(usage) == 800
    assert quality[40:200] == [Quality.INTERPOLATED] * 160


def test_commissioning_long_ago_without_a_count_writes_no_empty_days(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter(commissioned=False)
    site_schema.accept(reading(channel, 0, 1), reading(channel, 15, 2))
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    commission(meter, since=LONG_AGO)
    metering.store(meter)
    site_schema.project()
    assert site_schema.rows("SELECT day FROM {s}.usage_block") == [(date(2019, 1, 1),)]


def test_register_that_turns_on_another_day_raises_no_finding(site_schema: TestSite) -> None:
    channel = site_schema.counter(facts=counter_facts(modulus=1000, max_per_hour=50))
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    change_ratio(meter, when=at(0), counts={channel: 900}, multiplier=Fraction(1))
    metering.store(meter)
    for day in range(4):
        site_schema.accept(reading(channel, day * 1440 + 60, (900 + 400 * day + 50) % 1000))
        site_schema.project()
    site_schema.accept(reading(channel, 3 * 1440 + 120, (900 + 1200 + 60) % 1000))
    site_schema.project()
    assert site_schema.rows("SELECT code FROM {s}.finding") == []
    usage, _ = known(spans(site_schema, channel)[channel])
    assert sum(usage) == (1200 + 60) * 10


def test_break_explained_by_a_late_reading_forbids_billing_no_more(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter(facts=counter_facts(modulus=100_000))
    site_schema.accept(reading(channel, 0, 98_000), reading(channel, 60, 10_600))
    site_schema.project()
    assert site_schema.rows("SELECT code FROM {s}.finding") == [("register.negative_step",)]
    site_schema.accept(
        *(reading(channel, 4 * n, (98_000 + 900 * n) % 100_000) for n in range(1, 14))
    )
    site_schema.project()
    assert site_schema.rows("SELECT code FROM {s}.finding") == []
    assert sum(known(spans(site_schema, channel)[channel])[0]) == 126_000


def test_large_values_take_eight_bytes_and_come_back(site_schema: TestSite) -> None:
    facts = counter_facts(resolution=Fraction(1000), modulus=None)
    channel = site_schema.counter(facts=facts)
    site_schema.accept(reading(channel, 0, 0), reading(channel, 15, 9_000_000))
    site_schema.project()
    assert spans(site_schema, channel)[channel].usage[0] == 9_000_000 * 1_000_000
    assert site_schema.rows("SELECT octet_length(usage) FROM {s}.usage_block") == [(96 * 8,)]


@pytest.mark.parametrize("scale", [Fraction(1, 100), Fraction(1000)])
def test_sql_unpacks_a_block_as_numpy_does(site_schema: TestSite, scale: Fraction) -> None:
    channel = site_schema.counter(facts=counter_facts(resolution=scale, modulus=None))
    rng = np.random.default_rng(1)
    counts = np.cumsum(rng.integers(0, 10**7, 60)).tolist()
    site_schema.accept(*(reading(channel, 15 * n + 30, c) for n, c in enumerate(counts)))
    site_schema.project()
    ((usage, quality, intervals),) = site_schema.rows(
        "SELECT usage, quality, intervals FROM {s}.usage_block"
    )
    unpacked_rows = site_schema.rows(
        "SELECT u.start_at, u.usage, u.quality FROM {s}.usage_block AS b, "
        "LATERAL {s}.usage_unpack(b) AS u ORDER BY 1"
    )
    expected = unpacked(bytes(usage), intervals).tolist()
    assert [row[1] for row in unpacked_rows] == expected
    assert [row[2] for row in unpacked_rows] == list(bytes(quality))
    assert [row[0] for row in unpacked_rows] == [at(15 * n) for n in range(96)]


@pytest.mark.parametrize(
    ("zone", "day", "intervals"),
    [
        ("Europe/London", date(2019, 3, 31), 92),
        ("Europe/London", date(2019, 10, 27), 100),
        ("America/New_York", date(2019, 3, 10), 92),
        ("Asia/Shanghai", date(2019, 3, 31), 96),
        ("Australia/Lord_Howe", date(2019, 4, 7), 98),
        ("Australia/Lord_Howe", date(2019, 10, 6), 94),
    ],
)
def test_block_of_a_day_on_which_the_clocks_change(
    new_site: Any, zone: str, day: date, intervals: int
) -> None:
    site: TestSite = new_site(zone)
    channel = site.counter()
    period = day_period(day, site.site.zone)
    quarters = [period.start + timedelta(minutes=15 * n) for n in range(intervals + 1)]
    site.accept(*(Reading(channel=channel, at=q, count=3 * n) for n, q in enumerate(quarters)))
    site.project(rollups=True)
    rows = site.rows("SELECT intervals, total, worst FROM {s}.usage_block WHERE day = %s", day)
    assert rows == [(intervals, intervals * 30, Quality.MEASURED)]
    span = spans(site, channel, period=period)[channel]
    assert known(span) == ([30] * intervals, [0] * intervals)
    hours = site.rows("SELECT sum(usage) FROM {s}.usage_hour WHERE quality = 0")
    assert hours == [(intervals * 30,)]


def test_reads_of_several_channels_and_days_cut_what_was_asked(site_schema: TestSite) -> None:
    one, other = (site_schema.counter(point) for point in ("m1", "m2"))
    site_schema.accept(*(reading(one, 60 * n, 4 * n) for n in range(80)))
    site_schema.accept(*(reading(other, 15 * n, n * n) for n in range(300)))
    site_schema.project()
    period = Period(start=at(23 * 60), end=at(49 * 60))
    found = spans(site_schema, one, other, period=period)
    assert found[one].usage.tolist() == [10] * 104
    assert found[other].usage.tolist() == [10 * (2 * n + 1) for n in range(92, 196)]
    days = span_of_days(date(2019, 1, 2), date(2019, 1, 2), site_schema.site.zone)
    assert len(spans(site_schema, one, period=days)[one].usage) == 96


def test_day_before_the_epoch_of_the_site_is_missing(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 5), reading(channel, 15, 6))
    site_schema.project()
    start = datetime(2018, 12, 31, 23, 30, tzinfo=UTC)
    period = Period(start=start, end=start + timedelta(hours=1))
    usage, quality = known(spans(site_schema, channel, period=period)[channel])
    assert (usage, quality) == ([0, 0, 10, 0], [6, 6, 0, 6])


@pytest.mark.parametrize("every", [1, 512])
def test_explained_break_stays_as_it_was_known_at_the_mark(
    site_schema: TestSite, every: int
) -> None:
    channel = site_schema.counter(facts=counter_facts(modulus=None))
    with slices_of(every):
        site_schema.accept(reading(channel, 0, 500))
        site_schema.accept(reading(channel, 60, 90))
        site_schema.accept(reading(channel, 60, 80, Quality.CORRECTED))
        mark = site_schema.mark("bill run")
        corrected = reading(channel, 60, 510, Quality.CORRECTED)
        site_schema.accept(corrected)
        site_schema.project()
    assert site_schema.rows(
        "SELECT code, start_at, end_at, position, explained_position, proof FROM {s}.finding"
    ) == [
        (
            "register.negative_step",
            at(0),
            at(60),
            mark - 1,
            mark + 1,
            {"before": 500, "after": 80},
        )
    ]


def test_wrong_final_count_stays_a_finding_when_the_new_meter_goes_on(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter(facts=counter_facts(modulus=None))
    site_schema.accept(reading(channel, 0, 500), reading(channel, 50, 510))
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    replace(meter, when=at(65), final={channel: 51}, start={channel: 0})
    recorded = metering.store(meter)
    for n in range(5):
        site_schema.accept(reading(channel, 80 + 15 * n, n))
        site_schema.project()
    assert site_schema.rows(
        "SELECT start_at, end_at, position, explained_position FROM {s}.finding"
    ) == [(at(50), at(65), recorded, None)]
