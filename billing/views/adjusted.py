"""In: facts of a supply. Out: the same with what decisions on its meter's error add. I/O: reads.

The amount of a day is spread over the intervals of the day in proportion to what they counted,
evenly where they counted nothing, in whole base units by largest remainder. Where registers are
billed, the amounts of the days between two billing readings are added to what they counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from billing.invoices.invoice_facts import SupplyFacts
from billing.rating.quantities import OWN, RegisterSum
from billing.views.supply import Connection
from energy.base.period import midnight
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan
from energy.store.sites import Site
from energy.views.adjustments import Inspected, adjusted_usage, adjusting_inspections


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
    if facts.channel is None:
        return facts
    days = adjusted_usage(
        connection,
        site.schema,
        site.zone,
        [facts.channel],
        facts.first_day,
        facts.last_day,
        as_of=metering_position,
    )[facts.channel]
    inspected: Sequence[Inspected] = ()
    if days:
        inspected = adjusting_inspections(
            connection,
            site.schema,
            [facts.channel],
            facts.first_day,
            facts.last_day,
            as_of=metering_position,
        ).get(facts.channel, ())
    return adjusted_facts(facts, days, site.zone, inspected)


def adjusted_facts(
    facts: SupplyFacts,
    days: Mapping[date, int],
    zone: ZoneInfo,
    inspected: Sequence[Inspected] = (),
) -> SupplyFacts:
    """Return a supply's facts with an amount more or less on some of its local days.

    Where registers are billed, what they counted between two readings bears the amounts of the
    days between: the register of the whole as it is, those of its bands in proportion to what
    each counted. Nothing is added where nothing is known of the usage: it is not billed either.

    Args:
        facts: Of one supply, from the registers alone.
        days: What is added on each day. [base unit]
        zone: The site's zone.
        inspected: Days and number of the inspections that found some of it.
    """
    if not days or (facts.span is None and not facts.sums):
        return facts
    low, high = facts.first_day, facts.last_day
    numbers = {number for first, last, number in inspected if first <= high and last >= low}
    facts = replace(facts, inspections=tuple(sorted(numbers)))
    if facts.span is not None:
        return replace(facts, adjusted=days, span=adjusted_span(facts.span, days, zone))
    shape = None if facts.shape is None else adjusted_span(facts.shape, days, zone)
    sums = tuple(adjusted_sums(facts.sums, OWN[facts.utility], days))
    return replace(facts, adjusted=days, shape=shape, sums=sums)


def adjusted_sums(
    sums: Sequence[RegisterSum], quantity: str, days: Mapping[date, int]
) -> list[RegisterSum]:
    """Return what registers counted with an amount more or less on some local days.

    Args:
        sums: Of a supply, those of other quantities left as they are.
        quantity: What the amounts are of.
        days: What is added on each day. [base unit]
    """
    found = list(sums)
    slices: dict[tuple[date, date, bool], list[int]] = {}
    for place, each in enumerate(sums):
        if each.quantity == quantity:
            key = each.first_day, each.last_day, each.period is None
            slices.setdefault(key, []).append(place)
    for (first, last, _), places in slices.items():
        amount = sum(added for day, added in days.items() if first <= day <= last)
        counted = [max(int(sums[place].base_units), 0) for place in places]
        parts = _spread(amount, counted if any(counted) else [1] * len(places))
        for place, part in zip(places, parts, strict=True):
            found[place] = replace(sums[place], base_units=sums[place].base_units + part)
    return found


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
