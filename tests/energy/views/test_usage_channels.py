"""The channel that is meant by a point is the same one for everybody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from energy.base.ids import id_of
from energy.base.units import Utility
from energy.metering.channel import Direction
from energy.metering.plant import ChannelRegister
from energy.views.balance import point_channels
from energy.views.usage_channels import entering_channels, every_usage_channel, usage_channels
from tests.fixtures.meters import counter_facts, planned
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
IMPORT = counter_facts()
EXPORT = replace(IMPORT, quantity="active_energy_export", direction=Direction.EXPORT)
OTHER = replace(IMPORT, quantity="other_energy", billing=False)


def plan(site: TestSite, point: str, *facts: object) -> int:
    """Plan a point with some channels; return the number of the first."""
    metering = site.application("metering")
    register = metering.find(id_of("channel_register", site.site.key)) or ChannelRegister(
        site=site.site.key, command_id=command("register")
    )
    first = register.take(point=point, count=len(facts), command_id=command(point))
    metering.store(register, planned(site.site.key, point, first, *facts))  # type: ignore[arg-type]
    site.project()
    return int(first)


def test_the_billed_one_comes_first_then_what_enters_then_what_was_planned_first(
    site_schema: TestSite,
) -> None:
    first = plan(site_schema, "yard", OTHER, EXPORT, IMPORT)
    back = plan(site_schema, "solar", EXPORT)
    schema, points = site_schema.schema, ["yard", "solar", "none"]
    with site_schema.writer.connection() as connection:
        every = every_usage_channel(connection, schema, points=points)
        meant = usage_channels(connection, schema, points)
        entering = entering_channels(connection, schema, Utility.ELECTRICITY, points)
        balanced = point_channels(connection, schema, Utility.ELECTRICITY, points)
        assert every_usage_channel(connection, schema, utility=Utility.WATER) == {}
        assert list(every_usage_channel(connection, schema, numbers=[back])) == ["solar"]
    assert [each.number for each in every["yard"]] == [first + 2, first + 1, first]
    assert {point: each.number for point, each in meant.items()} == {
        "yard": first + 2,
        "solar": back,
    }
    assert entering == {"yard": first + 2}
    assert {each.point: (each.into, each.back) for each in balanced} == {
        "yard": (first + 2, first + 1),
        "solar": (None, back),
    }
