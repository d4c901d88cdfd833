"""In: strips, their steps, grids. Out: the instants at which a strip's value is wanted. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from energy.base.quality import Quality
from energy.base.ragged import Places, offsets_of, ramp
from energy.metering.usage_steps import Steps
from energy.metering.usage_strips import Flags, GridColumns, Ints, Strips

BRIDGE_US = 1_000_000
"""Estimates state a register's new start at most this long behind its old end. [us]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cuts:
    """Instants at which a strip's value is wanted: boundaries and its own ends; shape (c,)."""

    strip: Ints
    at_us: Ints
    boundary: Ints
    """Place of the last boundary at or before the cut."""
    on_grid: Flags
    bridge: Flags | None = None
    """Whether the register was set anew between this cut and the next; None: nowhere."""


def cuts_of(strips: Strips, steps: Steps, grid: GridColumns) -> Cuts:
    """Return the cuts of some strips, by strip and instant.

    Args:
        strips: The strips.
        steps: What happened in them.
        grid: Boundaries of each window.
    """
    return _with_bridges(_at_boundaries(strips, grid), strips, steps, grid)


def _at_boundaries(strips: Strips, grid: GridColumns) -> Cuts:
    """Return the cuts at the ends of each strip and at the boundaries within."""
    windows = len(grid.offsets) - 1
    owner = np.repeat(np.arange(windows, dtype=np.int64), np.diff(grid.offsets))
    places = Places(owner, grid.at_us, windows)
    first = places.find(strips.window, strips.low_us, "right")
    behind = places.find(strips.window, strips.high_us)
    wide = strips.low_us < strips.high_us
    inner = np.where(wide, behind - first, 0)
    many = 1 + inner + wide
    offsets = offsets_of(many)
    total = int(offsets[-1])
    at_us, boundary = (np.zeros(total, dtype=np.int64) for _ in range(2))
    low, high = offsets[:-1], offsets[1:] - 1
    target, source = ramp(low + 1, inner), ramp(first, inner)
    at_us[target], boundary[target] = grid.at_us[source], source
    at_us[high], boundary[high] = (
        strips.high_us,
        places.find(strips.window, strips.high_us, "right") - 1,
    )
    at_us[low], boundary[low] = strips.low_us, first - 1
    return Cuts(
        strip=np.repeat(np.arange(len(strips.window), dtype=np.int64), many),
        at_us=at_us,
        boundary=boundary,
        on_grid=grid.at_us[boundary] == at_us,
    )


def _with_bridges(cuts: Cuts, strips: Strips, steps: Steps, grid: GridColumns) -> Cuts:
    """Return the cuts with one on either side of each break that an estimate bridges.

    Where estimates state what the register showed right before it was set anew and right after,
    nothing was used between the two: the value is wanted at both.
    """
    guessed = strips.quality == Quality.ESTIMATED
    if not guessed.any():
        return cuts
    owner, at_us = strips.owner, strips.at_us
    found = np.flatnonzero(
        (guessed[1:] | guessed[:-1])
        & (owner[1:] == owner[:-1])
        & (steps.run[1:] != steps.run[:-1])
        & (at_us[1:] - at_us[:-1] <= BRIDGE_US)
    )
    strip = owner[found]
    inside = (at_us[found] >= strips.low_us[strip]) & (at_us[found + 1] <= strips.high_us[strip])
    found, strip = found[inside], strip[inside]
    if len(found) == 0:
        return cuts
    windows = len(grid.offsets) - 1
    places = Places(
        np.repeat(np.arange(windows, dtype=np.int64), np.diff(grid.offsets)), grid.at_us, windows
    )
    own = np.concatenate([cuts.strip, strip, strip])
    every = np.concatenate([cuts.at_us, at_us[found], at_us[found + 1]])
    begins = np.zeros(len(own), dtype=np.bool_)
    begins[len(cuts.strip) : len(cuts.strip) + len(found)] = True
    order = np.lexsort((begins, every, own))
    own, every = own[order], every[order]
    boundary = places.find(strips.window[own], every, "right") - 1
    return Cuts(
        strip=own,
        at_us=every,
        boundary=boundary,
        on_grid=grid.at_us[boundary] == every,
        bridge=begins[order],
    )
