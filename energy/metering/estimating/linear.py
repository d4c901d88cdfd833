"""In: intervals asked for. Out: the same value for each, or a straight line of a gauge. Pure.

The plainest method: a total that is known is spread evenly; else each interval is the mean of
what was measured in the weeks before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from energy.metering.estimating.asked import Asked, Ends, EstimateError, Told, mean

_US = timedelta(microseconds=1)
WEEKS = 4
"""Weeks of history used where nothing is said."""


def linear(asked: Asked) -> Told:
    """Return one value for all intervals, of a gauge those between its neighbours.

    Raises:
        EstimateError: Nothing was measured in the weeks before, and no total is known.
    """
    if asked.total_known:
        return Told(values=(Fraction(1),) * len(asked.starts), inputs={})
    if asked.ends is not None:
        return Told(values=tuple(_on_line(asked.ends, at) for at in asked.starts), inputs={})
    weeks = asked.weeks(WEEKS)
    measured = list(asked.within(weeks).values())
    if not measured:
        raise EstimateError.of("estimate.no_history", weeks=weeks, first=asked.starts[0])
    value = mean(measured)
    used = {"weeks": str(weeks), "intervals": str(len(measured))}
    return Told(values=(value,) * len(asked.starts), inputs=used)


def _on_line(ends: Ends, at: datetime) -> Fraction:
    (low, first), (high, last) = ends
    return (
        first + (last - first) * Fraction((at - low) // _US, (high - low) // _US)
        if high > low
        else first
    )
