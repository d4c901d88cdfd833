"""In: false alarms of meters. Out: which meters are muted. Pure.

A meter that cries wolf is muted and listed, not repeated (reliability yardstick 3.4); it is heard
again when for a month it has raised no more false alarms than it may, muted or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MOST_A_MONTH = 2.0
"""False alarms. [1 / month]"""
MONTH_H = 730.5
"""365.25 days of 24 h in twelve months. [h]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Muted:
    """A meter whose alarms wake nobody."""

    meter: int
    false: int
    """False alarms of the last month."""


def muted(false_hours: Mapping[int, Sequence[int]], now: int) -> list[Muted]:
    """Return the meters to be muted, the loudest first.

    Args:
        false_hours: By meter the hours that raised alarms which proved false. [h since year 1]
        now: Present hour. [h since year 1]
    """
    numbers = {
        meter: sum(now - MONTH_H < hour <= now for hour in hours)
        for meter, hours in false_hours.items()
    }
    loud = [
        Muted(meter=meter, false=number)
        for meter, number in numbers.items()
        if number > MOST_A_MONTH
    ]
    return sorted(loud, key=lambda one: (-one.false, one.meter))
