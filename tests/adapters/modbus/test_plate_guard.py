"""What a device tells of itself is held against what was recorded of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.modbus.learned import Learned
from adapters.modbus.plate_guard import contradicts
from energy.base.quality import Quality
from energy.metering.channel import Side
from tests.adapters.modbus.simulated_bus import Simulated
from tests.adapters.modbus.test_cycle import (
    SERIAL,
    known_by,
    meter,
    poll,
    qualities,
    showing,
    source_on,
)


@pytest.mark.parametrize(
    ("recorded", "shown", "other"),
    [
        ("22081134", "22081134", False),
        ("SN 0022 081134", "22081134", False),
        ("0022081134", "22081134", False),
        ("22081134", "33099876", True),
        ("No. 22081134", "33099876", True),
        ("CAM-E-9019", "33099876", False),  # a house number: no register holds it
        ("A19-2023-0012", "33099876", False),
        ("4711", "33099876", False),  # too short to tell devices apart
        ("", "33099876", False),
        ("22081134", "B7F2", False),
    ],
)
def test_only_two_long_plain_numbers_are_two_devices(
    recorded: str, shown: str, other: bool
) -> None:
    assert contradicts(recorded, shown) is other


def test_the_first_serial_that_a_device_tells_is_held_against_the_one_on_record() -> None:
    bus, learned = Simulated(units={1: showing(22_081)}), Learned()
    swapped = meter(1, map_=known_by(SERIAL), serial="SN 33099")
    result = poll(source_on(bus, [swapped], learned=learned), bus, 0)
    assert qualities(result)[10] is Quality.SUSPECT
    (finding,) = result.findings
    assert (finding.proof["before"], finding.proof["now"]) == ("SN 33099", "22081")
    confirmed = replace(swapped, register_serial="22081")
    result = poll(source_on(bus, [confirmed], learned=learned), bus, 10)
    assert qualities(result)[10] is Quality.MEASURED


def test_a_ratio_change_on_record_lets_the_counters_be_believed_again() -> None:
    plate = replace(SERIAL, quantity="ct_ratio")
    bus, learned = Simulated(units={1: showing(40)}), Learned()
    panel = meter(1, map_=known_by(plate, Side.PRIMARY))
    poll(source_on(bus, [panel], learned=learned), bus, 0)
    bus.units = {1: showing(60)}
    held = poll(source_on(bus, [panel], learned=learned), bus, 10)
    assert qualities(held)[10] is Quality.SUSPECT
    recorded = replace(panel, ratio_since="2026-11-22T09:00:00+00:00")
    after = poll(source_on(bus, [recorded], learned=learned), bus, 20)
    assert qualities(after)[10] is Quality.MEASURED
    bus.units = {1: showing(80)}
    again = poll(source_on(bus, [recorded], learned=learned), bus, 30)
    assert qualities(again)[10] is Quality.SUSPECT
