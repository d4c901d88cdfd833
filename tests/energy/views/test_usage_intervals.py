"""Usage blocks of channels that deliver intervals: late, corrected, known then, of every width."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from energy.base.period import Period, day_period
from energy.base.quality import Quality
from energy.journal.decisions import Decisions
from energy.metering.reading import Reading
from energy.metering.usage import UsageSpan
from energy.views import usage_intervals
from energy.views.as_of import folded_as_of, usage_as_of
from energy.views.known import accepted_within
from energy.views.usage import read_spans
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.meters import (
    change_ratio,
    commission,
    counter_facts,
    find_meter,
    interval_facts,
    plan_counter,
)
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.rebuild import copied_journal, folded_live, view_rows
from tests.fixtures.statements import MANAGER, channel_of, correct, estimate

pytestmark = pytest.mark.servers
DAY = timedelta(days=1)
TWO_DAYS = Period(start=MIDNIGHT, end=MIDNIGHT + 2 * DAY)
MEASURED, SPREAD, MISSING = Quality.MEASURED, Quality.INTERPOLATED, Quality.MISSING


def span(site: TestSite, channel: int, period: Period = TWO_DAYS) -> UsageSpan:
    with site.writer.connection() as connection:
        return read_spans(connection, site.schema, [channel], period)[channel]


def known(site: TestSite, channel: int) -> dict[int, tuple[int, int]]:
    """Return usage and quality by number of the quarter-hour, where anything is known."""
    told = span(site, channel)
    rows = zip(told.usage.tolist(), told.quality.tolist(), strict=True)
    return {n: row for n, row in enumerate(rows) if row[1] != MISSING}


def findings(site: TestSite) -> list[tuple[Any, ...]]:
    return site.rows("SELECT code, severity, start_at, end_at FROM {s}.finding ORDER BY start_at")


def test_an_interval_belongs_to_the_day_it_ends_even_at_midnight(site_schema: TestSite) -> None:
    channel = site_schema.counter(facts=interval_facts())
    site_schema.accept(
        reading(channel, 15, 3), reading(channel, 1440, 5), reading(channel, 1455, 0)
    )
    site_schema.project(rollups=True)
    assert known(site_schema, channel) == {0: (30, 0), 95: (50, 0), 96: (0, 0)}
    days = "SELECT day, usage, quality FROM {s}.usage_day ORDER BY day"
    assert site_schema.rows(days) == [
        (date(2019, 1, 1), 80, MISSING),
        (date(2019, 1, 2), 0, MISSING),
    ]


def test_late_readings_rewrite_their_own_days_alone(site_schema: TestSite) -> None:
    channel = site_schema.counter(facts=interval_facts())
    site_schema.accept(*(reading(channel, 60 * n, n) for n in range(1, 24 * 20)))
    site_schema.project()
    site_schema.mark("before the late ones")
    site_schema.accept(reading(channel, 1440 + 15, 7), reading(channel, 17 * 1440 + 15, 8))
    site_schema.project()
    rewritten = "SELECT day FROM {s}.usage_block WHERE epoch > 0 ORDER BY day"
    assert site_schema.rows(rewritten) == [(date(2019, 1, 2),), (date(2019, 1, 18),)]


def test_the_better_reading_of_an_interval_counts_and_a_contradiction_is_told(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter(facts=interval_facts())
    site_schema.project()
    facts = channel_of(site_schema, channel)
    site_schema.tick(3600)
    estimate(site_schema, facts, (at(15), 1))
    site_schema.project()
    assert known(site_schema, channel) == {0: (10, Quality.ESTIMATED)}
    site_schema.accept(reading(channel, 15, 2))
    site_schema.project()
    site_schema.accept(reading(channel, 15, 3))
    site_schema.project()
    assert known(site_schema, channel) == {0: (20, MEASURED)}
    assert [row[:2] for row in findings(site_schema)] == [("reading.conflict", "do_not_bill")]
    correct(site_schema, facts, (at(15), 4))
    site_schema.project()
    assert known(site_schema, channel) == {0: (40, Quality.CORRECTED)}


def test_usage_as_of_a_position_is_what_the_views_showed_there(site_schema: TestSite) -> None:
    thirds = interval_facts(resolution=Fraction(1, 3000), interval_s=1800)
    channel = site_schema.counter(facts=thirds)
    site_schema.project()
    facts = channel_of(site_schema, channel)
    site_schema.tick(3600)
    shown: dict[int, UsageSpan] = {}

    def look(position: int) -> None:
        site_schema.project()
        shown[position] = span(site_schema, channel)

    look(site_schema.accept(*(reading(channel, 30 * n, 7 * n) for n in range(1, 60))).position)
    look(site_schema.mark("one"))
    look(site_schema.accept(reading(channel, 48 * 60, 11)).position)
    look(correct(site_schema, facts, (at(120), 1000)))
    look(site_schema.mark("two"))
    look(correct(site_schema, facts, (at(120), 4)))
    noon = Period(start=MIDNIGHT + DAY / 2, end=MIDNIGHT + DAY * 3 / 2)
    with site_schema.writer.connection() as connection:
        ground = (connection, site_schema.schema, site_schema.site.zone, [channel])
        for position, then in shown.items():
            for ask in (usage_as_of, folded_as_of):
                told = ask(*ground, TWO_DAYS, position)[channel]
                assert told.usage.tolist() == then.usage.tolist()
                assert told.quality.tolist() == then.quality.tolist()
            middle = folded_as_of(*ground, noon, position)[channel]
            assert middle.usage.tolist() == then.usage[48:144].tolist()


def test_a_day_of_any_length_adds_up_to_what_was_delivered(site_schema: TestSite) -> None:
    zone = site_schema.site.zone
    days = {date(2019, 3, 31): 92, date(2019, 10, 27): 100, date(2019, 6, 1): 96}
    for interval_s in (300, 900, 1800, 3600, 86_400):
        facts = interval_facts(interval_s=interval_s)
        channel = site_schema.counter(f"m{interval_s}", facts=facts)
        delivered = {}
        for day in days:
            period = day_period(day, zone)
            length = period.end - period.start
            width = length if interval_s == 86_400 else timedelta(seconds=interval_s)
            delivered[day] = length // width
            ends = [period.start + (n + 1) * width for n in range(delivered[day])]
            site_schema.accept(*(Reading(channel=channel, at=end, count=7) for end in ends))
        site_schema.project()
        for day, quarters in days.items():
            told = span(site_schema, channel, day_period(day, zone))
            assert len(told.usage) == quarters
            assert int(told.usage.sum()) == 70 * delivered[day]
            assert set(told.quality.tolist()) == {SPREAD if interval_s > 900 else MEASURED}


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 0, 1), (0, 2, 1)])
def test_another_ratio_and_readings_in_any_order_give_the_same_usage(
    site_schema: TestSite, order: tuple[int, ...]
) -> None:
    channel = site_schema.counter(facts=interval_facts())

    def ratio() -> None:
        metering = site_schema.application("metering")
        meter = find_meter(metering, site_schema.site.key)
        change_ratio(meter, when=at(37), counts={}, multiplier=Fraction(40))
        metering.store(meter)

    steps = [
        lambda: site_schema.accept(reading(channel, 15, 1), reading(channel, 30, 1)),
        ratio,
        lambda: site_schema.accept(reading(channel, 45, 1), reading(channel, 60, 1)),
    ]
    for n in order:
        steps[n]()
        site_schema.project()
    assert known(site_schema, channel) == {0: (10, 0), 1: (10, 0), 3: (400, 0)}
    assert findings(site_schema) == [("interval.cut", "warn", at(30), at(45))]
    facts = channel_of(site_schema, channel)
    site_schema.tick(7200)
    correct(site_schema, facts, (at(45), 2))
    site_schema.project()
    assert known(site_schema, channel)[2] == (800, Quality.CORRECTED)
    assert findings(site_schema) == []


def test_what_cannot_be_folded_is_told(site_schema: TestSite) -> None:
    channel = site_schema.counter(facts=interval_facts(max_per_hour=40))
    site_schema.accept(reading(channel, 15, 500), reading(channel, 32, 1), reading(channel, 45, 2))
    site_schema.project()
    assert known(site_schema, channel) == {0: (5000, 0), 2: (20, 0)}
    assert findings(site_schema) == [
        ("interval.jump", "do_not_bill", at(0), at(15)),
        ("interval.off_grid", "warn", at(32), at(32)),
    ]
    site_schema.accept(reading(channel, 30, 3))
    site_schema.project()
    assert len(findings(site_schema)) == 2, "a neighbour explains nothing"


def test_a_late_interval_of_a_day_whose_raw_readings_are_gone(
    new_site: Any,
) -> None:
    rows: list[dict[int, tuple[int, int]]] = []
    for gone in (False, True):
        site: TestSite = new_site()
        facts = interval_facts(resolution=Fraction(1, 3000), interval_s=300)
        channel = site.counter(facts=facts)
        told = [reading(channel, 5 * n, n % 7) for n in range(1, 576) if n not in (40, 41)]
        for n in range(0, len(told), 60):
            site.accept(*told[n : n + 60])
        site.project()
        if gone:
            with site.writer.transaction() as connection:
                connection.execute(
                    f"INSERT INTO {site.schema}.series_kept VALUES ('reading', %s, now())",
                    (MIDNIGHT + DAY,),
                )
                connection.execute(
                    f"DELETE FROM {site.schema}.reading WHERE at < %s", (MIDNIGHT + DAY,)
                )
        before = site.application("metering").position()
        site.accept(reading(channel, 200, 3), reading(channel, 205, 100))
        site.project()
        rows.append(known(site, channel))
        with site.writer.connection() as connection:
            then = folded_as_of(
                connection, site.schema, site.site.zone, [channel], TWO_DAYS, before
            )[channel]
        assert then.quality[13] == MISSING
        assert int(then.usage[:96].sum()) < int(span(site, channel).usage[:96].sum())
    assert rows[0] == rows[1]
    assert len(rows[0]) == 191


def test_a_second_meter_of_another_kind_at_the_point_is_folded_beside_it(
    site_schema: TestSite,
) -> None:
    first = site_schema.counter("m1", facts=interval_facts())
    second = site_schema.counter("m2")
    site_schema.accept(
        *(reading(first, 15 * n, 2) for n in range(1, 5)),
        *(reading(second, 15 * n, 100 + 2 * n) for n in range(5)),
    )
    site_schema.project()
    assert (
        known(site_schema, first) == known(site_schema, second) == dict.fromkeys(range(4), (20, 0))
    )


def test_folded_anew_in_other_slices_every_row_is_the_same(new_site: Any) -> None:
    site, again = new_site(), new_site()
    channel = site.counter(facts=interval_facts(resolution=Fraction(1, 30)))
    told = [reading(channel, 15 * n, n % 11) for n in range(1, 300)]
    site.accept(*told[100:200])
    site.mark("one")
    site.accept(*told[:100], reading(channel, 15, 9))
    metering = site.application("metering")
    meter = find_meter(metering, site.site.key)
    change_ratio(meter, when=at(200), counts={}, multiplier=Fraction(7))
    metering.store(meter)
    site.accept(*told[200:])
    folded_live(site, 1)
    copied_journal(site, again)
    folded_live(again, 50)
    live, anew = view_rows(site), view_rows(again)
    assert live == anew
    assert len(live["usage_block"]) > 4


def test_a_batch_set_aside_is_missing_until_it_is_retried(
    site_schema: TestSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = site_schema.counter(facts=interval_facts())
    site_schema.accept(reading(channel, 15, 1))
    site_schema.project()

    def broken(*_: object) -> object:
        raise ValueError("a fault of this version")

    with monkeypatch.context() as version:
        version.setattr(usage_intervals, "fold_intervals", broken)
        parked = site_schema.accept(reading(channel, 30, 2)).position
        site_schema.project()
    mark = site_schema.mark("bill run")
    site_schema.accept(reading(channel, 45, 3))
    site_schema.project()
    assert known(site_schema, channel) == {0: (10, 0), 2: (30, 0)}
    assert findings(site_schema)[0][:2] == ("entry.parked", "do_not_bill")
    Decisions(site_schema.writer, site_schema.schema, site_schema.clock).retry(
        parked, reason="new version", by=MANAGER, command_id=command("retry")
    )
    site_schema.project()
    assert known(site_schema, channel) == {0: (10, 0), 1: (20, 0), 2: (30, 0)}
    with site_schema.writer.connection() as connection:
        then = read_spans(connection, site_schema.schema, [channel], TWO_DAYS, as_of=mark)
    assert then[channel].quality[:3].tolist() == [MEASURED, MISSING, MISSING]


def test_a_meter_event_folds_the_channels_of_its_own_point_alone(
    site_schema: TestSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = site_schema.counter("m1", facts=interval_facts())
    other = site_schema.counter("m2", facts=interval_facts())
    site_schema.accept(
        *(reading(number, 15 * n, 1) for number in (channel, other) for n in range(1, 300))
    )
    site_schema.project()
    folded: list[int] = []

    def within(cursor: Any, schema: str, numbers: Any, *span: Any) -> Any:
        folded.extend(numbers.tolist())
        return accepted_within(cursor, schema, numbers, *span)

    monkeypatch.setattr(usage_intervals, "accepted_within", within)
    site_schema.counter("m3")
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key, "m2")
    change_ratio(meter, when=at(1500), counts={}, multiplier=Fraction(2))
    metering.store(meter)
    site_schema.project()
    assert set(folded) == {other}


def test_a_month_that_lost_a_day_of_intervals_is_not_called_whole(site_schema: TestSite) -> None:
    channel = site_schema.counter(facts=interval_facts(grid_s=3600, interval_s=86_400))
    counter = site_schema.counter("m2", facts=counter_facts(grid_s=3600))

    def days(*numbers: int) -> None:
        site_schema.accept(*(reading(channel, 1440 * (n + 1), 100) for n in numbers))
        site_schema.project(rollups=True)

    def months() -> list[tuple[Any, ...]]:
        told = "SELECT month, usage, quality FROM {s}.usage_month WHERE channel = %s ORDER BY 1"
        return site_schema.rows(told, channel)

    site_schema.accept(reading(counter, 0, 0), reading(counter, 1440 * 70, 500))
    january, february, march = (date(2019, month, 1) for month in (1, 2, 3))
    days(*range(10, 27))
    assert months() == [(january, 17_000, SPREAD)], "nothing is lost before it began"
    days(*range(33, 50))
    lost = [(january, 17_000, MISSING), (february, 17_000, MISSING)]
    assert months() == lost, "four days and two were lost"
    days(*range(27, 33))
    assert months() == [(january, 21_000, SPREAD), (february, 19_000, SPREAD)]
    days(60)
    assert [row[2] for row in months()] == [SPREAD, MISSING, MISSING]
    days(*range(50, 60))
    assert [row[2] for row in months()] == [SPREAD] * 3
    assert months()[2][0] == march
    whole = "SELECT quality FROM {s}.usage_month WHERE channel = %s ORDER BY month"
    assert site_schema.rows(whole, counter) == [(SPREAD,), (SPREAD,), (MISSING,)]


def test_an_odd_interval_is_known_since_the_meter_it_was_told_by(site_schema: TestSite) -> None:
    facts = interval_facts(max_per_hour=40)
    metering = site_schema.application("metering")
    channel = plan_counter(metering, site_schema.site.key, facts=facts, commissioned=False)
    site_schema.accept(reading(channel, 15, 500), reading(channel, 32, 1))
    mark = site_schema.mark("bill run")
    meter = find_meter(metering, site_schema.site.key)
    commission(meter)
    commissioned = metering.store(meter)
    site_schema.project()
    told = site_schema.rows("SELECT code, position FROM {s}.finding ORDER BY start_at")
    assert told == [("interval.jump", commissioned), ("interval.off_grid", commissioned)]
    assert commissioned > mark


def test_a_silent_channel_is_missing_on_its_own_grid(site_schema: TestSite) -> None:
    hourly = site_schema.counter("m1", facts=interval_facts(grid_s=3600))
    fine = site_schema.counter("m2", facts=interval_facts(grid_s=600))
    site_schema.project()
    for channel, step_s in ((hourly, 3600), (fine, 600)):
        told = span(site_schema, channel)
        assert (told.step_s, len(told.usage)) == (step_s, 2 * 86_400 // step_s)
        assert set(told.quality.tolist()) == {MISSING}
