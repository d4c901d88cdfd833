"""Every map that ships, beside the gathered facts; and how profiles are found."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.errors import RegisterMapError, UnknownQuantityError
from adapters.modbus.register_map import MAPS, RegisterMap, RegisterType, load
from adapters.modbus.register_point_reader import POINT_KEYS
from adapters.modbus.register_reader import MAP_KEYS
from adapters.own_files import use_own_files
from adapters.profile_shelf import ProfileNameTakenError, UnknownProfileError
from adapters.quantities import is_energy_or_power
from energy.metering.channel import Direction, Kind, Side, base_per_count

GATHERED = Path(__file__).parent / "gathered.yaml"
ROOT = Path(__file__).parents[3]
EVERY: dict[str, dict[str, Any]] = {
    row["id"]: row for row in yaml.safe_load(GATHERED.read_text("utf-8"))["profiles"]
}
SHIPPED = [key for key, row in EVERY.items() if row["trust"] != "stub"]
RENAMED = {
    "uab": "voltage_l1l2",
    "name": "device_name",
    "clock_ym": "clock_year_month",
    "flow_f": "flow",
    "heat_energy_f": "heat_energy_f32",
    "volume_f": "volume_f32",
    "heat_power_f": "heat_power",
    "tariff_1_energy_f": "heat_energy_t1",
    "tariff_2_energy_f": "heat_energy_t2",
    "pulse_input_1_volume_f": "volume_input_1",
    "pulse_input_2_volume_f": "volume_input_2",
    "pulse_input_a": "pulse_count_1",
    "pulse_input_b": "pulse_count_2",
    "current_n_or_sum": "current_n",
}
"""Names of the gathered facts that are no canonical ones."""
ADDED = {
    "acrel_adl3000": {
        f"active_energy_{what}_{tariff}"
        for what in ("total", "import", "export")
        for tariff in ("sharp", "peak", "flat", "valley")
    },
    "inepro_pro380": {
        f"active_energy_{what}_t{tariff}" for what in ("import", "export") for tariff in (1, 2)
    },
    "socomec_countis_diris_a14": {"device_name"},
    "socomec_diris_a10": {"device_name"},
    "sunspec_meter_int": {"model_id", "model_length"},
    "sunspec_meter_float": {"model_id", "model_length"},
}
"""What the maps hold beyond the list of points: it stands in the notes of the gathered facts."""
LOOK_ALIKE = {
    frozenset({"eastron_sdm120", "eastron_sdm630"}),
    frozenset({"socomec_countis_diris_a14", "socomec_diris_a10"}),
}
"""Products whose signature no source tells apart."""


@pytest.fixture(autouse=True)
def only_shipped_maps() -> Iterator[None]:
    use_own_files(None)
    yield
    use_own_files(None)


def test_every_map_that_is_no_stub_ships_and_no_other() -> None:
    assert MAPS.known() == sorted(SHIPPED)
    assert len(MAPS.known()) == 37


def test_the_gathered_facts_are_those_of_the_design() -> None:
    shared = Path(os.environ.get("METERLINE_SHARED", ROOT.parent / "shared"))
    original = shared / "design" / "device-profiles.yaml"
    if not original.is_file():
        pytest.skip("the design folder is not beside the checkout")
    assert GATHERED.read_text("utf-8") == original.read_text("utf-8")


def rows_of(gathered: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {RENAMED.get(row["n"], row["n"]): row for row in gathered["points"]}


@pytest.mark.parametrize("profile", SHIPPED)
def test_the_maps_hold_the_gathered_facts(profile: str) -> None:
    gathered, read = EVERY[profile], load(profile)
    utility = {"heat": "heating", "environment": "none", "safety": "none"}
    assert read.vendor == gathered["vendor"]
    assert list(read.models) == gathered["models"]
    assert read.utility == utility.get(gathered["utility"], gathered["utility"])
    assert list(read.sources) == gathered["sources"]
    assert read.trust == gathered["trust"]
    assert read.word_order == gathered["word_order"]
    assert list(read.links) == gathered["link"]
    assert read.note == gathered.get("note", "")
    assert list(read.missing) == gathered.get("missing", [])
    assert (read.discovery is not None) == profile.startswith("sunspec")
    assert bool(read.ratios) == ("ratios" in gathered)
    serial = gathered.get("serial", {})
    bauds = serial.get("baud", [])
    assert list(read.serial.bauds) == (bauds if isinstance(bauds, list) else [bauds])
    assert read.serial.unit == serial.get("unit")
    formats = [serial["format"]] if "format" in serial else []
    formats += [f"8{parity}1" for parity in serial.get("parity", [])]
    assert list(read.serial.formats) == formats


@pytest.mark.parametrize("profile", SHIPPED)
def test_the_maps_hold_the_gathered_points(profile: str) -> None:
    gathered, read = EVERY[profile], load(profile)
    rows = rows_of(gathered)
    shipped = set(read.points) | set(read.plate)
    events = {name for name in shipped if name.startswith("event_")}
    assert shipped - events == (set(rows) - {"events"}) | ADDED.get(profile, set())
    assert bool(events) == ("events" in rows)
    for name, row in rows.items():
        code = row.get("fc", gathered["fc"])
        trust = row.get("q", gathered["trust"])
        unit = row["u"] or "1"
        places = events if name == "events" else {name}
        for place in places:
            if place in read.plate:
                plate = read.plate[place]
                type_ = plate.type or f"str{plate.width}"
                assert row["k"] in {"text", "config"} or place == "clock_year_month"
                assert plate.resolution == Fraction(str(row["s"]))
                found = (plate.address, type_, plate.function_code, plate.trust, plate.unit)
            else:
                point = read.points[place]
                assert point.kind == {"status": "state"}.get(row["k"], row["k"])
                found = (
                    point.address, point.type, point.function_code, point.trust, point.unit
                )  # fmt: skip
                assert_scale(read, place, row["s"])
            assert found == (row["a"], row["t"], code, trust, unit), place
            note = read.plate[place].note if place in read.plate else read.points[place].note
            assert row.get("x", "") in note


def assert_scale(read: RegisterMap, name: str, stated: object) -> None:
    point = read.points[name]
    if isinstance(stated, str):
        place = int(stated.removeprefix("sf@")) if stated != "none" else None
        assert point.scale_address == place, name
    elif point.type.is_float:
        assert point.scale == Fraction(str(stated)), name
    else:
        assert point.resolution == Fraction(str(stated)), name


@pytest.mark.parametrize("profile", SHIPPED)
def test_the_signatures_are_the_gathered_ones(profile: str) -> None:
    gathered, read = EVERY[profile].get("identify", {}), load(profile)
    if "a" not in gathered:
        assert not read.identify or profile.startswith("sunspec")
        return
    for rule in read.identify:
        assert (rule.address, rule.function_code) == (gathered["a"], gathered["fc"])
        assert (rule.type or f"str{rule.width}") == gathered["t"]
        assert rule.equals == gathered.get("equals")
    ranges = [[rule.low, rule.high] for rule in read.identify if rule.low is not None]
    assert ranges == [gathered[key] for key in ("range", "alt_range") if key in gathered]


def test_signatures_tell_the_products_apart_where_a_source_does() -> None:
    rules: dict[frozenset[tuple[object, ...]], set[str]] = {}
    for profile in MAPS.known():
        read = load(profile)
        if read.identify:
            signature = frozenset(
                (rule.function_code, rule.address, rule.type, rule.equals, rule.low, rule.high)
                for rule in read.identify
            )
            rules.setdefault(signature, set()).add(profile)
    assert {frozenset(names) for names in rules.values() if len(names) > 1} == LOOK_ALIKE


@pytest.mark.parametrize("profile", SHIPPED)
def test_no_two_values_lie_on_one_register(profile: str) -> None:
    read = load(profile)
    held: dict[tuple[int, int, int], str] = {}
    for point in read.points.values():
        first, width = point.bits or (0, point.type.bits)
        for bit in range(first, first + width):
            register = point.address + (point.type.bits - 1 - bit) // 16
            key = (point.function_code, register, bit % 16)
            assert key not in held, (point.quantity, held[key])
            held[key] = point.quantity
    for plate in read.plate.values():
        for register in range(plate.address, plate.end):
            for bit in range(16):
                key = (plate.function_code, register, bit)
                assert key not in held, (plate.quantity, held[key])
                held[key] = plate.quantity


@pytest.mark.parametrize("profile", SHIPPED)
def test_every_energy_and_power_states_its_side_in_the_file(profile: str) -> None:
    table = tomllib.loads(MAPS.text(profile))
    assert table["side"] in set(Side)
    for point in load(profile).points.values():
        if is_energy_or_power(point.quantity):
            assert point.side in set(Side)
    if EVERY[profile]["utility"] == "electricity" and profile != "acrel_adl3000":
        assert table["side"] == Side.UNKNOWN, "no source says otherwise"


@pytest.mark.parametrize("profile", SHIPPED)
def test_counters_are_directed_bounded_and_billed_with_reason(profile: str) -> None:
    read = load(profile)
    text = MAPS.text(profile)
    for point in read.points.values():
        if point.billing:
            facts = (point.direction, point.kind, point.unit_known)
            assert facts == (Direction.IMPORT, Kind.COUNTER, True), point.quantity
            assert point.max_per_hour is not None, point.quantity
            if read.discovery is None:
                assert base_per_count(read.facts(point.quantity), Fraction(1)) > 0
        if "import" in point.quantity:
            assert point.direction is Direction.IMPORT
        if "export" in point.quantity:
            assert point.direction is Direction.EXPORT
        if point.modulus is not None:
            assert "modulus: the source says" in text
        if point.max_per_hour is not None:
            assert "max_per_hour:" in text
        if point.kind is not Kind.COUNTER:
            assert point.max_per_hour is None


def test_both_tariffs_of_the_pac2200_are_billed_for_it_has_no_total() -> None:
    read = load("siemens_pac2200_3200")
    billed = [name for name, point in read.points.items() if point.billing]
    assert billed == ["active_energy_import_t1", "active_energy_import_t2"]


def test_exactly_these_products_bill_nothing_out_of_the_box() -> None:
    silent = {key for key in MAPS.known() if not any(p.billing for p in load(key).points.values())}
    assert silent == {
        "acrel_ard2f",  # unit of its energy unverified
        "circutor_rgu",
        "diehl_sharky775",  # units stand in registers no source places
        "fox_ft2a_gas",  # unit chosen in the device
        "kamstrup_multical_602_module",  # units unverified
        "kamstrup_multical_x03",  # energy rows missing
        "saia_pcd7_h104d",  # bare pulses
        "schneider_vigirex_rhu",
        "suto_s401_gas",  # unit chosen in the device
        "wb_msw_v4",
        "xy_md02",
    }


def test_a_value_whose_unit_no_source_settles_cannot_become_a_channel() -> None:
    with pytest.raises(RegisterMapError, match="no source settles its unit"):
        load("diehl_sharky775").facts("heat_energy")


def test_a_relative_map_wants_the_place_where_its_model_begins() -> None:
    with pytest.raises(RegisterMapError, match="sunspec_meter_int@40069"):
        load("sunspec_meter_int").facts("active_energy_import")
    placed = load("sunspec_meter_int@40069")
    assert placed.id == "sunspec_meter_int@40069"
    assert placed.point("active_energy_import").address == 40069 + 46
    assert placed.point("active_energy_import").scale_address == 40069 + 54
    assert placed.plate["model_id"].address == 40069


def test_a_name_says_how_the_device_differs() -> None:
    plain, other = load("schneider_iem3000"), load("schneider_iem3000@1~little~fc4")
    before, after = plain.point("voltage_l1"), other.point("voltage_l1")
    assert after.address == before.address + 1
    assert (plain.word_order, other.word_order) == ("big", "little")
    assert (before.function_code, after.function_code) == (3, 4)


def test_an_address_cannot_be_shifted_off_the_wire() -> None:
    with pytest.raises(RegisterMapError, match="outside 0 to 65535"):
        load("eastron_sdm630@-1")


@pytest.mark.parametrize("profile", ["pulse", "../maps/abb_b23_b24", "", "ABB", "abb_b23_b24@x"])
def test_an_unknown_profile_names_where_all_are_listed(profile: str) -> None:
    with pytest.raises(UnknownProfileError, match="`profile list` shows all"):
        load(profile)


def test_an_unknown_quantity_names_those_of_the_map() -> None:
    with pytest.raises(UnknownQuantityError, match="no quantity 'volume'; the map has active"):
        load("abb_b23_b24").facts("volume")


def own_map(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    text = MAPS.text("wb_msw_v4").replace("wb_msw_v4", name)
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_map_of_the_sites_own_is_found_beside_the_shipped_ones(tmp_path: Path) -> None:
    own_map(tmp_path / "profiles", "our_sensor")
    assert "our_sensor" not in MAPS.known()
    use_own_files(tmp_path)
    assert "our_sensor" in MAPS.known()
    assert len(MAPS.known()) == 38
    assert load("our_sensor").point("temperature").type is RegisterType.S16


def test_a_map_of_the_sites_own_cannot_take_the_name_of_a_shipped_one(tmp_path: Path) -> None:
    path = own_map(tmp_path / "profiles", "wb_msw_v4")
    use_own_files(tmp_path)
    with pytest.raises(ProfileNameTakenError, match="bears the id of a profile that ships"):
        load("wb_msw_v4")
    with pytest.raises(ProfileNameTakenError, match="give it another name and id"):
        MAPS.load_file(path)


def test_the_sample_is_sound_and_stands_in_the_readme() -> None:
    text = (MAPS.folder.parent / "sample.toml").read_text("utf-8")
    assert text in (MAPS.folder.parent / "README.md").read_text("utf-8")
    sample = tomllib.loads(text)
    (meter,) = sample["meter"]
    for quantity in meter["quantities"]:
        load(meter["profile"]).facts(quantity)
    assert meter["source"] == sample["source"][0]["key"]


def test_every_key_of_a_map_is_explained_in_the_readme() -> None:
    readme = (MAPS.folder.parent / "README.md").read_text("utf-8")
    for key in MAP_KEYS | POINT_KEYS:
        assert f"`{key}`" in readme or f"`[[{key}]]`" in readme, key
