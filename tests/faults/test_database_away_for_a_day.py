"""PostgreSQL is away for a day: the spool keeps it all, in order, within bounded memory."""

from __future__ import annotations

import os
import signal
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from adapters.spool import Spool
from energy.base.clock import monotonic_s, to_us
from energy.base.quality import Quality
from energy.journal.entry import BATCH_TOPIC, decode_batch
from energy.journal.verify import verify
from energy.metering.codec import MAX_READINGS, decode
from energy.metering.reading import ReadingColumns
from processes.collector_drain import Drain
from tests.fixtures.batches import MIDNIGHT
from tests.fixtures.durable import durable_server, site_on
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers

METERS = 40
SLOTS = 1_440
"""Minutes of a day."""
MOST_BYTES = 4_000_000
"""Most memory that collecting and draining a day may need at a time. [B]"""


def slot_columns(slot: int, channels: np.ndarray) -> ReadingColumns:
    """Return one reading of every meter: counts that tell channel and slot."""
    at_us = to_us(MIDNIGHT + timedelta(minutes=slot))
    return ReadingColumns(
        channel=channels,
        at_us=np.full(METERS, at_us, dtype=np.int64),
        count=channels.astype(np.int64) * 10_000 + slot,
        quality=np.full(METERS, Quality.MEASURED, dtype=np.uint8),
    )


def journaled(site: TestSite) -> Iterator[ReadingColumns]:
    """Yield the readings of every batch in the order of the journal."""
    with site.writer.connection() as connection:
        rows = connection.execute(
            f"SELECT state FROM {site.schema}.metering_events WHERE topic = %s "
            "ORDER BY notification_id",
            (BATCH_TOPIC,),
        )
        for (state,) in rows:
            yield decode(decode_batch(bytes(state)).payload)  # type: ignore[call-overload]


def test_a_day_without_a_database_arrives_whole_in_order_and_once(tmp_path: Path) -> None:
    with durable_server() as server, site_on(server, "away") as site:
        channels = np.arange(1, METERS + 1, dtype=np.int32)
        spool = Spool(tmp_path / "spool.sqlite", site.clock)
        drain = Drain(spool, site.ingest)
        spool.append("bus", slot_columns(0, channels))
        assert drain.step(least=1)
        pid = server.embedded.pid
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)
        tracemalloc.start()
        for slot in range(1, SLOTS):
            site.clock.move_to(max(site.clock.now(), MIDNIGHT + timedelta(minutes=slot)))
            spool.append("bus", slot_columns(slot, channels))
            spool.seal(least=MAX_READINGS)
        assert not drain.step(least=1)
        assert drain.failing
        assert spool.backlog().sealed_batches >= 2
        server.embedded.stop()
        server.embedded.start()
        until_s = monotonic_s() + 60
        while drain.step(least=1) or drain.failing:
            assert monotonic_s() < until_s, drain.failing
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < MOST_BYTES
        assert (drain.failing, drain.drained) == ("", METERS * SLOTS)
        assert spool.backlog().sealed_batches == spool.backlog().open_readings == 0
        spool.close()
        judge(site)


def judge(site: TestSite) -> None:
    """Every reading stands once, in the order in which it was read, in full batches, chained."""
    parts = list(journaled(site))
    every = ReadingColumns.joined(parts)
    assert len(every) == METERS * SLOTS
    assert bool(np.all(np.diff(every.at_us) >= 0))
    assert len(set(every.count.tolist())) == METERS * SLOTS
    assert sorted(map(len, parts[1:]))[1:] == [MAX_READINGS] * (len(parts) - 2)
    with site.writer.connection() as connection:
        verified = verify(connection, site.schema, "metering")
    assert (verified.chain_ok, verified.readings) == (True, METERS * SLOTS)
