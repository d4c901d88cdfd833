"""In: the words after `scripts/up`. Out: what is wished, and the demo site that it means. Pure."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from energy.base.errors import RefusedError
from processes.demo_site import AirportDemo, Cambridge, DemoSite
from processes.play_spec import AIRPORT, CAMBRIDGE
from simulator.airport.faults import FaultLevel

DEFAULT_METERS, DEFAULT_SEED, DEFAULT_INTERVAL_S = 300, 1, 60
_AIRPORT_ONLY = ("meters", "seed", "faults", "interval_s")


def arguments_of(words: Sequence[str] | None) -> argparse.Namespace:
    """Return what the words say; None reads the program's own.

    Raises:
        SystemExit: They say nothing that is known.
    """
    parser = argparse.ArgumentParser(
        prog="scripts/up", description="Start a demo site: database, broker, meters, dashboard."
    )
    parser.add_argument("--site", choices=(CAMBRIDGE, AIRPORT), default=CAMBRIDGE)
    parser.add_argument("--once", action="store_true", help="play some days, bill them, end")
    parser.add_argument("--data-dir", type=Path, help="where everything is kept")
    parser.add_argument("--days", type=int, help="with --once: days to play (31; airport 1)")
    parser.add_argument("--meters", type=int, help="airport: metering points, 30 to 5000 (300)")
    parser.add_argument("--seed", type=int, help="airport: which one (1)")
    parser.add_argument("--faults", choices=[level.value for level in FaultLevel])
    parser.add_argument("--interval-s", type=int, choices=(10, 60), help="airport: polls, live [s]")
    return parser.parse_args(words)


def chosen_site(given: argparse.Namespace) -> DemoSite:
    """Return the demo site that the words mean.

    Raises:
        RefusedError: An option of the airport stands with another site.
    """
    if given.site == CAMBRIDGE:
        strange = [name for name in _AIRPORT_ONLY if getattr(given, name) is not None]
        if strange:
            options = ", ".join(f"--{name.replace('_', '-')}" for name in strange)
            raise RefusedError(f"{options} is for --site {AIRPORT}: the campus is a recorded one.")
        return Cambridge()
    return AirportDemo(
        meters=given.meters or DEFAULT_METERS,
        seed=DEFAULT_SEED if given.seed is None else given.seed,
        faults=given.faults or FaultLevel.NONE.value,
        interval_s=given.interval_s or DEFAULT_INTERVAL_S,
    )
