"""In: options. Out: the measured ratios of this machine, as a table or JSON. I/O.

`scripts/bench` is the launcher. Nothing here is asserted: a target that is missed is printed,
and the exit code stays 0.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import (
    alerts,
    append,
    drafts,
    file_import,
    fold,
    formula,
    late,
    mapper,
    modbus,
    papers,
    project,
    rating,
    reconnect,
    reports,
    review,
    seal,
    soak,
    spool,
    sustained,
    validate,
)
from bench.beside import command
from bench.ground import ground
from bench.machine import describe
from bench.measure import FULL, Bench, Measured, Scale, run
from bench.report import as_json, as_table

BENCHES: tuple[Bench, ...] = (
    *append.BENCHES,
    *spool.BENCHES,
    *modbus.BENCHES,
    *reconnect.BENCHES,
    *mapper.BENCHES,
    *file_import.BENCHES,
    *project.BENCHES,
    *fold.BENCHES,
    *validate.BENCHES,
    *alerts.BENCHES,
    *formula.BENCHES,
    *rating.BENCHES,
    *late.BENCHES,
    *seal.BENCHES,
    *papers.BENCHES,
    *sustained.BENCHES,
    *drafts.BENCHES,
    *review.BENCHES,
    *reports.BENCHES,
)


def chosen(only: Sequence[str]) -> list[Bench]:
    """Return the benches whose name begins with one of the words; all without a word."""
    return [b for b in BENCHES if not only or b.name.startswith(tuple(only))]


def measure(
    benches: Sequence[Bench], scale: Scale, rounds: int
) -> tuple[list[Measured], dict[str, str]]:
    """Run benches on a server of their own, with a progress bar on the error stream.

    Args:
        benches: What to measure, in order.
        scale: How much work a round does.
        rounds: Rounds that count.

    Returns:
        The medians, and the machine they are from.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with (
        ground(scale.channels) as place,
        Progress(*columns, console=Console(stderr=True)) as progress,
    ):
        machine = describe(place.version())
        each = rounds + (not scale.smoke)
        task = progress.add_task("start", total=sum(1 if b.once else each for b in benches))
        results = []
        for bench in benches:
            progress.update(task, description=bench.name)
            results.append(run(bench, place, scale, rounds, lambda: progress.advance(task)))
    return results, machine


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for and print it.

    Returns:
        0 done, 2 when no bench has the name.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["beside"]:
        return command.main(words[1:])
    if words[:1] == ["soak"]:
        return soak.main(words[1:])
    if words[:1] == ["alerts"]:
        from bench.chain import command as chain  # the collector's libraries take a second

        return chain.main(words[1:])
    if words[:1] == ["baselines"]:
        from bench.baselines import command as baselines  # tables of the archive

        return baselines.main(words[1:])
    if words[:1] == ["screens"]:
        from bench.screens import command as screens  # the dashboard's libraries take a second

        return screens.main(words[1:])
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Speed as ratios to binary COPY in the same run.",
        epilog="`scripts/bench beside --help` compares with BEMServer-core; "
        "`scripts/bench soak --help` runs for half an hour; "
        "`scripts/bench alerts --help` times alerts from meter to gateway; "
        "`scripts/bench screens --help` lets viewers look at the dashboard; "
        "`scripts/bench baselines --help` counts false alarms on real meters.",
    )
    parser.add_argument("--json", action="store_true", help="print a list for machines")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count (default 5)")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="name or prefix"
    )
    parser.add_argument("--full", action="store_true", help="rebuild 10 million readings")
    parser.add_argument("--list", action="store_true", help="say what is measured")
    options = parser.parse_args(words)
    benches = chosen(options.only)
    if options.list or not benches:
        for bench in BENCHES:
            print(f"{bench.name:22} {bench.says}")
        return 0 if options.list else 2
    rounds = max(options.rounds, 1)
    results, machine = measure(benches, FULL if options.full else Scale(), rounds)
    if options.json:
        print(as_json(results))
    else:
        Console().print(as_table(benches, results, machine, rounds))
    return 0


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    sys.exit(main())
