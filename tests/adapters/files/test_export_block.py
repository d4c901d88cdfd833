"""Each format holds what was exported, to the last integer, and says as of when."""

from __future__ import annotations

import csv
import io
import json
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from openpyxl import load_workbook
from pyarrow import parquet

from adapters.files import export_parquet, export_xlsx
from adapters.files.export_block import (
    Block,
    ExportChannel,
    ExportError,
    ExportHead,
    ExportWriter,
    ReadingBlock,
    UsageBlock,
    What,
    in_unit,
)
from adapters.files.export_csv import CsvWriter
from adapters.files.export_green_button import GreenButtonWriter
from adapters.files.export_parquet import METADATA_KEY, ParquetWriter
from adapters.files.export_xlsx import XlsxWriter
from energy.base.clock import from_us, to_us
from energy.base.quality import Quality
from energy.base.units import Utility

START = datetime(2026, 3, 29, tzinfo=UTC)
START_US, STEP_US = to_us(START), 900_000_000
HEAD = ExportHead(
    site="yard",
    zone="Europe/London",
    what=What.USAGE,
    every="15min",
    first=START,
    end=datetime(2026, 3, 30, tzinfo=UTC),
    as_of=4711,
    written_at=datetime(2026, 4, 1, 8, tzinfo=UTC),
)


def test_instants_of_the_head_are_written_as_those_of_the_rows() -> None:
    facts = HEAD.facts()
    assert [facts[name] for name in ("first", "end", "written_at")] == [
        "2026-03-29T00:00:00Z",
        "2026-03-30T00:00:00Z",
        "2026-04-01T08:00:00Z",
    ]


USAGE: list[int | None] = [1_234, None, 2**60 + 1, 0]
QUALITY = [Quality.MEASURED, Quality.MISSING, Quality.ESTIMATED, Quality.INTERPOLATED]


def channel(utility: Utility = Utility.ELECTRICITY, number: int = 7) -> ExportChannel:
    return ExportChannel(
        number=number,
        point="hall<&>-elec",
        name='The "hall" 大厅',
        quantity="active_energy_import",
        utility=utility,
        direction="import",
        unit="kWh",
        base_unit="Wh",
    )


def block(**other: Any) -> UsageBlock:
    made = UsageBlock(
        channel=channel(),
        start_us=[START_US + n * STEP_US for n in range(4)],
        end_us=[START_US + (n + 1) * STEP_US for n in range(4)],
        usage=USAGE,
        quality=[int(each) for each in QUALITY],
        known=[1, 0, 1, 1],
        expected=[1, 1, 1, 1],
    )
    return replace(made, **other)


READINGS = ReadingBlock(
    channel=replace(channel(), unit="kWh"),
    at_us=[START_US, START_US + 1],
    value=[Decimal("0.07"), Decimal("90071992547409.93")],
    count=[7, 9_007_199_254_740_993],
    quality=[0, 5],
    position=[12, 13],
)


def written(
    make: Callable[[BinaryIO, ExportHead], ExportWriter],
    *blocks: Block,
    head: ExportHead = HEAD,
) -> bytes:
    file = io.BytesIO()
    with make(file, head) as writer:
        for each in blocks:
            writer.write(each)
    return file.getvalue()


def test_csv_holds_exact_values_and_reads_back_to_the_same_integers() -> None:
    text = written(CsvWriter, block()).decode()
    rows = [row for row in text.splitlines() if not row.startswith("#")]
    read = list(csv.DictReader(rows))
    assert [row["usage_base"] for row in read] == ["1234", "", str(2**60 + 1), "0"]
    assert [row["usage"] for row in read] == ["1.234", "", "1152921504606846.977", "0.000"]
    assert [row["quality"] for row in read] == [each.name.lower() for each in QUALITY]
    assert read[0]["start"] == "2026-03-29T00:00:00Z"
    assert read[0]["point"] == "hall<&>-elec"
    assert "# as_of: 4711" in text.splitlines()


