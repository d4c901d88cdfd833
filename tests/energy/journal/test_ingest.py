"""Ingest: what is sent again counts once, whatever happened to the connection."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.entry import decode_batch
from energy.journal.ingest import Accepted, Ingest
from energy.journal.refused import decode_refused
from energy.journal.verify import verify
from energy.metering.meter import meter_id
from energy.metering.reading import ReadingColumns
from energy.store.pool import Database
from energy.system import WRITER
from tests.fixtures.batches import Spooler, reading, sealed_batch
from tests.fixtures.cut_proxy import CutProxy
from tests.fixtures.meters import commission, find_meter
from tests.fixtures.postgres import DatabaseServer, TestSite

pytestmark = pytest.mark.servers


@pytest.fixture
def cut_proxy(database_server: DatabaseServer) -> Iterator[CutProxy]:
    facts = conninfo_to_dict(database_server.dsn(WRITER))
    proxy = CutProxy(Path(str(facts["host"])) / f".s.PGSQL.{facts['port']}")
    yield proxy
    proxy.close()


@pytest.fixture
def behind_proxy(database_server: DatabaseServer, cut_proxy: CutProxy) -> Iterator[Database]:
    dsn = make_conninfo(
        database_server.dsn(WRITER), host="127.0.0.1", port=cut_proxy.port, sslmode="disable"
    )
    database = Database(dsn, max_size=2)
    yield database
    database.close()


def test_batch_sent_again_changes_nothing(site_schema: TestSite) -> None:
    batch = site_schema.spooler.batch([reading(1, 0, 5)])
    first = site_schema.ingest.accept([batch])
    again = site_schema.ingest.accept([batch])
    assert (first.stored, first.repeated, first.position) == (1, 0, 1)
    assert (again.stored, again.repeated, again.position) == (0, 1, 1)
    assert site_schema.rows("SELECT count(*) FROM {s}.metering_events") == [(1,)]


def test_same_batch_twice_in_one_call_is_stored_once(site_schema: TestSite) -> None:
    one, two = (site_schema.spooler.batch([reading(1, n, n)]) for n in range(2))
    accepted = site_schema.ingest.accept([one, two, one, two, one])
    assert accepted == Accepted(stored=2, repeated=3, conflicts=0, position=2)


def test_nothing_to_accept_takes_no_position(site_schema: TestSite) -> None:
    assert site_schema.ingest.accept([]).position == 0


def test_batches_arrive_in_any_order_beside_known_ones(site_schema: TestSite) -> None:
    batches = [site_schema.spooler.batch([reading(1, n, n)]) for n in range(4)]
    site_schema.ingest.accept([batches[2]])
    accepted = site_schema.ingest.accept([batches[3], batches[2], batches[0], batches[1]])
    assert (accepted.stored, accepted.repeated, accepted.position) == (3, 1, 4)
    versions = site_schema.rows(
        "SELECT originator_version FROM {s}.metering_events ORDER BY notification_id"
    )
    assert [version for (version,) in versions] == [3, 4, 1, 2]


def test_same_key_with_other_readings_is_a_finding_and_changes_nothing(
    site_schema: TestSite,
) -> None:
    genuine = site_schema.spooler.batch([reading(1, 0, 5)])
    other = sealed_batch(
        ReadingColumns.of([reading(1, 0, 6)]),
        stream=genuine.stream,
        sequence=1,
        source=genuine.source,
        before=genuine.previous_hash,
    )
    site_schema.ingest.accept([genuine])
    for _ in range(2):
        site_schema.ingest.accept([Spooler("another").batch([reading(1, 9, 9)])])
        refused = site_schema.ingest.accept([other])
        assert (refused.conflicts, refused.conflicting) == (1, ((genuine.stream, 1),))
    refusals = site_schema.rows(
        "SELECT notification_id, state FROM {s}.metering_events WHERE topic = 'batch.refused'"
    )
    ((position, state),) = refusals
    record = decode_refused(bytes(state))
    assert (position, record.against, record.hash) == (3, 1, other.own_hash.hex())
    (state,) = site_schema.rows("SELECT state FROM {s}.metering_events WHERE notification_id = 1")
    assert decode_batch(bytes(state[0])).own_hash == genuine.own_hash


def test_conflict_inside_one_call_keeps_the_first(site_schema: TestSite) -> None:
    genuine, after = (site_schema.spooler.batch([reading(1, n, 5)]) for n in range(2))
    other = replace(genuine, own_hash=bytes(32))
    accepted = site_schema.ingest.accept([genuine, other, after])
    assert (accepted.stored, accepted.repeated, accepted.conflicts) == (2, 0, 1)
    rows = site_schema.rows("SELECT state FROM {s}.metering_events WHERE topic = 'batch.refused'")
    assert [decode_refused(bytes(state)).against for (state,) in rows] == [1]


def test_what_a_restored_spool_sends_is_refused_as_far_as_it_would_break_the_chain(
    site_schema: TestSite,
) -> None:
    journal, restored = site_schema.spooler, Spooler()
    both = [spooler.batch([reading(1, 0, 0)]) for spooler in (journal, restored)]
    ours = [journal.batch([reading(1, n, n)]) for n in (1, 2)]
    theirs = [restored.batch([reading(2, n, n)]) for n in range(1, 5)]
    site_schema.ingest.accept([both[0], *ours])
    accepted = site_schema.ingest.accept([both[1], *theirs[:3]])
    assert (accepted.stored, accepted.repeated, accepted.conflicts) == (0, 1, 3)
    assert accepted.conflicting == tuple((journal.stream, n) for n in (2, 3, 4))
    assert site_schema.ingest.accept(theirs[2:3]).conflicting == ((journal.stream, 4),)
    rows = site_schema.rows("SELECT state FROM {s}.metering_events WHERE topic = 'batch.refused'")
    told = [decode_refused(bytes(state)) for (state,) in rows]
    assert [each.hash for each in told if each.against == 2] == [theirs[0].own_hash.hex()]
    with site_schema.writer.connection() as connection:
        verified = verify(connection, site_schema.schema, "metering")
    assert (verified.chain_ok, verified.entries) == (True, 3 + len(told))


def test_batch_that_the_next_one_does_not_follow_is_refused(site_schema: TestSite) -> None:
    genuine, after = (site_schema.spooler.batch([reading(1, n, n)]) for n in (0, 1))
    other = Spooler().batch([reading(1, 0, 7)])
    site_schema.ingest.accept([after])
    assert site_schema.ingest.accept([other]).conflicting == ((other.stream, 1),)
    assert site_schema.ingest.accept([genuine]).stored == 1


def test_learned_at_never_decreases_although_the_clock_does(site_schema: TestSite) -> None:
    site_schema.accept(reading(1, 0, 1))
    site_schema.clock._at = site_schema.clock._at.replace(hour=3)
    site_schema.accept(reading(1, 1, 2))
    rows = site_schema.rows("SELECT state FROM {s}.metering_events ORDER BY notification_id")
    first, second = (decode_batch(bytes(state)).learned_us for (state,) in rows)
    assert first == second


def test_many_collectors_sending_the_same_batches_at_once_store_each_once(
    site_schema: TestSite,
) -> None:
    batches = [site_schema.spooler.batch([reading(1, n, n)]) for n in range(30)]
    results: list[Accepted] = []
    start = threading.Barrier(6)

    def collect() -> None:
        start.wait()
        results.extend(site_schema.ingest.accept(batches[n : n + 3]) for n in range(0, 30, 3))

    threads = [threading.Thread(target=collect) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(result.stored for result in results) == 30
    assert sum(result.repeated for result in results) == 5 * 30
    positions = site_schema.rows(
        "SELECT notification_id FROM {s}.metering_events ORDER BY notification_id"
    )
    assert [position for (position,) in positions] == list(range(1, 31))


def test_batch_whose_commit_was_never_confirmed_is_stored_once(
    site_schema: TestSite, behind_proxy: Database, cut_proxy: CutProxy
) -> None:
    ingest = Ingest(behind_proxy, site_schema.schema, site_schema.clock)
    batches = [site_schema.spooler.batch([reading(1, n, n)]) for n in range(3)]
    ingest.accept(batches[:1])
    cut_proxy.cuts_left = 1
    with pytest.raises(psycopg.OperationalError):
        ingest.accept(batches)
    assert cut_proxy.cuts_made == 1
    assert site_schema.ingest.accept([]).position == 3, "it was committed all the same"
    assert ingest.accept(batches) == Accepted(stored=0, repeated=3, conflicts=0, position=3)


def test_command_whose_commit_was_never_confirmed_happens_once(
    site_schema: TestSite, behind_proxy: Database, cut_proxy: CutProxy
) -> None:
    site_schema.counter(commissioned=False)
    metering = JournalApplication(behind_proxy, site_schema.schema, "metering", site_schema.clock)
    meter = find_meter(metering, site_schema.site.key)
    commission(meter)
    cut_proxy.cuts_left = 1
    with pytest.raises(psycopg.OperationalError):
        metering.store(meter)
    again = metering.find(meter_id(site_schema.site.key, "m1"))
    assert again is not None
    done = id_of("test", site_schema.site.key, "m1", "commission", again.since.isoformat())
    assert again.seen(done), "whoever repeats the command sees that it happened"
    assert metering.position() == 4, "register, numbers, plan, commissioning: each once"
