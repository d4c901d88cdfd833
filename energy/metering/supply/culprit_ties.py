"""In: balance nodes, ties said to be open. Out: ties that look as if they were closed. Pure.

While a tie is closed and nobody said so, what is missing at one side is too much at the other:
the two residuals are each other's mirror, hour by hour. A meter leaves no such print unless it
hangs on the wrong node; what fits both is told as both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from energy.metering.supply.balance import NodeSeries

Floats = NDArray[np.float64]
HOUR_S: Final = 3600
LEAST_HOURS: Final = 24
"""Hours known at both sides below which nothing is said."""
LEAST_SHARE: Final = 0.01
"""A residual below this share of what came in needs no explanation."""
MOST_LEFT: Final = 0.2
"""What may be left of the residuals when both are added, as a share of the smaller one."""
BEGUN: Final = 0.1
"""Share of the mean residual from which on the tie counts as closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TieGuess:
    """A tie that looks closed, between two nodes."""

    tie: str
    node: str
    """The side that gives: more comes in than goes out."""
    other: str
    """The side that takes."""
    fit: float
    """Share of the residuals that it explains, 0 to 1."""
    residual: int
    """What went through it, as far as both sides are known. [base unit]"""
    since: int
    """First interval of the period from which on it is so."""


def closed_unsaid(
    every: Sequence[NodeSeries], ties: Mapping[str, tuple[str, str]], *, step_s: int
) -> list[TieGuess]:
    """Return the ties that look closed while they are said to be open; none where two would do.

    Args:
        every: Every balance node of a utility.
        ties: The busbars that each tie joins.
        step_s: Width of an interval. [s]
    """
    found: dict[tuple[int, int], list[TieGuess]] = {}
    for key, (first, second) in sorted(ties.items()):
        for n, one in enumerate(every):
            for m, other in enumerate(every):
                if first not in one.node.nodes or second not in other.node.nodes or n == m:
                    continue
                guess = _guess(key, one, other, step_s)
                if guess is not None:
                    found.setdefault((min(n, m), max(n, m)), []).append(guess)
    return [several[0] for several in found.values() if len(several) == 1]


def _guess(tie: str, one: NodeSeries, other: NodeSeries, step_s: int) -> TieGuess | None:
    parts = max(1, HOUR_S // step_s)
    many = len(one.there) // parts * parts
    whole = (one.known & other.known)[:many].reshape(-1, parts).all(axis=1)
    if int(whole.sum()) * parts * step_s < LEAST_HOURS * HOUR_S:
        return None

    def hourly(values: NDArray[np.int64]) -> Floats:
        hours: Floats = values[:many].reshape(-1, parts).sum(axis=1)[whole].astype(np.float64)
        return hours

    mine, theirs = hourly(one.residual), hourly(other.residual)
    if float(mine.sum()) < 0:
        one, other, mine, theirs = other, one, theirs, mine
    size, least = _size(mine), LEAST_SHARE * float(np.abs(hourly(one.into)).mean())
    smaller = min(size, _size(theirs))
    if smaller <= least or _size(mine + theirs) > MOST_LEFT * smaller:
        return None
    begun = int((np.abs(mine) > BEGUN * size).argmax())
    return TieGuess(
        tie=tie,
        node=one.node.key,
        other=other.node.key,
        fit=1 - (_size(mine + theirs) / smaller) ** 2,
        residual=int(mine.sum()),
        since=int(np.flatnonzero(whole)[begun]) * parts,
    )


def _size(values: Floats) -> float:
    return float(np.sqrt((values**2).mean()))
