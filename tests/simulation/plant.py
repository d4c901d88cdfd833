"""In: a seed. Out: a plant in trouble, and an auditor who knows what it really used. Pure.

The auditor shares no code with the product: plain integers and fractions, one reading at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import numpy as np

QUARTER = 15
DAYS = 3
MODULUS = 10_000
MOST_PER_MINUTE = 8
"""Counts; between two readings that arrive a register never makes half a turn."""
LONGEST_SILENCE = 540
"""Minutes."""


@dataclass(frozen=True)
class Device:
    """One meter at a point: from when to when, its factor, and its true count by minute."""

    start: int
    end: int | None
    base_per_count: Fraction
    first_count: int
    true: list[int]
    """Counts since the start, at each minute from the start on, never turning."""

    def shown(self, minute: int) -> int:
        """Return what the register shows at a minute."""
        return (self.first_count + self.true[minute - self.start]) % MODULUS


@dataclass
class Point:
    """A metering point with its devices and the readings that were taken."""

    devices: list[Device]
    taken: list[int] = field(default_factory=list)
    """Minutes at which the register was read and the reading survived."""

    def device_at(self, minute: int) -> Device:
        return next(d for d in self.devices if d.end is None or minute < d.end)


@dataclass
class Plant:
    """Points, and the order in which their readings come."""

    points: list[Point]
    messages: list[list[tuple[int, int, int]]]
    """Batches of (point, minute, shown count), late, repeated, out of order."""


def build(seed: int) -> Plant:
    """Build a plant of three points over three days."""
    rng = np.random.default_rng(seed)
    points = [_point(rng) for _ in range(3)]
    rows = [(p, minute) for p, point in enumerate(points) for minute in point.taken]
    # Mostly in order, some late by hours, some by days.
    delay = rng.choice([0, 0, 0, 0, 200, 2000], len(rows)) * rng.random(len(rows))
    arrival = [minute + delay[n] for n, (_, minute) in enumerate(rows)]
    order = sorted(range(len(rows)), key=arrival.__getitem__)
    told = [
        (p, minute, points[p].device_at(minute).shown(minute))
        for p, minute in (rows[n] for n in order)
    ]
    messages: list[list[tuple[int, int, int]]] = []
    while told:
        many = int(rng.integers(1, 60))
        messages.append(told[:many])
        del told[:many]
        if rng.random() < 0.2:  # the same again, from another spool
            messages.append(messages[int(rng.integers(0, len(messages)))])
    return Plant(points=points, messages=messages)


def _point(rng: np.random.Generator) -> Point:
    last = DAYS * 1440
    factor = [Fraction(10), Fraction(1, 8), Fraction(3, 40), Fraction(400)][int(rng.integers(0, 4))]
    swaps = sorted({int(m) for m in rng.integers(60, last - 60, int(rng.integers(0, 3)))})
    edges = [0, *swaps, None]
    devices = []
    for start, end in pairwise(edges):
        assert start is not None
        length = (end if end is not None else last) - start + 1
        steps = rng.integers(0, MOST_PER_MINUTE + 1, length)
        steps[0] = 0
        devices.append(
            Device(
                start=start,
                end=end,
                base_per_count=factor * int(rng.integers(1, 4)),
                first_count=int(rng.integers(0, MODULUS)),
                true=np.cumsum(steps).tolist(),
            )
        )
    return Point(devices=devices, taken=list(_taken(rng, last)))


def _taken(rng: np.random.Generator, last: int) -> Iterator[int]:
    """Yield the minutes of readings: on the grid, off it, and with silences."""
    minute = int(rng.integers(0, 120))
    while minute <= last:
        yield minute
        kind = rng.random()
        if kind < 0.85:
            minute += QUARTER - minute % QUARTER
        elif kind < 0.95:
            minute += int(rng.integers(1, 40))
        else:
            minute += int(rng.integers(60, LONGEST_SILENCE))


def audited(point: Point) -> list[int | None]:
    """Return the usage of every quarter-hour in base units, None where it cannot be known."""
    boundaries = range(0, DAYS * 1440 + 1, QUARTER)
    usage: list[int | None] = []
    for low in boundaries[:-1]:
        total: int | None = 0
        for device in point.devices:
            begin = max(low, device.start)
            end = low + QUARTER if device.end is None else min(low + QUARTER, device.end)
            if begin >= end:
                continue
            values = (_value(point, device, begin), _value(point, device, end))
            if values[0] is None or values[1] is None or total is None:
                total = None
            else:
                total += values[1] - values[0]
        usage.append(total)
    return usage


def _value(point: Point, device: Device, minute: int) -> int | None:
    """Return a device's rounded value at a minute, from what was read of it alone."""
    known = {m: device.true[m - device.start] for m in point.taken if _serves(device, m)}
    later = point.devices.index(device) > 0
    if later:
        known[device.start] = 0  # its display was read when it came
    if device.end is not None:
        known[device.end] = device.true[device.end - device.start]
    before = max((m for m in known if m <= minute), default=None)
    behind = min((m for m in known if m >= minute), default=None)
    if before is None or behind is None:
        return None
    count = Fraction(known[before])
    if behind != before:
        count += Fraction((known[behind] - known[before]) * (minute - before), behind - before)
    return int(((device.first_count + count) * device.base_per_count + Fraction(1, 2)) // 1)


def _serves(device: Device, minute: int) -> bool:
    return device.start <= minute and (device.end is None or minute < device.end)
