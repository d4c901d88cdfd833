"""What a formula may ask for: channels, classes of meters, places, constants. Pure values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol

from energy.base.units import Utility
from energy.metering.channel import Channel, Kind
from energy.metering.formula.tree import Members
from energy.metering.formula.units import Unit, UnitTextError, unit_of, usage_unit

ATTRIBUTE_UNITS = {"area_m2": "m2", "headcount": "person", "volume_m3": "m3"}
"""Units of the attributes of places; every other one is a plain number."""
_MAIN = (Kind.COUNTER, Kind.INTERVAL, Kind.COMPUTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedConstant:
    """A number with its unit from some local days on."""

    name: str
    unit: str
    values: tuple[tuple[date, Fraction], ...]
    """First local day and value, by day; before the first nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A channel as a formula sees it."""

    channel: Channel
    indicator: bool = False
    """Whether it is computed and no amount of a utility."""

    @property
    def gauge(self) -> bool:
        """Return whether its values are averaged over time, never added."""
        return self.channel.facts.kind is Kind.GAUGE or self.indicator

    @property
    def unit(self) -> Unit:
        """Return the unit of one whole number of its values per interval.

        Raises:
            UnitTextError: The channel's unit is none that formulas know.
        """
        facts = self.channel.facts
        if facts.utility is not None and facts.kind in _MAIN:
            return usage_unit(facts.utility, facts.quantity)
        told = unit_of(facts.unit)
        return Unit(
            text=told.text,
            dimension=told.dimension,
            factor=told.factor * facts.resolution,
            point=told.point,
        )


class Catalogue(Protocol):
    """Knows what the names of a formula mean."""

    def named(self, name: str) -> Input | None:
        """Return the channel of `point` or `point/quantity`; None where there is none."""

    def members(self, members: Members) -> Sequence[Input]:
        """Return the channels of a class of meters."""

    def has_place(self, place: str) -> bool:
        """Return whether there is such a place."""

    def nearest(self, name: str) -> str:
        """Return a point that is called nearly so; "" where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCatalogue:
    """Channels and places that are all at hand."""

    channels: Mapping[str, Sequence[Input]]
    """By point, by number."""
    places: frozenset[str] = frozenset()
    parents: Mapping[str, str | None] | None = None
    point_places: Mapping[str, str] | None = None

    def named(self, name: str) -> Input | None:
        """Return the channel of a name; see Catalogue."""
        if name in self.channels:
            return main_of(self.channels[name])
        point, _, quantity = name.rpartition("/")
        mine = self.channels.get(point, ())
        return next((c for c in mine if c.channel.facts.quantity == quantity), None)

    def members(self, members: Members) -> Sequence[Input]:
        """Return the channels of a class; see Catalogue."""
        inside = self._inside(members.place)
        found = []
        for point, mine in sorted(self.channels.items()):
            fits = members.named is None or matches(members.named, point)
            here = inside is None or (self.point_places or {}).get(point) in inside
            if fits and here:
                found += counted(mine, members)
        return found

    def has_place(self, place: str) -> bool:
        """Return whether there is such a place."""
        return place in self.places

    def nearest(self, name: str) -> str:
        """Return a point that is called nearly so; see Catalogue."""
        return nearest_of(name, list(self.channels))

    def _inside(self, place: str | None) -> set[str] | None:
        if place is None:
            return None
        parents = self.parents or {}
        return {each for each in self.places if place in _above(each, parents)}


def main_of(channels: Sequence[Input]) -> Input | None:
    """Return the channel meant by a point alone: the billed one, else the first with usage."""
    if not channels:
        return None
    return min(
        channels,
        key=lambda each: (
            not each.channel.facts.billing,
            each.channel.facts.kind not in _MAIN,
            each.channel.number,
        ),
    )


def counted(channels: Sequence[Input], members: Members) -> list[Input]:
    """Return the one channel of a point that counts in a class of meters; none where none does.

    What is computed never does: it would count again what it is computed of.
    """
    utility = members.utility
    mine = [
        each
        for each in channels
        if each.channel.facts.utility == Utility(utility)
        and each.channel.facts.kind in (Kind.COUNTER, Kind.INTERVAL)
        and (
            each.channel.facts.quantity == members.quantity
            if members.quantity is not None
            else each.channel.facts.direction != "export"
        )
    ]
    chosen = main_of(mine)
    return [chosen] if chosen is not None else []


def matches(pattern: str, name: str) -> bool:
    """Return whether a name fits a pattern in which * stands for anything; each * costs one look.

    Args:
        pattern: For example "*-light".
        name: A point.
    """
    first, *others = pattern.split("*")
    if not others:
        return pattern == name
    if not name.startswith(first) or not name.endswith(others[-1]):
        return False
    at, ends = len(first), len(name) - len(others[-1])
    for part in others[:-1]:
        at = name.find(part, at, ends)
        if at < 0:
            return False
        at += len(part)
    return at <= ends


def nearest_of(name: str, known: Sequence[str]) -> str:
    """Return the known name that is closest to a name; "" where none is close."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, known, n=1, cutoff=0.5)), "")


def _above(place: str, parents: Mapping[str, str | None]) -> set[str]:
    found: set[str] = set()
    at: str | None = place
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return found


__all__ = [
    "ATTRIBUTE_UNITS",
    "Catalogue",
    "DatedConstant",
    "Input",
    "ListedCatalogue",
    "UnitTextError",
    "counted",
    "main_of",
    "matches",
    "nearest_of",
]
