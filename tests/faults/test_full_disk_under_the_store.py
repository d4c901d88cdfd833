"""The disk under PostgreSQL fills up: nothing acknowledged is lost, nothing is counted twice."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from adapters.spool import Spool
from energy.base.clock import ManualClock, monotonic_s, to_us, wait
from energy.journal.entry import BATCH_TOPIC, decode_batch
from energy.journal.ingest import Ingest
from energy.journal.verify import verify
from energy.metering.codec import MAX_READINGS, decode
from energy.metering.reading import ReadingColumns
from energy.store.embedded import EmbeddedPostgres, EmbeddedSettings
from energy.store.errors import StartError
from energy.store.migrate import make_roles, migrate_directory, migrate_site
from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from energy.system import OWNER, WRITER
from processes.collector_drain import Drain

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("mount") is None,
        reason="a small disk can be mounted by root only",
    ),
]

NOON = datetime(2019, 1, 1, 12, tzinfo=UTC)
DISK_MIB, LEFT_MIB = 256, 12
PATIENCE_S = 120.0


@pytest.fixture
def disk() -> Iterator[Path]:
    """A disk in memory that holds little more than an empty database."""
    place = Path(tempfile.mkdtemp(prefix="meterline-test-"))
    place.chmod(0o755)
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=755", "tmpfs", str(place)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        place.rmdir()
        pytest.skip("this machine lets nobody mount a disk in memory")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)
    place.rmdir()


@pytest.fixture
def server(disk: Path) -> Iterator[EmbeddedPostgres]:
    """PostgreSQL with a site, its cluster and WAL on the small disk."""
    found = EmbeddedPostgres(EmbeddedSettings(data_dir=disk / "db"))
    found.start()
    make_roles(found.dsn(user=SUPERUSER))
    with psycopg.connect(found.dsn(user=OWNER), autocommit=True) as connection:
        migrate_directory(connection, at=NOON)
        migrate_site(connection, "x", at=NOON)
    yield found
    found.stop()


class Sources:
    """Meters whose counts no compression makes small, and the ledger of what was acknowledged."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._noise = np.random.default_rng(20190101)
        self.polls = 0
        self.ledger: Counter[tuple[int, int, int]] = Counter()

    def poll(self) -> None:
        """Bring one poll of 5,000 meters into the spool."""
        channel = np.arange(1, MAX_READINGS + 1, dtype=np.int32)
        at_us = np.full(MAX_READINGS, to_us(NOON) + self.polls * 1_000_000, dtype=np.int64)
        count = self._noise.integers(0, 2**60, MAX_READINGS)
        quality = np.zeros(MAX_READINGS, dtype=np.uint8)
        columns = ReadingColumns(channel=channel, at_us=at_us, count=count, quality=quality)
        assert self._spool.append("bus", columns) == MAX_READINGS
        self.polls += 1
        self.ledger.update(zip(channel.tolist(), at_us.tolist(), count.tolist(), strict=True))


def fill(disk: Path, *, leave_mib: int) -> Path:
    """Write a file that leaves little room."""
    ballast = disk / "ballast"
    free = shutil.disk_usage(disk).free - leave_mib * 2**20
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for _ in range(free // 2**20):
            file.write(bytes(2**20))
    return ballast


def until_refused(sources: Sources, drain: Drain) -> None:
    """Collect and drain until the journal takes no more."""
    give_up_s = monotonic_s() + PATIENCE_S
    while not drain.failing:
        assert monotonic_s() < give_up_s, "the disk never became full"
        sources.poll()
        drain.step(least=1)


def started_again(server: EmbeddedPostgres) -> None:
    """Start the server, as a supervisor does, until it stays up."""
    give_up_s = monotonic_s() + PATIENCE_S
    while not server.alive():
        assert monotonic_s() < give_up_s, "the server never came back"
        with contextlib.suppress(StartError):
            server.start()
        wait(0.1)


def journal_of(server: EmbeddedPostgres) -> Counter[tuple[int, int, int]]:
    """Return every reading in the journal."""
    found: Counter[tuple[int, int, int]] = Counter()
    with psycopg.connect(server.dsn(user=WRITER), autocommit=True) as connection:
        rows: Any = connection.execute(
            "SELECT state FROM site_x.metering_events WHERE topic = %s", (BATCH_TOPIC,)
        ).fetchall()
        assert verify(connection, "site_x", "metering").broken_at is None
    for (state,) in rows:
        columns = decode(decode_batch(bytes(state)).payload)
        found.update(
            zip(
                columns.channel.tolist(),
                columns.at_us.tolist(),
                columns.count.tolist(),
                strict=True,
            )
        )
    return found


def test_a_full_disk_under_the_store_loses_nothing_and_doubles_nothing(
    server: EmbeddedPostgres, disk: Path, tmp_path: Path
) -> None:
    clock = ManualClock(NOON)
    spool = Spool(tmp_path / "spool.sqlite", clock)
    database = Database(server.dsn(user=WRITER), max_size=2)
    database._pool.timeout = 1.0  # how long a server that is down is waited for, is no part of it
    drain = Drain(spool, Ingest(database, "site_x", clock))
    sources = Sources(spool)
    try:
        sources.poll()
        assert drain.step(least=1)
        ballast = fill(disk, leave_mib=LEFT_MIB)
        until_refused(sources, drain)
        for _ in range(5):
            sources.poll()
        assert not drain.step(least=1)
        waiting = spool.backlog()
        assert waiting.sealed_batches * MAX_READINGS + waiting.open_readings >= 5 * MAX_READINGS
        if not server.alive():
            with pytest.raises(StartError, match="disk is full: free space"):
                server.start()

        ballast.unlink()
        started_again(server)
        give_up_s = monotonic_s() + PATIENCE_S
        while spool.backlog().sealed_batches or spool.backlog().open_readings:
            assert monotonic_s() < give_up_s, drain.failing
            started_again(server)
            if not drain.step(least=1):
                wait(0.1)
        # As plain dicts: a Counter compares each key in Python.
        assert dict(journal_of(server)) == dict(sources.ledger)
    finally:
        database.close()
        spool.close()
