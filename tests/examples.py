"""In: how many examples a property is tried on every day. Out: how many in this run. Pure.

The fast set tries a few, `scripts/test slow` hundreds of each property. Every run of a length
tries the same ones (tests/conftest.py).
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings

from tests.fast_set import is_fast_run, is_slow_run

FEW, EVERYDAY, MANY = 5, 50, 500


def examples(everyday: int = EVERYDAY) -> int:
    """Return how many examples this run tries.

    Args:
        everyday: How many a run of every day tries.
    """
    if is_slow_run():
        return max(MANY, everyday)
    return min(FEW, everyday) if is_fast_run() else everyday


def tried(everyday: int, **more: Any) -> settings:
    """Return a property's own settings, for one that costs more or finds more than most.

    Args:
        everyday: How many examples a run of every day tries.
        more: Other settings of hypothesis.
    """
    return settings(max_examples=examples(everyday), **more)
