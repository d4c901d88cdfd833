"""In: hours of a counter, open and paid for or not. Out: runs of nothing used. Pure.

An empty shop is no fault: only hours count in which the place is open and a contract runs, and only
a counter that counted before. Whose opening hours nobody knows must have used nothing for a week:
that holds every pattern of a week.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from energy.base.finding import Severity
from energy.metering.checks.frozen_counter import HOUR_US
from energy.metering.checks.span import Span

CODE: Final = "usage.zero_run"
SEVERITY: Final = Severity.WARN
OPEN_HOURS: Final = 24
"""Open hours without use, where opening hours are known. [h]"""
UNKNOWN_HOURS: Final = 168
"""Hours without use where they are not. [h]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """An hour of a counter of which the usage is known."""

    start_us: int
    usage: int
    """[base unit]"""
    opened: bool = True
    """Whether the place is open in it, as far as known."""
    supplied: bool = True
    """Whether a contract runs in it."""


def found(hours: Iterable[Hour], *, hours_known: bool) -> list[Span]:
    """Return where nothing was used though something should have been.

    Args:
        hours: By time; an hour of which nothing is known is left out.
        hours_known: Whether `opened` is told by opening hours.
    """
    enough = OPEN_HOURS if hours_known else UNKNOWN_HOURS
    spans: list[Span] = []
    run: list[Hour] = []
    used = False
    for hour in hours:
        if hour.usage != 0 or not hour.supplied:
            spans += _span(run, enough, lasts=False)
            run = []
            # What was used before a contract says nothing of its own time.
            used = hour.usage != 0 and hour.supplied
        elif used and hour.opened:
            run.append(hour)
    return spans + _span(run, enough, lasts=True)


def _span(run: list[Hour], enough: int, *, lasts: bool) -> list[Span]:
    if len(run) < enough:
        return []
    return [
        Span(
            start_us=run[0].start_us,
            end_us=run[-1].start_us + HOUR_US,
            lasts=lasts,
            proof={"hours": len(run)},
        )
    ]
