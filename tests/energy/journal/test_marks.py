"""Marks: once each, in the journal's order, and what they freeze stays."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from energy.base.period import Period
from energy.journal.entry import MARK_TOPIC, decode_mark
from energy.journal.marks import Marks
from energy.views.usage import read_spans
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.postgres import NOON, TestSite

pytestmark = pytest.mark.servers


def test_marking_twice_is_marking_once(site_schema: TestSite) -> None:
    first = site_schema.mark("midnight 2019-01-02")
    site_schema.tick()
    assert site_schema.mark("midnight 2019-01-02") == first
    assert site_schema.mark("midnight 2019-01-02", NOON + timedelta(days=1)) == first + 1
    rows = site_schema.rows("SELECT topic, state FROM {s}.metering_events")
    assert [topic for topic, _ in rows] == [MARK_TOPIC, MARK_TOPIC]
    assert decode_mark(bytes(rows[0][1])).learned_at == NOON


def test_marking_at_once_is_marking_once(site_schema: TestSite) -> None:
    positions: list[int] = []
    start = threading.Barrier(5)

    def mark() -> None:
        start.wait()
        marks = Marks(site_schema.writer, site_schema.schema, site_schema.clock)
        positions.append(marks.append(reason="bill run 1", at=NOON))

    threads = [threading.Thread(target=mark) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert positions == [1] * 5


def test_usage_as_of_a_mark_stays_what_it_was(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 100), reading(channel, 30, 200))
    mark = site_schema.mark("bill run 1")
    site_schema.project()
    period = Period(start=MIDNIGHT, end=at(60))

    def known(as_of: int | None) -> list[int]:
        with site_schema.writer.connection() as connection:
            spans = read_spans(connection, site_schema.schema, [channel], period, as_of=as_of)
        return spans[channel].usage.tolist()

    assert known(mark) == known(None) == [500, 500, 0, 0]
    site_schema.accept(reading(channel, 15, 120))
    site_schema.project()
    assert known(None) == [200, 800, 0, 0]
    assert known(mark) == [500, 500, 0, 0]
    later = site_schema.mark("bill run 2")
    site_schema.accept(reading(channel, 45, 260))
    site_schema.project()
    assert known(later) == [200, 800, 0, 0]
    assert known(mark) == [500, 500, 0, 0]
    assert known(None) == [200, 800, 600, 0]
    epochs = site_schema.rows("SELECT epoch FROM {s}.usage_block ORDER BY epoch")
    assert [epoch for (epoch,) in epochs] == [0, mark, later]


def test_blocks_that_say_the_same_after_a_mark_get_no_new_row(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 100), reading(channel, 30, 200))
    site_schema.mark("bill run 1")
    site_schema.accept(reading(channel, 15, 150))  # exactly between: changes quality alone
    site_schema.accept(reading(channel, 0, 100), reading(channel, 30, 200))
    site_schema.project()
    site_schema.mark("bill run 2")
    site_schema.accept(reading(channel, 15, 150))
    site_schema.project()
    epochs = site_schema.rows("SELECT count(*) FROM {s}.usage_block")
    assert epochs == [(2,)]
