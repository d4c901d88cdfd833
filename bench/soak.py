"""In: minutes and a pace. Out: the follower's memory and lag by the minute. I/O.

The long version of the sustained run, at a pace below the greatest: what grows shows itself.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.ground import ground
from bench.machine import describe
from bench.sustained import Run, sustain

PACE = 10_000
GATEWAYS = 10
_ROWS = 10


def by_time(run: Run, minutes: float) -> list[tuple[float, float]]:
    """Return (minute, memory [MiB]) at up to ten even steps and at the end."""
    memory = run.memory_mib
    if not memory:
        return []
    places = sorted({len(memory) * n // _ROWS for n in range(_ROWS)} | {len(memory) - 1})
    return [(minutes * place / len(memory), memory[place]) for place in places]


def growth_per_hour(run: Run, minutes: float) -> float:
    """Return the growth between the means of the second and the last quarter. [MiB/h]."""
    samples = len(run.memory_mib)
    quarter = samples // 4
    if quarter == 0:
        return 0.0
    second, last = run.memory_mib[quarter : 2 * quarter], run.memory_mib[-quarter:]
    gained = sum(last) / quarter - sum(second) / quarter
    between = (samples - quarter / 2) - 1.5 * quarter
    return gained / (minutes / 60 * between / samples)


def main(arguments: Sequence[str]) -> int:
    """Soak and print; nothing is asserted."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench soak", description="Memory and lag of the follower over a long run."
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="how long (default 30)")
    parser.add_argument("--pace", type=int, default=PACE, help=f"readings/s (default {PACE:,})")
    parser.add_argument("--json", action="store_true", help="print an object for machines")
    options = parser.parse_args(list(arguments))
    with ground() as place:
        machine = describe(place.version())
        run = sustain(
            place,
            gateways=GATEWAYS,
            seconds=60 * options.minutes,
            readings_per_s=options.pace,
        )
        ended = describe(place.version())
    figures = {
        "minutes": options.minutes,
        "readings_per_s": round(run.readings_per_s),
        "lag_s": round(run.lag_s, 2),
        "worst_lag_s": round(run.worst_lag_s, 2),
        "growth_mib_per_hour": round(growth_per_hour(run, options.minutes), 2),
    }
    rows = by_time(run, options.minutes)
    if options.json:
        memory = [{"minute": round(at, 1), "mib": round(mib, 1)} for at, mib in rows]
        print(json.dumps({**figures, "memory": memory, "machine": machine, "ended": ended}))
        return 0
    console = Console()
    table = Table("minute", "memory [MiB]", title="Memory of the follower")
    for at, mib in rows:
        table.add_row(f"{at:.1f}", f"{mib:.1f}")
    console.print(table)
    for name, value in figures.items():
        console.print(f"{name:22} {value}")
    console.print(f"machine {machine} at the start, {ended} at the end")
    return 0
