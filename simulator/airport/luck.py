"""In: a name and an instant. Out: a number from -1 to 1 that seems to be chance. Pure."""

from __future__ import annotations

import hashlib
from functools import cache

_MASK = 2**64 - 1
KNOT_S = 600
"""A course of chance bends every ten minutes. [s]"""


@cache
def seed_of(*words: object) -> int:
    """Return a fixed number of 64 bits for some words."""
    digest = hashlib.sha256(repr(words).encode()).digest()
    return int.from_bytes(digest[:8], "big")


def _mixed(number: int) -> float:
    number = (number + 0x9E3779B97F4A7C15) & _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((number ^ (number >> 31)) >> 11) / 2**52 - 1.0


def wobble(seed: int, seconds: int, *, knot_s: int = KNOT_S) -> float:
    """Return a continuous course between -1 and 1.

    Args:
        seed: Which course.
        seconds: Where on it. [s]
        knot_s: How far its bends lie apart. [s]
    """
    knot, within_s = divmod(seconds, knot_s)
    here, there = _mixed(seed ^ (knot & _MASK)), _mixed(seed ^ ((knot + 1) & _MASK))
    return here + (there - here) * within_s / knot_s
