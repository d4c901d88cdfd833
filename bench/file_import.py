"""In: CSV files of 15-minute registers. Out: how fast they come into the journal. I/O.

Timed is a whole import: reading, checking, sorting on disk, comparing with the journal, packing,
one transaction. The views of the files before are folded between rounds, untimed. The baseline
reads the same file with `csv.reader` and takes each number as a float: no check, no store.
"""

from __future__ import annotations

import csv
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from adapters.files.mapping import FileMapping
from adapters.files.mapping_file import parse_file_mapping
from bench.ground import ZONE, BenchSite, Ground
from bench.measure import Bench, Scale, Sides, rate
from bench.readings import MIDNIGHT_US, is_counter
from energy.base.clock import from_us
from energy.base.config import Config
from energy.store.sites import Site
from energy.system import WRITER, System
from processes.import_readings import FileImport

ROWS_A_SLICE = 200
"""Rows of a file; with 200 counters each 40,000 readings."""
QUARTER = timedelta(minutes=15)
MAPPING = """
schema_version = 1
id = "bench"
title = "Registers, a column each"
file = "csv"
separator = ";"
layout = "wide"
kind = "registers"
interval_s = 900
[time]
columns = ["time"]
format = "local"
pattern = "%d.%m.%Y %H:%M"
zone = "UTC"
[value]
number = "1.234,5"
unit = "channel"
[name]
unlisted = "key"
"""


@dataclass(slots=True)
class _Files:
    """A site, and the next file for it."""

    site: BenchSite
    folder: Path
    rows: int
    mapping: FileMapping
    done: int = 0
    written: Path | None = None
    names: list[str] = field(default_factory=list)

    def take(self) -> float:
        """Import the next file. [reading/s]."""
        path = self._write()
        key = self.site.schema.removeprefix("site_")
        site = Site(key=key, name=key, zone=ZONE, currency="GBP", language="en")
        system = System(config=Config(data_dir=self.folder), role=WRITER, clock=self.site.clock)
        system.__dict__["database"] = self.site.database

        def bring() -> None:
            with FileImport(system, site, path, self.mapping) as one:
                one.look()
                one.write(partial=False, by=None)

        found = rate(self.rows * len(self.names), bring)
        follower = self.site.metering()
        while follower.step():
            pass
        return found

    def read(self) -> float:
        """Read a file with nothing but the library. [reading/s]."""
        path = self.written or self._write()

        def parse() -> None:
            with path.open(newline="", encoding="utf-8") as file:
                rows = csv.reader(file, delimiter=";")
                next(rows)
                for row in rows:
                    [float(cell.replace(".", "").replace(",", ".")) for cell in row[1:]]

        return rate(self.rows * len(self.names), parse)

    def _write(self) -> Path:
        path = self.folder / "bench.csv"
        start = from_us(MIDNIGHT_US)
        with path.open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, delimiter=";")
            out.writerow(["time", *self.names])
            for n in range(self.done, self.done + self.rows):
                at = start + n * QUARTER
                cells = [f"{n * 7 + place},{n % 100:02d}" for place in range(len(self.names))]
                out.writerow([f"{at:%d.%m.%Y %H:%M}", *cells])
        self.done += self.rows
        self.site.clock.move_to(max(self.site.clock.now(), start + self.done * QUARTER))
        self.written = path
        return path


@contextmanager
def _prepare(ground: Ground, scale: Scale) -> Iterator[Sides]:
    """Give both sides."""
    with ground.site() as site, tempfile.TemporaryDirectory() as folder:
        numbers = [number for number in range(1, site.channels + 1) if is_counter(number)]
        names = [
            f"device-{(number - 1) // 20 * 20 + 1}/active_energy_import_{number}"
            for number in numbers
        ]
        mapping = parse_file_mapping(MAPPING, tomllib.loads(MAPPING), name="bench")
        rows = scale.slices * ROWS_A_SLICE
        files = _Files(site, Path(folder), rows, mapping, names=names)
        yield Sides(product=files.take, baseline=files.read)


BENCHES = (
    Bench(
        name="file-import",
        says="a wide CSV file looked at and written; to csv.reader and float() alone",
        unit="reading/s",
        prepare=_prepare,
    ),
)
