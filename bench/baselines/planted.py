"""In: usage by clock hour, a seed. Out: the same with anomalies in it, and where. Pure.

Six a meter, one of each kind (reliability yardstick 3.4), at any hour of the days judged, three
days apart at least, only where every hour was measured and above zero: what is planted on a gap is
no anomaly. Rounded to 0.1 kWh as the archive is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

import numpy as np

from energy.alerting.baseline.rolling import HOURS, Floats

APART_H = 72
TRIES = 1_000
NIGHT_BEGINS, NIGHT_ENDS = 22, 6
"""Clock hours of the planted nights."""


class Kind(StrEnum):
    """What is planted, as the table of the yardstick names it."""

    ABOVE = "+50 % 6 h"
    NIGHTS = "night +30 % 3 d"
    ZERO = "zero 12 h"
    FLAT = "flat 24 h"
    SPIKE = "x5 1 h"
    BELOW = "-50 % 6 h"


HOURS_OF = {
    Kind.ABOVE: 6,
    Kind.NIGHTS: 2 * HOURS + 8,
    Kind.ZERO: 12,
    Kind.FLAT: HOURS,
    Kind.SPIKE: 1,
    Kind.BELOW: 6,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One anomaly."""

    meter: int
    kind: Kind
    begin: int
    end: int
    """First hour behind it; both count from the first hour of the grid. [h]"""


def plant(usage: Floats, first_day: int, past_day: int, seed: int) -> tuple[Floats, list[Planted]]:
    """Return usage with one anomaly of each kind a meter, and the list of them.

    Args:
        usage: Shape (meters, days, 24). [kWh]
        first_day: First of the days judged, a place in the grid.
        past_day: First day behind them.
        seed: Of the places; each meter draws from a generator of its own.
    """
    hours = usage.reshape(len(usage), -1).copy()
    planted: list[Planted] = []
    for meter, own in enumerate(hours):
        generator = np.random.default_rng([seed, meter])
        real = own.copy()
        mine: list[Planted] = []
        for place in generator.permutation(len(Kind)):
            kind = list(Kind)[place]
            for _ in range(TRIES):
                day = int(generator.integers(first_day, past_day - 4))
                hour = int(generator.integers(0, HOURS))
                begin = day * HOURS + (NIGHT_BEGINS if kind is Kind.NIGHTS else hour)
                one = Planted(meter=meter, kind=kind, begin=begin, end=begin + HOURS_OF[kind])
                if _fits(one, mine, real):
                    mine.append(one)
                    own[one.begin : one.end] = np.round(_changed(kind, begin, real), 1)
                    break
        planted += mine
    return hours.reshape(usage.shape), planted


def _fits(one: Planted, others: list[Planted], real: Floats) -> bool:
    if any(one.begin < o.end + APART_H and one.end > o.begin - APART_H for o in others):
        return False
    return bool((real[one.begin : one.end] > 0).all())


def _changed(kind: Kind, begin: int, real: Floats) -> Floats:
    span = real[begin : begin + HOURS_OF[kind]]
    match kind:
        case Kind.ABOVE:
            return span * 1.5
        case Kind.BELOW:
            return span * 0.5
        case Kind.ZERO:
            return span * 0.0
        case Kind.SPIKE:
            return span * 5.0
        case Kind.FLAT:
            return np.full_like(span, span[0])
        case Kind.NIGHTS:
            clock = np.arange(begin, begin + len(span)) % HOURS
            night = (clock >= NIGHT_BEGINS) | (clock < NIGHT_ENDS)
            return np.where(night, span * 1.3, span)
        case _:
            assert_never(kind)
