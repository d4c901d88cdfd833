"""In: a state channel's quantity and count. Out: what it says of a switch or a door. Pure.

The words stand in docs/site-file.md: a channel of another quantity shows its count.
"""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.queries.one_line_rows import Position

_SWITCH = {0: Position.OPEN, 1: Position.CLOSED, 2: Position.TRIPPED}
MEANINGS: Mapping[str, Mapping[int, Position]] = {
    "breaker_state": _SWITCH,
    "switch_state": _SWITCH,
    "door_state": {0: Position.CLOSED, 1: Position.OPEN},
    "trip_state": {0: Position.READY, 1: Position.TRIPPED},
}
"""Quantity, or its end behind an underscore -> what its counts say."""


def position_of(quantity: str, count: int | None, *, stale: bool) -> Position | None:
    """Return what a state says; None where nobody has said what its counts mean.

    Args:
        quantity: Of the channel.
        count: Told last, None for never.
        stale: Whether that is too long ago.
    """
    meaning = next(
        (m for name, m in MEANINGS.items() if quantity == name or quantity.endswith(f"_{name}")),
        None,
    )
    if meaning is None:
        return None
    if count is None or stale:
        return Position.UNKNOWN
    return meaning.get(count, Position.UNKNOWN)


def tie_position(count: int | None, *, closed_count: int, stale: bool) -> Position:
    """Return whether a tie is closed by the channel that tells.

    Args:
        count: Told last, None for never.
        closed_count: Count that says closed.
        stale: Whether that is too long ago.
    """
    if count is None or stale:
        return Position.UNKNOWN
    return Position.CLOSED if count == closed_count else Position.OPEN
