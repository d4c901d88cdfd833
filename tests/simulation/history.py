"""In: a seed. Out: what people and meters tell of a plant, step by step. Pure.

Gaps, repeats, late and out-of-order readings, contradictions, impossible counts, rollovers,
resets, meters swapped and told of late, corrections, estimates, readings off a display, marks.
Shares no code with the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import numpy as np

DAYS = 2
LAST = DAYS * 1440
"""Minutes. [min]"""
QUARTER = 15
MODULUS = 10_000
MOST_PER_MINUTE = 8
"""Counts a register makes in a minute at most."""
LONGEST_SILENCE = 540
"""[min]"""
BATCH, MARK, CORRECTION, ESTIMATE, DISPLAY, SWAP = (
    *("batch", "mark", "correction"),
    *("estimate", "display", "swap"),
)


@dataclass(frozen=True)
class Register:
    """One meter at a point: since when, its factor, and what it shows at each minute from then."""

    start: int
    end: int | None
    base_per_count: Fraction
    shows: list[int]

    def at(self, minute: int) -> int:
        """Return what the register shows at a minute."""
        return self.shows[minute - self.start]


@dataclass(frozen=True)
class Telling:
    """One thing told: a batch of (point, minute, count), a statement, a mark, a swap."""

    kind: str
    rows: tuple[tuple[int, int, int], ...] = ()
    point: int = 0
    swap: int = 0
    """Number of the register that goes."""


@dataclass
class History:
    """A plant's registers and everything that is told of them, in order."""

    points: list[list[Register]]
    tellings: list[Telling] = field(default_factory=list)


def history(seed: int) -> History:
    """Make up a plant of three points and what is told of it."""
    rng = np.random.default_rng(seed)
    made = History(points=[_registers(rng) for _ in range(3)])
    swaps = [(n, m) for n, point in enumerate(made.points) for m in range(len(point) - 1)]
    read = [_minutes(rng) for _ in made.points]
    disputed = [_disputed(rng, *each) for each in zip(made.points, read, strict=True)]
    for rows in _batches(rng, made.points, read):
        made.tellings.append(Telling(kind=BATCH, rows=rows))
        if rng.random() < 0.12:
            again = int(rng.choice([n for n, t in enumerate(made.tellings) if t.kind == BATCH]))
            made.tellings.append(Telling(kind=BATCH, rows=made.tellings[again].rows))
        if rng.random() < 0.12 and swaps:
            made.tellings.append(_swap(swaps.pop(0)))
        for _ in range(int(rng.integers(0, 3))):
            made.tellings.append(_statement(rng, made.points, disputed))
        if rng.random() < 0.2:
            made.tellings.append(Telling(kind=MARK))
    made.tellings += [_swap(each) for each in swaps]
    made.tellings.append(Telling(kind=MARK))
    return made


def _swap(which: tuple[int, int]) -> Telling:
    return Telling(kind=SWAP, point=which[0], swap=which[1])


def _registers(rng: np.random.Generator) -> list[Register]:
    factor = [Fraction(10), Fraction(1, 8), Fraction(3, 40), Fraction(400)][int(rng.integers(0, 4))]
    swaps = sorted({int(m) for m in rng.integers(60, LAST - 60, int(rng.integers(0, 3)))})
    registers = []
    for start, end in pairwise([0, *swaps, None]):
        assert start is not None
        length = (end if end is not None else LAST) - start + 1
        steps = rng.integers(0, MOST_PER_MINUTE + 1, length)
        steps[0] = rng.integers(0, MODULUS)
        true = np.cumsum(steps)
        if rng.random() < 0.3:  # the register falls back to nothing, as after a reset
            reset = int(rng.integers(1, length))
            true[reset:] -= true[reset]
        registers.append(
            Register(
                start=start,
                end=end,
                base_per_count=factor * int(rng.integers(1, 4)),
                shows=(true % MODULUS).tolist(),
            )
        )
    return registers


def register_at(point: Sequence[Register], minute: int) -> Register:
    """Return the register that serves a point at a minute."""
    return next(r for r in point if r.end is None or minute < r.end)


