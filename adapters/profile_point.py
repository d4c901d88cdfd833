"""In: nothing. Out: what a product is, and what one value of it means. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from energy.base.units import Utility
from energy.metering.channel import ChannelFacts, Direction, Kind, Side

UNSETTLED_UNITS = frozenset({"see_unit_register", "unverified", "device_unit"})
"""Words for a unit that no source settles: such a value never becomes a channel."""


class Trust(StrEnum):
    """How well a product or a value is known before a meter was witnessed."""

    SINGLE = "single"
    AGREE = "agree"
    MANUAL = "manual"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value of a product that may become a channel; where it lies is its protocol's own."""

    facts: ChannelFacts

    @property
    def quantity(self) -> str:
        """Return its canonical name."""
        return self.facts.quantity

    @property
    def kind(self) -> Kind:
        """Return how its counts are to be read."""
        return self.facts.kind

    @property
    def utility(self) -> Utility | None:
        """Return what it measures."""
        return self.facts.utility

    @property
    def unit(self) -> str:
        """Return the unit of the resolution."""
        return self.facts.unit

    @property
    def unit_known(self) -> bool:
        """Return whether a source settles the unit."""
        return self.unit not in UNSETTLED_UNITS

    @property
    def resolution(self) -> Fraction:
        """Return units in one count. [unit / count]."""
        return self.facts.resolution

    @property
    def modulus(self) -> int | None:
        """Return at which count the register turns; None when no source says. [count]."""
        return self.facts.modulus

    @property
    def direction(self) -> Direction:
        """Return which way it flows."""
        return self.facts.direction

    @property
    def side(self) -> Side:
        """Return on which side of the transformers it counts."""
        return self.facts.side

    @property
    def billing(self) -> bool:
        """Return whether bills may rest on it."""
        return self.facts.billing

    @property
    def max_per_hour(self) -> int | None:
        """Return the most counts that the device can honestly make. [count / h]."""
        return self.facts.max_per_hour


class Described(Protocol):
    """What is known of one kind of meter."""

    @property
    def id(self) -> str:
        """Return the id of its profile."""
        ...

    @property
    def vendor(self) -> str:
        """Return who makes it."""
        ...

    @property
    def models(self) -> tuple[str, ...]:
        """Return the names on its plate."""
        ...

    @property
    def points(self) -> Mapping[str, Point]:
        """Return its values by quantity."""
        ...
