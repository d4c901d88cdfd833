"""What every key speaks of: the parts of an apportionment and the facts of a local day. Pure.

A part is a unit that bears a share: a shop, a floor, a cost centre. Who holds it on which day is
told elsewhere (energy/metering/shares/bearer.py); here stand its weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from energy.base.quality import Quality

Weights = Sequence[Fraction | None]
"""One a part, in their order; None where it is not known."""


class KeyKind(StrEnum):
    """By what a common quantity is apportioned."""

    AREA = "area"
    ENERGY = "energy"
    HEADCOUNT = "headcount"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of those among whom a common quantity is divided."""

    key: str
    name: str = ""
    place: str | None = None
    """Place whose dated attributes are its area and headcount."""
    points: tuple[str, ...] = ()
    """Its own metering points, for a key by energy."""
    stated: Mapping[str, Fraction] = field(default_factory=dict)
    """Attributes stated with the part itself: "weight", "area_m2", "headcount"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """What is known of the parts on a local day."""

    day: date
    attributes: Mapping[tuple[str, str], Fraction] = field(default_factory=dict)
    """(part, attribute) -> its value as the day begins, where it is known."""
    usage: Mapping[str, int] = field(default_factory=dict)
    """Part -> own usage of the day, where all of it is known. [base unit]"""
    quality: Mapping[str, Quality] = field(default_factory=dict)
    """Part -> worst quality of that usage."""
    vacant: frozenset[str] = frozenset()
    """Parts that nobody holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A kind of key: what it needs and how it weighs."""

    kind: KeyKind
    attribute: str | None
    """Attribute it weighs by; None for none."""
    own_usage: bool
    """Whether it weighs by the own usage of the parts."""
    weights: Callable[[Sequence[Part], DayFacts], Weights]


def attribute_of(part: Part, facts: DayFacts, name: str) -> Fraction | None:
    """Return an attribute of a part on a day: that of its place, else the stated one.

    Args:
        part: The part.
        facts: Of the day.
        name: Of the attribute.
    """
    if name in part.stated:
        return part.stated[name]
    return facts.attributes.get((part.key, name))
