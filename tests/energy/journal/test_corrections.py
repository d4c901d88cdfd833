"""Commands on readings: once each, whatever is repeated; two people for a correction.

The web's role tells the journal of metering what people say, and nothing that devices say.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import psycopg
import pytest

from energy.base.ids import id_of
from energy.journal.corrections import Corrections, UnknownCorrectionError
from energy.journal.ingest import Ingest
from energy.journal.marks import Marks
from energy.metering.channel import Channel, Direction
from energy.metering.correction import CorrectionStateError, FourEyesError, StatementError
from energy.metering.reading import Reading
from energy.store.pool import Database
from energy.store.wall import STAFF
from tests.fixtures.batches import at
from tests.fixtures.meters import counter_facts
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
CLERK, MANAGER = id_of("test person", "clerk"), id_of("test person", "manager")
CHANNEL = Channel(number=1, point="m1", facts=counter_facts(modulus=1000))


def corrections_of(site: TestSite) -> Corrections:
    return Corrections(site.writer, site.schema, site.clock)


def test_a_command_given_twice_is_one_event(site_schema: TestSite) -> None:
    corrections = corrections_of(site_schema)
    ids = [
        corrections.propose(
            CHANNEL, [(at(15), 7)], reason="r", evidence=[], by=CLERK, command_id=command("p")
        )
        for _ in range(2)
    ]
    assert ids[0] == ids[1]
    for _ in range(2):
        corrections.approve(ids[0], by=MANAGER, command_id=command("a"))
        corrections.estimate(
            CHANNEL, [(at(15), 7)], method="m", inputs={}, by=CLERK, command_id=command("e")
        )
        corrections.enter(CHANNEL, [(at(15), 7)], note="", by=CLERK, command_id=command("d"))
    topics = [row[0] for row in site_schema.rows("SELECT topic FROM {s}.metering_events")]
    assert sorted(topics) == [
        "correction.approved",
        "correction.proposed",
        "readings.entered",
        "readings.estimated",
    ]


def test_the_proposer_cannot_approve_but_may_take_it_back(site_schema: TestSite) -> None:
    corrections = corrections_of(site_schema)
    identity = corrections.propose(
        CHANNEL, [(at(15), 7)], reason="r", evidence=[], by=CLERK, command_id=command("p")
    )
    with pytest.raises(FourEyesError):
        corrections.approve(identity, by=CLERK, command_id=command("a"))
    corrections.reject(identity, by=CLERK, reason="my mistake", command_id=command("r"))
    with pytest.raises(CorrectionStateError):
        corrections.approve(identity, by=MANAGER, command_id=command("b"))


def test_an_unknown_correction_is_named(site_schema: TestSite) -> None:
    with pytest.raises(UnknownCorrectionError, match="readings corrections"):
        corrections_of(site_schema).approve(CLERK, by=MANAGER, command_id=command("a"))


def test_a_register_that_counts_one_way_never_shows_less_than_nothing(
    site_schema: TestSite,
) -> None:
    facts = replace(counter_facts(modulus=None), direction=Direction.IMPORT)
    endless = Channel(number=1, point="m1", facts=facts)
    with pytest.raises(StatementError, match=r"shows 0 kWh or more, never -0\.01 kWh"):
        corrections_of(site_schema).check(endless, [(at(15), -1)])


def test_what_the_register_cannot_show_is_not_stored(site_schema: TestSite) -> None:
    corrections = corrections_of(site_schema)
    with pytest.raises(StatementError, match=r"0 kWh to 9\.99 kWh, never 10 kWh"):
        corrections.enter(CHANNEL, [(at(15), 1000)], note="", by=CLERK, command_id=command("d"))
    with pytest.raises(StatementError, match="--method"):
        corrections.estimate(
            CHANNEL, [(at(15), 1)], method="", inputs={}, by=CLERK, command_id=command("e")
        )
    assert site_schema.application("metering").position() == 0


@pytest.fixture
def web(site_schema: TestSite) -> Iterator[Database]:
    database = Database(site_schema.server.dsn("meterline_web"), max_size=8, scope=STAFF)
    yield database
    database.close()


def test_the_web_tells_what_people_say_and_nothing_that_devices_say(
    site_schema: TestSite, web: Database
) -> None:
    site = site_schema
    corrections = Corrections(web, site.schema, site.clock)
    position = corrections.enter(
        CHANNEL, [(at(15), 7)], note="seen", by=CLERK, command_id=command("w")
    )
    assert site.rows("SELECT notification_id, topic FROM {s}.metering_events") == [
        (position, "readings.entered")
    ]
    batch = site.spooler.batch([Reading(channel=1, at=at(15), count=7)])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        Ingest(web, site.schema, site.clock).accept([batch])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        Marks(web, site.schema, site.clock).append(reason="bill run", at=at(15))
    for statement in ("UPDATE {s}.metering_events SET topic = 'x'", "DELETE FROM {s}.reading"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), web.connection() as connection:
            connection.execute(statement.format(s=site.schema).encode())
    assert len(site.rows("SELECT FROM {s}.metering_events")) == 1
    assert site.rows("SELECT position FROM {s}.journal_head WHERE application = 'metering'") == [
        (position,)
    ]


def test_a_button_pressed_by_eight_fingers_at_once_is_one_reading(
    site_schema: TestSite, web: Database
) -> None:
    site, together = site_schema, Barrier(8)

    def press(_finger: int) -> int:
        corrections = Corrections(web, site.schema, site.clock)
        together.wait()
        return corrections.enter(
            CHANNEL, [(at(15), 7)], note="", by=CLERK, command_id=command("once")
        )

    with ThreadPoolExecutor(8) as pool:
        positions = list(pool.map(press, range(8)))
    assert len(site.rows("SELECT FROM {s}.metering_events")) == 1
    assert set(positions) == {1}
