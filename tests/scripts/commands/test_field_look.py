"""`field scan|probe|check` at the command row: no database, 80 columns, two languages."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import Result
from rich.cells import cell_len
from typer.testing import CliRunner

from energy.base.aggregate import use_clock
from energy.base.clock import SystemClock
from energy.base.text import catalogue
from processes.collector_plan import SourcePlan
from processes.technician_values import FieldRefusedError
from scripts.commands.field_look_print import ranges
from scripts.commands.field_sight import require_units
from scripts.main import app
from simulator.profile_slave import ProfileSlave
from tests.fixtures.slaves import image_of, slaves

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def bus() -> Iterator[ProfileSlave]:
    """A reversed transformer at 1, another word order and offset at 5, a climate sensor at 9."""
    reversed_l2 = {
        "active_power_l2": Fraction(-1840), "reactive_power_l2": Fraction(-400),
        "apparent_power_l2": Fraction("1883"), "current_l2": Fraction("8.2"),
        "active_power": Fraction(6900),
    }  # fmt: skip
    images = {
        1: image_of("eastron_sdm630", reversed_l2),
        5: image_of("chint_dtsu666", word_order="little", offset=-1),
        9: image_of("xy_md02"),
    }
    with slaves(images) as slave:
        yield slave


@pytest.fixture
def field(bus: ProfileSlave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Field]:
    monkeypatch.setenv("METERLINE_DSN", "postgresql://nobody@127.0.0.1:1/none")  # nobody is there
    monkeypatch.setenv("METERLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    yield Field(bus)
    use_clock(SystemClock())


class Field:
    """The command row of a laptop without a database."""

    def __init__(self, bus: ProfileSlave) -> None:
        self.link = f"tcp:127.0.0.1:{bus.port}"

    def __call__(self, verb: str, *more: str, code: int = 0) -> Result:
        row = ["field", verb, "--link", self.link, *more]
        result = CliRunner().invoke(app, row)
        assert result.exit_code == code, f"{row}: {result.exit_code}\n{result.output}"
        return result


def test_a_scan_needs_no_database(field: Field) -> None:
    told = field("scan", "--units", "1-9").stdout
    assert re.search(r"1 +ok +\d+ ms +Eastron SDM630 \(1\.00\)", told)
    assert re.search(r"5 +ok +\d+ ms +unknown: run `field probe`", told)
    assert "2-4, 6-8: exception 0x0B, nobody behind the gateway" in told
    assert "budget:" in told


def test_several_links_are_scanned_one_by_one_and_one_that_is_shut_stops_none(
    field: Field,
) -> None:
    with slaves({}) as gone:
        shut = f"tcp:127.0.0.1:{gone.port}"
    told = field("scan", "--units", "1", "--link", shut, code=1).stdout
    assert f"== {field.link}" in told
    assert "Eastron SDM630" in told
    assert f"== {shut}" in told
    assert "the port is closed" in " ".join(told.split())
    chinese = field("scan", "--units", "1", "--link", shut, "--lang", "zh", code=1).stdout
    assert "端口未开" in chinese
    rows = json.loads(field("scan", "--units", "1", "--link", shut, "--json", code=1).stdout)
    assert [row["link"] for row in rows] == [field.link, shut]
    assert rows[1]["error"] == "field.no_contact"


def test_a_silent_unit_is_told_in_both_languages(field: Field) -> None:
    english = field("probe", "--unit", "3", "--profile", "xy_md02", code=3).output
    assert "(exception 0x0B): check its bus and power" in english
    chinese = field("probe", "--unit", "3", "--profile", "xy_md02", "--lang", "zh", code=3).output
    assert "网关后的表计无应答" in chinese
    assert "no such" not in chinese


def test_a_probe_names_the_profile_and_the_next_command(field: Field) -> None:
    told = field("probe", "--unit", "5").stdout
    assert "chint_dtsu666@-1~little: function code 3, offset -1, words little" in told
    assert f"field check --link {field.link} --unit 5 --profile chint_dtsu666@-1~little" in told


def test_a_probe_that_cannot_decide_shows_two_and_ends_with_findings(field: Field) -> None:
    told = field("probe", "--unit", "9", "--profile", "wb_msw_v4", code=1).stdout
    assert "Not settled: no guess is made." in told or "No profile fits" in told


def test_a_check_draws_phasors_and_names_the_reversed_transformer(field: Field) -> None:
    told = field("check", "--unit", "1", "--profile", "eastron_sdm630", code=1).stdout
    for label in ("U1", "U2", "U3", "I1", "I2", "I3"):
        assert label in told
    assert "L2 -1.84 kW while import is expected" in " ".join(told.split())


def test_a_ratio_applied_twice_is_found_at_the_command_row(field: Field) -> None:
    told = field(
        "check", "--unit", "5", "--profile", "chint_dtsu666@-1~little",
        "--ratio", "200/5", "--multiplier", "40", "--load", "4.4 kW heater on L1", code=1,
    ).stdout  # fmt: skip
    assert "CT ratio applied twice" in told
    assert re.search(r"ratio is in the register +123456\.6 kWh +20 A", told)
    assert re.search(r"x 40 still to be applied +4938264 kWh +800 A", told)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("scan", "--units", "1-9"), 0),
        (("probe", "--unit", "5"), 0),
        (("probe", "--unit", "9", "--profile", "wb_msw_v4"), 1),
        (("check", "--unit", "1", "--profile", "eastron_sdm630", "--ratio", "40"), 1),
        (("check", "--unit", "1", "--profile", "abb_b23_b24"), 1),
    ],
)
def test_everything_fits_into_80_columns(
    field: Field, row: tuple[str, ...], code: int, language: str
) -> None:
    for printed in field(*row, "--lang", language, code=code).stdout.splitlines():
        assert cell_len(printed) <= 80 or "field check --link" in printed, printed


def test_machines_get_json(field: Field) -> None:
    scan = json.loads(field("scan", "--units", "1", "--json").stdout)
    assert scan["units"][0]["guess"]["profile"] == "eastron_sdm630"
    probe = json.loads(field("probe", "--unit", "5", "--json").stdout)
    assert (probe["settled"], probe["candidates"][0]["offset"]) == (True, -1)
    look = json.loads(
        field("check", "--unit", "1", "--profile", "eastron_sdm630", "--json", code=1).stdout
    )
    assert look["values"]["active_energy_import"] == "123456.6"
    [found] = [each for each in look["checks"] if each["name"] == "transformers"]
    assert (found["outcome"], found["code"]) == ("refused", "transformer_reversed")


def test_a_place_must_be_named_once(field: Field) -> None:
    result = CliRunner().invoke(app, ["field", "scan"])
    assert result.exit_code == 2
    assert "--link" in result.output
    assert "--source" in field("scan", "--source", "modbus-1", code=2).output


@pytest.mark.parametrize(
    ("kind", "told"),
    [("mbus", "field tenant who --at 10.8.1.9:10001 --protocol mbus"), ("mqtt", "field health")],
)
def test_a_source_without_unit_numbers_says_how_its_meters_are_asked(kind: str, told: str) -> None:
    plan = SourcePlan(key="tenants", kind=kind, host="10.8.1.9", port=10001)
    with pytest.raises(FieldRefusedError) as refused:
        require_units(plan)
    assert told in str(refused.value)
    assert told in refused.value.told("zh")


def test_numbers_in_a_row_are_written_short() -> None:
    assert ranges([1]) == "1"
    assert ranges([9, 1, 2, 3, 5, 6]) == "1-3, 5-6, 9"


def test_every_text_has_both_languages_with_the_same_places_to_fill() -> None:
    for key, text in catalogue().items():
        if key.startswith(("look.", "cli.look.")):
            places = [
                {name for _, name, _, _ in string.Formatter().parse(text[language]) if name}
                for language in ("en", "zh")
            ]
            assert places[0] == places[1], key


def test_every_code_in_the_program_has_its_text() -> None:
    told = {key.removeprefix("look.") for key in catalogue() if key.startswith("look.")}
    files = [
        *(REPOSITORY / "processes").glob("technician_*.py"),
        *(REPOSITORY / "adapters" / "modbus" / "probing").glob("*.py"),
    ]
    used = set()
    for file in files:
        used |= set(re.findall(r'(?:code=|_say\([\w.]+, )"([a-z_]+)"', file.read_text("utf-8")))
    assert used
    missing = {code for code in used if not {code, f"scan.{code}", f"evidence.{code}"} & told}
    assert missing <= {code for code in missing if code.startswith("field")}, missing
