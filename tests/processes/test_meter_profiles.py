from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from energy.metering.channel import ChannelFacts, Side
from energy.metering.site_file import read_site
from processes.meter_profiles import load_product

ROOT = Path(__file__).parents[2]
SITE = """
[site]
key = "campus"
name = "Campus"
zone = "Asia/Shanghai"
currency = "CNY"
language = "zh"

[[place]]
key = "t2"
kind = "building"
name = "Terminal 2"
"""


def facts(profile: str, quantity: str) -> ChannelFacts:
    return load_product(profile).facts(quantity)


@pytest.mark.parametrize(
    ("protocol", "quantities"),
    [
        (
            "dlt645",
            ["active_energy_import", "active_energy_import_peak", "active_energy_import_valley"],
        ),
        ("cjt188", ["volume", "valve_state"]),
    ],
)
def test_a_site_file_plans_a_tenant_meter_as_the_sample_shows(
    protocol: str, quantities: list[str]
) -> None:
    sample = (ROOT / "adapters" / protocol / "sample.toml").read_text("utf-8")
    plan, problems = read_site(tomllib.loads(SITE + sample), facts)
    assert problems == []
    assert plan is not None
    (meter,) = plan.meters
    assert [channel.quantity for channel in meter.channels] == quantities
    assert {channel.side for channel in meter.channels} == {Side.SECONDARY}
    assert str(meter.address["meter"]).isdecimal()


def test_two_meters_of_one_number_on_one_bus_are_refused() -> None:
    sample = (ROOT / "adapters" / "dlt645" / "sample.toml").read_text("utf-8")
    document = tomllib.loads(SITE + sample)
    document["meter"].append({**document["meter"][0], "point": "shop-13", "serial": "x"})
    plan, problems = read_site(document, facts)
    assert plan is None
    assert problems == ["meter 'shop-13': has the address of 'shop-12' on tenants-east"]


@pytest.mark.parametrize(
    ("protocol", "profile", "nearest"),
    [
        ("dlt645", "dlt645_singel_phase", "dlt645_single_phase, dlt645_three_phase"),
        ("cjt188", "cjt188_coldwater", "cjt188_cold_water"),
        ("modbus", "sdm-630", "eastron_sdm630"),
        ("dlt645", "sdm-630", "eastron_sdm630"),
    ],
)
def test_a_profile_that_is_none_is_told_once_with_its_nearest(
    protocol: str, profile: str, nearest: str
) -> None:
    sample = (ROOT / "adapters" / protocol / "sample.toml").read_text("utf-8")
    document = tomllib.loads(SITE + sample)
    document["meter"][0]["profile"] = profile
    _, problems = read_site(document, facts)
    told = [problem for problem in problems if "There is no profile" in problem]
    assert len(told) == 1
    assert f'"{profile}"; nearest: {nearest}' in told[0]
    assert "`profile list` shows all" in told[0]
