"""Tails in memory: fresh readings folded without asking, and nothing kept of what was undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import psycopg
import pytest

from energy.base.quality import Quality
from energy.journal.entry import Entry
from energy.journal.follower import Follower, LostRaceError
from energy.store.pool import Database
from energy.system import OWNER
from energy.views.rebuild import metering_group, rebuild
from energy.views.worker import MeteringFold
from tests.fixtures.batches import reading
from tests.fixtures.meters import counter_facts
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import copied_journal, view_rows

pytestmark = pytest.mark.servers


class Heard(psycopg.Cursor[Any]):
    """A cursor that writes down what it is asked."""

    asked: ClassVar[list[str]] = []

    def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
        self.asked.append(str(query))
        return super().execute(query, *arguments, **options)


class Listening(MeteringFold):
    """A fold of which one hears every statement, and that dies when told to."""

    dies = False

    def __init__(self, site: TestSite) -> None:
        super().__init__(site.schema, site.site.zone)

    def __call__(self, cursor: psycopg.Cursor[Any], entries: Sequence[Entry]) -> None:
        Heard.asked.clear()
        super().__call__(Heard(cursor.connection), entries)
        if self.dies:
            raise psycopg.OperationalError("the connection is cut")


def follower(site: TestSite, fold: MeteringFold) -> Follower:
    return Follower(site.writer, site.schema, "metering", "metering", fold, site.clock)


def expect_as_folded_anew(site: TestSite, again: TestSite) -> None:
    copied_journal(site, again)
    again.project()
    assert view_rows(again)["usage_block"] == view_rows(site)["usage_block"]


def test_fresh_readings_of_one_interval_ask_and_write_nothing(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    following = follower(site_schema, Listening(site_schema))
    site_schema.accept(reading(channel, 0, 0), reading(channel, 16, 16))
    following.step()
    site_schema.accept(*(reading(channel, m, m) for m in (17, 18, 29)))
    following.step()
    assert not [query for query in Heard.asked if "usage_" in query or "LATERAL" in query]
    site_schema.accept(reading(channel, 31, 31))
    following.step()
    assert not [query for query in Heard.asked if ".reading WHERE" in query]
    assert site_schema.rows("SELECT total FROM {s}.usage_block") == [(300,)]


def test_fold_that_was_undone_leaves_no_tail(new_site: Any) -> None:
    site: TestSite = new_site()
    channel = site.counter()
    fold = Listening(site)
    following = follower(site, fold)
    site.accept(reading(channel, 0, 0), reading(channel, 16, 16))
    following.step()
    fold.dies = True
    site.accept(reading(channel, 20, 20), reading(channel, 40, 40))
    with pytest.raises(psycopg.OperationalError):
        following.step()
    fold.dies = False
    site.accept(reading(channel, 50, 50))
    while following.step():
        pass
    assert site.rows("SELECT total FROM {s}.usage_block") == [(450,)]
    expect_as_folded_anew(site, new_site())


def test_follower_that_lost_a_race_knows_what_the_other_folded(new_site: Any) -> None:
    site: TestSite = new_site()
    channel = site.counter()
    slow, quick = (follower(site, Listening(site)) for _ in range(2))
    site.accept(reading(channel, 0, 0), reading(channel, 16, 16))
    slow.step()
    site.accept(reading(channel, 20, 20), reading(channel, 40, 40))
    quick.step()
    site.accept(reading(channel, 70, 70))
    try:
        slow.step()
    except LostRaceError:
        slow.step()
    assert site.rows("SELECT total FROM {s}.usage_block") == [(600,)]
    expect_as_folded_anew(site, new_site())


@pytest.mark.parametrize("every", [1, 2])
def test_rollovers_estimates_and_late_readings_on_the_way_equal_one_fold(
    new_site: Any, every: int
) -> None:
    site: TestSite = new_site()
    channel = site.counter(facts=counter_facts(modulus=1000, max_per_hour=5000))
    following = follower(site, Listening(site))
    story = [
        [(0, 900, 0), (10, 950, 0)],
        [(14, 990, 0)],
        [(15, 995, 0)],
        [(20, 5, 0), (22, 8, 0)],
        [(29, 20, 0), (46, 40, 3)],
        [(50, 60, 0)],
        [(52, 55, 0)],
        [(53, 56, 0), (61, 90, 0)],
        [(57, 70, 0)],
        [(76, 120, 0), (91, 150, 1)],
    ]
    for number, batch in enumerate(story):
        site.accept(*(reading(channel, m, c, Quality(q)) for m, c, q in batch))
        if number % every == 0:
            while following.step():
                pass
    while following.step():
        pass
    expect_as_folded_anew(site, new_site())


@pytest.mark.parametrize(("modulus", "rate", "step"), [(1000, None, 3), (1_000_000, 20, 1)])
def test_minutes_of_one_interval_are_no_jump_because_they_came_one_by_one(
    new_site: Any, modulus: int, rate: int | None, step: int
) -> None:
    site: TestSite = new_site()
    channel = site.counter(facts=counter_facts(modulus=modulus, max_per_hour=rate))
    following = follower(site, Listening(site))
    for minute in range(32):
        site.accept(reading(channel, minute, minute * step))
        following.step()
    assert site.rows("SELECT code FROM {s}.finding") == []
    expect_as_folded_anew(site, new_site())


def test_clock_set_back_by_decades_costs_no_row_for_their_days(new_site: Any) -> None:
    site: TestSite = new_site()
    channel = site.counter()
    site.accept(reading(channel, 0, 0), reading(channel, 16, 16))
    site.project()
    site.accept(reading(channel, -49 * 365 * 1440, 3), reading(channel, 31, 31))
    site.project()
    assert site.rows("SELECT day::text, total FROM {s}.usage_block") == [("2019-01-01", 300)]
    expect_as_folded_anew(site, new_site())


def test_rebuilt_tables_are_read_again_by_a_follower_that_goes_on(new_site: Any) -> None:
    site: TestSite = new_site()
    channel = site.counter()
    following = follower(site, Listening(site))
    site.accept(reading(channel, 0, 0), reading(channel, 14, 14), reading(channel, 16, 16))
    following.step()
    site.rows("UPDATE {s}.reading SET count = 20 WHERE count = 16 RETURNING count")
    following = follower(site, Listening(site))
    site.accept(reading(channel, 17, 21))
    following.step()
    owner = Database(site.server.dsn(OWNER), max_size=4)
    rebuild(owner, site.schema, metering_group(site.site.zone), "metering", site.clock)
    owner.close()
    site.accept(reading(channel, 31, 31))
    following.step()
    expect_as_folded_anew(site, new_site())
