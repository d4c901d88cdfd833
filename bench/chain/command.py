"""In: how many meters and crossings. Out: how long alerts take to the gateway. I/O.

`scripts/bench alerts` starts it. Exit codes: 0 done, 1 an alert was lost or raised twice.
Durations are printed beside their bars and never judged.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.chain.crossings import Crossed, crossed
from bench.chain.place import made, reads_a_meter
from bench.chain.running import Running, gateway
from bench.chain.storm import Stormed, stormed
from bench.machine import describe
from bench.modbus import slave_told

BARS_MS = {"woken": 1_000, "polling": 3_000}
"""95 of 100 crossings are at the gateway so long after they were in the spool. [ms]"""
_DEAF = (
    "CREATE SCHEMA IF NOT EXISTS deaf",
    "CREATE OR REPLACE FUNCTION deaf.pg_notify(text, text) RETURNS void LANGUAGE sql AS ''",
    "GRANT USAGE ON SCHEMA deaf TO meterline_writer",
    "ALTER ROLE meterline_writer SET search_path = deaf, pg_catalog",
)
"""Lets no NOTIFY of ours through: what a lost one costs."""
_HEARING = "ALTER ROLE meterline_writer RESET search_path"


def arguments() -> argparse.ArgumentParser:
    """Return what the command understands."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench alerts", description="From a meter's crossing to the gateway."
    )
    parser.add_argument("--data-dir", type=Path, help="an empty folder that stays; else none does")
    parser.add_argument("--meters", type=int, default=1_000, help="polled a second (default 1000)")
    parser.add_argument("--crossings", type=int, default=100, help="of each path (default 100)")
    parser.add_argument("--every-s", type=float, default=0.37, help="between two (default 0.37)")
    parser.add_argument("--settle-s", type=float, default=5.0, help="after a start (default 5)")
    parser.add_argument("--storm-s", type=float, default=50.0, help="10 causes in it (default 50)")
    parser.add_argument(
        "--only", choices=("woken", "storm", "polling"), action="append", help="leave others out"
    )
    parser.add_argument("--json", action="store_true", help="print an object for machines")
    return parser


def main(words: Sequence[str]) -> int:
    """Measure and print."""
    given = arguments().parse_args(list(words))
    only = given.only or ["woken", "storm", "polling"]
    with _folder(given.data_dir) as folder:
        found, machine = measured(folder, given, only)
    storm = found.get("storm")
    if given.json:
        told = {name: asdict(each) for name, each in found.items()}
        print(json.dumps({**told, "machine": machine}, indent=2))
    else:
        _print(found, machine, given.meters)
    lost = isinstance(storm, Stormed) and (storm.raised < storm.alerts or storm.twice)
    untold = any(isinstance(each, Crossed) and each.told < each.planted for each in found.values())
    return 1 if lost or untold else 0


def measured(
    folder: Path, given: argparse.Namespace, only: Sequence[str]
) -> tuple[dict[str, Crossed | Stormed], dict[str, str]]:
    """Run what is wanted in a fresh installation; return it and the machine it is from."""
    found: dict[str, Crossed | Stormed] = {}
    with gateway() as (server, desk), made(folder, given.meters, server) as place:
        machine = describe(place.version())
        running = Running(place)
        try:
            for name in ("woken", "polling", "storm"):  # a storm has 10,000 to clear
                if name not in only:
                    continue
                if name == "polling":
                    place.administer(*_DEAF)
                with slave_told() as (port, tell):
                    start = partial(running.start, port, name)
                    if name == "storm":
                        found[name] = stormed(
                            running, desk, tell, within_s=given.storm_s, start=start
                        )
                    else:
                        found[name] = crossed(
                            running, desk, tell,
                            crossings=given.crossings, every_s=given.every_s,
                            settle_s=given.settle_s, start=start,
                        )  # fmt: skip
                if name == "polling":
                    place.administer(_HEARING)
        finally:
            running.close()
        load = "{:.1f}, {:.1f}, {:.1f} (1, 5, 15 min)".format(*os.getloadavg())
    return found, {**machine, "load at the end": load}


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="meterline-bench-") as folder:
        yield Path(folder)


def _print(found: Mapping[str, Crossed | Stormed], machine: Mapping[str, str], meters: int) -> None:
    console = Console()
    for name, each in found.items():
        if isinstance(each, Stormed):
            for field, value in asdict(each).items():
                console.print(f"storm {field:18} {value}")
            continue
        title = f"{name}: {each.told} of {each.planted} crossings at the gateway"
        table = Table("part", "p50 ms", "p95 ms", "p99 ms", "worst ms", title=title)
        for part in each.parts:
            cells = (part.p50_ms, part.p95_ms, part.p99_ms, part.worst_ms)
            table.add_row(part.name, *(f"{cell:,.1f}" for cell in cells))
        console.print(table)
        p95 = next((part.p95_ms for part in each.parts if part.name == "whole"), 0.0)
        met = "met" if 0 < p95 < BARS_MS[name] else "NOT met"
        console.print(
            f"bar: whole p95 < {BARS_MS[name]:,} ms: {met}; {meters} meters a second, "
            f"{reads_a_meter()} question(s) each, {each.readings_per_s:,.0f} reading/s, "
            f"{each.readings_a_batch:g} a batch of {each.bytes_a_reading:g} B a reading, "
            f"{each.messages} messages, cores {each.cores}"
        )
    for name, value in machine.items():
        console.print(f"{name}: {value}")