def test_the_same_blocks_are_the_same_bytes() -> None:
    for make in (CsvWriter, GreenButtonWriter, ParquetWriter):
        assert written(make, block()) == written(make, block())


def test_xlsx_rounds_nothing() -> None:
    book = load_workbook(io.BytesIO(written(XlsxWriter, block())))
    head, *rows = book["usage"].iter_rows(values_only=True)
    base, usage = head.index("usage_base"), head.index("usage")
    assert [row[base] for row in rows] == [1234, None, str(2**60 + 1), 0]
    assert [row[usage] for row in rows] == [1.234, None, "1152921504606846.977", 0]
    facts = dict(book["about"].iter_rows(values_only=True))
    assert facts["as_of"] == "4711"


def test_a_sheet_that_is_full_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_xlsx, "MOST_ROWS", 7)
    with pytest.raises(ExportError, match="7 rows"):
        written(XlsxWriter, block(), block())


def test_parquet_reads_back_to_the_same_integers_with_its_facts() -> None:
    table = parquet.read_table(io.BytesIO(written(ParquetWriter, block(), block())))
    assert table.column("usage_base").to_pylist() == USAGE * 2
    assert table.column("usage").to_pylist()[2] == Decimal("1152921504606846.977")
    assert table.column("start").to_pylist()[1] == from_us(START_US + STEP_US)
    assert table.column("quality").to_pylist()[1] == "missing"
    assert json.loads(table.schema.metadata[METADATA_KEY])["as_of"] == "4711"


def test_readings_are_exact_in_every_table() -> None:
    head = replace(HEAD, what=What.READINGS, every="")
    text = written(CsvWriter, READINGS, head=head).decode()
    assert text.splitlines()[-1] == (
        "hall<&>-elec,active_energy_import,2026-03-29T00:00:00.000001Z,90071992547409.93,kWh,"
        "9007199254740993,suspect,13"
    )
    table = parquet.read_table(io.BytesIO(written(ParquetWriter, READINGS, head=head)))
    assert table.column("count").to_pylist() == READINGS.count
    assert table.column("value").to_pylist() == READINGS.value
    book = load_workbook(io.BytesIO(written(XlsxWriter, READINGS, head=head)))
    assert [row[5] for row in book["readings"].iter_rows(min_row=2, values_only=True)] == [
        7,
        "9007199254740993",
    ]


# ---------------------------------------------------------------- Green Button
NAMES = {"atom": "http://www.w3.org/2005/Atom", "espi": "http://naesb.org/espi"}
ORDER = ("UsagePoint", "MeterReading", "ReadingType", "IntervalBlock")
READING_TYPE = (
    *("accumulationBehaviour", "commodity", "flowDirection", "intervalLength", "kind"),
    *("powerOfTenMultiplier", "uom"),
)
"""Elements of a ReadingType in the order of the schema."""


def feed(*blocks: Block) -> ET.Element:
    return ET.fromstring(written(GreenButtonWriter, *blocks))


def resources(root: ET.Element) -> list[tuple[str, ET.Element, ET.Element]]:
    """Return each entry's resource name, the entry and the resource."""
    found = []
    for entry in root.findall("atom:entry", NAMES):
        content = entry.find("atom:content", NAMES)
        assert content is not None
        (resource,) = content
        assert resource.tag.startswith(f"{{{NAMES['espi']}}}")
        found.append((resource.tag.rpartition("}")[2], entry, resource))
    return found


def text_of(element: ET.Element, path: str) -> str:
    found = element.find("/".join(f"espi:{part}" for part in path.split("/")), NAMES)
    assert found is not None, path
    assert found.text is not None
    return found.text


