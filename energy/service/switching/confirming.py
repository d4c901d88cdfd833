"""In: readings behind the last step of a request. Out: confirmed, not yet, contradicted. Pure.

A supply is cut off where its register stands still over some intervals, and on again where it
counts. Nobody is proved to be without supply by using nothing: a reconnection is never
contradicted. What is said once of a disconnection stays so: later readings change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from energy.service.switching.kinds import Confirmation, RequestKind

INTERVALS = 4
"""Of readings in which a register stands still where nothing is supplied."""


def confirmation(
    kind: RequestKind, counts: Mapping[str, Sequence[int]], *, intervals: int = INTERVALS
) -> Confirmation:
    """Return what readings say of a request.

    Args:
        kind: What was asked for.
        counts: Of each point the counts of its register behind the last step, in order of time;
            a point without readings has none. [count]
        intervals: How many intervals between readings must be still, 1 at the least.
    """
    if not counts:
        return Confirmation.NOT_YET
    if kind is RequestKind.RECONNECT:
        counting = all(_moved(each) for each in counts.values())
        return Confirmation.CONFIRMED if counting else Confirmation.NOT_YET
    first = [each[: intervals + 1] for each in counts.values()]
    if any(_moved(each) for each in first):
        return Confirmation.CONTRADICTED
    enough = all(len(each) > intervals for each in first)
    return Confirmation.CONFIRMED if enough else Confirmation.NOT_YET


def _moved(counts: Sequence[int]) -> bool:
    return any(later != earlier for earlier, later in pairwise(counts))
