"""In: a wall-clock time and its zone. Out: the instants it can mean: none, one or two. Pure.

Where clocks are put back an hour happens twice, where they are put forward one never happens.
Who maps foreign times decides what becomes of both; nothing is guessed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from energy.base.clock import to_us
from energy.base.errors import EnergyError


def instants_of(wall: datetime, zone: ZoneInfo) -> tuple[int, ...]:
    """Return the instants a wall-clock time means, the earlier first; none when it never was. [us].

    Args:
        wall: Date and time without zone.
        zone: Where the clock hangs.

    Raises:
        OverflowError: It lies outside the calendar.
    """
    first, second = wall.replace(tzinfo=zone), wall.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return (to_us(first.astimezone(UTC)),)
    both = (first.astimezone(UTC), second.astimezone(UTC))
    if both[0] > both[1]:  # put forward: neither reading of it comes back to this wall time
        return ()
    return (to_us(both[0]), to_us(both[1]))


def wall_text(minute: int) -> str:
    """Return a minute of the day as "06:00"; the end of a day as "24:00". [minute of the day]."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


@contextmanager
def local_times(zone: ZoneInfo) -> Iterator[None]:
    """Let a refusal name instants by the site's clock, by which people type them.

    Args:
        zone: Where the clock hangs.

    Raises:
        EnergyError: As the block raised it, with its instants in the zone.
    """
    try:
        yield
    except EnergyError as error:
        if error.message is not None:
            key = error.message.key.removeprefix(f"{error.PART}.")
            values = {
                name: value.astimezone(zone) if isinstance(value, datetime) else value
                for name, value in error.message.values.items()
            }
            error.keep(key, **values)
        raise
