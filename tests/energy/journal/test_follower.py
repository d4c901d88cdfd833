"""Followers: one transaction for rows and position, races lost without harm, poison parked."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from energy.base.clock import monotonic_s
from energy.base.errors import JournalError
from energy.journal.chain import DamagedError
from energy.journal.entry import Entry
from energy.journal.follower import Follower, LostRaceError, wait_for_position
from energy.journal.ingest import Ingest
from energy.journal.recorder import insert_entries, take_positions
from energy.views.worker import MeteringFold, metering_follower
from tests.fixtures.batches import at, reading
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


class Diary:
    """A fold that writes each position into the table `mark`, and knows some poison."""

    def __init__(self, site: TestSite, *poison: int, error: type[Exception] = ValueError) -> None:
        self.site = site
        self.poison = poison
        self.error = error
        self.calls = 0

    def __call__(self, cursor: psycopg.Cursor[Any], entries: Sequence[Entry]) -> None:
        self.calls += 1
        for entry in entries:
            cursor.execute(
                f"INSERT INTO {self.site.schema}.mark VALUES (%s, now(), 'diary', now())".encode(),
                (entry.position,),
            )
            if entry.position in self.poison:
                raise self.error("this entry is poison")


def follower(site: TestSite, fold: Any, application: str = "metering") -> Follower:
    return Follower(site.writer, site.schema, application, "diary", fold, site.clock)


def diary(site: TestSite) -> list[int]:
    return [position for (position,) in site.rows("SELECT position FROM {s}.mark ORDER BY 1")]


def appended(site: TestSite, count: int) -> None:
    batches = [site.spooler.batch([reading(1, n, n)]) for n in range(count)]
    site.ingest.accept(batches)


def test_follower_folds_everything_once_in_slices(
    site_schema: TestSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("energy.journal.follower.SLICE", 4)
    appended(site_schema, 10)
    one = follower(site_schema, Diary(site_schema))
    assert [one.step() for _ in range(4)] == [4, 4, 2, 0]
    assert (one.position, one.lag) == (10, 0)
    assert diary(site_schema) == list(range(1, 11))
    assert follower(site_schema, Diary(site_schema)).step() == 0, "a fresh one goes on"


def test_two_followers_of_one_name_do_not_harm_each_other(site_schema: TestSite) -> None:
    appended(site_schema, 40)
    lost: list[str] = []

    def follow() -> None:
        mine = follower(site_schema, Diary(site_schema))
        while True:
            try:
                if mine.step() == 0:
                    return
            except LostRaceError as error:
                lost.append(error.code)

    threads = [threading.Thread(target=follow) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert diary(site_schema) == list(range(1, 41))


def test_slower_follower_of_one_name_writes_nothing(site_schema: TestSite) -> None:
    appended(site_schema, 3)

    slow = follower(site_schema, Diary(site_schema))
    with site_schema.writer.connection() as connection:
        position = slow._read_position(connection)
        follower(site_schema, Diary(site_schema)).step()
        from energy.journal.recorder import read_entries

        entries = read_entries(connection, site_schema.schema, "metering", after=position, limit=9)
        with pytest.raises(LostRaceError):
            slow._apply_or_park(connection, position, entries)
    assert diary(site_schema) == [1, 2, 3]


def test_poisoned_entry_is_parked_and_the_rest_is_folded(site_schema: TestSite) -> None:
    appended(site_schema, 6)
    one = follower(site_schema, Diary(site_schema, 3, 5))
    while one.step():
        pass
    assert diary(site_schema) == [1, 2, 4, 6]
    assert one.position == 6
    parked = site_schema.rows("SELECT follower, position, error, resolved_at FROM {s}.parked")
    assert parked == [
        ("diary", 3, "ValueError: this entry is poison", None),
        ("diary", 5, "ValueError: this entry is poison", None),
    ]
    findings = site_schema.rows(
        "SELECT code, severity, channel, start_at, end_at, position, proof->>'source' "
        "FROM {s}.finding ORDER BY position"
    )
    for_good = datetime(9999, 1, 1, tzinfo=UTC)
    assert findings == [
        ("entry.parked", "do_not_bill", 0, at(2), for_good, 3, "modbus-1"),
        ("entry.parked", "do_not_bill", 0, at(4), for_good, 5, "modbus-1"),
    ]


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.DiskFull,
        MemoryError,
        OSError,
        DamagedError,
    ],
)
def test_fault_of_the_database_or_of_a_segment_parks_nothing(
    site_schema: TestSite, error: type[Exception]
) -> None:
    appended(site_schema, 3)
    with pytest.raises(error):
        follower(site_schema, Diary(site_schema, 2, error=error)).step()
    assert diary(site_schema) == []
    assert site_schema.rows("SELECT * FROM {s}.parked") == []
    assert follower(site_schema, Diary(site_schema)).step() == 3


def test_damaged_batch_is_parked_and_the_real_views_go_on(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    good = site_schema.spooler.batch([reading(channel, 0, 10)])
    bad = replace(site_schema.spooler.batch([reading(channel, 15, 11)]), payload=b"rubbish")
    site_schema.ingest.accept([good, bad, site_schema.spooler.batch([reading(channel, 30, 14)])])
    site_schema.project()
    rows = site_schema.rows("SELECT at, count FROM {s}.reading ORDER BY at")
    assert rows == [(at(0), 10), (at(30), 14)]
    (parked,) = site_schema.rows("SELECT position, error FROM {s}.parked")
    assert parked[0] == 6
    assert "codec version" in parked[1]


def test_entry_that_is_no_batch_at_all_is_parked(site_schema: TestSite) -> None:
    with site_schema.writer.transaction() as connection:
        first, _ = take_positions(
            connection, site_schema.schema, "metering", 3, site_schema.clock.now()
        )
        entries = [
            Entry(position=first + n, stream=uuid4(), version=1, topic=topic, state=state)
            for n, (topic, state) in enumerate(
                [
                    ("readings.recorded", b"\x99\x01\xcf\xff\xa3\xff\xfe\xfd"),
                    ("meter.dreamed_of", json.dumps({}).encode()),
                    ("mark.made", b"{"),
                ]
            )
        ]
        insert_entries(connection, site_schema.schema, "metering", entries)
    site_schema.project()
    rows = site_schema.rows("SELECT position FROM {s}.parked ORDER BY position")
    assert rows == [(1,), (2,), (3,)]
    rows = site_schema.rows("SELECT DISTINCT start_at, severity FROM {s}.finding")
    assert rows == [(datetime(1970, 1, 1, tzinfo=UTC), "do_not_bill")]


def test_follower_wakes_for_an_append_and_stops_when_asked(site_schema: TestSite) -> None:
    stop = threading.Event()
    idle = threading.Event()
    one = metering_follower(
        site_schema.writer, site_schema.schema, site_schema.site.zone, site_schema.clock
    )
    thread = threading.Thread(target=one.run, args=(stop, idle.set))
    thread.start()
    assert idle.wait(60)
    channel = site_schema.counter()
    accepted = site_schema.accept(reading(channel, 0, 1))
    wait_for_position(
        site_schema.writer, site_schema.schema, "metering", accepted.position, timeout_s=10
    )
    began_s = monotonic_s()
    stop.set()
    thread.join(timeout=60)
    assert not thread.is_alive()
    assert monotonic_s() - began_s < 2


def test_follower_outlives_its_database_connections(site_schema: TestSite) -> None:
    stop = threading.Event()
    one = follower(site_schema, Diary(site_schema))
    thread = threading.Thread(target=one.run, args=(stop,))
    thread.start()
    for n in range(3):
        appended(site_schema, 1)
        wait_for_position(site_schema.writer, site_schema.schema, "diary", n + 1, timeout_s=10)
        with site_schema.server.superuser() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE usename = 'meterline_writer'"
            )
    stop.set()
    thread.join(timeout=60)
    assert diary(site_schema) == [1, 2, 3]


def test_waiting_for_a_view_that_nobody_feeds_says_so(site_schema: TestSite) -> None:
    appended(site_schema, 1)
    with pytest.raises(JournalError, match="Is `project` running"):
        wait_for_position(site_schema.writer, site_schema.schema, "diary", 1, timeout_s=0.05)
    follower(site_schema, Diary(site_schema)).step()
    wait_for_position(site_schema.writer, site_schema.schema, "diary", 1, timeout_s=0.05)


def test_killed_between_rows_and_position_leaves_neither(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.project()
    site_schema.accept(reading(channel, 0, 1), reading(channel, 15, 4))

    class Killed(BaseException):
        pass

    class Dying(MeteringFold):
        def __call__(self, cursor: psycopg.Cursor[Any], entries: Sequence[Entry]) -> None:
            super().__call__(cursor, entries)
            raise Killed

    dying = Follower(
        site_schema.writer,
        site_schema.schema,
        "metering",
        "metering",
        Dying(site_schema.schema, site_schema.site.zone),
        site_schema.clock,
    )
    with pytest.raises(Killed):
        dying.step()
    assert site_schema.rows("SELECT * FROM {s}.reading") == []
    assert site_schema.rows("SELECT position FROM {s}.follower WHERE name = 'metering'") == [(4,)]
    site_schema.project()
    assert site_schema.rows("SELECT count FROM {s}.reading ORDER BY at") == [(1,), (4,)]


def test_ingest_is_not_held_up_by_a_follower(site_schema: TestSite) -> None:
    appended(site_schema, 1)
    with site_schema.writer.transaction() as connection:
        connection.execute(
            f"SELECT * FROM {site_schema.schema}.follower FOR UPDATE".encode()
        ).fetchall()
        accepted = Ingest(site_schema.writer, site_schema.schema, site_schema.clock).accept(
            [site_schema.spooler.batch([reading(1, 99, 9)])]
        )
    assert accepted.stored == 1
