"""The two register readings behind a bill, one pair a meter."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from energy.base.period import Period
from energy.base.quality import Quality
from energy.views.as_of import folded_position
from energy.views.estimates import read_around
from energy.views.register_proof import RegisterProof, proofs_of_many, register_proofs
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.meters import commission, find_meter, replace, retire
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers

DAY = Period(start=MIDNIGHT + timedelta(days=1), end=MIDNIGHT + timedelta(days=2))


def proofs(site: TestSite, channel: int, as_of: int | None = None) -> list[RegisterProof]:
    site.project()
    with site.writer.connection() as connection:
        return register_proofs(connection, site.schema, channel, DAY, as_of=as_of)


def pairs(found: list[RegisterProof]) -> list[tuple[object, ...]]:
    return [
        (p.opening.serial, p.opening.at, p.opening.count, p.closing.at, p.closing.count)
        for p in found
    ]


def test_readings_on_both_midnights_are_the_proof(site_schema: TestSite) -> None:
    channel = site_schema.counter(multiplier=Fraction(20))
    site_schema.accept(*(reading(channel, 720 * n, 10 * n) for n in range(6)))
    (proof,) = proofs(site_schema, channel)
    assert pairs([proof]) == [("S-1", at(1440), 20, at(2880), 40)]
    assert (proof.multiplier, proof.resolution, proof.unit) == (20, Fraction(1, 100), "kWh")


def test_outage_at_midnight_takes_the_readings_around_the_day(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(
        reading(channel, 1400, 7), reading(channel, 2000, 9), reading(channel, 2900, 30)
    )
    assert pairs(proofs(site_schema, channel)) == [("S-1", at(1400), 7, at(2900), 30)]


def test_replaced_meter_has_a_proof_for_each_device(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    replace(meter, when=at(2000), final={channel: 55}, start={channel: 2})
    metering.store(meter)
    site_schema.accept(reading(channel, 1440, 40), reading(channel, 2880, 12))
    assert pairs(proofs(site_schema, channel)) == [
        ("S-1", at(1440), 40, at(2000), 55),
        ("S-2", at(2000), 2, at(2880), 12),
    ]


def test_reading_learned_later_is_no_proof_as_known_then(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 1440, 40), reading(channel, 2900, 50))
    mark = site_schema.mark("bill run")
    site_schema.accept(reading(channel, 2880, 48))
    assert pairs(proofs(site_schema, channel))[0][3:] == (at(2880), 48)
    assert pairs(proofs(site_schema, channel, as_of=mark))[0][3:] == (at(2900), 50)


def test_reading_that_was_corrected_since_is_the_proof_as_known_then(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 1440, 40), reading(channel, 2880, 49, Quality.ESTIMATED))
    site_schema.accept(reading(channel, 2880, 48), reading(channel, 2900, 50))
    mark = site_schema.mark("bill run")
    known = [("S-1", at(1440), 40, at(2880), 48)]
    assert pairs(proofs(site_schema, channel, as_of=mark)) == known
    site_schema.accept(reading(channel, 2880, 47, Quality.CORRECTED))
    site_schema.accept(reading(channel, 1440, 41, Quality.CORRECTED))
    assert pairs(proofs(site_schema, channel)) == [("S-1", at(1440), 41, at(2880), 47)]
    assert pairs(proofs(site_schema, channel, as_of=mark)) == known
    assert proofs(site_schema, channel, as_of=mark)[0].closing.position == mark - 1


def test_stated_counts_are_nearer_than_readings_inside_the_period(site_schema: TestSite) -> None:
    channel = site_schema.counter(commissioned=False)
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    commission(meter, since=at(1000), start_counts={channel: 0})
    retire(meter, when=at(2500), final={channel: 90})
    metering.store(meter)
    site_schema.accept(reading(channel, 1500, 20), reading(channel, 2000, 60))
    assert pairs(proofs(site_schema, channel)) == [("S-1", at(1000), 0, at(2500), 90)]


def test_suspect_readings_prove_nothing(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(
        reading(channel, 1440, 40),
        reading(channel, 2880, 99999, Quality.SUSPECT),
        reading(channel, 2895, 50),
    )
    assert pairs(proofs(site_schema, channel))[0][3:] == (at(2895), 50)


def test_silent_channel_has_no_proof(site_schema: TestSite) -> None:
    assert proofs(site_schema, site_schema.counter()) == []


def test_register_is_proved_by_what_counted_when_the_bill_was_made(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter()
    site_schema.accept(
        reading(channel, 1440, 40, Quality.MANUAL), reading(channel, 2880, 50, Quality.ESTIMATED)
    )
    first = site_schema.mark("first run")
    site_schema.accept(reading(channel, 1440, 41), reading(channel, 2880, 49))
    second = site_schema.mark("second run")
    site_schema.accept(reading(channel, 2880, 48, Quality.CORRECTED))
    site_schema.accept(reading(channel, 2880, 47, Quality.CORRECTED))
    counts = [
        [(p.opening.count, p.closing.count) for p in proofs(site_schema, channel, as_of=as_of)]
        for as_of in (first, second, None)
    ]
    assert counts == [[(40, 50)], [(41, 49)], [(41, 47)]]


def test_proof_knows_no_meter_event_that_was_recorded_later(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(*(reading(channel, 720 * n, 10 * n) for n in range(6)))
    mark = site_schema.mark("bill run")
    before = proofs(site_schema, channel, as_of=mark)
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    replace(meter, when=at(2000), final={channel: 27}, start={channel: 2})
    metering.store(meter)
    assert len(proofs(site_schema, channel)) == 2
    assert proofs(site_schema, channel, as_of=mark) == before


def test_final_count_stands_where_the_replacement_was_recorded(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    replace(meter, when=at(2000), final={channel: 55}, start={channel: 2})
    recorded = metering.store(meter)
    site_schema.accept(reading(channel, 1440, 40), reading(channel, 2880, 12))
    old, new = proofs(site_schema, channel)
    assert (old.closing.position, new.opening.position) == (recorded, recorded)


def test_count_stated_at_the_start_comes_before_a_later_reading(site_schema: TestSite) -> None:
    channel = site_schema.counter(commissioned=False)
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    commission(meter, since=at(60), start_counts={channel: 3})
    metering.store(meter)
    site_schema.accept(reading(channel, 2000, 9), reading(channel, 2900, 30))
    assert pairs(proofs(site_schema, channel)) == [("S-1", at(60), 3, at(2900), 30)]


def test_proofs_of_a_period_whose_raw_rows_are_gone_stay(site_schema: TestSite) -> None:
    channel = site_schema.counter(multiplier=Fraction(20))
    site_schema.accept(*(reading(channel, 720 * n, 10 * n) for n in range(6)))
    before = proofs(site_schema, channel)
    with site_schema.writer.transaction() as connection:
        connection.execute(
            f"INSERT INTO {site_schema.schema}.series_kept VALUES ('reading', %s, now())",
            (at(2880),),
        )
        connection.execute(f"DELETE FROM {site_schema.schema}.reading WHERE at < %s", (at(2880),))
    assert proofs(site_schema, channel) == before
    assert pairs(before) == [("S-1", at(1440), 20, at(2880), 40)]


def test_an_estimate_that_does_not_fit_proves_nothing(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(
        reading(channel, 1400, 7),
        reading(channel, 1440, 50, Quality.ESTIMATED),
        reading(channel, 2880, 30),
    )
    assert pairs(proofs(site_schema, channel)) == [("S-1", at(1400), 7, at(2880), 30)]


def test_an_estimate_of_the_exchange_proves_nothing_and_is_none_that_counts(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter()
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    replace(meter, when=at(1430), final={channel: 55}, start={channel: 2})
    metering.store(meter)
    site_schema.accept(
        reading(channel, 1400, 50),
        reading(channel, 1430, 4000, Quality.ESTIMATED),
        reading(channel, 2880, 12),
    )
    assert pairs(proofs(site_schema, channel)) == [("S-2", at(1430), 2, at(2880), 12)]
    with site_schema.writer.connection() as connection:
        head = folded_position(connection, site_schema.schema)
        read = read_around(connection, site_schema.schema, channel, DAY, head, estimates=True)
    assert 4000 not in read.count.tolist()


def test_proofs_read_together_are_those_of_each_channel(site_schema: TestSite) -> None:
    plain, swapped, silent, guessed = (site_schema.counter(f"m{n}") for n in range(1, 5))
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key, "m2")
    replace(meter, when=at(2000), final={swapped: 55}, start={swapped: 2})
    metering.store(meter)
    site_schema.accept(
        *(reading(plain, 720 * n, 10 * n) for n in range(6)),
        *(reading(swapped, 1440, 40), reading(swapped, 2880, 12)),
        reading(guessed, 1400, 7),
        reading(guessed, 1440, 50, Quality.ESTIMATED),
        reading(guessed, 2880, 30),
    )
    every = (guessed, silent, swapped, plain)
    alone = {channel: proofs(site_schema, channel) for channel in every}
    with site_schema.writer.connection() as connection:
        assert proofs_of_many(connection, site_schema.schema, every, DAY) == alone
    assert [len(alone[channel]) for channel in every] == [1, 0, 2, 1]
