"""In: what a person read from a display, what the register showed about it. Out: doubts. Pure.

A look, not a law: a doubtful value is read twice and then taken. What a register cannot show at all
is refused before this (energy/journal/corrections.py), and what proves wrong later is a finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

MONTH: Final = timedelta(days=31)
"""How far back the usage is looked at that tells what is believed."""
GENEROUS: Final = 3
"""How many times the usage of the last month is believed without a second look."""
SLACK: Final = 10
"""Difference that is no news. [count]"""
Shown = tuple[datetime, int]
"""When, aware UTC, and what a register showed. [count]"""


class Doubted(StrEnum):
    """What is odd about a value."""

    BELOW = "below"
    """Less than before: misread, another meter, or the register has turned over."""
    ABOVE = "above"
    """More than is believed since the reading before."""
    BEHIND = "behind"
    """More than a later reading shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One thing that is odd about a value, and the reading that says so."""

    doubted: Doubted
    at: datetime
    count: int
    """What the other reading showed. [count]"""
    most: int | None = None
    """The most that is believed at the instant. [count]"""


def believed_per_hour(newest: Shown | None, oldest: Shown | None) -> Fraction | None:
    """Return the most that is believed in an hour, None where too little is known. [count / h].

    Args:
        newest: The last reading.
        oldest: The first one of the month before it.
    """
    if newest is None or oldest is None or newest[0] - oldest[0] < timedelta(hours=1):
        return None
    if newest[1] < oldest[1]:
        return None
    return GENEROUS * (newest[1] - oldest[1]) / _hours(oldest[0], newest[0])


def doubts_of(
    at: datetime,
    count: int,
    *,
    before: Shown | None,
    behind: Shown | None,
    per_hour: Fraction | None,
) -> tuple[Doubt, ...]:
    """Return what is odd about a value.

    Args:
        at: When it was read, aware UTC.
        count: What the display showed. [count]
        before: The last reading of the same meter up to then.
        behind: The first reading of the same meter after it.
        per_hour: The most that is believed in an hour; None where too little is known. [count / h]
    """
    found: list[Doubt] = []
    if before is not None and count < before[1]:
        found.append(Doubt(doubted=Doubted.BELOW, at=before[0], count=before[1]))
    elif before is not None and per_hour is not None:
        most = before[1] + SLACK + int(per_hour * _hours(before[0], at))
        if count > most:
            found.append(Doubt(doubted=Doubted.ABOVE, at=before[0], count=before[1], most=most))
    if behind is not None and count > behind[1]:
        found.append(Doubt(doubted=Doubted.BEHIND, at=behind[0], count=behind[1]))
    return tuple(found)


def _hours(first: datetime, last: datetime) -> Fraction:
    return Fraction((last - first) // timedelta(microseconds=1), 3_600_000_000)
