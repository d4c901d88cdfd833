"""In: readings that would be written. Out: what a person looks at before: sums, gaps, a plot. Pure.

Blocks come week by week, so each channel's readings come in the order of time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from adapters.files.mapping import LOCAL_DAY_S
from energy.base.clock import from_us
from energy.metering.channel import Channel, Kind
from energy.metering.reading import ReadingColumns

PLACES = 32
"""Width of the plot. [character]"""
BARS = "▁▂▃▄▅▆▇█"
GAP = "·"
"""Stands where nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReport:
    """What a file brings to a channel."""

    point: str
    quantity: str
    unit: str
    readings: int
    first: datetime
    last: datetime
    least: Fraction
    """[unit]"""
    greatest: Fraction
    """[unit]"""
    total: Fraction | None
    """Sum of intervals, growth of a register; None where a sum means nothing. [unit]"""
    gaps: int
    """Readings missing between the first and the last."""
    backwards: int
    """Steps in which a register went back: a rollover, another meter, or wrong values."""
    plot: str


@dataclass(slots=True)
class _Sum:
    """What is known of a channel so far."""

    channel: Channel
    span: tuple[int, int]
    """First and last instant of the file. [us]"""
    readings: int = 0
    first_us: int = 0
    last_us: int = 0
    least: int = 0
    greatest: int = 0
    total: int = 0
    gaps: int = 0
    backwards: int = 0
    before: tuple[int, int] | None = None
    """The last reading: instant and count."""
    heights: NDArray[np.float64] = field(default_factory=lambda: np.zeros(PLACES))
    seen: NDArray[np.int64] = field(default_factory=lambda: np.zeros(PLACES, dtype=np.int64))


class Report:
    """Sums up the readings of a file by channel."""

    def __init__(
        self,
        channels: Mapping[int, Channel],
        spans: Mapping[int, tuple[int, int]],
        interval_s: int | None,
    ) -> None:
        """Begin with nothing.

        Args:
            channels: By number.
            spans: First and last instant of each channel in the file. [us]
            interval_s: How far readings are apart; None where that is not known. [s]
        """
        self._sums = {n: _Sum(channel=channels[n], span=span) for n, span in spans.items()}
        self._interval_s = interval_s

    def add(self, readings: ReadingColumns) -> None:
        """Count readings by channel and instant."""
        if not len(readings):
            return
        starts = np.flatnonzero(np.diff(readings.channel, prepend=-1))
        for start, stop in zip(starts, np.append(starts[1:], len(readings)), strict=True):
            mine = slice(int(start), int(stop))
            self._add(
                self._sums[int(readings.channel[start])], readings.at_us[mine], readings.count[mine]
            )

    def rows(self) -> tuple[ChannelReport, ...]:
        """Return what is written, by point and quantity."""
        found = [_row(each) for each in self._sums.values() if each.readings]
        return tuple(sorted(found, key=lambda row: (row.point, row.quantity)))

    def _add(self, mine: _Sum, at_us: NDArray[np.int64], count: NDArray[np.int64]) -> None:
        low, high = int(count.min()), int(count.max())
        if mine.before is None:
            mine.first_us, mine.least, mine.greatest = int(at_us[0]), low, high
            before_us, before = at_us[:1], count[:1]
        else:
            before_us, before = (np.array([value], dtype=np.int64) for value in mine.before)
        mine.readings += len(at_us)
        mine.last_us = int(at_us[-1])
        mine.least, mine.greatest = min(mine.least, low), max(mine.greatest, high)
        steps = np.diff(np.concatenate([before, count]))
        spans = np.diff(np.concatenate([before_us, at_us]))
        mine.before = (int(at_us[-1]), int(count[-1]))
        counter = mine.channel.facts.kind is Kind.COUNTER
        if counter:
            mine.backwards += int((steps < 0).sum())
        mine.total += int((steps if counter else count).sum())
        mine.gaps += self._missing(spans)
        if counter:  # what grew in a gap, nobody knows when
            steps = np.where(self._wide(spans), 0, steps)
        self._draw(mine, at_us, steps if counter else count)

    def _missing(self, spans: NDArray[np.int64]) -> int:
        if self._interval_s is None:
            return 0
        width_us = self._interval_s * 1_000_000
        if self._interval_s == LOCAL_DAY_S:  # a local day has 23 to 25 hours
            return int(np.maximum(np.rint(spans / width_us) - 1, 0).sum())
        return int(np.maximum((spans + width_us // 2) // width_us - 1, 0).sum())

    def _wide(self, spans: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which steps reach over a gap."""
        if self._interval_s is None:
            return np.zeros(len(spans), dtype=np.bool_)
        return spans > self._interval_s * 1_500_000

    def _draw(self, mine: _Sum, at_us: NDArray[np.int64], height: NDArray[np.int64]) -> None:
        low, high = mine.span
        place = (at_us - low) * PLACES // max(1, high - low + 1)
        np.add.at(mine.heights, place, height)
        np.add.at(mine.seen, place, 1)


def _row(mine: _Sum) -> ChannelReport:
    facts = mine.channel.facts
    summed = facts.kind in {Kind.COUNTER, Kind.INTERVAL}
    return ChannelReport(
        point=mine.channel.point,
        quantity=facts.quantity,
        unit=facts.unit,
        readings=mine.readings,
        first=from_us(mine.first_us),
        last=from_us(mine.last_us),
        least=mine.least * facts.resolution,
        greatest=mine.greatest * facts.resolution,
        total=mine.total * facts.resolution if summed else None,
        gaps=mine.gaps,
        backwards=mine.backwards,
        plot=_plot(mine, mean=not summed),
    )


def _plot(mine: _Sum, *, mean: bool) -> str:
    """Return a row of bars over the time of the file; what is not known is a dot."""
    there = mine.seen > 0
    heights = mine.heights / np.maximum(mine.seen, 1) if mean else mine.heights
    low, high = float(heights[there].min()), float(heights[there].max())
    low = low if mean else min(low, 0.0)
    scale = (len(BARS) - 1) / (high - low) if high > low else 0.0
    levels = np.rint((heights - low) * scale).astype(int)
    few = mine.readings <= PLACES  # then a place between two readings is no gap
    signs = [BARS[n] if ok else "" if few else GAP for n, ok in zip(levels, there, strict=True)]
    return "".join(signs)
