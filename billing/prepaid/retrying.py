"""In: a command that loads, changes and stores. Out: its result, in spite of others. I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from energy.base.errors import ConflictError

ATTEMPTS = 12
"""How often a command is begun again when somebody else changed the same thing first."""
Result = TypeVar("Result")


def retried(once: Callable[[], Result]) -> Result:
    """Return what a command gives; it is begun again when somebody else was faster.

    Args:
        once: Loads everything anew, and stores in one transaction.

    Raises:
        ConflictError: Others were faster each time; repeat the command.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return once()
        except ConflictError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError
