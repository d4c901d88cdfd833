"""In: intervals asked for, the parent meter's usage. Out: the usual share of the parent's. Pure.

The share is the child's usage over the parent's in the weeks before, over the intervals in which
both were measured.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from energy.metering.estimating.asked import Asked, EstimateError, Told

WEEKS = 4
"""Weeks of history used where nothing is said."""


def proportion_of_parent(asked: Asked) -> Told:
    """Return for each interval a fixed share of what the parent meter measured.

    Raises:
        EstimateError: No parent is named, it was not measured in an interval, or there is no time
            in which both were.
    """
    if "parent" not in asked.options:
        raise EstimateError.of("estimate.no_parent")
    weeks = asked.weeks(WEEKS)
    first = asked.starts[0]
    low = first - timedelta(weeks=weeks)
    both = [at for at in asked.history if low <= at < first and at in asked.parent]
    whole = sum((asked.parent[at] for at in both), Fraction(0))
    if whole <= 0:
        raise EstimateError.of("estimate.no_share", parent=asked.options["parent"], weeks=weeks)
    share = sum((asked.history[at] for at in both), Fraction(0)) / whole
    silent = next((at for at in asked.starts if at not in asked.parent), None)
    if silent is not None:
        at = silent.astimezone(asked.zone)
        raise EstimateError.of("estimate.parent_silent", parent=asked.options["parent"], at=at)
    return Told(
        values=tuple(share * asked.parent[at] for at in asked.starts),
        inputs={
            "weeks": str(weeks),
            "intervals": str(len(both)),
            "share": f"{share.numerator}/{share.denominator}",
        },
    )
