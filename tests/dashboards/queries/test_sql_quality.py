"""How meters are known day by day, asked of a real database in the role of the web process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from dashboards.queries.quality_rows import QualityPage
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from dashboards.selection import selection_of
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.metering.completeness import Completeness
from energy.store.pool import Database
from energy.store.wall import STAFF
from processes.completeness_reads import read_completeness
from tests.dashboards.queries.conftest import WebTown
from tests.fixtures.batches import MIDNIGHT, reading
from tests.fixtures.postgres import TestSite, database_server, directory, new_site, site_schema

__all__ = ["database_server", "directory", "new_site", "site_schema"]
pytestmark = pytest.mark.servers
DAYS = "?span=free&at=2019-01-01&until=2019-01-02"


@pytest.fixture
def lived(site_schema: TestSite) -> Iterator[tuple[TestSite, SqlQueries]]:
    """Two days of one meter that is whole, one with a gap and estimates, one that says nothing."""
    site = site_schema
    whole, gaps = site.counter("whole"), site.counter("gaps")
    site.counter("silent")
    site.accept(*(reading(whole, 15 * n, n) for n in range(197)))
    site.accept(*(reading(gaps, 15 * n, n) for n in (*range(10), *range(20, 97))))
    site.accept(*(reading(gaps, 15 * n, n, Quality.ESTIMATED) for n in range(97, 121)))
    site.project(rollups=True)
    site.clock.move_to(MIDNIGHT + timedelta(days=2, minutes=75))
    database = Database(site.server.dsn("meterline_web"), scope=STAFF)
    at = SqlSite(database=database, site=site.site, clock=site.clock, vault=None)  # type: ignore[arg-type]
    yield site, SqlQueries(at)
    database.close()


def asked(site: TestSite, queries: SqlQueries, search: str) -> QualityPage | None:
    who = Scope(
        person=id_of("person", "x"),
        name="X",
        roles=frozenset({Role.VIEWER}),
        sites=frozenset({site.site.key}),
    )
    answer = queries.quality(who, selection_of(search, date(2019, 1, 3)))
    return None if answer is None else answer.rows


def test_the_worst_meter_comes_first_and_its_days_say_what_it_lacks(
    lived: tuple[TestSite, SqlQueries],
) -> None:
    site, _ = lived
    page = asked(*lived, DAYS)
    assert page is not None
    assert [meter.point for meter in page.meters] == ["silent", "gaps", "whole"]
    assert [meter.silent for meter in page.meters] == [True, True, False]
    days = [[page.grid.of(row, day) for day in range(2)] for row in range(3)]
    assert days == [
        [Completeness(expected=96), Completeness(expected=96)],
        [
            Completeness(expected=96, measured=85, shaped=11),
            Completeness(expected=96, estimated=24),
        ],
        [Completeness(expected=96, measured=96)] * 2,
    ]
    told = read_completeness(site.writer, site.site, site.clock, date(2019, 1, 1), date(2019, 1, 2))
    assert page.total == told.total, "the screen says what the command says"


def test_a_day_that_runs_is_expected_as_far_as_it_has_come(
    lived: tuple[TestSite, SqlQueries],
) -> None:
    page = asked(*lived, "?span=week&at=2019-01-03")
    assert page is not None
    assert page.steps[-1] == (date(2019, 1, 3), date(2019, 1, 3))
    assert [page.grid.of(row, 3).expected for row in range(3)] == [1, 1, 4]
    ahead = asked(*lived, "?at=2019-02-01")
    assert ahead is not None
    assert (ahead.steps, ahead.total) == ((), Completeness())


def test_a_year_stands_in_weeks_that_add_up(lived: tuple[TestSite, SqlQueries]) -> None:
    days, year = asked(*lived, DAYS), asked(*lived, "?span=year")
    assert days is not None
    assert year is not None
    assert (year.step_days, year.steps) == (7, ((date(2019, 1, 1), date(2019, 1, 3)),))
    assert year.total.measured == days.total.measured + 4
    assert year.total.expected == days.total.expected + 6


def test_another_utility_and_no_such_place(lived: tuple[TestSite, SqlQueries]) -> None:
    water = asked(*lived, DAYS + "&utility=water")
    assert water is not None
    assert water.meters == ()
    assert asked(*lived, DAYS + "&place=nowhere") is None


def test_what_was_found_is_counted_by_the_days_it_touches(
    lived: tuple[TestSite, SqlQueries],
) -> None:
    site, _ = lived
    with site.writer.connection() as connection:
        for n, (at, proof, explained) in enumerate(
            (
                ("2019-01-01T10:00Z", "{}", None),
                ("2019-01-02T10:00Z", "{}", 7),
                ("2018-12-01T10:00Z", "{}", None),
            )
        ):
            connection.execute(
                f"INSERT INTO {site.schema}.finding (code, severity, channel, start_at, end_at, "
                "position, proof, explained_position) VALUES "
                "('register.jump', 'warn', 1, %s, %s, %s, %s, %s)",
                (at, at, n, proof, explained),
            )
        connection.execute(
            f"INSERT INTO {site.schema}.finding (code, severity, start_at, end_at, position, proof)"
            " VALUES ('batch.conflict', 'do_not_bill', '2019-01-01T10:00Z', '2019-01-01T11:00Z', "
            "9, '{\"readings\": 12}')"
        )
        connection.execute(
            f"INSERT INTO {site.schema}.parked (follower, position, error, parked_at) "
            "VALUES ('metering', 5, 'x', now())"
        )
    page = asked(*lived, DAYS)
    assert page is not None
    counts = {each.code: (each.found, each.waiting) for each in page.found}
    assert counts["register.jump"] == (2, 1)
    assert counts["batch.conflict"] == (1, 1)
    assert (page.refused, page.parked) == (12, 1)


def test_it_takes_the_right_to_read_energy(seen_town: WebTown) -> None:
    tenant = Scope(
        person=id_of("person", "x"),
        name="X",
        roles=frozenset({Role.TENANT}),
        sites=frozenset({seen_town.town.site.key}),
        tenants=frozenset({"b1"}),
    )
    with pytest.raises(NotPermittedError):
        seen_town.queries.quality(tenant, selection_of(DAYS, date(2019, 1, 3)))
