"""A site's usage and readings as files: exact, as known then, whole or not at all. I/O."""

from __future__ import annotations

import csv
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pyarrow import parquet

from adapters.files.export_block import ExportError, What
from adapters.files.mapping_file import SAMPLES, load_file_mapping
from adapters.files.new_file import NewFileError
from energy.base.config import Config
from energy.base.ids import id_of
from energy.base.period import span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.plant import PlaceTree
from energy.metering.reading import Reading
from energy.metering.usage_groups import Every
from energy.system import WRITER, System
from energy.views.computed import channel_usage
from processes.exports.blocks import Selection
from processes.exports.file import export_file
from processes.formula_desk import FormulaDesk
from processes.import_readings import FileImport
from tests.fixtures.postgres import TestSite, command

PERSON = id_of("person", "anna")
START = datetime(2019, 3, 30, tzinfo=UTC)
DAYS = Selection(first=date(2019, 3, 30), last=date(2019, 4, 2))


def rows_of(path: Path) -> list[dict[str, str]]:
    text = [row for row in path.read_text().splitlines() if not row.startswith("#")]
    return list(csv.DictReader(text))


def found(at: TestSite) -> None:
    """Two points over three days, one with a gap of half a day, then a mark and late readings."""
    metering = at.application("metering")
    places = [
        {"key": "hall", "parent": None, "kind": "building", "name": "Hall"},
        {"key": "b1", "parent": "hall", "kind": "floor", "name": "Floor"},
    ]
    metering.store(PlaceTree(site=at.site.key, places=places, command_id=command("tree")))
    at.counter("m1")
    at.counter("m2")
    for channel, every in ((1, 1), (2, 7)):
        at.accept(
            *(
                Reading(
                    channel=channel,
                    at=START + timedelta(minutes=15 * n),
                    count=n * every,
                    quality=Quality.MANUAL if n == 5 else Quality.MEASURED,
                )
                for n in range(3 * 96)
                if channel == 1 or not 96 <= n < 144
            )
        )
    at.project()


