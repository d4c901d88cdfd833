"""In: a command that loads, changes and stores. Out: its result, in spite of others. I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from energy.base.errors import ConflictError

Result = TypeVar("Result")


def retried(once: Callable[[], Result], *, attempts: int = 3) -> Result:
    """Return what a command gives; it is begun again when somebody else was faster.

    Args:
        once: Loads everything anew, and stores in one transaction.
        attempts: How often it is begun at most.

    Raises:
        ConflictError: Others were faster each time; repeat the command.
    """
    for _ in range(attempts - 1):
        try:
            return once()
        except ConflictError:
            continue
    return once()
