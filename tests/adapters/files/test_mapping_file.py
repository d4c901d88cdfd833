"""A mapping file is right as a whole or lists every problem."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.files.mapping_file import SAMPLES, FileMappingError, load_file_mapping
from energy.base.clock import to_us
from tests.fixtures.files import LONG_CSV, WIDE_CSV, channel, gauge, mapping, read
from tests.fixtures.meters import interval_facts

WRONG = [
    (LONG_CSV, "schema_version = 1", "schema_version = 2", "schema_version must be 1"),
    (LONG_CSV, 'id = "m"', 'id = "other"', "id must be 'm'"),
    (LONG_CSV, 'file = "csv"', 'file = "pdf"', "file 'pdf' is none of"),
    (LONG_CSV, 'layout = "long"', 'layout = "tall"', "layout 'tall'"),
    (LONG_CSV, 'kind = "registers"', 'kind = "intervals"', "`interval_s` is missing"),
    (LONG_CSV, 'kind = "registers"', 'kind = "registers"\nstamp = "end"', "`stamp` is for kind"),
    (LONG_CSV, 'kind = "registers"', 'kind = "registers"\nencoding = "ebcdic"', "encoding"),
    (WIDE_CSV, 'separator = ";"', 'separator = ";;"', "no single sign"),
    (LONG_CSV, 'unit = "kWh"', "", "`unit` is missing"),
    (LONG_CSV, 'unit = "kWh"', 'unit = "kilowatt"', "unit 'kilowatt' is unknown"),
    (LONG_CSV, 'number = "plain"', 'number = "german"', "number 'german'"),
    (LONG_CSV, 'columns = ["point"]', "", "`columns` belongs to layout long"),
    (WIDE_CSV, '"%d.%m.%Y %H:%M"', '"%d.%B.%Y"', "has %B"),
    (WIDE_CSV, '"%d.%m.%Y %H:%M"', '"%H:%M"', "must name year, month and day"),
    (WIDE_CSV, 'zone = "Europe/Berlin"', 'zone = "Berlin"', "zone 'Berlin' is unknown"),
    (WIDE_CSV, 'zone = "Europe/Berlin"', 'zone = "UTC"\ntwice = "column"', "needs `twice_column`"),
    (WIDE_CSV, 'unlisted = "key"', 'unlisted = "guess"', "unlisted 'guess'"),
    (WIDE_CSV, 'unlisted = "key"', 'unlisted = "key"\nnew = 1', "unknown key `new`"),
    (LONG_CSV, "[name]", '[quality]\nmeasured = ["a"]\n[name]', "`column` and the words"),
]


@pytest.mark.parametrize(("text", "right", "wrong", "problem"), WRONG)
def test_a_wrong_key_is_named(
    tmp_path: Path, text: str, right: str, wrong: str, problem: str
) -> None:
    assert right in text
    with pytest.raises(FileMappingError) as error:
        mapping(tmp_path, text.replace(right, wrong, 1))
    assert problem in str(error.value)
    assert "docs/readings-file.md" in str(error.value)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_sample_is_right(path: Path) -> None:
    if path.stem in ("card_purchases", "bank_statement"):  # of other kinds: tests of their own
        return
    assert load_file_mapping(path).id == path.stem


def test_the_german_sample_reads_a_profile_through_the_autumn_night(tmp_path: Path) -> None:
    heads = ["Datum", "Uhrzeit", "DE0001234567890000000000000000001"]
    heads += ["DE0001234567890000000000000000002", "Fremdkunde"]
    day = [f"{q // 4:02d}:{q % 4 * 15:02d}" for q in range(1, 97)]
    times = [*day[:11], *day[7:]]  # 02:00 to 02:45 twice
    rows = [f"25.10.2026;{t};1.2{n:02d},5;4,0;--" for n, t in enumerate(times)]
    path = tmp_path / "profil.csv"
    path.write_bytes("\r\n".join([";".join(heads), *rows]).encode("latin-1"))
    facts = interval_facts()
    channels = [
        channel(1, "incomer-1"),
        channel(2, "pv-roof", quantity="active_energy_export"),
    ]
    channels = [
        replace(each, facts=replace(facts, quantity=each.facts.quantity)) for each in channels
    ]
    got = read(path, load_file_mapping(SAMPLES / "dso_quarter_hours.toml"), channels)
    assert got.refused == []
    ends = sorted(at_us for point, at_us, _ in got.said if point == "incomer-1")
    begin = to_us(datetime(2026, 10, 24, 22, 15, tzinfo=UTC))
    assert ends == [begin + n * 900_000_000 for n in range(100)]
    assert {count for point, _, count in got.said if point == "pv-roof"} == {100}


def test_the_weather_sample_reads_json_to_drivers(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    path.write_text(
        '{"station": "x", "values": [{"time": "2026-11-21T14:00:00+08:00", "wind": 3,'
        ' "air": {"temperature": 11.25, "humidity": 61}}]}'
    )
    drivers = [
        gauge(1, "weather", "temperature", "degC", "1/10"),
        gauge(2, "weather", "humidity", "%", "1"),
    ]
    got = read(path, load_file_mapping(SAMPLES / "weather.toml"), drivers)
    assert [(point, count) for point, _, count in got.said] == [("weather", 113), ("weather", 61)]
