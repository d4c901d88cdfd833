"""Binding a plan to its sources: which channels are collected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from energy.base.clock import ManualClock
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, SourcePlan
from processes.collector_sources import modbus_sources

CLOCK = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
CHANNELS = (
    ChannelPlan(number=1, quantity="active_energy_import", unit="kWh", resolution="1/100"),
    ChannelPlan(number=2, quantity="active_power", unit="W", resolution="1/100"),
)


def collected(*channels: ChannelPlan) -> dict[int, str]:
    source = SourcePlan(key="bus", kind="modbus_tcp", host="127.0.0.1", port=502)
    meter = MeterPlan(
        point="m1", source="bus", profile="abb_b23_b24", address={"unit": 1}, channels=channels
    )
    (found,) = modbus_sources(CollectPlan(site="x", sources=(source,), meters=(meter,)), CLOCK)
    return found.channels


def test_channel_that_its_map_now_counts_in_other_steps_is_left_out_and_no_other() -> None:
    assert collected(*CHANNELS) == {1: "m1", 2: "m1"}
    coarse = replace(CHANNELS[0], resolution="1")
    assert collected(coarse, CHANNELS[1]) == {2: "m1"}
    assert collected(replace(CHANNELS[0], unit="MWh"), CHANNELS[1]) == {2: "m1"}


def test_plan_of_an_earlier_version_is_collected_as_it_was() -> None:
    assert collected(*(replace(each, unit="", resolution="") for each in CHANNELS)) == {
        1: "m1",
        2: "m1",
    }
