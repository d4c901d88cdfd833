"""In: facts of a supply. Out: the same with what decisions on its meter's error add. I/O: reads.

The amount of a day is spread over the intervals of the day in proportion to what they counted,
evenly where they counted nothing, in whole base units by largest remainder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from billing.invoices.invoice_facts import SupplyFacts
from billing.views.supply import Connection
from energy.base.period import midnight
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan
from energy.store.sites import Site
from energy.views.adjustments import adjusted_usage


def with_adjusted(
    connection: Connection, site: Site, facts: SupplyFacts, metering_position: int
) -> SupplyFacts:
    """Return a supply's facts with what is added to its usage, as decided at a position.

    Args:
        connection: Any connection that may read.
        site: The site.
        facts: Of one supply, from the registers alone.
        metering_position: What was decided behind it is not known.
    """
    if facts.channel is None or facts.span is None:
        return facts
    days = adjusted_usage(
        connection,
        site.schema,
        [facts.channel],
        facts.first_day,
        facts.last_day,
        as_of=metering_position,
    )[facts.channel]
    if not days:
        return facts
    return replace(facts, adjusted=days, span=adjusted_span(facts.span, days, site.zone))


def adjusted_span(span: UsageSpan, days: Mapping[date, int], zone: ZoneInfo) -> UsageSpan:
    """Return usage with an amount more or less on some local days.

    Args:
        span: Usage. [base unit]
        days: What is added on each day. [base unit]
        zone: The site's zone.
    """
    usage = span.usage.copy()
    step = timedelta(seconds=span.step_s)
    for day, amount in days.items():
        low = max((midnight(day, zone) - span.start) // step, 0)
        high = (midnight(day + timedelta(days=1), zone) - span.start) // step
        part = usage[low : max(high, 0)]
        known = span.quality[low : max(high, 0)] < Quality.SUSPECT
        if not len(part):
            continue
        counted = np.where(known, part, 0)
        weights = counted if counted.sum() > 0 and (counted >= 0).all() else np.ones_like(part)
        part += _spread(amount, weights.tolist())
    return replace(span, usage=usage)


def _spread(amount: int, weights: list[int]) -> list[int]:
    """Return an amount in whole parts by weight; the first of equal remainders comes first."""
    whole = sum(weights)
    parts = [abs(amount) * weight // whole for weight in weights]
    rests = [abs(amount) * weight % whole for weight in weights]
    left = abs(amount) - sum(parts)
    for place in sorted(range(len(weights)), key=lambda n: (-rests[n], n))[:left]:
        parts[place] += 1
    return parts if amount >= 0 else [-part for part in parts]
