"""Drivers stand in the site file beside the meters: without utility, their readings in files."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from energy.metering.channel import Kind
from energy.metering.site_file import read_site
from tests.energy.metering.test_site_file import facts, small

DRIVERS = """
[[source]]
key = "files"
kind = "file"

[[driver]]
point = "weather"
name = "Weather station"
place = "PLACE"
source = "files"
channels = [
  { quantity = "temperature", kind = "gauge", unit = "degC", resolution = "0.1" },
  { quantity = "passengers", kind = "interval", unit = "1", resolution = "1", grid_s = 3600 },
]
"""


def with_drivers(text: str = DRIVERS) -> dict[str, Any]:
    document = small()
    more = tomllib.loads(text.replace("PLACE", document["place"][0]["key"]))
    document["source"] = [*document["source"], *more["source"]]
    document["driver"] = more["driver"]
    return document


def test_a_driver_is_a_point_without_utility() -> None:
    plan, problems = read_site(with_drivers(), facts)
    assert problems == []
    assert plan is not None
    driver = plan.meters[-1]
    assert (driver.point, driver.utility, driver.source) == ("weather", None, "files")
    assert [(each.utility, each.kind) for each in driver.channels] == [
        (None, Kind.GAUGE),
        (None, Kind.INTERVAL),
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ('source = "files"', 'source = "modbus-1"', "is no source of kind file"),
        ('place = "PLACE"', 'place = "nowhere"', "is no place"),
        ('kind = "gauge"', 'kind = "counter"', "must be gauge, interval or state"),
        ('point = "weather"', 'point = "weather"\nutility = "water"', "unknown key `utility`"),
        ('kind = "file"', 'kind = "file"\nhost = "10.0.0.1"', "`host` is not for kind file"),
        ("channels = [", "quantities = [\n'temperature']\nchannels = [", "unknown key"),
    ],
)
def test_a_wrong_driver_is_named(right: str, wrong: str, problem: str) -> None:
    assert right in DRIVERS
    _, problems = read_site(with_drivers(DRIVERS.replace(right, wrong)), facts)
    assert any(problem in each for each in problems), problems
