"""Backup, disaster, restore to a time between: the ledger of acknowledged readings is the judge."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from adapters.spool import Spool
from energy.base.aggregate import use_clock
from energy.base.clock import ManualClock, SystemClock, from_us, to_us
from energy.journal.entry import BATCH_TOPIC, decode_batch
from energy.journal.ingest import Ingest
from energy.metering.codec import decode
from energy.metering.reading import ReadingColumns
from energy.store.migrate import migrate_site
from energy.store.pool import Database
from energy.system import OWNER, WRITER, embedded_of
from processes.collector_drain import Drain
from processes.database_backup import back_up
from processes.database_restore import restore_database
from processes.database_service import start_database, stop_database
from processes.installation import Installation, find_installation

pytestmark = pytest.mark.servers

NOON = datetime(2019, 1, 1, 12, tzinfo=UTC)
CLOCK = ManualClock(NOON)
Ledger = Counter[tuple[int, int, int]]


@pytest.fixture
def installation() -> Iterator[Installation]:
    """An installation that archives its WAL, with one site."""
    place = Path(tempfile.mkdtemp(prefix="mlr-"))
    place.chmod(0o755)
    found = find_installation(data_dir=place / "data", environment={})
    found = replace(found, config=replace(found.config, wal_archive=str(place / "wal")))
    start_database(found)
    with psycopg.connect(dsn(found, OWNER), autocommit=True) as connection:
        migrate_site(connection, "x", at=NOON)
    yield found
    stop_database(found)
    use_clock(SystemClock())
    shutil.rmtree(place)


def dsn(installation: Installation, role: str) -> str:
    return embedded_of(installation.config).dsn(user=role)


class Collector:
    """Polls into a spool and brings batches into the journal."""

    def __init__(self, installation: Installation) -> None:
        self.spool = Spool(installation.config.data_dir / "collect" / "spool.sqlite", CLOCK)
        self.database = Database(dsn(installation, WRITER), max_size=2)
        self._drain = Drain(self.spool, Ingest(self.database, "site_x", CLOCK))

    def poll(self, number: int) -> Ledger:
        channel = np.arange(1, 101, dtype=np.int32)
        at_us = np.full(100, to_us(NOON) + number, dtype=np.int64)
        count = np.arange(100, dtype=np.int64) + 1000 * number
        quality = np.zeros(100, dtype=np.uint8)
        self.spool.append(
            "bus", ReadingColumns(channel=channel, at_us=at_us, count=count, quality=quality)
        )
        return Counter(zip(channel.tolist(), at_us.tolist(), count.tolist(), strict=True))

    def bring(self, *numbers: int) -> Ledger:
        """Poll and drain, a batch each; return what the journal has acknowledged."""
        ledger: Ledger = Counter()
        for number in numbers:
            ledger += self.poll(number)
            assert self._drain.step(least=1)
        return ledger

    def drain(self) -> None:
        while self._drain.step(least=1):
            pass

    def close(self) -> None:
        self.spool.close()
        self.database.close()


def server_time(installation: Installation) -> datetime:
    with psycopg.connect(dsn(installation, WRITER), autocommit=True) as connection:
        row: Any = connection.execute(
            "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
        ).fetchone()
    return from_us(row[0])


def journal_of(installation: Installation) -> Ledger:
    found: Ledger = Counter()
    with psycopg.connect(dsn(installation, WRITER), autocommit=True) as connection:
        rows: Any = connection.execute(
            "SELECT state FROM site_x.metering_events WHERE topic = %s", (BATCH_TOPIC,)
        ).fetchall()
    for (state,) in rows:
        c = decode(decode_batch(bytes(state)).payload)
        found.update(zip(c.channel.tolist(), c.at_us.tolist(), c.count.tolist(), strict=True))
    return found


def test_a_restore_to_a_time_between_brings_back_exactly_what_was_acknowledged_by_then(
    installation: Installation,
) -> None:
    data_dir = installation.config.data_dir
    collector = Collector(installation)
    before = collector.bring(1, 2, 3)
    taken = back_up(installation, data_dir.parent / "backups")
    after = collector.bring(4, 5)
    until = server_time(installation)
    late = collector.bring(6, 7)
    waiting = collector.poll(8)
    old_epoch = collector.spool.stream
    collector.close()
    stop_database(installation)
    (data_dir / "postgres").rename(data_dir.parent / "lost")

    done = restore_database(installation, taken.backup.path, until=until)
    metering = next(each for each in done.journals if each.application == "metering")
    assert (metering.schema, metering.position, metering.broken_at) == ("site_x", 5, None)
    (spool,) = done.spools
    assert (spool.lost_first, spool.lost_last, spool.waiting) == (6, 7, 1)
    assert spool.source_epoch != old_epoch

    start_database(installation)
    assert journal_of(installation) == before + after
    again = Collector(installation)
    again.drain()
    again.close()
    assert journal_of(installation) == before + after + waiting
    stop_database(installation)

    (data_dir / "postgres").rename(data_dir.parent / "first-try")
    whole = restore_database(installation, taken.backup.path)
    assert all(journal.broken_at is None for journal in whole.journals)
    start_database(installation)
    assert journal_of(installation) == before + after + late
