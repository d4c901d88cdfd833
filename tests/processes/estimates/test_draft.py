"""Estimates of counters, interval channels and gauges against a real database."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from energy.base.config import Config
from energy.base.period import Period, midnight, span_of_days
from energy.base.quality import Quality
from energy.metering.channel import LOCAL_DAY_S, Channel
from energy.metering.estimating.asked import EstimateError
from energy.metering.reading import Reading
from energy.metering.usage import UsageSpan
from energy.system import WRITER, System
from energy.views.usage import read_spans
from processes.estimates.draft import (
    EstimateDraft,
    draft_estimate,
    estimate_command,
    record_estimate,
)
from tests.fixtures.batches import MIDNIGHT, reading
from tests.fixtures.meters import counter_facts, gauge_facts, interval_facts
from tests.fixtures.postgres import TestSite
from tests.fixtures.statements import CLERK, channel_of

pytestmark = pytest.mark.servers
E, M, MISSING = Quality.ESTIMATED, Quality.MEASURED, Quality.MISSING
DAY = timedelta(days=1)
WEEK = span_of_days(date(2019, 1, 1), date(2019, 1, 28), MIDNIGHT.tzinfo)  # type: ignore[arg-type]


def system_of(site: TestSite) -> System:
    system = System(config=Config(site=site.site.key), role=WRITER, clock=site.clock)
    system.__dict__["database"] = site.writer
    return system


def rate(minute: int) -> int:
    """Return the counts of a quarter-hour: much by day, little by night and on Sundays."""
    when = MIDNIGHT + timedelta(minutes=minute)
    if when.weekday() == 6:
        return 2
    return 20 + when.hour if 7 <= when.hour < 19 else 3


def shown(minute: int) -> int:
    return 1_000 + sum(rate(m) for m in range(0, minute, 15))


def quarters(channel: int, first: int, last: int) -> list[Reading]:
    """Return readings of each quarter-hour from one local day to another, both ends included."""
    count = shown(first * 1440)
    told = []
    for minute in range(first * 1440, last * 1440 + 1, 15):
        told.append(reading(channel, minute, count))
        count += rate(minute)
    return told


def draft(
    site: TestSite, channel: Channel, first: int, last: int, method: str, **options: str
) -> EstimateDraft:
    return draft_estimate(
        system_of(site),
        site.site,
        channel,
        MIDNIGHT + first * DAY,
        MIDNIGHT + last * DAY,
        method,
        options=options,
    )


def record(site: TestSite, drafted: EstimateDraft) -> int:
    position = record_estimate(
        system_of(site),
        site.site,
        drafted,
        reason="the gateway was away",
        by=CLERK,
        command_id=estimate_command(
            system_of(site), site.site, drafted, "the gateway was away", CLERK
        ),
    )
    site.project()
    return position


def usage(site: TestSite, channel: int, period: Period = WEEK) -> UsageSpan:
    with site.writer.connection() as connection:
        return read_spans(connection, site.schema, [channel], period)[channel]


def counted(site: TestSite, *days: tuple[int, int], point: str = "m1", **facts: Any) -> Channel:
    """Return a counter that was read each quarter-hour of some runs of days."""
    number = site.counter(point, facts=counter_facts(**facts))
    for first, last in days:
        site.accept(*quarters(number, first, last))
    site.project()
    site.clock.move_to(MIDNIGHT + 60 * DAY)
    return channel_of(site, number)


def test_an_estimate_shapes_a_gap_and_leaves_its_measured_total(site_schema: TestSite) -> None:
    channel = counted(site_schema, (0, 14), (16, 21))
    before = usage(site_schema, channel.number)
    drafted = draft(site_schema, channel, 14, 16, "similar_day")
    record(site_schema, drafted)
    after = usage(site_schema, channel.number)
    assert after.usage.sum() == before.usage.sum()
    gap = slice(14 * 96, 16 * 96)
    assert after.usage[gap].sum() == before.usage[gap].sum()
    assert set(after.quality[gap].tolist()) == {E}
    assert after.usage[gap].tolist() == [10 * rate(m) for m in range(14 * 1440, 16 * 1440, 15)]
    assert drafted.total is None
    assert [day.after for day in drafted.days] == [day.before for day in drafted.days]


@pytest.mark.parametrize("method", ["similar_day", "hour_of_week", "linear"])
def test_an_estimate_fills_what_lies_behind_the_last_reading(
    site_schema: TestSite, method: str
) -> None:
    channel = counted(site_schema, (0, 14))
    drafted = draft(site_schema, channel, 14, 21, method)
    record(site_schema, drafted)
    after = usage(site_schema, channel.number)
    told = after.usage[14 * 96 : 21 * 96]
    assert set(after.quality[14 * 96 : 21 * 96].tolist()) == {E}
    assert told.sum() == drafted.total == sum(day.after for day in drafted.days)
    assert drafted.usage is not None
    low = (MIDNIGHT + 14 * DAY - drafted.usage.start) // timedelta(minutes=15)
    assert drafted.usage.usage[low : low + 7 * 96].tolist() == told.tolist()
    if method != "linear":
        assert told.tolist() == [10 * rate(m) for m in range(14 * 1440, 21 * 1440, 15)]


@pytest.mark.parametrize("seed", range(4))
def test_actuals_in_any_order_give_the_usage_that_no_estimate_would_have_changed(
    site_schema: TestSite, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    estimated = counted(site_schema, (0, 7), (12, 14))
    plain = counted(site_schema, (0, 7), (12, 14), point="m2")
    record(site_schema, draft(site_schema, estimated, 6, 12, "linear"))
    record(
        site_schema,
        draft(site_schema, estimated, 12, 20, "linear", total=str(rng.integers(1, 900))),
    )
    late = [*quarters(0, 7, 12), *quarters(0, 14, 20)]
    for part in np.array_split(rng.permutation(len(late)), 5):
        for channel in (estimated, plain):
            told = [late[n] for n in part.tolist()]
            site_schema.accept(
                *(
                    Reading(channel=channel.number, at=r.at, count=r.count, quality=r.quality)
                    for r in told
                )
            )
        site_schema.project()
        known = usage(site_schema, plain.number)
        guessed = usage(site_schema, estimated.number)
        sure = known.quality == M
        assert guessed.usage[sure].tolist() == known.usage[sure].tolist()
        last = int(np.flatnonzero(known.quality != MISSING)[-1]) + 1
        assert guessed.usage[:last].sum() == known.usage[:last].sum()
        assert (guessed.usage >= 0).all()
    assert guessed.usage.tolist() == known.usage.tolist()
    assert guessed.quality.tolist() == known.quality.tolist()
    assert site_schema.rows("SELECT code FROM {s}.finding") == []


def test_an_estimate_behind_a_lower_reading_gives_way(site_schema: TestSite) -> None:
    channel = counted(site_schema, (0, 7))
    record(site_schema, draft(site_schema, channel, 7, 9, "linear", total="1000"))
    site_schema.accept(reading(channel.number, 8 * 1440, shown(7 * 1440) + 96))
    site_schema.project()
    told = usage(site_schema, channel.number)
    assert told.usage[7 * 96 : 8 * 96].sum() == 960
    assert (told.usage >= 0).all()
    # What is said of the register's place at the end of the second day still stands.
    assert told.usage[7 * 96 : 9 * 96].sum() == 1_000_000
    assert site_schema.rows("SELECT code FROM {s}.finding") == []


def test_an_estimate_below_a_higher_reading_gives_way_to_the_last(site_schema: TestSite) -> None:
    channel = counted(site_schema, (0, 7))
    record(site_schema, draft(site_schema, channel, 7, 9, "linear", total="10"))
    site_schema.accept(reading(channel.number, 7 * 1440 + 60, shown(7 * 1440) + 5_000))
    site_schema.project()
    told = usage(site_schema, channel.number)
    assert told.usage[7 * 96 : 7 * 96 + 4].sum() == 50_000
    assert set(told.quality[7 * 96 + 4 : 9 * 96].tolist()) == {MISSING}
    assert site_schema.rows("SELECT code FROM {s}.finding") == []


def test_a_later_estimate_replaces_an_earlier_one_and_what_was_known_stays(
    site_schema: TestSite,
) -> None:
    channel = counted(site_schema, (0, 7))
    record(site_schema, draft(site_schema, channel, 7, 9, "linear", total="10"))
    site_schema.mark("first")
    record(site_schema, draft(site_schema, channel, 7, 9, "linear", total="30"))
    assert usage(site_schema, channel.number).usage[7 * 96 : 9 * 96].sum() == 30_000
    mark = site_schema.rows("SELECT position FROM {s}.mark")[0][0]
    with site_schema.writer.connection() as connection:
        old = read_spans(connection, site_schema.schema, [channel.number], WEEK, as_of=mark)
    assert old[channel.number].usage[7 * 96 : 9 * 96].sum() == 10_000
    assert site_schema.rows("SELECT code FROM {s}.finding") == []


def test_an_estimate_before_the_first_reading_counts_back_from_it(site_schema: TestSite) -> None:
    channel = counted(site_schema, (2, 9))
    drafted = draft(site_schema, channel, 0, 2, "linear", total="7.77")
    record(site_schema, drafted)
    told = usage(site_schema, channel.number)
    assert told.usage[: 2 * 96].sum() == 7_770 == drafted.total
    with pytest.raises(EstimateError, match="smaller --total"):
        draft(site_schema, channel, 0, 1, "linear", total="90000")


@pytest.mark.parametrize("total", ["3", "30.5"])
def test_an_estimate_fills_the_usage_across_a_reset(site_schema: TestSite, total: str) -> None:
    channel = counted(site_schema, (0, 7))
    end = shown(7 * 1440)
    site_schema.accept(
        *(reading(channel.number, (9 * 1440) + m, 500 + m) for m in range(0, 1440, 15))
    )
    site_schema.project()
    gap = slice(7 * 96, 9 * 96)
    assert set(usage(site_schema, channel.number).quality[gap].tolist()) == {MISSING}
    assert end > 500
    drafted = draft(site_schema, channel, 7, 9, "linear", total=total)
    record(site_schema, drafted)
    told = usage(site_schema, channel.number)
    assert told.usage[gap].sum() == Fraction(total) * 1000 == drafted.total
    assert set(told.quality[gap].tolist()) == {E}
    codes = site_schema.rows("SELECT code FROM {s}.finding")
    assert codes == [("register.negative_step",)]  # a person still decides on it


def test_missing_intervals_of_an_interval_channel_are_estimated_each_alone(
    site_schema: TestSite,
) -> None:
    number = site_schema.counter(facts=interval_facts(resolution=Fraction(1, 3), interval_s=1800))
    told = [reading(number, m, rate(m - 30)) for m in range(30, 14 * 1440 + 1, 30)]
    late = told[-40:-20]
    site_schema.accept(*told[:-40], *told[-20:])
    site_schema.project()
    site_schema.clock.move_to(MIDNIGHT + 60 * DAY)
    channel = channel_of(site_schema, number)
    drafted = draft(site_schema, channel, 13, 14, "hour_of_week")
    assert len(drafted.readings) == 20
    record(site_schema, drafted)
    filled = usage(site_schema, number)
    assert (filled.quality == E).sum() == 40
    assert abs(sum(day.after - day.before for day in drafted.days) - (drafted.total or 0)) <= 1
    site_schema.accept(*late[:10])
    site_schema.project()
    assert (usage(site_schema, number).quality == E).sum() == 20
    site_schema.accept(*late[10:])
    site_schema.project()
    assert (usage(site_schema, number).quality == E).sum() == 0


def test_a_gauge_is_estimated_on_the_line_between_its_neighbours(site_schema: TestSite) -> None:
    number = site_schema.counter(facts=gauge_facts())
    site_schema.accept(reading(number, -15, 100), reading(number, 1440, 196))
    site_schema.project()
    site_schema.clock.move_to(MIDNIGHT + 60 * DAY)
    drafted = draft(site_schema, channel_of(site_schema, number), 0, 1, "linear")
    assert [count for _, count in drafted.readings[:3]] == [101, 102, 103]
    assert len(drafted.readings) == 96
    record(site_schema, drafted)
    assert site_schema.rows("SELECT count(*) FROM {s}.reading WHERE quality = 3") == [(96,)]


def test_a_share_of_the_parent_fills_what_is_missing(site_schema: TestSite) -> None:
    counted(site_schema, (0, 21), point="main")
    channel = counted(site_schema, (0, 14), point="sub")
    drafted = draft(site_schema, channel, 14, 21, "proportion_of_parent", parent="main")
    record(site_schema, drafted)
    assert drafted.inputs["share"] == "1/1"
    told = usage(site_schema, channel.number)
    assert told.usage[14 * 96 : 21 * 96].tolist() == [
        10 * rate(m) for m in range(14 * 1440, 21 * 1440, 15)
    ]


def test_a_schedule_fills_what_is_missing(site_schema: TestSite) -> None:
    channel = counted(site_schema, (0, 1))
    drafted = draft(
        site_schema, channel, 1, 8, "schedule", schedule="mon-fri 08:00-18:00 = 12; rest = 0.4"
    )
    assert drafted.total == 5 * 10 * 12_000 + (168 - 50) * 400


def test_what_cannot_be_estimated_is_refused_with_its_reason(site_schema: TestSite) -> None:
    channel = counted(site_schema, (0, 7))
    silent = site_schema.counter("silent")
    site_schema.project()
    mute = channel_of(site_schema, silent)
    refused: tuple[tuple[str, Channel, int, str, dict[str, str]], ...] = (
        ("nothing to estimate", channel, 1, "linear", {}),
        ("no method guess", channel, 7, "guess", {}),
        ("--parent POINT", channel, 7, "proportion_of_parent", {}),
        ("no whole interval", channel, 70, "linear", {}),
        ("no total", channel, 7, "linear", {"total": "-3"}),
        ("no option", channel, 7, "linear", {"mood": "good"}),
        ("never read", mute, 7, "linear", {}),
    )
    for message, meant, first, method, options in refused:
        with pytest.raises(EstimateError, match=message):
            draft(site_schema, meant, first, first + 2, method, **options)


def test_what_is_estimated_already_is_left_alone_where_only_the_missing_is_asked_for(
    site_schema: TestSite,
) -> None:
    channel = counted(site_schema, (0, 7))
    record(site_schema, draft(site_schema, channel, 7, 9, "linear", total="10"))
    system = system_of(site_schema)
    asked = (MIDNIGHT, MIDNIGHT + 12 * DAY, "linear")
    rest = draft_estimate(system, site_schema.site, channel, *asked, missing_only=True)
    assert rest.readings[0][0] == MIDNIGHT + 9 * DAY + timedelta(minutes=15)
    record(site_schema, rest)
    told = usage(site_schema, channel.number)
    assert told.usage[7 * 96 : 9 * 96].sum() == 10_000
    assert set(told.quality[7 * 96 : 12 * 96].tolist()) == {E}
    with pytest.raises(EstimateError, match="nothing to estimate"):
        draft_estimate(system, site_schema.site, channel, *asked, missing_only=True)


def test_days_delivered_as_one_are_estimated_with_the_length_they_have(
    new_site: Any,
) -> None:
    site: TestSite = new_site()
    facts = interval_facts(interval_s=LOCAL_DAY_S, resolution=Fraction(1))
    number = site.counter(facts=facts)
    zone = site.site.zone
    ends = [midnight(date(2019, 3, 1) + timedelta(days=n), zone) for n in range(1, 40)]
    site.accept(*(Reading(channel=number, at=end, count=24, quality=M) for end in ends[:28]))
    site.project()
    site.clock.move_to(MIDNIGHT + 200 * DAY)
    drafted = draft_estimate(
        system_of(site),
        site.site,
        channel_of(site, number),
        midnight(date(2019, 3, 29), zone),
        midnight(date(2019, 4, 3), zone),
        "linear",
    )
    # The 31st of March has 23 hours.
    assert drafted.readings == tuple(zip(ends[28:33], (24, 24, 23, 24, 24), strict=True))


def test_a_long_gap_is_stated_in_coarser_steps_and_adds_up(site_schema: TestSite) -> None:
    channel = counted(site_schema, (0, 7))
    site_schema.clock.move_to(MIDNIGHT + 200 * DAY)
    drafted = draft(site_schema, channel, 7, 190, "linear")
    assert len(drafted.readings) <= 4_900
    record(site_schema, drafted)
    period = Period(start=MIDNIGHT + 7 * DAY, end=MIDNIGHT + 190 * DAY)
    told = usage(site_schema, channel.number, period)
    assert set(told.quality.tolist()) == {E}
    assert told.usage.sum() == drafted.total
