"""In: a product side and a baseline side. Out: medians over interleaved rounds. I/O.

Absolute rates of a shared machine are good to a factor of two to four; the ratio to a baseline
that ran seconds before or after on the same disk is what counts. So every round runs both sides,
in alternating order, and the median of the rounds' ratios is the result.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum

from bench.ground import CHANNELS, Ground
from energy.base.clock import monotonic_s

Side = Callable[[], float]
"""Runs once and returns its own measure; what it prepares is not part of it."""


class Aim(StrEnum):
    """What a target is compared with."""

    RATIO_AT_LEAST = "ratio >="
    VALUE_AT_LEAST = "value >="
    VALUE_AT_MOST = "value <="
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much work a run does."""

    smoke: bool = False
    """Whether each bench has only to run: without warm-up, no checkpoint before each side."""
    channels: int = CHANNELS
    """Of a site, where a bench asks for no other number; a multiple of 20."""
    slices: int = 12
    """Transactions of 20,000 readings a side and round."""
    rebuild_readings: int = 2_000_000
    size_readings: int = 1_000_000
    fold_channels: int = 100
    fold_days: int = 1
    """Local days of 10 s scans; of 15-minute readings 365 times as many."""
    evening_scans: int = 7_200
    """Scans of the day that lie behind the evening bench."""
    late_days: int = 3 * 365
    """History behind the late readings; they are compared with those of 120 days."""
    sustained_s: float = 20.0
    """How long the sustained run goes on. [s]"""
    modbus_meters: int = 1_000
    """Meters polled each second."""
    modbus_s: float = 5.0
    """How long polling is counted. [s]"""
    reconnecting: int = 10_000
    """Meters that lose their connections at once."""
    sustained_gateways: int = 20
    """Gateways of 500 channels and 5,000 readings/s each."""


FULL = Scale(
    slices=25,
    rebuild_readings=10_000_000,
    size_readings=5_000_000,
    fold_days=7,
    sustained_s=60.0,
)
"""What `--full` measures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """A bench ready to run."""

    product: Side
    baseline: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One quantity that is measured."""

    name: str
    says: str
    """What is compared with what, one row of a table."""
    unit: str
    prepare: Callable[[Ground, Scale], AbstractContextManager[Sides]]
    aim: Aim = Aim.NONE
    target: float | None = None
    once: bool = False
    """Whether one round is all: it takes its own time, and has no baseline to vary with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The medians of one bench; field names are those of `--json`."""

    name: str
    value: float
    unit: str
    baseline: float | None
    ratio: float | None
    """Median of the rounds' own ratios, not the ratio of the medians."""
    target: float | None
    met: bool | None
    """None where there is no target."""


def run(
    bench: Bench, ground: Ground, scale: Scale, rounds: int, advance: Callable[[], None]
) -> Measured:
    """Measure a bench: one warm-up round, then `rounds` rounds, sides interleaved.

    Args:
        bench: What to measure.
        ground: The database of this run.
        scale: How much work a round does.
        rounds: Rounds that count, at least 1.
        advance: Called after each round, the warm-up included.
    """
    values: list[float] = []
    baselines: list[float] = []
    with bench.prepare(ground, scale) as sides:
        warm_up = not (scale.smoke or bench.once)  # fills caches and plans
        settle = (lambda: None) if scale.smoke else ground.settle
        for number in range(1 if bench.once else rounds + warm_up):
            value, baseline = _round(sides, settle, product_first=number % 2 == 0)
            if number > 0 or not warm_up:
                values.append(value)
                baselines.append(baseline)
            advance()
    return _judged(bench, values, baselines if sides.baseline is not None else [])


def _round(sides: Sides, settle: Callable[[], None], *, product_first: bool) -> tuple[float, float]:
    """Run both sides once, each from a settled database; without a baseline that is 0."""
    if sides.baseline is None:
        settle()
        return sides.product(), 0.0
    order = [sides.product, sides.baseline]
    found: list[float] = []
    for side in order if product_first else reversed(order):
        settle()
        found.append(side())
    value, baseline = found if product_first else reversed(found)
    return value, baseline


def _judged(bench: Bench, values: list[float], baselines: list[float]) -> Measured:
    value = statistics.median(values)
    ratio = None
    if baselines:
        pairs = zip(values, baselines, strict=True)
        ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    return Measured(
        name=bench.name,
        value=value,
        unit=bench.unit,
        baseline=statistics.median(baselines) if baselines else None,
        ratio=ratio,
        target=bench.target,
        met=is_met(bench.aim, bench.target, value, ratio),
    )


def is_met(aim: Aim, target: float | None, value: float, ratio: float | None) -> bool | None:
    """Return whether a target is met, None where there is none."""
    if target is None or aim is Aim.NONE:
        return None
    if aim is Aim.VALUE_AT_MOST:
        return value <= target
    if aim is Aim.VALUE_AT_LEAST:
        return value >= target
    assert ratio is not None, "an aim at a ratio has a baseline"
    return ratio >= target


def rate(readings: int, act: Callable[[], object]) -> float:
    """Return how fast something was done. [reading/s].

    Args:
        readings: How many readings it treats.
        act: Does it once.
    """
    began_s = monotonic_s()
    act()
    return readings / max(monotonic_s() - began_s, 1e-9)


@contextmanager
def ready(sides: Sides) -> Iterator[Sides]:
    """Give sides that need no tidying up."""
    yield sides
