"""In: a command that loads, changes and stores. Out: its result, in spite of others. I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from energy.base.errors import ConflictError, RefusedError

Result = TypeVar("Result")


def retried(once: Callable[[], Result], *, attempts: int = 3) -> Result:
    """Return what a command gives; it is begun again when somebody else was faster.

    A refusal stands when it is given twice: things are loaded one after the other, and where
    somebody else stores between two loads, the command sees half of what he did. The same command
    carried out by two at once would be refused as "done already" in place of its own result.

    Args:
        once: Loads everything anew, and stores in one transaction.
        attempts: How often it is begun at most while others are faster.

    Raises:
        ConflictError: Others were faster each time; repeat the command.
        RefusedError: As the command, the second time.
    """
    begun, doubted = 1, False
    while True:
        try:
            return once()
        except ConflictError:
            if begun == attempts:
                raise
            begun += 1
        except RefusedError:
            if doubted:
                raise
            doubted = True
