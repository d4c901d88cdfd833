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
                # The first of a rank stands; of corrections the last.
                if held is None or rank < held[0] or rank == held[0] == RANKS[CORRECTION]:
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

    def _unroll(self, rows: Sequence[tuple[int, int, bool]]) -> None:
        """Add up turns from one reading to the next; a step nobody can explain begins a new run."""
        turns = run = 0
        anchor: tuple[int, int] | None = None
        for minute, count, enclosed in rows:
            extra = 0
            if enclosed:
                assert anchor is not None
                extra = int(count < anchor[1])
            elif anchor is not None and count < anchor[1]:
                if _turned(anchor, (minute, count)):
                    turns += 1
                else:
                    run += 1
            if not enclosed:
                anchor = (minute, count)
            self._minutes.append(minute)
            self._counts.append(count + (turns + extra) * MODULUS)
            self._runs.append(run)

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


def _without_unfit(rows: Sequence[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    """Return (minute, count, enclosed) without the estimates that contradict what was read.

    An estimate between two readings may shape their total only: it lies between them and not
    below an estimate before it.
    """
    read = [n for n, (_, _, estimate) in enumerate(rows) if not estimate]
    kept = []
    highest: tuple[int, int] = (-1, 0)
    for n, (minute, count, estimate) in enumerate(rows):
        at = bisect_left(read, n)
        if not estimate or at == 0 or at == len(read):
            kept.append((minute, count, False))
            continue
        left, right = rows[read[at - 1]], rows[read[at]]
        rise, risen = right[1] - left[1], count - left[1]
        if rise < 0:
            if not _turned(left[:2], right[:2]):
                continue
            rise += MODULUS
            risen += MODULUS if risen < 0 else 0
        if highest[0] != read[at - 1]:
            highest = (read[at - 1], 0)
        if highest[1] <= risen <= rise:
            highest = (read[at - 1], risen)
            kept.append((minute, count, True))
    return kept
