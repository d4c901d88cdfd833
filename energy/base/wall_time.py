"""In: a wall-clock time and its zone. Out: the instants it can mean: none, one or two. Pure.

Where clocks are put back an hour happens twice, where they are put forward one never happens.
Who maps foreign times decides what becomes of both; nothing is guessed here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar
from zoneinfo import ZoneInfo

from energy.base.clock import to_us
from energy.base.errors import EnergyError
from energy.base.text import Told


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


class Zoned(Protocol):
    """What knows where its clock hangs."""

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone."""
        ...


class AtSite(Protocol):
    """What works on one site."""

    @property
    def _site(self) -> Zoned: ...


_Desk = TypeVar("_Desk", bound=AtSite)
_Said = ParamSpec("_Said")
_Result = TypeVar("_Result")


def in_zone(told: Told, zone: ZoneInfo) -> Told:
    """Return a text with its instants by the clock of a zone."""
    values = {
        name: value.astimezone(zone) if isinstance(value, datetime) else value
        for name, value in told.values.items()
    }
    return replace(told, values=values)


def by_site_clock(
    act: Callable[Concatenate[_Desk, _Said], _Result],
) -> Callable[Concatenate[_Desk, _Said], _Result]:
    """Let what a desk refuses name instants by its site's clock, by which people type them."""

    @wraps(act)
    def told(desk: _Desk, /, *args: _Said.args, **kwargs: _Said.kwargs) -> _Result:
        try:
            return act(desk, *args, **kwargs)
        except EnergyError as error:
            if error.message is not None:
                zone = desk._site.zone  # noqa: SLF001 - it wraps the desk's own method
                error.tell_anew(in_zone(error.message, zone))
            raise

    return told
