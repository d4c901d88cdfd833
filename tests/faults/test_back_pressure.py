"""The spool holds while views lag or the database's disk is near full; nothing is lost."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from adapters.spool import Spool
from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.journal.entry import BATCH_TOPIC, decode_batch
from energy.metering.codec import decode
from energy.metering.reading import ReadingColumns
from energy.views.worker import metering_follower
from processes.collect_board import CollectBoard
from processes.collector_drain import Drain
from processes.collector_hold import STORE_DISK, VIEWS_LAG, Hold, HoldLimits, pressure_of
from tests.fixtures.batches import MIDNIGHT
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers

LAG_S = 5.0
MB = 1_000_000


def minute(channel: int, number: int) -> ReadingColumns:
    return ReadingColumns(
        channel=np.array([channel], dtype=np.int32),
        at_us=np.array([to_us(MIDNIGHT + timedelta(minutes=number))], dtype=np.int64),
        count=np.array([7 * number], dtype=np.int64),
        quality=np.array([Quality.MEASURED], dtype=np.uint8),
    )


def journaled(site: TestSite) -> list[int]:
    """Return the counts in the journal in its order."""
    rows = site.rows(
        "SELECT state FROM {s}.metering_events WHERE topic = %s ORDER BY notification_id",
        BATCH_TOPIC,
    )
    parts = [decode(decode_batch(bytes(state)).payload) for (state,) in rows]
    return [count for part in parts for count in part.count.tolist()]


def expect_all(site: TestSite, spool: Spool, minutes: int) -> None:
    """0 lost, 0 doubled, 0 thinned: in the journal and in the view."""
    assert spool.backlog().sealed_batches == spool.backlog().open_readings == 0
    assert journaled(site) == [7 * n for n in range(minutes)]
    site.project(rollups=True)
    assert site.rows("SELECT count(*), max(count) FROM {s}.reading") == [
        (minutes, 7 * (minutes - 1))
    ]


def test_views_that_lag_hold_the_spool_and_every_count_comes_in_the_end(
    tmp_path: Path, site_schema: TestSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("energy.journal.follower.SLICE", 1)  # views that are slow
    channel = site_schema.counter()
    now = [0.0]
    hold = Hold(
        site_schema.site.key,
        HoldLimits(lag_s=LAG_S, disk_free=0),
        lambda: pressure_of(site_schema.writer, site_schema.schema, None, tmp_path),
        monotonic=lambda: now[0],
    )
    spool = Spool(tmp_path / "spool.sqlite", site_schema.clock)
    drain = Drain(spool, site_schema.ingest, brake=hold)
    board = CollectBoard()
    board.show(site_schema.site.key, spool, drain)
    follower = metering_follower(
        site_schema.writer, site_schema.schema, site_schema.site.zone, site_schema.clock
    )
    held: list[bool] = []
    for number in range(120):
        now[0] += 1.0
        spool.append("bus", minute(channel, number))
        drain.step(least=1)
        if number % 3 == 0:
            follower.step()
        held.append(bool(drain.held))
        if drain.held:
            assert drain.held == (VIEWS_LAG,)
            assert not board.health().ok
            assert "holds (views.lag)" in board.health().reasons[0]
    assert held.count(True) > 20
    assert any(before and not after for before, after in itertools.pairwise(held))
    while follower.step():
        now[0] += 1.0
    for _ in range(3):
        now[0] += 1.0
        while drain.step(least=1):
            pass
    assert board.health().ok
    expect_all(site_schema, spool, 120)
    spool.close()


def test_views_that_nobody_moves_do_not_keep_readings_out_of_the_journal(
    tmp_path: Path, site_schema: TestSite
) -> None:
    channel = site_schema.counter()
    site_schema.project()
    now = [0.0]
    hold = Hold(
        site_schema.site.key,
        HoldLimits(lag_s=LAG_S, disk_free=0),
        lambda: pressure_of(site_schema.writer, site_schema.schema, None, tmp_path),
        monotonic=lambda: now[0],
    )
    spool = Spool(tmp_path / "spool.sqlite", site_schema.clock)
    drain = Drain(spool, site_schema.ingest, brake=hold)
    for number in range(100):
        now[0] += 1.0
        spool.append("bus", minute(channel, number))
        drain.step(least=1)
    assert not drain.held
    assert drain.failing == ""
    expect_all(site_schema, spool, 100)
    spool.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB in memory."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk can be mounted by root only")
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a disk in memory")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_store_disk_near_full_holds_the_spool_until_there_is_room(
    tmp_path: Path, small_disk: Path, site_schema: TestSite
) -> None:
    channel = site_schema.counter()
    now = [0.0]
    hold = Hold(
        site_schema.site.key,
        HoldLimits(lag_s=0, disk_free=2 * MB),
        lambda: pressure_of(site_schema.writer, site_schema.schema, small_disk, tmp_path),
        monotonic=lambda: now[0],
    )
    spool = Spool(tmp_path / "spool.sqlite", site_schema.clock)
    drain = Drain(spool, site_schema.ingest, brake=hold)
    ballast = small_disk / "ballast"
    held: list[tuple[str, ...]] = []
    for number in range(30):
        now[0] += 1.0
        spool.append("bus", minute(channel, number))
        if number in {10, 15, 20}:
            octets = {10: 7 * MB, 15: 6 * MB, 20: 1 * MB}[number]
            ballast.write_bytes(bytes(octets))
        drain.step(least=1)
        held.append(drain.held)
    assert held == [()] * 10 + [(STORE_DISK,)] * 10 + [()] * 10
    now[0] += 1.0
    while drain.step(least=1):
        pass
    expect_all(site_schema, spool, 30)
    spool.close()
