"""The head row: positions without gaps in commit order, and followers that miss nothing."""

from __future__ import annotations

import threading
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from energy.journal.recorder import (
    HeadRowRecorder,
    channel_name,
    head_position,
    read_entries,
    read_stream,
)
from energy.store.pool import Database
from energy.system import WRITER
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


def recorder(site: TestSite, database: Database | None = None) -> HeadRowRecorder:
    return HeadRowRecorder(database or site.writer, site.schema, "operations", site.clock.now)


def event(version: int = 1, state: bytes = b"{}") -> StoredEvent:
    return StoredEvent(originator_id=uuid4(), originator_version=version, topic="test", state=state)


def test_eight_writers_leave_no_gap_and_a_follower_sees_every_entry(site_schema: TestSite) -> None:
    writers, saves = 8, 20
    done = threading.Event()
    seen: list[int] = []
    database = Database(site_schema.server.dsn(WRITER), max_size=writers + 1)

    def follow() -> None:
        while True:
            last = done.is_set()
            with database.connection() as connection:
                entries = read_entries(
                    connection,
                    site_schema.schema,
                    "operations",
                    after=seen[-1] if seen else 0,
                    limit=7,
                )
            seen.extend(entry.position for entry in entries)
            if last and not entries:
                return

    def write() -> None:
        for n in range(saves):
            recorder(site_schema, database).insert_events([event() for _ in range(1 + n % 3)])

    follower = threading.Thread(target=follow)
    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in (follower, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    follower.join()
    database.close()
    written = writers * sum(1 + n % 3 for n in range(saves))
    assert seen == list(range(1, written + 1))


def test_version_taken_by_somebody_else_leaves_no_gap(site_schema: TestSite) -> None:
    writer = recorder(site_schema)
    first = event()
    assert writer.insert_events([first]) == [1]
    with pytest.raises(IntegrityError):
        writer.insert_events([event(), first, event()])
    assert writer.insert_events([event()]) == [2]
    assert site_schema.rows("SELECT count(*) FROM {s}.operations_events") == [(2,)]


def test_insert_that_fails_keeps_the_head(site_schema: TestSite) -> None:
    with pytest.raises(psycopg.errors.NotNullViolation):
        recorder(site_schema).insert_events(
            [StoredEvent(originator_id=uuid4(), originator_version=1, topic=None, state=b"")]  # type: ignore[arg-type]
        )
    assert recorder(site_schema).max_notification_id() is None


def test_library_reads_what_it_wrote(site_schema: TestSite) -> None:
    writer = recorder(site_schema)
    events = [event(state=bytes([n])) for n in range(5)]
    assert writer.insert_events(events) == [1, 2, 3, 4, 5]
    assert writer.insert_events([]) == []
    assert writer.max_notification_id() == 5
    assert [n.id for n in writer.select_notifications(2, 2)] == [2, 3]
    after = writer.select_notifications(2, 2, inclusive_of_start=False)
    assert [n.id for n in after] == [3, 4]
    assert [n.id for n in writer.select_notifications(None, 9, stop=2)] == [1, 2]
    assert list(writer.select_events(events[3].originator_id)) == [events[3]]
    with pytest.raises(NotImplementedError):
        writer.subscribe()


def test_events_of_a_stream_come_in_the_asked_order(site_schema: TestSite) -> None:
    stream = uuid4()
    events = [
        StoredEvent(originator_id=stream, originator_version=v, topic="t", state=b"")
        for v in (1, 2, 3)
    ]
    writer = recorder(site_schema)
    writer.insert_events(events)
    newest = writer.select_events(stream, gt=1, lte=3, desc=True, limit=1)
    assert [each.originator_version for each in newest] == [3]
    with site_schema.writer.connection() as connection:
        entries = read_stream(connection, site_schema.schema, "operations", stream)
    assert [(entry.version, entry.position) for entry in entries] == [(1, 1), (2, 2), (3, 3)]


def test_append_wakes_a_listener(site_schema: TestSite) -> None:
    listener = site_schema.writer.direct()
    listener.execute(f"LISTEN {channel_name(site_schema.schema, 'operations')}".encode())
    recorder(site_schema).insert_events([event()])
    assert [n.channel for n in listener.notifies(timeout=60.0, stop_after=1)] == [
        channel_name(site_schema.schema, "operations")
    ]
    listener.close()


def test_applications_of_a_site_count_for_themselves(site_schema: TestSite) -> None:
    recorder(site_schema).insert_events([event()])
    with site_schema.writer.connection() as connection:
        assert head_position(connection, site_schema.schema, "operations") == 1
        assert head_position(connection, site_schema.schema, "books") == 0
