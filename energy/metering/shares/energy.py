"""In: parts and the facts of a day. Out: weights by what each part itself used that day. Pure.

A part whose own usage is not known on a day leaves the shares of all unknown: a missing meter
counted as zero would let the others pay for it. A part that gave back more than it took weighs
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from energy.metering.shares.part import DayFacts, Key, KeyKind, Part, Weights


def weights(parts: Sequence[Part], facts: DayFacts) -> Weights:
    """Return one weight a part; None where its usage is not known; 0 for a part without meters."""
    return [_weight(part, facts) for part in parts]


def _weight(part: Part, facts: DayFacts) -> Fraction | None:
    if not part.points:
        return Fraction(0)
    used = facts.usage.get(part.key)
    return None if used is None else Fraction(max(used, 0))


KEY = Key(kind=KeyKind.ENERGY, attribute=None, own_usage=True, weights=weights)
