"""In: how the tries of a notice ended. Out: by which gateway and when it is tried again. Pure.

A gateway that is down or busy is passed over at once for the next of its kind; when all of them
were tried, a round is over and the next one waits twice as long. A refusal bars its gateway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FIRST_S = 5
"""Pause after the first round in which no gateway took it. [s]"""
LONGEST_S = 300
ROUNDS = 6
"""Rounds after which this way is given up: the next way, or the next level, is told instead."""


class TryOutcome(StrEnum):
    """How a try ended that did not hand the message over."""

    DOWN = "down"
    BUSY = "busy"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try that did not hand the message over."""

    gateway: str
    outcome: TryOutcome
    at: datetime
    after_s: int = 0
    """How long a busy gateway wants to be left alone. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The next try."""

    gateway: str
    not_before: datetime


def next_try(order: Sequence[str], tries: Sequence[Try]) -> Next | None:
    """Return the next try; None gives the way up.

    Args:
        order: Gateways of the kind, the first choice first; one at the least.
        tries: Those before, in order; one at the least.
    """
    assert tries, "the first try needs no decision"
    last = tries[-1].at
    barred = {each.gateway for each in tries if each.outcome is TryOutcome.REFUSED}
    open_to = [name for name in order if name not in barred]
    if not open_to:
        return None
    rounds = min(_times(name, tries) for name in open_to)
    if rounds >= ROUNDS:
        return None
    due = last
    if rounds:
        begun = max(_nth(name, rounds, tries) for name in open_to)
        due = max(last, begun + timedelta(seconds=min(FIRST_S * 2 ** (rounds - 1), LONGEST_S)))
    choices = [
        Next(gateway=name, not_before=max(due, _rested(name, tries)))
        for name in open_to
        if _times(name, tries) == rounds
    ]
    return min(choices, key=lambda choice: choice.not_before)  # of equals the first in the order


def _times(name: str, tries: Sequence[Try]) -> int:
    return sum(each.gateway == name for each in tries)


def _nth(name: str, number: int, tries: Sequence[Try]) -> datetime:
    """Return when a gateway was tried for the n-th time."""
    return [each.at for each in tries if each.gateway == name][number - 1]


def _rested(name: str, tries: Sequence[Try]) -> datetime:
    """Return until when a busy gateway wants to be left alone."""
    mine = [each for each in tries if each.gateway == name]
    if not mine:
        return tries[-1].at
    return mine[-1].at + timedelta(seconds=mine[-1].after_s)
