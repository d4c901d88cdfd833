"""A follower that lives long sees every meter that was planned since, whoever folded the plan."""

from __future__ import annotations

import pytest

from energy.views.worker import metering_follower
from tests.fixtures.batches import reading
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


def usage_channels(site: TestSite) -> set[int]:
    """Return the channels that have usage blocks."""
    return {channel for (channel,) in site.rows("SELECT DISTINCT channel FROM {s}.usage_block")}


def test_meter_planned_between_two_slices_has_usage(site_schema: TestSite) -> None:
    follower = metering_follower(
        site_schema.writer, site_schema.schema, site_schema.site.zone, site_schema.clock
    )
    first = site_schema.counter("m1")
    site_schema.accept(reading(first, 0, 1), reading(first, 15, 2))
    while follower.step():
        pass
    second = site_schema.counter("m2")
    site_schema.accept(reading(second, 0, 1), reading(second, 15, 2))
    while follower.step():
        pass
    assert usage_channels(site_schema) == {first, second}


def test_meter_whose_plan_another_follower_folded_has_usage(site_schema: TestSite) -> None:
    slow = metering_follower(
        site_schema.writer, site_schema.schema, site_schema.site.zone, site_schema.clock
    )
    first = site_schema.counter("m1")
    site_schema.accept(reading(first, 0, 1), reading(first, 15, 2))
    while slow.step():
        pass
    second = site_schema.counter("m2")
    site_schema.project()  # by a follower of its own
    site_schema.accept(reading(second, 0, 1), reading(second, 15, 2))
    while slow.step():
        pass
    assert usage_channels(site_schema) == {first, second}
    assert site_schema.rows("SELECT * FROM {s}.finding") == []
