"""The interval that is explained is one of the grid, which local midnight begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from energy.base.period import Period
from energy.metering.channel import Channel
from energy.views.formula.explain import around
from tests.fixtures.meters import counter_facts


@pytest.mark.parametrize("zone_key", ["Asia/Kolkata", "Asia/Kathmandu", "Europe/London"])
def test_an_instant_lies_in_the_hour_of_the_wall_clock(zone_key: str) -> None:
    zone = ZoneInfo(zone_key)
    ten = datetime(2019, 4, 6, 10, tzinfo=zone).astimezone(UTC)
    channel = Channel(number=1, point="net", facts=replace(counter_facts(), grid_s=3600))
    hour = timedelta(hours=1)
    for minutes in (0, 25, 45, 59):
        at = ten + timedelta(minutes=minutes)
        assert around(at.astimezone(zone), channel, zone) == Period(start=ten, end=ten + hour)