@contextmanager
def small_disk(octets: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.servers
def test_files_hold_what_the_views_know_to_the_last_integer(
    site_schema: TestSite, tmp_path: Path
) -> None:
    at = site_schema
    found(at)

    def export(name: str, **other: Any) -> Path:
        wanted = Selection(**({"first": DAYS.first, "last": DAYS.last} | other))
        export_file(at.writer, at.site, at.clock, wanted, tmp_path / name)
        return tmp_path / name

    quarters = rows_of(export("usage.csv"))
    period = span_of_days(DAYS.first, DAYS.last, at.site.zone)
    with at.writer.connection() as connection:
        spans = channel_usage(connection, at.schema, at.site.zone, [1, 2], period)
    for number, point in ((1, "m1"), (2, "m2")):
        mine = [row for row in quarters if row["point"] == point]
        assert len(mine) == len(spans[number].usage) == 4 * 96 - 4
        known = spans[number].quality < Quality.SUSPECT
        assert [row["usage_base"] for row in mine] == [
            str(usage) if good else ""
            for usage, good in zip(spans[number].usage.tolist(), known.tolist(), strict=True)
        ]
        assert [row["quality"] for row in mine] == [
            Quality(code).name.lower() for code in spans[number].quality.tolist()
        ]

    days = rows_of(export("days.csv", every=Every.DAY, points=("m2",)))
    assert [row["known"] + "/" + row["expected"] for row in days][:2] == ["96/96", "92/92"]
    assert sum(int(row["usage_base"]) for row in days[:2]) == 188 * 70
    assert days[1]["quality"] == "interpolated"
    only = rows_of(export("manual.csv", what=What.READINGS, qualities=(Quality.MANUAL,)))
    assert [(row["point"], row["count"]) for row in only] == [("m1", "5"), ("m2", "35")]
    inside = rows_of(export("hall.csv", every=Every.MONTH, places=("hall",)))
    assert {row["point"] for row in inside} == {"m1", "m2"}

    mark = at.mark("now")
    at.accept(Reading(channel=2, at=START + timedelta(hours=30), count=7 * 100))
    at.project()
    assert rows_of(export("late.csv")) != quarters
    assert rows_of(export("then.csv", as_of=str(mark))) == quarters
    assert f"# as_of: {mark}" in (tmp_path / "then.csv").read_text().splitlines()


@pytest.mark.servers
def test_exported_readings_come_into_another_site_to_the_same_counts(
    new_site: Any, tmp_path: Path
) -> None:
    here, there = new_site(), new_site()
    found(here)
    wanted = Selection(first=DAYS.first, last=DAYS.last, what=What.READINGS)
    path = tmp_path / "readings.csv"
    export_file(here.writer, here.site, here.clock, wanted, path)
    for point in ("m1", "m2"):
        there.counter(point)
    there.clock.move_to(datetime(2019, 5, 1, tzinfo=UTC))
    there.project()
    system = System(config=Config(data_dir=tmp_path), role=WRITER, clock=there.clock)
    system.__dict__["database"] = there.writer
    rule = load_file_mapping(SAMPLES / "meterline_readings.toml")
    with FileImport(system, there.site, path, rule) as one:
        assert one.look().refused == 0
        one.write(partial=False, by=PERSON)
    there.project()
    assert stored(there) == stored(here)
    assert len(stored(here)) == 3 * 96 + 3 * 96 - 48


def stored(at: TestSite) -> list[tuple[Any, ...]]:
    return at.rows(
        "SELECT c.point, r.at, r.count, r.quality FROM {s}.reading AS r "
        "JOIN {s}.channel AS c ON c.number = r.channel ORDER BY 1, 2"
    )


@pytest.mark.servers
def test_a_file_is_whole_or_absent(site_schema: TestSite, tmp_path: Path) -> None:
    at = site_schema
    found(at)
    path = tmp_path / "usage.csv"
    for name in ("usage.csv", "usage.parquet", "usage.xlsx", "usage.xml"):
        with small_disk(1_000), pytest.raises(NewFileError, match="no room"):
            export_file(at.writer, at.site, at.clock, DAYS, tmp_path / name)
        assert list(tmp_path.iterdir()) == []
    path.write_text("mine")
    with pytest.raises(NewFileError, match="exists"):
        export_file(at.writer, at.site, at.clock, DAYS, path)
    assert path.read_text() == "mine"
    with pytest.raises(NewFileError, match="cannot be written"):
        export_file(at.writer, at.site, at.clock, DAYS, tmp_path / "absent" / "usage.csv")
    for wrong, says in (
        ({"points": ("m9",)}, "m9"),
        ({"places": ("cellar",)}, "cellar"),
        ({"quantities": ("volume",)}, "volume"),
        ({"utilities": (Utility.WATER,)}, "Nothing is selected"),
        ({"last": date(2019, 1, 1)}, "2019"),
    ):
        wanted = Selection(**({"first": DAYS.first, "last": DAYS.last} | wrong))  # type: ignore[arg-type]
        with pytest.raises(ExportError, match=says):
            export_file(at.writer, at.site, at.clock, wanted, tmp_path / "x.csv")
    with pytest.raises(ExportError, match="format"):
        export_file(at.writer, at.site, at.clock, DAYS, tmp_path / "usage.doc")


@pytest.mark.servers
def test_what_is_computed_is_exported_like_meters_in_every_format(
    site_schema: TestSite, tmp_path: Path
) -> None:
    at = site_schema
    found(at)
    before = at.mark("before")
    formulas = FormulaDesk(at.writer, at.site, at.clock)
    head = '[[formula]]\nplace = "b1"\nfrom = 2019-01-01\n'
    text = "".join(
        f'{head}point = "{point}"\n{unit}\ntext = "{told}"\n'
        for point, unit, told in (
            ("net", 'utility = "electricity"\nunit = "kWh"', "2 * [m1] + [m2]"),
            ("ratio", 'unit = "1"', "[m2] / [m1]"),
        )
    )
    formulas.define(formulas.read(text), by=PERSON, command_id=command("net"))
    at.project()
    days = {"every": Every.DAY, "points": ("net",)}

    def export(name: str, **other: Any) -> Path:
        wanted = Selection(**({"first": DAYS.first, "last": DAYS.last} | days | other))
        export_file(at.writer, at.site, at.clock, wanted, tmp_path / name)
        return tmp_path / name

    rows = rows_of(export("net.csv"))
    assert [(row["usage_base"], row["quality"]) for row in (*rows[:2], rows[-1])] == [
        (str(96 * 20 + 96 * 70), "interpolated"),
        (str(92 * 20 + 92 * 70), "interpolated"),
        ("", "missing"),
    ]
    assert rows_of(export("all.csv", points=()))[-len(rows) :] == rows
    assert {row["point"] for row in rows_of(tmp_path / "all.csv")} == {"m1", "m2", "net"}
    then = rows_of(export("then.csv", as_of=str(before)))
    assert {(row["usage_base"], row["known"]) for row in then} == {("", "0")}
    table = parquet.read_table(export("net.parquet")).to_pylist()
    assert [row["usage_base"] for row in table] == [8640, 8280, 8640, None]
    sheet = load_workbook(export("net.xlsx"))["usage"]
    place = [cell.value for cell in sheet[1]].index("usage_base")
    assert [row[place] for row in sheet.iter_rows(min_row=2, values_only=True)][:2] == [8640, 8280]
    assert export("net.xml").read_text().count("<value>8640</value>") == 2
    with pytest.raises(ExportError, match="Nothing is selected"):
        export("readings.csv", what=What.READINGS)
