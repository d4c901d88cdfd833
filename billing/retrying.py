"""In: a command that loads, changes and stores. Out: its result, in spite of others. I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from energy.journal import retrying

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
    return retrying.retried(once, attempts=ATTEMPTS)
