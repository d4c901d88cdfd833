"""What `usage show` says of a meter that delivers intervals."""

from __future__ import annotations

from datetime import date

import pytest

from energy.base.quality import Quality
from energy.metering.usage_groups import Every
from processes.usage_reads import NoUsageError, read_arrivals, read_usage
from tests.fixtures.batches import reading
from tests.fixtures.meters import gauge_facts, interval_facts
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
DAY = date(2019, 1, 1)


def test_usage_of_an_interval_channel_tells_what_is_known_and_what_is_missing(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter(facts=interval_facts(interval_s=3600))
    site_schema.accept(*(reading(channel, 60 * n, 8) for n in range(1, 25) if n != 3))
    site_schema.project()
    site_schema.mark("yesterday")
    site_schema.accept(reading(channel, 180, 4))
    site_schema.project()

    def told(**more: str) -> list[tuple[int | None, int, int, Quality]]:
        every = Every(more.pop("every", "day"))
        found = read_usage(
            site_schema.writer, site_schema.site, "m1", DAY, DAY, every, as_of=more.get("as_of")
        )
        return [(g.usage, g.known_usage, g.known, g.quality) for g in found.groups]

    assert told() == [(1880, 1880, 96, Quality.INTERPOLATED)]
    (before,) = told(as_of="yesterday")
    assert before == (None, 1840, 92, Quality.MISSING)
    assert told(every="hour")[2] == (40, 40, 4, Quality.INTERPOLATED)
    lots = read_arrivals(
        site_schema.writer, site_schema.site, "m1", DAY, DAY, since="yesterday"
    ).arrivals.lots
    assert [(lot.readings, lot.difference) for lot in lots] == [(1, 40)]


def test_a_gauge_has_no_usage(site_schema: TestSite) -> None:
    site_schema.counter(facts=gauge_facts())
    site_schema.project()
    with pytest.raises(NoUsageError, match="With usage: none"):
        read_usage(site_schema.writer, site_schema.site, "m1", DAY, DAY, Every.DAY)
