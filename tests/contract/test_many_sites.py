"""Many sites in one database are served by one process of each kind, within few connections."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from tests.fixtures.many_sites import ManySites, fetched, many_sites, served
from tests.fixtures.ports import free_port
from tests.fixtures.postgres import DatabaseServer, TestSite

pytestmark = pytest.mark.servers

QUARTERS = 48
MOST_CONNECTIONS = 60


@pytest.fixture
def folder(tmp_path: Path, directory: Database) -> Path:
    """A data directory; the directory of sites is emptied after the test."""
    return tmp_path


def expect_exact(site: TestSite) -> None:
    days = site.rows("SELECT day::text, usage FROM {s}.usage_day WHERE channel = 1 ORDER BY day")
    assert days == [("2019-01-01", 100 * (QUARTERS - 1) * 10)]
    journaled = site.rows("SELECT count(*) FROM {s}.metering_events WHERE topic = 'batch.refused'")
    assert journaled == [(0,)]


@pytest.mark.slow
def test_fifty_sites_run_within_sixty_connections(
    database_server: DatabaseServer, folder: Path, new_site: Any
) -> None:
    with many_sites(database_server, folder, new_site, 50) as many:
        for site in many.sites:
            many.fill_spool(site, QUARTERS)
        port = free_port()
        many.start_all()
        many.start("web", METERLINE_WEB_PORT=str(port))
        many.until(lambda: all(served(site, QUARTERS) for site in many.sites), 200)
        expect_all_served(many, port)
        (folder / "connections").write_text(str(many.most))


def expect_all_served(many: ManySites, port: int) -> None:
    """Expect every site exact, shown and watched; then every process ends well."""
    many.until(lambda: not any(dirty(site) for site in many.sites))
    many.until(lambda: fetched(f"http://127.0.0.1:{port}/health")[0] == 200)
    for site in many.sites:
        expect_dashboard(many, site, port)
    for process in ("collect", "project", "jobs"):
        status, body = many.ask(process, "/health")
        assert (status, process in body) == (200, True), body
    expect_metrics(many)
    for site in many.sites:
        expect_exact(site)
        assert site.rows("SELECT count(*) FROM {s}.parked") == [(0,)]
    assert 0 < many.most <= MOST_CONNECTIONS
    assert many.stop() == dict.fromkeys(many.running, 0)


def expect_dashboard(many: ManySites, site: TestSite, port: int) -> None:
    host = f"{site.site.key}.localhost"
    status, body = fetched(f"http://127.0.0.1:{port}/health", host=host)
    assert (status, json.loads(body)["view_lag"]["metering"]) == (200, 0)
    status, body = fetched(f"http://127.0.0.1:{port}/login", host=host)
    assert (status, "Meterline" in body) == (200, True)
    many.sample()


def dirty(site: TestSite) -> bool:
    return site.rows("SELECT count(*) FROM {s}.usage_dirty") != [(0,)]


def expect_metrics(many: ManySites) -> None:
    site = many.sites[-1].site.key
    _, project = many.ask("project", "/metrics")
    assert f'meterline_view_lag_entries{{follower="metering",site="{site}"}} 0.0' in project
    assert f'meterline_view_lag_seconds{{follower="metering",site="{site}"}} 0.0' in project
    _, collect = many.ask("collect", "/metrics")
    assert f'meterline_drained_readings_total{{site="{site}"}} {2 * QUARTERS}.0' in collect
    assert f'meterline_spool_held{{reason="views.lag",site="{site}"}} 0.0' in collect


def test_two_projectors_a_locked_site_and_a_broken_site_do_no_harm_and_new_sites_are_taken_up(
    database_server: DatabaseServer, folder: Path, new_site: Any
) -> None:
    with many_sites(database_server, folder, new_site, 3) as many:
        locked, broken, lively = many.sites
        for site in many.sites:
            many.fill_spool(site, QUARTERS)
        with psycopg.connect(database_server.dsn(SUPERUSER)) as holder:
            holder.execute(f"LOCK TABLE {locked.schema}.follower IN ACCESS EXCLUSIVE MODE".encode())
            with database_server.superuser() as connection:
                hide = f"ALTER TABLE {broken.schema}.latest RENAME TO gone"
                connection.execute(hide.encode())
            port = free_port()
            many.start_all()
            many.start("project", second=True)
            many.start("web", METERLINE_WEB_PORT=str(port))
            many.until(lambda: served(lively, QUARTERS))
            late = many.add(new_site())
            many.fill_spool(late, QUARTERS)
            many.until(lambda: served(late, QUARTERS))
            _, metrics = many.ask("project", "/metrics")
            failing = f'meterline_chore_errors_total{{chore="metering",site="{broken.site.key}"}}'
            assert f"{failing} 0.0" not in metrics
            holder.rollback()
        with database_server.superuser() as connection:
            show = f"ALTER TABLE {broken.schema}.gone RENAME TO latest"
            connection.execute(show.encode())
        many.until(lambda: served(locked, QUARTERS) and served(broken, QUARTERS))
        expect_all_served(many, port)
