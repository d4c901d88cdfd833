from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from energy.base.quality import Quality
from energy.base.units import Utility
from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from energy.store.wall import STAFF
from energy.system import WEB
from energy.views.group import SiteAnswer, SiteUsage, merged, read_group
from energy.views.group_by import GroupBy
from tests.fixtures.batches import reading
from tests.fixtures.postgres import TestSite

DAY = date(2019, 1, 1)
MINUTES_OF_TWO_DAYS = range(0, 2881, 15)


def site_of(new_site: Any, per_minute: int) -> TestSite:
    site: TestSite = new_site()
    channel = site.counter()
    site.accept(*(reading(channel, m, per_minute * m) for m in MINUTES_OF_TWO_DAYS))
    site.project(rollups=True)
    return site


@pytest.fixture
def web(database_server: Any) -> Any:
    database = Database(database_server.dsn(WEB), max_size=8, scope=STAFF)
    yield database
    database.close()


@pytest.mark.servers
def test_a_locked_site_is_named_and_the_others_are_summed(new_site: Any, web: Database) -> None:
    sites = [site_of(new_site, n) for n in (1, 2, 3)]
    every = [site.site for site in sites]
    whole = read_group(web, every, DAY, DAY + timedelta(days=1))
    assert [(t.first, t.usage, t.base_unit, t.known, t.due) for t in whole.totals] == [
        (DAY + timedelta(days=n), (1 + 2 + 3) * 1440 * 10, "Wh", 3, 3) for n in range(2)
    ]
    assert whole.whole
    assert whole.oldest_at == reading(1, 2880, 0).at
    with psycopg.connect(sites[1].server.dsn(SUPERUSER)) as holder:
        lock = f"LOCK TABLE {sites[1].schema}.usage_day IN ACCESS EXCLUSIVE MODE"
        holder.execute(lock.encode())
        partial = read_group(web, every, DAY, DAY, timeout_s=0.3)
    assert [silent.site for silent in partial.silent] == [sites[1].site.key]
    assert "0.3 s" in partial.silent[0].why
    (total,) = partial.totals
    assert total.usage == (1 + 3) * 1440 * 10
    assert total.sites == (sites[0].site.key, sites[2].site.key)
    assert not partial.whole


@pytest.mark.servers
def test_months_are_read_from_the_small_table_of_months(new_site: Any, web: Database) -> None:
    site = site_of(new_site, 4)
    group = read_group(web, [site.site], date(2019, 1, 5), date(2019, 1, 9), every=GroupBy.MONTH)
    (total,) = group.totals
    assert (total.first, total.usage) == (DAY, 4 * 2880 * 10)


@pytest.mark.servers
def test_a_meter_below_another_is_not_counted_twice(new_site: Any, web: Database) -> None:
    site: TestSite = new_site()
    above, below = site.counter("above"), site.counter("below")
    for channel, per_minute in ((above, 5), (below, 2)):
        site.accept(*(reading(channel, m, per_minute * m) for m in MINUTES_OF_TWO_DAYS))
    site.project(rollups=True)
    with site.writer.connection() as connection:
        for key, point in (("grid", None), ("in", "above"), ("tenant", "below")):
            connection.execute(
                f"INSERT INTO {site.schema}.supply_node VALUES "
                "('electricity', %s, 'node', %s, %s, '2018-01-01', NULL)",
                (key, key, point),
            )
        for source, target in (("grid", "in"), ("in", "tenant")):
            connection.execute(
                f"INSERT INTO {site.schema}.supply_edge VALUES "
                "('electricity', %s, %s, '2018-01-01', NULL)",
                (source, target),
            )
    (total,) = read_group(web, [site.site], DAY, DAY).totals
    assert (total.usage, total.known, total.due) == (5 * 1440 * 10, 1, 1)


@pytest.mark.servers
def test_a_day_without_rows_is_missing_not_zero(new_site: Any, web: Database) -> None:
    site = site_of(new_site, 1)
    later = DAY + timedelta(days=30)
    (total,) = read_group(web, [site.site], later, later).totals
    assert (total.quality, total.known, total.due) == (Quality.MISSING, 0, 1)


def test_the_worst_quality_counts_in_a_sum_of_sites() -> None:
    answers = [
        SiteAnswer(
            site=key,
            position=1,
            newest_at=None,
            rows=(
                SiteUsage(utility=Utility.GAS, first=DAY, usage=7, quality=quality, known=1, due=1),
            ),
        )
        for key, quality in (("a", Quality.MEASURED), ("b", Quality.ESTIMATED))
    ]
    (total,) = merged(answers)
    assert (total.usage, total.quality, total.sites) == (14, Quality.ESTIMATED, ("a", "b"))
