"""In: a seed. Out: meters that deliver intervals, what is told of them, an auditor of it. Pure.

Gaps, repeats, late, contradicting and impossible intervals, some beside the grid, ratios changed
and told of late, corrections, estimates, readings off a display, marks. Shares no code with the
product.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from tests.simulation.history import (
    BATCH,
    CORRECTION,
    DISPLAY,
    ESTIMATE,
    LAST,
    MARK,
    QUARTER,
    SWAP,
    Telling,
)

DAY = 1440
"""[min]"""
MOST = 2**53
"""No meter delivers more. [count]"""
RANKS = {CORRECTION: 0, BATCH: 1, DISPLAY: 2, ESTIMATE: 3}
"""What goes before what."""
LAST_WINS = {RANKS[CORRECTION], RANKS[ESTIMATE]}
"""Ranks of which the last counts."""
LONG_AGO = -(10**6)


@dataclass(frozen=True)
class Deliverer:
    """A point: how wide its intervals are, and its factor from some minutes on."""

    width: int
    ratios: list[tuple[int, Fraction]]


@dataclass
class Deliveries:
    """Points and everything that is told of them, in order."""

    points: list[Deliverer]
    tellings: list[Telling] = field(default_factory=list)


def deliveries(seed: int) -> Deliveries:
    """Make up three points and what is told of them."""
    rng = np.random.default_rng(seed)
    made = Deliveries(points=[_deliverer(rng) for _ in range(3)])
    changes = [
        Telling(kind=SWAP, point=p, swap=n)
        for p, each in enumerate(made.points)
        for n in range(len(each.ratios) - 1)
    ]
    waiting = _rows(rng, made.points)
    while waiting:
        many = int(rng.integers(1, 60))
        batch, waiting = waiting[:many], waiting[many:]
        odd = _odd(rng, made.points)
        if rng.random() < 0.4 and odd[:2] not in {row[:2] for row in batch}:
            batch.append(odd)
        told = Telling(kind=BATCH, rows=tuple(batch))
        made.tellings += [told] * (2 if rng.random() < 0.12 else 1)
        if rng.random() < 0.12 and changes:
            made.tellings.append(changes.pop(0))
        if rng.random() < 0.6:
            made.tellings.append(_statement(rng, made.points))
        if rng.random() < 0.2:
            made.tellings.append(Telling(kind=MARK))
    made.tellings += [*changes, Telling(kind=MARK)]
    return made


def _deliverer(rng: np.random.Generator) -> Deliverer:
    factor = [Fraction(10), Fraction(1, 8), Fraction(3, 40), Fraction(400)][int(rng.integers(0, 4))]
    starts = sorted({int(m) for m in rng.integers(60, LAST - 60, int(rng.integers(0, 3)))})
    ratios = [(start, factor * int(rng.integers(2, 5))) for start in starts]
    return Deliverer(
        width=[5, 15, 30, 60, DAY][int(rng.integers(0, 5))], ratios=[(LONG_AGO, factor), *ratios]
    )


def _rows(rng: np.random.Generator, points: list[Deliverer]) -> list[tuple[int, int, int]]:
    """Return (point, minute, count) of every interval that is delivered, as they arrive."""
    rows = [
        (p, minute, int(rng.integers(0, 500)))
        for p, each in enumerate(points)
        for minute in range(each.width, LAST + 1, each.width)
        if rng.random() < 0.95
    ]
    delay = rng.choice([0, 0, 0, 0, 200, 2000], len(rows)) * rng.random(len(rows))
    return [rows[n] for n in sorted(range(len(rows)), key=lambda n: rows[n][1] + delay[n])]


def _odd(rng: np.random.Generator, points: list[Deliverer]) -> tuple[int, int, int]:
    """Return an interval that contradicts, is impossible, or lies beside the grid."""
    p = int(rng.integers(0, len(points)))
    minute = points[p].width * int(rng.integers(1, LAST // points[p].width + 1))
    chance = rng.random()
    if chance < 0.3:
        return p, minute, MOST + 1
    return p, minute - (2 if chance < 0.6 else 0), int(rng.integers(0, 500))


def _statement(rng: np.random.Generator, points: list[Deliverer]) -> Telling:
    kind = (CORRECTION, ESTIMATE, ESTIMATE, DISPLAY)[int(rng.integers(0, 4))]
    p = int(rng.integers(0, len(points)))
    width, ratios = points[p].width, points[p].ratios
    minutes = {width * int(n) for n in rng.integers(1, LAST // width + 1, 3)}
    if len(ratios) > 1 and rng.random() < 0.5:  # the interval across a change
        minutes.add(-(-ratios[1][0] // width) * width)
    rows = tuple((p, minute, int(rng.integers(0, 500))) for minute in sorted(minutes))
    return Telling(kind=kind, rows=rows, point=p)


class DeliveryAuditor:
    """Hears everything in order; adds up with pencil and paper."""

    def __init__(self, points: list[Deliverer]) -> None:
        self._points = points
        self._heard: list[tuple[int, Telling]] = []

    def hear(self, position: int, told: Telling) -> None:
        """Take what was told at a journal position."""
        self._heard.append((position, told))

    def usage(self, point: int, position: int) -> list[int | None]:
        """Return every quarter-hour's usage as known at a position; None where it is not."""
        told = [t for p, t in self._heard if p <= position]
        width, ratios = self._points[point].width, self._points[point].ratios
        changed = sum(t.kind == SWAP and t.point == point for t in told)
        ratios = ratios[: changed + 1]
        usage, covered = [0] * (LAST // QUARTER), [0] * (LAST // QUARTER)
        accepted = _accepted(told, point)
        sums: dict[tuple[int, int], Fraction] = {}
        for end in range(width, LAST + 1, width):
            if end not in accepted:
                continue
            rank, count = accepted[end]
            begin, number = end - width, _ratio_at(ratios, end)
            if rank == RANKS[BATCH] and ratios[number][0] > begin:
                continue  # it reaches over a change: what it counted in is not known
            before = sums.get((begin // DAY, number), Fraction(0))
            for low in range(begin - begin % QUARTER, end, QUARTER):
                first, last = max(low, begin), min(low + QUARTER, end)
                value = [
                    _rounded((before + Fraction(count * (at - begin), width)) * ratios[number][1])
                    for at in (first, last)
                ]
                usage[low // QUARTER] += value[1] - value[0]
                covered[low // QUARTER] += last - first
            sums[begin // DAY, number] = before + count
        return [
            each if minutes == QUARTER else None
            for each, minutes in zip(usage, covered, strict=True)
        ]


def _ratio_at(ratios: list[tuple[int, Fraction]], end: int) -> int:
    """Return the number of the last ratio that served before a minute."""
    return max(n for n, (start, _) in enumerate(ratios) if start < end)


def _accepted(told: list[Telling], point: int) -> dict[int, tuple[int, int]]:
    """Return rank and count of what counts at each minute."""
    best: dict[int, tuple[int, int]] = {}
    for each in told:
        if each.kind not in RANKS:
            continue
        rank = RANKS[each.kind]
        for p, minute, count in each.rows:
            if p != point or abs(count) > MOST:
                continue
            held = best.get(minute)
            if held is None or rank < held[0] or (rank == held[0] and rank in LAST_WINS):
                best[minute] = (rank, count)
    return best


def _rounded(value: Fraction) -> int:
    return int((value + Fraction(1, 2)) // 1)
