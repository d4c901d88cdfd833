"""In: an alert's standing, what was told of it, the duty of its severity. Out: what is due. Pure.

A level is told when the one before had its time, or when nobody of it could be reached; time that
notices wait in quiet hours is none. The level reached last is told again until somebody
acknowledges, and so is whoever of a level below gateways could not reach. What came due while
nobody looked is told once, not once for every time that it was missed. An alert that ended before
anybody was reached is told all the same, as one that came and went: no alert is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from energy.alerting.notices.plan import Duty

UNREACHED_S = 300
"""How often a level is tried again of which nobody was reached. [s]"""
OWED_S = 3600
"""How often somebody is tried again who was not reached, where others of the level were. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelTold:
    """What was told at one level."""

    level: int
    since: datetime
    """When it could first be told."""
    at: datetime
    """When its last repeat could be told."""
    last: int
    """Number of its last repeat; 0 is the first time."""
    reached: bool
    """Whether a gateway took a message for anybody of it."""
    given_up: bool
    """Whether everything that was to be told is given up."""
    owed: bool
    """Whether somebody of it was told by no gateway, and nothing more is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A level is to be told."""

    level: int
    repeat: int
    owed: bool = False
    """Whether it is told only to those whom no gateway has reached."""


def due_now(
    duty: Duty, levels: Sequence[int], told: Sequence[LevelTold], *, over: bool, now: datetime
) -> list[Due]:
    """Return what is to be told of an alert that nobody has acknowledged.

    Args:
        duty: Of its severity.
        levels: Levels that can be told now, ascending; one at the least.
        told: What was told, by level; empty at first.
        over: Whether the value came back.
        now: Present instant.
    """
    if not told:
        return [Due(level=levels[0], repeat=0)]
    newest = max(told, key=lambda each: each.level)
    reached = any(each.reached for each in told)
    if over:
        return [] if reached else _owed(duty, told, now)
    above = [level for level in levels if level > newest.level]
    if above and _has_come(duty, newest, now):
        return [Due(level=above[0], repeat=0)]
    again = [Due(level=newest.level, repeat=number) for number in _next(newest, duty.repeat_s, now)]
    rest = [each for each in told if not again or each is not newest]
    return again + _owed(duty, rest, now)


def escalates_at(
    duty: Duty, levels: Sequence[int], told: Sequence[LevelTold]
) -> tuple[int, datetime | None] | None:
    """Return the next level and when it is told, unless somebody acknowledges before.

    Args:
        duty: Of the alert's severity.
        levels: Levels of the plan that are about it, ascending.
        told: What was told, by level.

    Returns:
        The level, and None as its instant where it is due already; None: there is no next one.
    """
    newest = max(told, key=lambda each: each.level, default=None)
    above = [level for level in levels if newest is None or level > newest.level]
    if not above:
        return None
    if newest is None or newest.given_up:
        return above[0], None
    if not duty.escalate_s:
        return None
    return above[0], newest.since + timedelta(seconds=duty.escalate_s)


def _has_come(duty: Duty, before: LevelTold, now: datetime) -> bool:
    """Return whether the level after another one is to be told."""
    if before.given_up:
        return True
    return duty.escalate_s > 0 and now >= before.since + timedelta(seconds=duty.escalate_s)


def _owed(duty: Duty, told: Sequence[LevelTold], now: datetime) -> list[Due]:
    """Return what is told again to those whom nothing has reached."""
    found = []
    for each in told:
        usual_s = OWED_S if each.reached else UNREACHED_S
        every_s = min(duty.repeat_s, usual_s) or usual_s
        numbers = _next(each, every_s, now) if each.owed else []
        found += [Due(level=each.level, repeat=number, owed=True) for number in numbers]
    return found


def _next(told: LevelTold, every_s: int, now: datetime) -> list[int]:
    """Return the number of the repeat that has come due since the last one, if one has."""
    if not every_s:
        return []
    every = timedelta(seconds=every_s)
    number = (now - told.since) // every
    return [max(number, told.last + 1)] if number > (told.at - told.since) // every else []
