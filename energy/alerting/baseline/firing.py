"""In: usage by clock hour and a spec. Out: the hours in which each detector fires. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from energy.alerting.baseline.expected import Deviations, deviations
from energy.alerting.baseline.limits import passes
from energy.alerting.baseline.rolling import Flags, Floats
from energy.alerting.baseline.scores import Scores, of_block, of_nights, of_runs
from energy.alerting.baseline.spec import BaselineSpec, Deviation

BLOCK_H = {
    Deviation.SPIKE: 1,
    Deviation.BRIEFLY_ABOVE: 3,
    Deviation.ABOVE: 6,
    Deviation.BELOW: 6,
}
"""Hours that are judged together. [h]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """One detector over all hours; shape (meters, days * 24)."""

    deviation: Deviation
    fires: Flags
    scores: Scores


def firings(grid: Floats, dev: Deviations, spec: BaselineSpec) -> list[Firing]:
    """Return where each detector fires, the most telling first.

    Args:
        grid: Usage, NaN where missing, shape (meters, days, 24).
        dev: Its deviations.
        spec: What is watched.
    """
    found = []
    blocks = {hours: of_block(dev, hours) for hours in sorted(set(BLOCK_H.values()))}
    for deviation, limit in spec.limits.items():
        scores = _scores(grid, dev, deviation, blocks)
        sign = -1 if deviation is Deviation.BELOW else 1
        fires = passes(sign * scores.score, limit) & _gate(deviation, scores, spec)
        if deviation is Deviation.FLAT:
            fires = _to_the_end(fires, scores)
        found.append(Firing(deviation=deviation, fires=fires, scores=scores))
    return found


def watched(
    grid: Floats, spec: BaselineSpec, temperature: Floats | None = None
) -> tuple[Deviations, list[Firing]]:
    """Return the deviations of some usage and where each detector fires; see `firings`."""
    dev = deviations(grid, temperature)
    return dev, firings(grid, dev, spec)


def _scores(
    grid: Floats, dev: Deviations, deviation: Deviation, blocks: Mapping[int, Scores]
) -> Scores:
    if deviation is Deviation.FLAT:
        return of_runs(grid, dev)
    if deviation is Deviation.NIGHTS:
        return of_nights(dev)
    return blocks[BLOCK_H[deviation]]


def _gate(deviation: Deviation, scores: Scores, spec: BaselineSpec) -> Flags:
    """Return where the percent of the rule is passed too, or the least length of a run."""
    percent = np.expm1(scores.off) * 100.0
    with np.errstate(invalid="ignore"):
        match deviation:
            case Deviation.SPIKE:
                gate = percent > spec.spike_percent
            case Deviation.BRIEFLY_ABOVE:
                gate = percent > spec.briefly_percent
            case Deviation.ABOVE:
                gate = percent > spec.above_percent
            case Deviation.BELOW:
                gate = percent < -spec.below_percent
            case Deviation.FLAT:
                gate = scores.hours >= spec.flat_h
            case Deviation.NIGHTS:
                gate = percent > spec.nights_percent
            case _:
                assert_never(deviation)
    return np.asarray(gate, dtype=np.bool_)


def _to_the_end(fires: Flags, scores: Scores) -> Flags:
    """Return a run that fired as firing to its end: its own days raise the limit meanwhile."""
    hour = np.arange(fires.shape[1])
    last = np.maximum.accumulate(np.where(fires, hour, -1), axis=1)
    return np.asarray((scores.hours > 0) & (last > hour - scores.hours), dtype=np.bool_)
