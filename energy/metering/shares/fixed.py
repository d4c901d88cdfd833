"""In: parts and the facts of a day. Out: the weights that a contract states. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from energy.metering.shares.part import DayFacts, Key, KeyKind, Part, Weights

ATTRIBUTE = "weight"


def weights(parts: Sequence[Part], facts: DayFacts) -> Weights:  # noqa: ARG001 - one shape for all
    """Return one weight a part; None where none is stated."""
    return [part.stated.get(ATTRIBUTE) for part in parts]


KEY = Key(kind=KeyKind.FIXED, attribute=ATTRIBUTE, own_usage=False, weights=weights)
