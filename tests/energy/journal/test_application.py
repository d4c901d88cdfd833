"""Aggregates in the journal: conflicts, command ids, the injected clock, exact values."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from uuid import uuid4

import pytest

from energy.base.errors import ConflictError, RefusedError
from energy.journal.application import EventDecoder
from energy.journal.recorder import read_entries
from energy.metering.meter import Meter, meter_id
from energy.service.duty.entry import ShiftEntry
from tests.fixtures.meters import change_ratio, commission, find_meter
from tests.fixtures.postgres import NOON, TestSite

pytestmark = pytest.mark.servers


def test_second_of_two_people_changing_one_meter_is_told(site_schema: TestSite) -> None:
    site_schema.counter(commissioned=False)
    metering = site_schema.application("metering")
    before = metering.position()
    mine, theirs = (find_meter(metering, site_schema.site.key) for _ in range(2))
    commission(mine, serial="A")
    commission(theirs, serial="B")
    assert metering.store(mine) == before + 1
    with pytest.raises(ConflictError, match="Load it again"):
        metering.store(theirs)
    assert metering.position() == before + 1
    assert find_meter(metering, site_schema.site.key).serial == "A"


def test_store_of_two_things_is_all_or_nothing(site_schema: TestSite) -> None:
    for point in ("m1", "m2"):
        site_schema.counter(point, commissioned=False)
    metering = site_schema.application("metering")
    first, second = (find_meter(metering, site_schema.site.key, p) for p in ("m1", "m2"))
    faster = find_meter(metering, site_schema.site.key, "m2")
    commission(faster)
    metering.store(faster)
    commission(first)
    commission(second)
    with pytest.raises(ConflictError):
        metering.store(first, second)
    assert find_meter(metering, site_schema.site.key, "m1").serial is None


@pytest.mark.parametrize("sign", ["\0", "\ud800"])
def test_a_sign_that_no_table_takes_is_refused_before_it_is_stored(
    site_schema: TestSite, sign: str
) -> None:
    operations, person = site_schema.application("operations"), uuid4()

    def told(text: str) -> ShiftEntry:
        return ShiftEntry.tell(uuid4(), text, stays_open=True, by=person, command_id=uuid4())

    before = operations.position()
    with pytest.raises(RefusedError, match="type it anew"):
        operations.store(told("pump 2 hums"), told(f"valve{sign}7 leaks"))
    assert operations.position() == before
    assert operations.store(told(r"the text \u0000 of a manual")) == before + 1


def test_nothing_new_takes_no_position(site_schema: TestSite) -> None:
    site_schema.counter()
    metering = site_schema.application("metering")
    before = metering.position()
    assert metering.store(find_meter(metering, site_schema.site.key)) == before


def test_command_is_remembered_through_the_journal(site_schema: TestSite) -> None:
    site_schema.counter()
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    change_ratio(meter, when=NOON, counts={1: 7}, multiplier=Fraction(40, 3) * 3)
    (stored,) = meter.pending_events
    metering.store(meter)
    again = find_meter(metering, site_schema.site.key)
    assert again.seen(stored.command_id)
    assert not again.seen(uuid4())
    assert Fraction(again.multiplier) == 40


def test_events_carry_the_injected_clock_not_the_machines(site_schema: TestSite) -> None:
    site_schema.clock.move_to(NOON + timedelta(days=3))
    site_schema.counter()
    with site_schema.writer.connection() as connection:
        entries = read_entries(connection, site_schema.schema, "metering", after=0, limit=9)
    events = [EventDecoder().decode(entry) for entry in entries]
    assert {event.timestamp for event in events} == {NOON + timedelta(days=3)}
    assert [type(event).TOPIC for event in events] == [
        "channel_register.opened",
        "channel_register.numbered",
        "meter.planned",
        "meter.commissioned",
    ]
    assert [entry.topic for entry in entries] == [type(event).TOPIC for event in events]


def test_unknown_thing_is_none(site_schema: TestSite) -> None:
    assert site_schema.application("metering").find(meter_id("nowhere", "m1")) is None


def test_stored_meter_equals_the_one_in_memory(site_schema: TestSite) -> None:
    site_schema.counter(multiplier=Fraction(20))
    meter = find_meter(site_schema.application("metering"), site_schema.site.key)
    assert isinstance(meter, Meter)
    assert (meter.serial, meter.multiplier, meter.point) == ("S-1", "20", "m1")