def test_green_button_is_an_atom_feed_whose_links_hold_together() -> None:
    later = block(
        start_us=[START_US + n * STEP_US for n in range(4, 8)],
        end_us=[START_US + (n + 1) * STEP_US for n in range(4, 8)],
    )
    gas = block(channel=channel(Utility.GAS, number=8))
    root = feed(block(), later, gas)
    assert root.tag == f"{{{NAMES['atom']}}}feed"
    found = resources(root)
    assert [name for name, _, _ in found] == [*ORDER, "IntervalBlock", *ORDER]
    ids = [entry.findtext("atom:id", None, NAMES) for _, entry, _ in found]
    assert len(set(ids)) == len(ids)
    assert all(each is not None and each.startswith("urn:uuid:") for each in ids)
    links = {
        rel: [
            link.get("href")
            for _, entry, _ in found
            for link in entry.findall("atom:link", NAMES)
            if link.get("rel") == rel
        ]
        for rel in ("self", "up", "related")
    }
    assert len(set(links["self"])) == len(found)
    for href in links["related"]:
        assert href is not None
        assert any((own or "").startswith(href) for own in links["self"]), href
    for _, entry, _ in found:
        for name in ("title", "published", "updated"):
            assert entry.find(f"atom:{name}", NAMES) is not None


def test_green_button_values_are_the_exported_integers_with_their_quality() -> None:
    found = resources(feed(block()))
    kind = next(resource for name, _, resource in found if name == "ReadingType")
    assert tuple(each.tag.rpartition("}")[2] for each in kind) == READING_TYPE
    assert (text_of(kind, "uom"), text_of(kind, "powerOfTenMultiplier")) == ("72", "0")
    assert text_of(kind, "intervalLength") == "900"
    intervals = next(resource for name, _, resource in found if name == "IntervalBlock")
    assert text_of(intervals, "interval/start") == str(START_US // 1_000_000)
    assert text_of(intervals, "interval/duration") == "3600"
    readings = intervals.findall("espi:IntervalReading", NAMES)
    assert [int(text_of(each, "value")) for each in readings] == [
        value for value in USAGE if value is not None
    ]
    assert [text_of(each, "ReadingQuality/quality") for each in readings] == ["0", "8", "9"]
    assert {text_of(each, "timePeriod/duration") for each in readings} == {"900"}


@pytest.mark.parametrize(
    ("utility", "base", "uom", "power"),
    [
        (Utility.GAS, 1, "42", -3),
        (Utility.WATER, 1, "42", -3),
        (Utility.HEATING, 1, "31", 2),
        (Utility.COOLING, 1, "31", 2),
    ],
)
def test_a_base_unit_is_its_green_button_unit_times_its_power_of_ten(
    utility: Utility, base: int, uom: str, power: int
) -> None:
    found = resources(feed(block(channel=channel(utility))))
    kind = next(resource for name, _, resource in found if name == "ReadingType")
    assert (text_of(kind, "uom"), int(text_of(kind, "powerOfTenMultiplier"))) == (uom, power)
    per_unit = {"42": 1, "31": 1_000_000_000}[uom]
    assert in_unit(utility, base) * per_unit == Decimal(10) ** power


def test_what_green_button_cannot_say_is_refused() -> None:
    with pytest.raises(ExportError, match="no unit for steam"):
        feed(block(channel=channel(Utility.STEAM)))
    with pytest.raises(ExportError, match="not readings"):
        written(GreenButtonWriter, head=replace(HEAD, what=What.READINGS))


@pytest.mark.parametrize("pip", [True, False])
def test_without_its_library_the_command_that_adds_it_is_named(
    monkeypatch: pytest.MonkeyPatch, *, pip: bool
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr(export_parquet, "find_spec", lambda _name: object() if pip else None)
    with pytest.raises(ExportError) as refused:
        ParquetWriter(io.BytesIO(), HEAD)
    last = str(refused.value).splitlines()[-1].strip()
    assert last.startswith(f"{sys.executable} -m pip" if pip else "uv pip install --python")
    requirement = f'"{export_parquet.LIBRARY}"'
    assert last.endswith(requirement)
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    assert project["project"]["optional-dependencies"]["parquet"] == [export_parquet.LIBRARY]
