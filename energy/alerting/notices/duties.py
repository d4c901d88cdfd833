"""In: an alert's standing, what was told of it, the duty of its severity. Out: what is due. Pure.

A level is told when the one before had its time, or when nobody of it could be reached. The level
reached last is told again until somebody acknowledges. What came due while nobody looked is told
once, not once for every time that it was missed. An alert that ended before anybody was reached
is told all the same, as one that came and went: no alert is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from energy.alerting.notices.plan import Duty

UNREACHED_S = 300
"""How often somebody is tried again where the duty repeats nothing and nobody was reached. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelTold:
    """What was told at one level."""

    level: int
    since: datetime
    """When it was first told."""
    last: int
    """Number of its last repeat; 0 is the first time."""
    reached: bool
    """Whether a gateway took a message for anybody of it."""
    given_up: bool
    """Whether everything that was to be told is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A level is to be told."""

    level: int
    repeat: int


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
        return [] if reached or not newest.given_up else _again(0, newest, now, reached=False)
    above = [level for level in levels if level > newest.level]
    if above and _has_come(duty, newest, now):
        return [Due(level=above[0], repeat=0)]
    return _again(duty.repeat_s, newest, now, reached=reached)


def _has_come(duty: Duty, before: LevelTold, now: datetime) -> bool:
    """Return whether the level after another one is to be told."""
    if before.given_up:
        return True
    return duty.escalate_s > 0 and now >= before.since + timedelta(seconds=duty.escalate_s)


def _again(every_s: int, newest: LevelTold, now: datetime, *, reached: bool) -> list[Due]:
    if not reached and newest.given_up:
        every_s = min(every_s, UNREACHED_S) or UNREACHED_S
    if not every_s:
        return []
    number = int((now - newest.since).total_seconds()) // every_s
    return [Due(level=newest.level, repeat=number)] if number > newest.last else []
