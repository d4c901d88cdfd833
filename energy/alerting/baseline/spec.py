"""In: nothing. Out: the numbers of a performance baseline, as a value. Pure.

The percents are a rule's own. What a meter's own restlessness asks (`Limit`) was fixed on the
meters of Cambridge in 2018 and holds for every meter: docs/baselines.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Deviation(StrEnum):
    """What is wrong with the usage."""

    SPIKE = "spike"
    """One hour far above."""
    BRIEFLY_ABOVE = "briefly_above"
    """Three hours above."""
    ABOVE = "above"
    """Six hours above."""
    BELOW = "below"
    """Six hours below."""
    FLAT = "flat"
    """Hour after hour the same, zero too: nobody counts any more."""
    NIGHTS = "nights"
    """Two nights in a row above: something was left on."""


class Side(StrEnum):
    """Of what there is one alarm at a time: more than expected hides no meter that stands still."""

    MORE = "more"
    LESS = "less"


def side_of(deviation: Deviation) -> Side:
    """Return the side a deviation belongs to; what stands still counts no more."""
    return Side.LESS if deviation in {Deviation.BELOW, Deviation.FLAT} else Side.MORE


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How far a score must lie beyond the meter's own worst days before it counts."""

    place: int
    """It must exceed the score of this place among the daily maxima of twelve weeks; 1 is the
    largest: at 2 one wild day, that of an earlier alarm say, hides nothing."""
    factor: float
    """By so many times."""
    least: float = 1.0
    """And be no less than this. [usual deviations; for FLAT ln of the odds]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineSpec:
    """What a performance baseline alarms at."""

    above_percent: float = 30.0
    """Six hours must exceed what was expected by more. [%]"""
    briefly_percent: float = 40.0
    """Three hours, as above. [%]"""
    spike_percent: float = 100.0
    """One hour, as above. [%]"""
    nights_percent: float = 16.0
    """Each of two nights, as above. [%]"""
    below_percent: float = 40.0
    """Six hours must fall short of what was expected by more. [%]"""
    flat_h: int = 6
    """An hour must be repeated at least so often. [h]"""
    clear_h: int = 36
    """Known hours without a new deviation after which the alarm is cleared. [h]"""
    limits: dict[Deviation, Limit] = field(default_factory=lambda: dict(FIXED))
    """A deviation that is not here is not watched."""


FIXED: dict[Deviation, Limit] = {
    Deviation.SPIKE: Limit(place=3, factor=1.3),
    Deviation.BRIEFLY_ABOVE: Limit(place=2, factor=1.0),
    Deviation.ABOVE: Limit(place=3, factor=1.1),
    Deviation.BELOW: Limit(place=4, factor=1.2),
    Deviation.FLAT: Limit(place=5, factor=1.0, least=16.0),
    Deviation.NIGHTS: Limit(place=2, factor=1.0),
}
"""In the order in which one hour's deviations are named: the most telling first."""
