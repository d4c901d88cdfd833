"""In: a loss model and the load per interval. Out: the expected loss per interval. Pure.

A transformer or a cable loses something always (no-load) and more with the square of its load.
The loss is computed exactly and rounded half up to the base unit, what rounding gave or took
carried on from local midnight: the intervals of a day add up to the day's loss, rounded once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from energy.base.units import Utility, to_base

Ints = NDArray[np.int64]
_SAFE = 2**62
"""Largest intermediate value that 64 bits are trusted with."""
POWERED = (Utility.ELECTRICITY, Utility.HEATING, Utility.COOLING)
"""Utilities whose quantity is an energy: their losses are stated in W."""


class LossModel(StrEnum):
    """How a loss is known."""

    FIXED = "fixed"
    """The same at every load."""
    CURVE = "curve"
    """No-load losses and load losses that grow with the square of the load."""
    DIFFERENCE = "difference"
    """Measured on both sides: what is unaccounted is the loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """The loss of a transformer, a cable, a pipe."""

    model: LossModel
    no_load: Fraction = Fraction(0)
    """[W], or [base unit / h] where the utility is no energy"""
    load_loss: Fraction = Fraction(0)
    """At the rated load. [W]"""
    rated: Fraction = Fraction(1)
    """Rated load. [W]"""


def loss_from_json(stored: Mapping[str, Any]) -> Loss:
    """Return the loss that a site file or an event holds."""
    no_load = stored.get("no_load_w", stored.get("per_hour", "0"))
    return Loss(
        model=LossModel(stored["model"]),
        no_load=Fraction(str(no_load)),
        load_loss=Fraction(str(stored.get("load_loss_w", "0"))),
        rated=Fraction(str(stored.get("rated_w", "1"))),
    )


def expected_loss(
    loss: Loss, utility: Utility, load: Ints, step_s: int, days: Sequence[int] = (0,)
) -> Ints:
    """Return the loss expected of each interval; zero where it is a measured difference.

    Args:
        loss: The model.
        utility: Of the graph: what a Wh is in base units.
        load: What went through in each interval. [base unit]
        step_s: Width of an interval. [s]
        days: The first interval of each local day, from 0 on.
    """
    if loss.model is LossModel.DIFFERENCE:
        return np.zeros(len(load), dtype=np.int64)
    hours = Fraction(step_s, 3600)
    wh = to_base(utility, "Wh") if utility in POWERED else Fraction(1)
    still = loss.no_load * hours * wh
    squared = Fraction(0)
    if loss.model is LossModel.CURVE:
        # load [base] / wh / hours = W; (W / rated)^2 x load_loss x hours x wh
        squared = loss.load_loss / (loss.rated**2 * hours * wh)
    return _rounded(still, squared, load, days)


def _rounded(still: Fraction, squared: Fraction, load: Ints, days: Sequence[int]) -> Ints:
    """Return still + squared x load^2, exactly; the sum since midnight is rounded half up."""
    scale = 2 * lcm(still.denominator, squared.denominator)
    base, factor = int(still * scale), int(squared * scale)
    most = int(np.abs(load).max(initial=0))
    fits = max(base + factor * most * most, scale * (len(load) + 1)) < _SAFE
    exact = load if fits else load.astype(object)
    each = base + factor * exact * exact
    told: Ints = (each // scale).astype(np.int64)
    for first, after in pairwise([*days, len(load)]):
        owed = (np.cumsum(each[first:after] % scale) + scale // 2) // scale
        since_midnight: Ints = owed.astype(np.int64)
        told[first:after] += np.diff(since_midnight, prepend=0)
    return told
