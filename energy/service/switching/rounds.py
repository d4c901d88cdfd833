"""In: a switching order and a word of it. Out: which round of that word it belongs to. Pure.

The id of a command is made of the round: a word that is said again because its answer was lost is
one act, and a second stop for the same reason is another one.
"""

from __future__ import annotations

from energy.service.switching.kinds import SwitchingState
from energy.service.switching.order import SwitchingOrder


def round_of(known: SwitchingOrder, verb: str) -> int:
    """Return which round of what may be said again a word belongs to, said once or again.

    Args:
        known: The order.
        verb: Name of the command method.
    """
    match verb:
        case "stop":
            return known.stops - (known.state is SwitchingState.STOPPED)
        case "resume":
            return known.stops
        case "give_permit":
            return known.permits.given - (known.permits.holder is not None)
        case "return_permit":
            return known.permits.given
        case _:
            return 0