def _batches(
    rng: np.random.Generator, points: list[list[Register]], read: list[list[int]]
) -> list[tuple[tuple[int, int, int], ...]]:
    rows = [(p, minute) for p in range(len(points)) for minute in read[p]]
    delay = rng.choice([0, 0, 0, 0, 200, 2000], len(rows)) * rng.random(len(rows))
    order = sorted(range(len(rows)), key=lambda n: rows[n][1] + delay[n])
    told = [
        (p, minute, register_at(points[p], minute).at(minute))
        for p, minute in (rows[n] for n in order)
    ]
    batches = []
    while told:
        many = int(rng.integers(1, 45))
        batch = told[:many]
        del told[:many]
        if rng.random() < 0.25:
            batch.append(_contradiction(rng, points, batch))
        batches.append(tuple(batch))
    return batches


def _contradiction(
    rng: np.random.Generator,
    points: list[list[Register]],
    batch: Sequence[tuple[int, int, int]],
) -> tuple[int, int, int]:
    """Return a reading of an instant that is told elsewhere too, or one no register shows."""
    p = int(rng.integers(0, len(points)))
    taken = {(q, minute) for q, minute, _ in batch}
    minute = _free_minute(rng, points[p])
    while (p, minute) in taken:
        minute = _free_minute(rng, points[p])
    true = register_at(points[p], minute).at(minute)
    if rng.random() < 0.5:
        return p, minute, MODULUS + true
    return p, minute, (true + int(rng.integers(1, 6))) % MODULUS


def _statement(
    rng: np.random.Generator, points: list[list[Register]], disputed: list[list[int]]
) -> Telling:
    """Return a correction, an estimate or readings off a display: one to three instants."""
    kind = (CORRECTION, ESTIMATE, ESTIMATE, DISPLAY)[int(rng.integers(0, 4))]
    p = int(rng.integers(0, len(points)))
    minutes = sorted(
        {
            int(rng.choice(disputed[p])) if rng.random() < 0.9 else _free_minute(rng, points[p])
            for _ in range(int(rng.integers(1, 4)))
        }
    )
    off = 3000 if rng.random() < 0.1 else 60
    rows = tuple(
        (p, m, (register_at(points[p], m).at(m) + int(rng.integers(-off, off + 1))) % MODULUS)
        for m in minutes
    )
    return Telling(kind=kind, rows=rows, point=p)


def _disputed(rng: np.random.Generator, point: Sequence[Register], read: list[int]) -> list[int]:
    """Return instants that several people speak of: one that was read, some of one silence."""
    silences = [pair for pair in pairwise(read) if pair[1] - pair[0] > 3 * QUARTER]
    before, behind = silences[int(rng.integers(0, len(silences)))] if silences else read[3:5]
    silent = list(range(before - before % QUARTER + QUARTER, behind, QUARTER)) or [before]
    swapped = {register.start for register in point}
    some = (int(rng.choice(read[1:-1])), *rng.choice(silent, 4).tolist())
    return [minute for minute in some if minute not in swapped] or [QUARTER + 1]


def _free_minute(rng: np.random.Generator, point: Sequence[Register]) -> int:
    """Return an instant at which no meter was swapped, often one on the grid."""
    swapped = {register.start for register in point}
    while True:
        minute = int(rng.integers(1, LAST))
        if rng.random() < 0.7:
            minute = max(QUARTER, minute - minute % QUARTER)
        if minute not in swapped:
            return minute


def _minutes(rng: np.random.Generator) -> list[int]:
    """Return when a register was read: on the grid, off it, and with silences."""
    minutes, minute = [], int(rng.integers(0, 120))
    while minute <= LAST:
        minutes.append(minute)
        kind = rng.random()
        if kind < 0.85:
            minute += QUARTER - minute % QUARTER
        elif kind < 0.95:
            minute += int(rng.integers(1, 40))
        else:
            minute += int(rng.integers(60, LONGEST_SILENCE))
    return minutes
