"""In: what was told and at which position. Out: the usage that can be known at any position. Pure.

An auditor with pencil and paper: plain integers and fractions, one reading at a time. Shares no
code with the product.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.simulation.history import (
    BATCH,
    CORRECTION,
    DISPLAY,
    ESTIMATE,
    LAST,
    MODULUS,
    MOST_PER_MINUTE,
    QUARTER,
    SWAP,
    Register,
    Telling,
)

RANKS = {CORRECTION: 0, BATCH: 1, DISPLAY: 2, ESTIMATE: 3}
"""What goes before what."""
LONG_AGO = -(10**6)


@dataclass
class _Heard:
    position: int
    told: Telling


@dataclass(frozen=True)
class _Piece:
    """A register as far as its coming and going are known."""

    begin: int
    end: int | None
    factor: Fraction
    first: int | None
    last: int | None


class Auditor:
    """Hears everything in order."""

    def __init__(self, points: list[list[Register]]) -> None:
        self._points = points
        self._heard: list[_Heard] = []

    def hear(self, position: int, told: Telling) -> None:
        """Take what was told at a journal position."""
        self._heard.append(_Heard(position, told))

    def usage(self, point: int, position: int) -> list[int | None]:
        """Return every quarter-hour's usage as known at a position; None where it is not."""
        accepted = self._accepted(point, position)
        usage: list[int | None] = [0] * (LAST // QUARTER)
        for piece in self._pieces(point, position):
            curve = _Curve(accepted, piece)
            for n in range(len(usage)):
                begin = max(n * QUARTER, piece.begin)
                end = (n + 1) * QUARTER
                end = end if piece.end is None else min(end, piece.end)
                if begin < end:
                    part, before = curve.between(begin, end), usage[n]
                    usage[n] = None if part is None or before is None else before + part
        return usage

    def _accepted(self, point: int, position: int) -> dict[int, tuple[int, bool]]:
        """Return what counts at each minute: the count, and whether it is an estimate."""
        best: dict[int, tuple[int, int]] = {}
        for heard in self._heard:
            if heard.position > position or heard.told.kind not in RANKS:
                continue
            rank = RANKS[heard.told.kind]
            for p, minute, count in heard.told.rows:
                if p != point or not 0 <= count < MODULUS:
                    continue
                held = best.get(minute)
                # The first of a rank stands; of corrections and of estimates the last.
                again = rank in {RANKS[CORRECTION], RANKS[ESTIMATE]}
                if held is None or rank < held[0] or (again and rank == held[0]):
                    best[minute] = (rank, count)
        return {m: (count, rank == RANKS[ESTIMATE]) for m, (rank, count) in best.items()}

    def _pieces(self, point: int, position: int) -> list[_Piece]:
        told = {
            heard.told.swap
            for heard in self._heard
            if heard.told.kind == SWAP and heard.told.point == point and heard.position <= position
        }
        registers = self._points[point]
        pieces = []
        for n, register in enumerate(registers[: len(told) + 1]):
            known_end = register.end if n in told else None
            pieces.append(
                _Piece(
                    begin=register.start if n else LONG_AGO,
                    end=known_end,
                    factor=register.base_per_count,
                    first=register.at(register.start) if n else None,
                    last=None if known_end is None else register.at(known_end),
                )
            )
        return pieces


@dataclass(frozen=True)
class _Fit:
    """A row that counts; an estimate lies so many turns and runs from the reading before it."""

    minute: int
    count: int
    anchor: bool
    turns: int = 0
    runs: int = 0


class _Curve:
    """What one register had counted at any minute, as far as its readings tell."""

    def __init__(self, accepted: dict[int, tuple[int, bool]], piece: _Piece) -> None:
        rows = {
            minute: row
            for minute, row in accepted.items()
            if piece.begin <= minute and (piece.end is None or minute < piece.end)
        }
        if piece.first is not None:
            rows[piece.begin] = (piece.first, False)
        if piece.end is not None and piece.last is not None:
            rows[piece.end] = (piece.last, False)
        self._factor = piece.factor
        self._minutes: list[int] = []
        self._counts: list[int] = []
        self._runs: list[int] = []
        self._unroll(_without_unfit([(m, *rows[m]) for m in sorted(rows)]))

    def _unroll(self, rows: Sequence[_Fit]) -> None:
        """Add up turns from one reading to the next; a step nobody can explain begins a new run."""
        turns = run = 0
        anchor: tuple[int, int] | None = None
        for row in rows:
            if row.anchor:
                if anchor is not None and row.count < anchor[1]:
                    if _turned(anchor, (row.minute, row.count)):
                        turns += 1
                    else:
                        run += 1
                anchor = (row.minute, row.count)
            self._minutes.append(row.minute)
            self._counts.append(row.count + (turns + row.turns) * MODULUS)
            self._runs.append(run + row.runs)

    def between(self, begin: int, end: int) -> int | None:
        """Return the usage between two minutes, or None."""
        low, high = self._value(begin), self._value(end)
        if low is None or high is None or low[0] != high[0]:
            return None
        return high[1] - low[1]

    def _value(self, minute: int) -> tuple[int, int] | None:
        """Return the run and the rounded value at a minute."""
        left = bisect_right(self._minutes, minute) - 1
        right = bisect_left(self._minutes, minute)
        if left < 0 or right >= len(self._minutes) or self._runs[left] != self._runs[right]:
            return None
        count = Fraction(self._counts[left])
        if right != left:
            span = self._minutes[right] - self._minutes[left]
            rise = self._counts[right] - self._counts[left]
            count += Fraction(rise * (minute - self._minutes[left]), span)
        return self._runs[left], int((count * self._factor + Fraction(1, 2)) // 1)


def _turned(before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Return whether a falling register can have turned honestly in the time."""
    step = after[1] - before[1] + MODULUS
    # A fifth more than the greatest rate, and one count.
    return 10 * (step - 1) <= 12 * MOST_PER_MINUTE * (after[0] - before[0])


def _without_unfit(rows: Sequence[tuple[int, int, bool]]) -> list[_Fit]:
    """Return the rows without the estimates that contradict what was read.

    An estimate between two readings may shape their total only: it lies between them and not
    below an estimate before it. Beyond the readings the register may not run back either, nor
    faster than it can. Where nothing was read, estimates are all there is.
    """
    read = [n for n, (_, _, estimate) in enumerate(rows) if not estimate]
    if not read:
        return [_Fit(minute, count, anchor=True) for minute, count, _ in rows]
    kept = _beyond(rows[read[0]], rows[: read[0]][::-1], -1)[::-1]
    for place, here in enumerate(read):
        left = rows[here]
        kept.append(_Fit(left[0], left[1], anchor=True))
        if place + 1 == len(read):
            kept += _beyond(left, rows[here + 1 :], 1)
            break
        right = rows[read[place + 1]]
        highest = (0, 0, 0)
        for row in rows[here + 1 : read[place + 1]]:
            fit = _between(row, left, right)
            if fit is not None and (fit.runs, fit.turns, fit.count) >= highest:
                highest = (fit.runs, fit.turns, fit.count)
                kept.append(fit)
    return kept


_Row = tuple[int, int, bool]


def _beyond(anchor: _Row, rows: Sequence[_Row], way: int) -> list[_Fit]:
    """Return the estimates behind the last reading, or before the first, walking away from it."""
    kept: list[_Fit] = []
    beside, believed, turns, most = anchor, True, 0, 0
    for row in rows:
        low, high = (beside, row) if way > 0 else (row, beside)
        if believed and high[1] < low[1] and _turned(low[:2], high[:2]):
            turns += 1
        straight = way * (row[1] - anchor[1])
        risen, greatest = straight + turns * MODULUS, abs(row[0] - anchor[0]) * MOST_PER_MINUTE
        beside, believed = row, 10 * (straight - 1) <= 12 * greatest
        if risen >= most and 10 * (risen - 1) <= 12 * greatest:
            most = risen
            kept.append(_Fit(row[0], row[1], anchor=False, turns=way * turns))
    return kept


def _between(row: _Row, left: _Row, right: _Row) -> _Fit | None:
    """Return an estimate between two readings, where it contradicts neither."""
    count = row[1]
    if left[1] <= right[1]:
        fits = left[1] <= count <= right[1]
        return _Fit(row[0], count, anchor=False) if fits else None
    if count >= left[1]:
        return _Fit(row[0], count, anchor=False)
    if count > right[1]:
        return None
    turned = _turned(left[:2], right[:2])
    return _Fit(row[0], count, anchor=False, turns=int(turned), runs=int(not turned))
