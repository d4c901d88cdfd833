"""In: parts and the facts of a day. Out: weights by how many people each part has. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from energy.metering.shares.part import DayFacts, Key, KeyKind, Part, Weights, attribute_of

ATTRIBUTE = "headcount"


def weights(parts: Sequence[Part], facts: DayFacts) -> Weights:
    """Return one weight a part; None where it is not known."""
    return [attribute_of(part, facts, ATTRIBUTE) for part in parts]


KEY = Key(kind=KeyKind.HEADCOUNT, attribute=ATTRIBUTE, own_usage=False, weights=weights)
