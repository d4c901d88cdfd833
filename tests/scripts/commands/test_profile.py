"""Profiles by the command row: no database, no device."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.modbus.register_map import MAPS
from adapters.own_files import use_own_files
from scripts.main import app


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in ("DSN", "DSN_WRITER", "DSN_WEB", "SITE", "LANG", "LANGUAGE", "CONFIG"):
        monkeypatch.delenv(f"METERLINE_{name}", raising=False)
    monkeypatch.setenv("METERLINE_DATA_DIR", str(tmp_path))
    yield
    use_own_files(None)


def profile(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["profile", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


def own(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    text = MAPS.text("xy_md02").replace('id = "xy_md02"', f'id = "{name}"')
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.toml"
    file.write_text(text, "utf-8")
    return file


def test_the_list_has_every_profile_and_says_which_are_the_sites_own(tmp_path: Path) -> None:
    own(tmp_path / "profiles", "panel_sensor")
    rows = json.loads(profile("list", "--json").stdout)
    assert len(rows) > 38
    assert [row["profile"] for row in rows if row["own"]] == ["panel_sensor"]
    people = profile("list").output
    assert "siemens_pac2200_3200" in people
    assert "active_energy_import_t2" in people


def test_one_profile_is_shown_with_registers_trust_and_sources() -> None:
    found = json.loads(profile("show", "acrel_adl3000", "--json").stdout)
    assert (found["side"], found["ratios"], found["constant"]) == (
        "secondary",
        ["VT", "CT"],
        "ct_ratio",
    )
    points = {point["quantity"]: point for point in found["points"]}
    assert points["active_energy_import"]["register"] == "10"
    assert points["active_energy_import"]["step"] == "0.01"
    people = profile("show", "acrel_adl3000").output
    assert "Acrel ADL3000-E manual p.14 (energies)" in people
    assert "multiply by PT*CT" in people


def test_a_variant_is_shown_with_its_own_addresses() -> None:
    found = json.loads(profile("show", "sunspec_meter_int@40069", "--json").stdout)
    points = {point["quantity"]: point for point in found["points"]}
    assert points["active_energy_import"]["register"] == str(40069 + 46)


def test_what_no_source_settles_is_said_in_both_languages() -> None:
    assert "No source settles the unit of" in profile("show", "diehl_sharky775").output
    assert "的单位无资料可考" in profile("show", "diehl_sharky775", "--lang", "zh").output
    assert "settles it before commissioning" in profile("show", "abb_b23_b24").output


def test_a_file_to_begin_with_is_the_shipped_one_as_it_stands() -> None:
    assert profile("show", "xy_md02", "--toml").stdout == MAPS.text("xy_md02")


def test_a_sound_map_is_checked_and_told_where_it_goes(tmp_path: Path) -> None:
    assert "The file is right" in profile("check", own(tmp_path, "panel_sensor")).output


def test_a_wrong_map_is_refused_with_every_problem(tmp_path: Path) -> None:
    wrong = own(
        tmp_path,
        "panel_sensor",
        ('quantity = "humidity"', 'quantity = "humidty"'),
        ("address = 2", "address = 70000"),
        ('resolution = "0.1"', "resolution = 0.1"),
    )
    said = profile("check", wrong, code=2).output
    assert "nearest: humidity" in said
    assert "address must be 0 to 65535" in said
    assert said.count("resolution must be an exact text") == 2


def test_a_map_with_a_shipped_id_is_refused(tmp_path: Path) -> None:
    said = profile("check", own(tmp_path, "xy_md02"), code=2).output
    assert "give it another name and id" in said


def test_an_unknown_profile_is_refused_with_its_nearest() -> None:
    said = profile("show", "pac4200", code=2).output
    assert 'profile.unknown: There is no profile "pac4200"; nearest: siemens_pac2200' in said
    said = profile("show", "dlt645_one_phase", "--lang", "zh", code=2).output
    nearest = "dlt645_single_phase, dlt645_three_phase"
    assert f"没有设备档案“dlt645_one_phase”，最接近的是：{nearest}。" in said


def test_the_page_of_the_shipped_profiles_leaves_a_sites_own_out(tmp_path: Path) -> None:
    own(tmp_path / "profiles", "panel_sensor")
    page = profile("docs").stdout
    assert page.startswith("# Profiles that ship")
    assert "panel_sensor" not in page


@pytest.mark.parametrize(
    ("shipped", "protocol", "folder"),
    [
        ("dlt645_single_phase", "DL/T 645-2007", "dlt645"),
        ("cjt188_cold_water", "CJ/T 188", "cjt188"),
        ("mbus_heat_kwh", "M-Bus", "mbus"),
    ],
)
def test_a_sites_own_profile_of_another_protocol_is_listed_shown_and_checked(
    tmp_path: Path, shipped: str, protocol: str, folder: str
) -> None:
    text = profile("show", shipped, "--toml").stdout.replace(f'"{shipped}"', '"tower_own"')
    loose = tmp_path / "tower_own.toml"
    loose.write_text(text, "utf-8")
    assert f"`profiles/{folder}` of the data directory" in profile("check", loose).output
    assert "another name and id" in profile("check", _renamed(loose, shipped), code=2).output
    kept = tmp_path / "profiles" / folder / "tower_own.toml"
    kept.parent.mkdir(parents=True)
    kept.write_text(text, "utf-8")
    rows = json.loads(profile("list", "--json").stdout)
    assert [(r["profile"], r["protocol"]) for r in rows if r["own"]] == [("tower_own", protocol)]
    shown = profile("show", "tower_own").stdout
    assert protocol in shown
    assert profile("show", "tower_own", "--toml").stdout == text


def _renamed(file: Path, shipped: str) -> Path:
    other = file.with_name(f"{shipped}.toml")
    other.write_text(file.read_text("utf-8").replace('"tower_own"', f'"{shipped}"'), "utf-8")
    return other


FAULTY = {
    "digits": "schema_version = " + "9" * 5000,
    "deep": "point = " + "[" * 5000 + "]" * 5000,
    "number": "point = 5",
    "rows": "point = [5]",
}


@pytest.mark.parametrize("as_json", [False, True])
def test_the_list_shows_the_good_profiles_and_names_the_bad_ones(
    tmp_path: Path, *, as_json: bool
) -> None:
    folder = tmp_path / "profiles"
    own(folder, "panel_sensor")
    (folder / "dir.toml").mkdir()
    (folder / "gone.toml").symlink_to(tmp_path / "nowhere")
    for name, text in FAULTY.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    (folder / "dlt645").mkdir()
    (folder / "dlt645" / "panel_sensor.toml").write_text("", "utf-8")
    row = ["profile", "list", *(["--json"] if as_json else [])]
    listed = CliRunner(mix_stderr=False).invoke(app, row)
    assert listed.exit_code == 1
    for name in FAULTY:
        assert f"Register map '{name}' has" in listed.stderr
    assert listed.stderr.count("bear one name") == 1
    assert "siemens_pac2200_3200" in listed.stdout
    if as_json:
        assert len(json.loads(listed.stdout)) > 37
    (folder / "dlt645" / "panel_sensor.toml").unlink()
    for name in FAULTY:
        (folder / f"{name}.toml").unlink()
    assert "panel_sensor" in profile("list").stdout


@pytest.mark.parametrize("name", FAULTY)
def test_a_file_that_is_no_profile_at_all_is_refused_without_a_traceback(
    tmp_path: Path, name: str
) -> None:
    file = tmp_path / f"{name}.toml"
    file.write_text(FAULTY[name], "utf-8")
    assert "problem(s)" in profile("check", file, code=2).output
