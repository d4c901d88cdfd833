from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.dlt645.profile import PROFILES
from adapters.modbus import register_map
from adapters.own_files import use_own_files
from adapters.profile_shelf import ProfileNameTakenError
from energy.metering.channel import ChannelFacts, Side
from energy.metering.site_file import read_site
from processes.meter_profiles import every_shelf, kinds_of, load_map, load_product, shelf_of
from processes.profile_reads import file_sheet, sheet, text_of

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


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    """Two profiles of one name, in two protocols."""
    folder = tmp_path / "profiles"
    for below, text in (
        (".", register_map.MAPS.text("abb_b23_b24").replace("abb_b23_b24", "mine")),
        ("dlt645", PROFILES.text("dlt645_three_phase").replace("dlt645_three_phase", "mine")),
    ):
        (folder / below).mkdir(parents=True, exist_ok=True)
        (folder / below / "mine.toml").write_text(text, "utf-8")
    use_own_files(tmp_path)
    yield folder
    use_own_files(None)


def test_two_profiles_of_one_name_are_refused_wherever_one_is_meant(own: Path) -> None:
    for meant in (load_product, load_map, kinds_of, shelf_of, sheet, text_of):
        with pytest.raises(ProfileNameTakenError) as met:
            meant("mine")
        assert str(own / "mine.toml") in str(met.value)
        assert str(own / "dlt645" / "mine.toml") in str(met.value)
    (own / "mine.toml").unlink()
    assert kinds_of("mine") == ("dlt645",)
    assert load_product("mine").id == "mine"


def test_a_file_is_checked_against_the_names_of_every_protocol(own: Path, tmp_path: Path) -> None:
    for below in (".", "dlt645"):
        with pytest.raises(ProfileNameTakenError, match="bear one name"):
            file_sheet(own / below / "mine.toml")
    loose = tmp_path / "xy_md02.toml"
    text = (own / "dlt645" / "mine.toml").read_text("utf-8").replace('"mine"', '"xy_md02"')
    loose.write_text(text, "utf-8")
    with pytest.raises(ProfileNameTakenError, match="xy_md02"):
        file_sheet(loose)
    (own / "mine.toml").unlink()
    assert file_sheet(own / "dlt645" / "mine.toml").profile == "mine"


def test_the_ids_that_ship_are_one_protocols_alone() -> None:
    shipped = [name for shelf in every_shelf() for name in shelf.shipped()]
    assert len(shipped) == len(set(shipped)) > 40
