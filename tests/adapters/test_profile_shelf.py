from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.cjt188 import profile as cjt188
from adapters.dlt645.profile import PROFILES
from adapters.modbus.register_map import MAPS, load
from adapters.own_files import own_folder, use_own_files
from adapters.profile_shelf import ProfileNameTakenError, UnknownProfileError, nearest_names


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "profiles" / "dlt645").mkdir(parents=True)
    use_own_files(tmp_path)
    yield tmp_path / "profiles"
    use_own_files(None)


def test_nobody_has_own_files_before_a_process_says_where_they_lie(own: Path) -> None:
    assert own_folder("profiles/dlt645") == own / "dlt645"
    use_own_files(None)
    assert own_folder("profiles/dlt645") is None
    assert PROFILES.own_ids() == MAPS.own_ids() == []


def test_a_site_numbers_its_tariffs_in_a_profile_of_its_own(own: Path) -> None:
    text = PROFILES.text("dlt645_single_phase")
    text = text.replace('id = "dlt645_single_phase"', 'id = "east_wing"')
    text = text.replace("import_sharp", "import_x").replace("import_peak", "import_sharp")
    (own / "dlt645" / "east_wing.toml").write_text(text.replace("import_x", "import_peak"), "utf-8")
    assert PROFILES.known() == [*PROFILES.shipped(), "east_wing"]
    assert cjt188.PROFILES.known() == cjt188.PROFILES.shipped()
    read = PROFILES.load("east_wing")
    assert read.point("active_energy_import_peak").wire.identifier == "00010100"
    assert read.point("active_energy_import_sharp").wire.identifier == "00010200"


def test_an_own_profile_with_the_name_of_one_that_ships_is_refused_with_what_to_do(
    own: Path,
) -> None:
    twin = own / "dlt645" / "dlt645_single_phase.toml"
    twin.write_text("schema_version = 99", "utf-8")
    with pytest.raises(ProfileNameTakenError, match="give it another name and id"):
        PROFILES.load_file(twin)
    with pytest.raises(ProfileNameTakenError, match="give it another name and id"):
        PROFILES.load("dlt645_single_phase")
    assert PROFILES.known() == PROFILES.shipped()
    assert PROFILES.load_file(PROFILES.folder / twin.name).vendor == "any"


@pytest.mark.parametrize("name", ["../east_wing", "", "dlt645_single_phase.toml", "east_wing"])
def test_what_is_no_profile_is_refused_with_what_to_do_next(own: Path, name: str) -> None:
    with pytest.raises(UnknownProfileError, match="no profile") as met:
        PROFILES.load(name)
    assert "`profile list` shows all" in str(met.value)
    assert "`profiles/dlt645` of the data directory" in str(met.value)
    assert f"没有设备档案“{name}”" in met.value.told("zh")


def test_an_unknown_name_is_refused_with_its_nearest_in_either_language() -> None:
    with pytest.raises(UnknownProfileError) as met:
        PROFILES.load("dlt645_singel_phase")
    nearest = "dlt645_single_phase, dlt645_three_phase"
    assert f"nearest: {nearest}. `profile list`" in str(met.value)
    assert f"最接近的是：{nearest}。" in met.value.told("zh")


@pytest.mark.parametrize("name", ["PAC2200", "siemens-pac2200", "siemens_pac2200@1~little"])
def test_a_register_map_is_found_by_a_part_of_its_name(name: str) -> None:
    with pytest.raises(UnknownProfileError, match=r"nearest: siemens_pac2200_3200"):
        load(name)


def test_nothing_is_near_to_a_name_like_no_other() -> None:
    assert nearest_names("steam", ["abb_b23_b24", "xy_md02"]) == []
    assert nearest_names("", ["abb_b23_b24"]) == []


def test_a_folder_or_a_link_to_nowhere_is_no_profile(own: Path) -> None:
    (own / "dir.toml").mkdir()
    (own / "gone.toml").symlink_to(own / "nowhere")
    assert MAPS.own_ids() == []
    for name in ("dir", "gone"):
        with pytest.raises(UnknownProfileError):
            MAPS.load(name)


def test_two_files_that_bear_one_name_are_both_named() -> None:
    error = ProfileNameTakenError(Path("profiles/mine.toml"), Path("profiles/dlt645/mine.toml"))
    assert str(error) == (
        "profiles/mine.toml and profiles/dlt645/mine.toml bear one name: which one a meter means "
        "nobody can tell. Give one of them another name and id."
    )
    assert "profiles/dlt645/mine.toml" in error.told("zh")
    assert error.told("zh") != str(error)
