"""A rebuild is killed, or the disk fills up under it: the live views stand, the next one works."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from energy.base.clock import monotonic_s, wait
from energy.store.pool import Database
from energy.store.shadow import RebuildRunningError
from energy.system import OWNER
from energy.views.rebuild import DiskFullError, Rebuilt, Stage, Tell, metering_group, rebuild
from tests.fixtures.batches import reading
from tests.fixtures.mortal import Blow, started
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import view_rows
from tests.fixtures.rebuilding import Order, rebuild_all, trips_of

pytestmark = pytest.mark.servers
PATIENCE_S = 90.0


@pytest.fixture
def site(site_schema: TestSite) -> TestSite:
    """A site with marks, late and repeated readings, folded and rolled up."""
    site = site_schema
    channels = [site.counter(f"m{n}") for n in range(3)]
    for day in range(4):
        for channel in channels:
            slots = range(96 * day, 96 * (day + 1), 4)
            site.accept(*(reading(channel, 15 * n, 7 * n) for n in slots))
        site.mark(f"day {day}")
        site.accept(reading(channels[0], 15 * (96 * day + 1), 7 * 96 * day + 2))
        site.accept(reading(channels[1], 15 * 96 * day, 1))
    site.project(rollups=True)
    return site


def again(
    owner: Database,
    site: TestSite,
    view: str = "metering",
    *,
    tell: Tell = lambda _stage: None,
) -> Rebuilt:
    """Rebuild as soon as the server has noticed that the killed process is gone."""
    give_up_s = monotonic_s() + PATIENCE_S
    while True:
        try:
            group = metering_group(site.site.zone)
            return rebuild(owner, site.schema, group, view, site.clock, tell=tell)
        except RebuildRunningError:
            assert monotonic_s() < give_up_s, "a killed rebuild holds its lock for ever"
            wait(0.2)


@pytest.fixture
def owner(database_server: Any) -> Iterator[Database]:
    database = Database(database_server.dsn(OWNER), max_size=4)
    yield database
    database.close()


@pytest.mark.parametrize(
    "shares",
    [(0.05, 0.5, 0.8, 0.95), *(pytest.param((n / 40,), marks=pytest.mark.slow) for n in range(40))],
)
def test_a_killed_rebuild_leaves_the_live_views_and_the_next_one_works(
    owner: Database, site: TestSite, shares: tuple[float, ...]
) -> None:
    order = Order(dsn=site.server.dsn(OWNER), schema=site.schema, zone=str(site.site.zone))
    trips = trips_of(order)
    for day, share in enumerate(shares, start=5):
        before = view_rows(site)
        process = started(rebuild_all, order, Blow(trip=max(int(trips * share), 1), after=False))
        process.join(PATIENCE_S)
        assert process.exitcode == -signal.SIGKILL, f"killed at {share}"
        assert view_rows(site) == before
        site.accept(reading(1, 15 * 96 * day, 7 * 96 * day))
        site.project(rollups=True)  # the live follower goes on behind the wreck
        before = view_rows(site)
        again(owner, site)
        assert view_rows(site) == before
        assert site.rows("SELECT FROM pg_namespace WHERE nspname = 'rebuild_{s}'") == []


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk in memory, smaller than the views."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk can be mounted by root only")
    place = Path(tempfile.mkdtemp(prefix="meterline-test-"))
    command = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=777", "tmpfs", str(place)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        place.rmdir()
        pytest.skip("this machine lets nobody mount a disk in memory")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)
    place.rmdir()


def test_a_full_disk_leaves_the_live_views_and_no_shadow(
    owner: Database, site: TestSite, small_disk: Path
) -> None:
    gauge = site.counter("many")
    for batch in range(6):  # more rows than the small disk has room for
        site.accept(*(reading(gauge, 5_000 * batch + n, n) for n in range(5_000)))
    site.project(rollups=True)
    before = view_rows(site)
    with site.server.superuser() as own:
        try:
            own.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
        except (psycopg.errors.UndefinedFile, psycopg.errors.InsufficientPrivilege):
            pytest.skip("the server's account cannot use the small disk")
        own.execute("GRANT CREATE ON TABLESPACE small TO meterline_owner")
        own.execute("ALTER ROLE meterline_owner SET default_tablespace = 'small'")
        try:
            for view in ("metering", "reading"):
                told = list[Stage]()
                with pytest.raises(DiskFullError, match="disk is full"):
                    again(owner, site, view, tell=told.append)
                assert told[-1].name in ("make", "fold", "index"), "it was full before the swap"
                assert view_rows(site) == before
                assert site.rows("SELECT FROM pg_namespace WHERE nspname = 'rebuild_{s}'") == []
        finally:
            own.execute("ALTER ROLE meterline_owner RESET default_tablespace")
            own.execute("DROP TABLESPACE small")
    again(owner, site)
    assert view_rows(site) == before
