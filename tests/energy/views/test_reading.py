"""Readings, newest readings and the index of batches, as the plain statements have them."""

from __future__ import annotations

import pytest

from energy.base.quality import Quality
from tests.fixtures.batches import at, reading
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


def test_correction_wins_over_the_register_and_the_last_one_over_the_first(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 7, Quality.CORRECTED), reading(channel, 0, 5))
    site_schema.accept(
        reading(channel, 0, 8, Quality.CORRECTED), reading(channel, 0, 9, Quality.CORRECTED)
    )
    site_schema.project()
    rows = site_schema.rows("SELECT count, quality FROM {s}.reading")
    assert rows == [(9, Quality.CORRECTED)]
    assert site_schema.rows("SELECT * FROM {s}.finding") == []


def test_two_registers_telling_different_counts_is_a_finding_with_both(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 5))
    refused = site_schema.accept(reading(channel, 0, 3)).position
    site_schema.project()
    assert site_schema.rows("SELECT count FROM {s}.reading") == [(5,)]
    rows = site_schema.rows(
        "SELECT code, severity, channel, start_at, position, proof FROM {s}.finding"
    )
    proof = {"least": 3, "greatest": 5}
    assert rows == [("reading.conflict", "do_not_bill", channel, at(0), refused, proof)]


def test_estimate_never_replaces_what_was_measured(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 5, Quality.ESTIMATED))
    site_schema.accept(reading(channel, 0, 6))
    site_schema.accept(reading(channel, 0, 7, Quality.MANUAL))
    site_schema.project()
    rows = site_schema.rows("SELECT count, quality FROM {s}.reading")
    assert rows == [(6, Quality.MEASURED)]


def test_newest_reading_is_the_one_that_counts(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 30, 9), reading(channel, 15, 8))
    site_schema.accept(reading(channel, 30, 10, Quality.CORRECTED), reading(channel, 0, 1))
    site_schema.project()
    rows = site_schema.rows("SELECT channel, at, count, quality FROM {s}.latest")
    assert rows == [(channel, at(30), 10, Quality.CORRECTED)]


def test_unknown_channel_is_named_and_its_neighbours_are_kept(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 1), reading(99, 0, 2), reading(99, 15, 3))
    site_schema.project()
    assert site_schema.rows("SELECT channel, count FROM {s}.reading") == [(channel, 1)]
    rows = site_schema.rows("SELECT code, channel, start_at, end_at, proof FROM {s}.finding")
    assert rows == [("channel.unknown", 99, at(0), at(15), {"readings": 2})]


def test_index_leads_from_a_channel_and_time_to_its_positions(site_schema: TestSite) -> None:
    one, other = (site_schema.counter(point) for point in ("m1", "m2"))
    first = site_schema.accept(
        reading(one, 30, 2), reading(one, 0, 1), reading(other, 15, 7)
    ).position
    second = site_schema.accept(reading(one, 45, 3)).position
    site_schema.project()
    rows = site_schema.rows("SELECT * FROM {s}.batch_index ORDER BY position, channel")
    assert rows == [
        (first, one, at(0), at(30), 2),
        (first, other, at(15), at(15), 1),
        (second, one, at(45), at(45), 1),
    ]


def test_gauge_has_readings_but_no_usage(site_schema: TestSite) -> None:
    counter = site_schema.counter(gauge=True)
    site_schema.accept(reading(counter + 1, 0, 5000), reading(counter + 1, 15, 4000))
    site_schema.project()
    assert site_schema.rows("SELECT count FROM {s}.latest") == [(4000,)]
    assert site_schema.rows("SELECT * FROM {s}.usage_block") == []


def test_suspect_reading_is_kept_and_never_counted(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(
        reading(channel, 0, 10),
        reading(channel, 15, 999_999, Quality.SUSPECT),
        reading(channel, 30, 14),
    )
    site_schema.project()
    assert site_schema.rows("SELECT count(*) FROM {s}.reading") == [(3,)]
    assert site_schema.rows("SELECT total FROM {s}.usage_block") == [(40,)]
