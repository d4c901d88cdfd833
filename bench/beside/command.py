"""In: the folder of the peer's environment. Out: ratios to BEMServer-core. I/O.

`scripts/bench beside --peer FOLDER` starts it. Exit codes: 0 done, 2 the peer is not there or
stopped; a target that is missed is printed as NO.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench.beside import hours, incoming
from bench.beside.incoming import Size
from bench.beside.ours import Ours
from bench.beside.outage import Told, outage
from bench.beside.peer import PeerError, install, python_of, running
from bench.beside.registers import planned
from bench.ground import Ground, ground
from bench.machine import describe
from bench.measure import Bench, Measured, Scale, run
from bench.report import as_table

_COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What one run found."""

    machine: Mapping[str, str]
    versions: Mapping[str, str]
    """Of the peer and what it runs on."""
    size: Size
    rounds: int
    benches: Sequence[Bench]
    ratios: Sequence[Measured]
    outage: Sequence[Told]

    def as_json(self) -> str:
        """Return everything for machines; `ratios` has the rows of `scripts/bench --json`."""
        found = {
            "machine": dict(self.machine),
            "peer": dict(self.versions),
            "size": asdict(self.size),
            "rounds": self.rounds,
            "ratios": [asdict(row) for row in self.ratios],
            "outage": [asdict(row) for row in self.outage],
        }
        return json.dumps(found, indent=2)

    def print(self, console: Console) -> None:
        """Print two tables for people."""
        peer = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        machine = {**self.machine, "peer": peer}
        console.print(as_table(self.benches, self.ratios, machine, self.rounds))
        table = Table(title="A meter of 8 days, six hours of them not read")
        for heading in ("side", "used [Wh]", "error", "hours off by > 1 Wh", "hours marked"):
            table.add_column(heading, justify="left" if heading == "side" else "right")
        for told in self.outage:
            error = f"{told.error_percent:+.3f} %"
            hour_counts = (str(told.wrong_hours), str(told.marked_hours))
            table.add_row(told.side, f"{told.wh:,.0f}", error, *hour_counts)
        console.print(table)


def compare(folder: Path, size: Size, rounds: int) -> Compared:
    """Run both sides on a server of their own, with a progress bar on the error stream.

    Args:
        folder: The peer's environment.
        size: How much work it is.
        rounds: Rounds that count, after one that does not.

    Raises:
        PeerError: The peer is not there, or stopped.
    """
    python_of(folder)
    with ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="meterline-beside-"))
        place = stack.enter_context(ground())
        machine = describe(place.version())
        progress = stack.enter_context(Progress(*_COLUMNS, console=Console(stderr=True)))
        peer, versions = stack.enter_context(running(folder, place, Path(scratch)))
        site = stack.enter_context(place.site(planned(1)))
        away = progress.add_task("outage", total=1)
        told = outage(Ours(site=site), peer)
        progress.advance(away)
        appending = incoming.benches(peer, size, rounds + 1)
        ratios = _measured(appending, place, rounds, progress)
        ours = Ours(site=stack.enter_context(place.site(planned(size.meters))))
        loading = progress.add_task("load both", total=hours.load_steps(size))
        every = hours.load(ours, peer, size, place, lambda: progress.advance(loading))
        asking = hours.benches(ours, peer, size, every)
        ratios += _measured(asking, place, rounds, progress)
    return Compared(
        machine=machine,
        versions=versions,
        size=size,
        rounds=rounds,
        benches=(*appending, *asking),
        ratios=ratios,
        outage=told,
    )


def _measured(
    benches: Sequence[Bench], place: Ground, rounds: int, progress: Progress
) -> list[Measured]:
    """Return the medians of some benches."""
    results = []
    for bench in benches:
        task = progress.add_task(bench.name, total=rounds + 1)
        results.append(run(bench, place, Scale(), rounds, partial(progress.advance, task)))
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, and print what was found.

    Returns:
        0 done, 2 the peer is not there or stopped.
    """
    parser = argparse.ArgumentParser(
        prog="scripts/bench beside", description="Meterline beside BEMServer-core."
    )
    parser.add_argument(
        "--peer", type=Path, required=True, metavar="FOLDER", help="BEMServer-core's environment"
    )
    parser.add_argument("--install", action="store_true", help="make that environment first")
    parser.add_argument("--json", action="store_true", help="print an object for machines")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count (default 5)")
    parser.add_argument("--days", type=int, default=365, help="days that hours are summed of")
    options = parser.parse_args(arguments)
    folder = options.peer.expanduser().absolute()
    days = max(options.days, 1)
    size = Size(days=days, month_days=min(days, 30))
    try:
        if options.install:
            install(folder)
        found = compare(folder, size, max(options.rounds, 1))
    except PeerError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if options.json:
        print(found.as_json())
    else:
        found.print(Console())
    return 0
