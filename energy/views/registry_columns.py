"""In: the registry. Out: what the views need of every channel, as columns. Pure.

Made once per registry: no view asks channel by channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from energy.metering.channel import LOCAL_DAY_S, USAGE_KINDS, Channel, Direction, Kind
from energy.metering.usage_segments import SegmentColumns
from energy.views.registry import Registry

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
LARGEST_COUNT = 2**53
"""No register shows more, whatever its channel is. [count]"""
KINDS = tuple(Kind)
"""Kinds by their code in the columns."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntervalColumns:
    """Interval channels that have segments, by number."""

    channel: Ints
    """Numbers, ascending."""
    step_us: Ints
    """Width of each channel's grid. [us]"""
    length_us: Ints
    """Width of the intervals each channel delivers; 0 for the local day. [us]"""
    whole: Flags
    """Whether every count is a whole number of base units: then no interval's rounding depends on
    those before it."""
    segments: SegmentColumns
    """In the channels' order."""

    @staticmethod
    def of(registry: Registry, numbers: Sequence[int]) -> IntervalColumns:
        """Return the columns of some interval channels of a registry."""
        facts = [registry.channels[number].facts for number in numbers]
        segments = [registry.segments[number] for number in numbers]
        lengths = [each.delivered_s for each in facts]
        return IntervalColumns(
            channel=np.array(numbers, dtype=np.int64),
            step_us=np.array([each.grid_s * 1_000_000 for each in facts], dtype=np.int64),
            length_us=np.array(
                [0 if s == LOCAL_DAY_S else s * 1_000_000 for s in lengths], dtype=np.int64
            ),
            whole=np.array(
                [all(s.base_per_count.denominator == 1 for s in own) for own in segments],
                dtype=np.bool_,
            ),
            segments=SegmentColumns.of(segments),
        )

    def places(self, channel: NDArray[np.integer]) -> Ints:
        """Return the place of each channel among the interval channels; -1 for others."""
        return places_in(self.channel, channel)

    def delivered_us(self, place: Ints, day_us: Ints) -> Ints:
        """Return the width of the intervals that channels deliver in some local days. [us].

        Args:
            place: Of each channel.
            day_us: Length of each day. [us]
        """
        length_us = self.length_us[place]
        return np.where(length_us == 0, day_us, length_us)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegistryColumns:
    """Channels by number, counters and interval channels with segments by number."""

    channel: Ints
    """Numbers of all channels, ascending."""
    kind: Ints
    """Code of each channel's kind: its place in KINDS."""
    least: Ints
    """Least count each channel's register can show."""
    most: Ints
    """Greatest count each channel's register can show."""
    counter: Ints
    """Numbers of the counters that have segments, ascending."""
    step_us: Ints
    """Width of each counter's interval. [us]"""
    segments: SegmentColumns
    """Of the counters, in their order."""
    intervals: IntervalColumns

    @staticmethod
    def of(registry: Registry) -> RegistryColumns:
        """Return the columns of a registry."""
        numbers = sorted(registry.channels)
        kinds = {number: registry.channels[number].facts.kind for number in registry.segments}
        counters, intervals = (
            sorted(number for number, kind in kinds.items() if kind is wanted)
            for wanted in USAGE_KINDS
        )
        facts = [registry.channels[number].facts for number in numbers]
        limits = [limits_of(registry.channels[number]) for number in numbers]
        return RegistryColumns(
            channel=np.array(numbers, dtype=np.int64),
            kind=np.array([KINDS.index(each.kind) for each in facts], dtype=np.int64),
            least=np.array([low for low, _ in limits], dtype=np.int64),
            most=np.array([high for _, high in limits], dtype=np.int64),
            counter=np.array(counters, dtype=np.int64),
            step_us=np.array(
                [registry.channels[n].facts.grid_s * 1_000_000 for n in counters], dtype=np.int64
            ),
            segments=SegmentColumns.of([registry.segments[n] for n in counters]),
            intervals=IntervalColumns.of(registry, intervals),
        )

    def planned(self, channel: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return which channel numbers are planned."""
        return places_in(self.channel, channel) >= 0

    def out_of_range(self, channel: NDArray[np.integer], count: Ints) -> NDArray[np.bool_]:
        """Return which counts of planned channels their registers cannot show."""
        place = places_in(self.channel, channel)
        outside: NDArray[np.bool_] = (count < self.least[place]) | (count > self.most[place])
        return outside

    def counters(self, channel: NDArray[np.integer]) -> Ints:
        """Return the place of each channel among the counters with segments; -1 for others."""
        return places_in(self.counter, channel)

    def is_kind(self, channel: NDArray[np.integer], *kinds: Kind) -> NDArray[np.bool_]:
        """Return which of some planned channels are of one of the kinds."""
        codes = [KINDS.index(kind) for kind in kinds]
        mine: NDArray[np.bool_] = np.isin(self.kind, codes)[places_in(self.channel, channel)]
        return mine


def limits_of(channel: Channel) -> tuple[int, int]:
    """Return the least and the greatest count that a channel's register can show.

    A counter with a modulus shows 0 to modulus - 1; every other register at most LARGEST_COUNT,
    above zero or below. What flows one way in an interval is never below zero.
    """
    facts = channel.facts
    if facts.kind is Kind.COUNTER and facts.modulus is not None:
        return 0, facts.modulus - 1
    if facts.kind is Kind.INTERVAL and facts.direction is not Direction.NONE:
        return 0, LARGEST_COUNT
    return -LARGEST_COUNT, LARGEST_COUNT


def places_in(numbers: Ints, wanted: NDArray[np.integer]) -> Ints:
    """Return the place of each wanted number among ascending ones; -1 where it is none of them."""
    if len(numbers) == 0:
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(numbers, wanted), len(numbers) - 1)
    return np.where(numbers[place] == wanted, place, -1)
