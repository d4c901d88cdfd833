"""Impossible counts and clocks cost their own reading, never the batch."""

from __future__ import annotations

import pytest

from energy.base.quality import Quality
from tests.fixtures.batches import at, reading
from tests.fixtures.meters import counter_facts
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import slices_of

pytestmark = pytest.mark.servers


@pytest.mark.parametrize(
    ("modulus", "count"), [(None, 2**63 - 1), (None, -(2**62)), (1000, 1000), (1000, -1)]
)
def test_count_no_register_can_show_costs_its_own_reading_only(
    site_schema: TestSite, modulus: int | None, count: int
) -> None:
    channel = site_schema.counter(facts=counter_facts(modulus=modulus, max_per_hour=900))
    other = site_schema.counter("m2")
    site_schema.accept(reading(channel, 0, 5), reading(other, 0, 50))
    absurd = site_schema.accept(reading(channel, 15, count), reading(other, 15, 60)).position
    site_schema.accept(reading(channel, 30, 9), reading(other, 30, 70))
    site_schema.project()
    assert site_schema.rows("SELECT * FROM {s}.parked") == []
    assert site_schema.rows(
        "SELECT code, severity, channel, start_at, end_at, position FROM {s}.finding"
    ) == [("reading.out_of_range", "do_not_bill", channel, at(15), at(15), absurd)]
    assert site_schema.rows(
        "SELECT quality FROM {s}.reading WHERE channel = %s AND at = %s", channel, at(15)
    ) == [(Quality.SUSPECT,)]
    assert site_schema.rows("SELECT channel, total FROM {s}.usage_block ORDER BY channel") == [
        (channel, 40),
        (other, 200),
    ]


@pytest.mark.parametrize("every", [1, 512])
def test_corrected_instant_is_in_doubt_no_more_but_was_then(
    site_schema: TestSite, every: int
) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 15, 2**60))
    right = site_schema.accept(reading(channel, 15, 7, Quality.CORRECTED)).position
    site_schema.accept(reading(channel, 15, 8, Quality.CORRECTED))
    with slices_of(every):
        site_schema.project()
    assert site_schema.rows("SELECT explained_position FROM {s}.finding") == [(right,)]


def test_clock_that_runs_ahead_silences_neither_the_newest_count_nor_the_usage(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter()
    ahead = [reading(channel, 725, 8), reading(channel, 726, 9)]
    position = site_schema.ingest.accept([site_schema.spooler.batch(ahead)]).position
    site_schema.project()
    assert site_schema.rows("SELECT code, severity, start_at, position FROM {s}.finding") == [
        ("reading.future", "warn", at(726), position)
    ]
    assert site_schema.rows("SELECT at, count FROM {s}.latest") == [(at(725), 8)]
