"""In: facts of a supply. Out: its usage as it stands on a bill. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from billing.invoices.invoice_facts import SupplyFacts
from billing.money import exact_text
from billing.rating.quantities import OWN
from energy.base.period import days_between, midnight, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility, to_base
from energy.metering.usage import UsageSpan

SHOWN_UNIT: dict[Utility, str] = {
    Utility.ELECTRICITY: "kWh",
    Utility.WATER: "m3",
    Utility.GAS: "m3",
    Utility.HEATING: "GJ",
    Utility.COOLING: "GJ",
    Utility.STEAM: "t",
}
"""Unit in which metered usage stands on an invoice; finite decimals of the base unit."""
SHOWN_DIGITS = 3
"""Digits after the point of metered usage, at least."""
_POWER = {
    utility: len(str(to_base(utility, unit).numerator)) - 1 for utility, unit in SHOWN_UNIT.items()
}
"""Base units of a shown unit are a power of ten; this is its exponent, 3 at least."""
assert all(to_base(u, SHOWN_UNIT[u]) == 10**power for u, power in _POWER.items())


def base_total(span: UsageSpan, start: datetime, end: datetime) -> int:
    """Return the usage between two instants on the grid. [base unit]."""
    step = timedelta(seconds=span.step_s)
    first = max((start - span.start) // step, 0)
    return int(span.usage[first : max((end - span.start) // step, 0)].sum())


def _shown_usage(base_units: int | Fraction, supply: SupplyFacts) -> str:
    if isinstance(base_units, int):
        return _decimal(base_units, _POWER[supply.utility])
    per_unit = to_base(supply.utility, SHOWN_UNIT[supply.utility])
    return exact_text(base_units / per_unit, least_digits=SHOWN_DIGITS)


def _decimal(base_units: int, power: int) -> str:
    """Return whole base units / 10**power as `exact_text` does, a hundred times as fast."""
    sign = "-" if base_units < 0 else ""
    whole, part = divmod(abs(base_units), 10**power)
    if power == SHOWN_DIGITS:
        return f"{sign}{whole}.{part:03}"
    digits = str(part).rjust(power, "0").rstrip("0").ljust(SHOWN_DIGITS, "0")
    return f"{sign}{whole}.{digits}"


def usage_document(supply: SupplyFacts, days: Sequence[str | None]) -> dict[str, object] | None:
    """Return the usage of the billed days; its total is None where something is missing.

    Args:
        supply: The supply.
        days: What `daily_document` said of it.
    """
    if not supply.versions:
        return None
    if supply.sums:
        return {"unit": SHOWN_UNIT[supply.utility], "total": _registered(supply)}
    if supply.span is None:
        return None
    period = span_of_days(supply.first_day, supply.last_day, supply.versions[0].zone)
    total = base_total(supply.span, period.start, period.end)
    return {
        "unit": SHOWN_UNIT[supply.utility],
        "total": None if None in days else _shown_usage(total, supply),
    }


def _registered(supply: SupplyFacts) -> str | None:
    """Return what the registers counted; the bands where no register counts the whole."""
    own = [each for each in supply.sums if each.quantity == OWN[supply.utility]]
    whole = [each for each in own if each.period is None]
    parts = whole or own
    return _shown_usage(sum((each.base_units for each in parts), Fraction(0)), supply)


def daily_document(supply: SupplyFacts) -> list[str | None]:
    """Return each day's usage in the shown unit; None where something is missing."""
    span = supply.span or supply.shape
    if span is None or not supply.versions:
        return []
    start, bounds = _bounds(supply.first_day, supply.last_day, supply.versions[0].zone, span.step_s)
    places = bounds
    if span.start != start:
        places = bounds - (span.start - start) // timedelta(seconds=span.step_s)
    if places[0] < 0 or places[-1] > len(span.usage):
        return [_day(supply, span, low, high) for low, high in pairwise(places.tolist())]
    power = _POWER[supply.utility]
    sums = np.add.reduceat(span.usage[: places[-1]], places[:-1]).tolist()
    shown: list[str | None] = [_decimal(used, power) for used in sums]
    bad = span.quality[: places[-1]] >= Quality.SUSPECT
    if bad.any():
        wrong = np.logical_or.reduceat(bad, places[:-1]).tolist()
        return [None if each else text for each, text in zip(wrong, shown, strict=True)]
    return shown


def _day(supply: SupplyFacts, span: UsageSpan, low: int, high: int) -> str | None:
    known = low >= 0 and high <= len(span.usage)
    if not known or (span.quality[low:high] >= Quality.SUSPECT).any():
        return None
    return _shown_usage(int(span.usage[low:high].sum()), supply)


@lru_cache(maxsize=512)
def _bounds(
    first: date, last: date, zone: ZoneInfo, step_s: int
) -> tuple[datetime, NDArray[np.int64]]:
    """Return the start of the days, and how many intervals each midnight is behind it."""
    start, step = midnight(first, zone), timedelta(seconds=step_s)
    days = [*days_between(first, last), last + timedelta(days=1)]
    bounds = np.array([(midnight(day, zone) - start) // step for day in days], dtype=np.int64)
    bounds.flags.writeable = False
    return start, bounds
