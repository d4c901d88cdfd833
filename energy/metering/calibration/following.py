"""In: a decision on a span, usage as known by now. Out: what it adds to each local day. Pure.

Two people decide an error, or what a day should have used, and see what the days lack by it. Where
an interval is known otherwise later (a reading in place of an estimate, a correction), the day
lacks something else, and what was decided of the usage that was is not billed beside the new one.
A day is told alone, so that what is learned of one moves no other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from energy.base.period import local_day
from energy.base.quality import Quality
from energy.metering.calibration.error_curve import Basis, Interval, exactly_lacking
from energy.metering.calibration.expected import Expected
from energy.metering.usage import UsageSpan

FOLLOWS: Final = {"follows": "usage"}
"""In the basis of a decision that follows the usage; one without it adds what it says, for good."""


def basis_of(stored: Mapping[str, Any]) -> Basis | Expected:
    """Return the basis of a decision as its event holds it."""
    return Expected.from_json(stored) if "per_day" in stored else Basis.from_json(stored)


def following(
    basis: Basis | Expected,
    decided: Mapping[date, int],
    days: Sequence[date],
    intervals: Iterable[Interval],
    unknown: Collection[date] = (),
) -> dict[date, int]:
    """Return what a decision adds to some of its days. [base unit].

    What was decided stands while it is what the day lacks, rounded up or down: parts of a total
    that was rounded once. Otherwise the day's own lack is rounded half up.

    Args:
        basis: What was decided.
        decided: What it added to its days when it was.
        days: The local days asked for, of its span.
        intervals: Of these days, as known by now.
        unknown: Days with an interval of which nothing is known. What they should have used tells
            nothing of them yet: what was decided stands.
    """
    if isinstance(basis, Expected):
        exact = basis.exactly_lacking(days, intervals)
    else:
        exact = dict.fromkeys(days, Fraction(0)) | exactly_lacking(intervals, basis)
    found: dict[date, int] = {}
    for day in days:
        amount = decided.get(day, 0)
        stands = isinstance(basis, Expected) and day in unknown
        if not stands and abs(exact[day] - amount) >= 1:
            amount = (2 * exact[day] + 1) // 2
        found[day] = amount
    return found


def known_intervals(span: UsageSpan, zone: ZoneInfo) -> tuple[list[Interval], set[date]]:
    """Return the intervals of which the usage is known, and the days with others.

    Args:
        span: Usage. [base unit]
        zone: The site's zone.
    """
    step = timedelta(seconds=span.step_s)
    days = [local_day(span.start + step * n, zone) for n in range(len(span.usage))]
    known = span.quality != Quality.MISSING
    found: list[Interval] = [
        (days[n], span.step_s, int(span.usage[n])) for n in np.flatnonzero(known).tolist()
    ]
    return found, {days[n] for n in np.flatnonzero(~known).tolist()}
