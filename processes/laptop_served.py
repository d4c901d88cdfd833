"""In: which meter a laptop asked for a channel, and since when. Out: what is not the site's. Pure.

A laptop logs by its pack for days. Was the meter changed on the server meanwhile, what the laptop
reads there is another meter's count: it must never stand in the history of the point.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from energy.metering.reading import ReadingColumns

ALWAYS_US = 2**62
"""Behind every instant. [us]"""
Steps = Sequence[tuple[int, str | None]]
"""Instants [us since the epoch] and the serial from then on; None where no meter serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A laptop asked this meter for a channel from an instant on."""

    channel: int
    since_us: int
    serial: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strange:
    """Readings of a channel that the site does not take, from an instant until before another."""

    channel: int
    since_us: int
    until_us: int
    why: str
    """For a person, in the site's language."""


def unlike(asked: Steps, serving: Steps) -> list[tuple[int, int, str, str | None]]:
    """Return the spans in which a laptop asked another meter than the one that served.

    Args:
        asked: What the laptop asked, by time; before the first nothing is said.
        serving: What the site says, by time.

    Returns:
        Since, until [us since the epoch], serial that was asked, serial that served.
    """
    instants = sorted({at for at, _ in (*asked, *serving)})
    found = []
    for since, until in zip(instants, [*instants[1:], ALWAYS_US], strict=True):
        own, theirs = _at(asked, since), _at(serving, since)
        if own is not None and own != theirs:
            found.append((since, until, own, theirs))
    return found


def strange_readings(columns: ReadingColumns, spans: Sequence[Strange]) -> NDArray[np.bool_]:
    """Return which readings lie in one of some spans."""
    found = np.zeros(len(columns), dtype=np.bool_)
    for span in spans:
        found |= (
            (columns.channel == span.channel)
            & (columns.at_us >= span.since_us)
            & (columns.at_us < span.until_us)
        )
    return found


class Facts(Protocol):
    """What a laptop remembers by name."""

    def fact(self, name: str) -> str | None:
        """Return what is remembered under a name."""
        ...

    def remember(self, name: str, value: str) -> None:
        """Remember a value under a name."""
        ...


def served_here(home: Facts) -> list[Served]:
    """Return which meters a laptop asked for their channels, by time."""
    rows = json.loads(home.fact("served") or "[]")
    return [Served(channel=c, since_us=since_us, serial=serial) for c, since_us, serial in rows]


def note_served(home: Facts, fresh: Sequence[Served]) -> None:
    """Keep which meters a laptop asks from now on, where they are others than before."""
    before = served_here(home)
    last = {each.channel: each.serial for each in before}
    new = [each for each in fresh if last.get(each.channel) != each.serial]
    rows = [[each.channel, each.since_us, each.serial] for each in (*before, *new)]
    if new:
        home.remember("served", json.dumps(rows, ensure_ascii=False))


def _at(steps: Steps, instant_us: int) -> str | None:
    return next((serial for at, serial in reversed(steps) if at <= instant_us), None)
