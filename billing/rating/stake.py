"""In: doubtful usage, what was used before, who pays at which prices. Out: money at stake. Pure.

A measure by which doubt is put in order, no bill: fixed charges and tax are left out, quantities
are not rounded, and what is missing counts as what the same hours of earlier weeks used. What no
published tariff prices is counted in intervals: it is no nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from billing.errors import RatingError
from billing.money import exponent_of, round_half_up
from billing.rating.determinants import determinants_of
from billing.rating.rate import tariff_spans
from billing.tariffs.clauses import EnergyClause
from billing.tariffs.tariff import TariffVersion
from energy.base.period import Period, grid_of, local_day, span_of_days
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan

WEEK_S = 7 * 86_400
_UNKNOWN = (int(Quality.MISSING), int(Quality.SUSPECT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Who pays for a point at which prices, for some days."""

    account: str
    versions: tuple[TariffVersion, ...]
    """Of its tariff; none where nothing was published."""
    first_day: date
    last_day: date
    """Local days, both included."""
    zone: ZoneInfo
    """The site's zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """Money that hangs on doubtful usage."""

    amount: Decimal
    """[currency]"""
    currency: str
    accounts: tuple[str, ...]
    """Who would pay it."""
    expected: Fraction
    """Part of the usage that is expected, not known. [1]"""
    unknown: int
    """Doubtful intervals whose usage nothing tells, or whose price: the amount lacks them."""

    def joined(self, other: Stake) -> Stake:
        """Return both together; the expected part is the greater of both."""
        return Stake(
            amount=self.amount + other.amount,
            currency=self.currency,
            accounts=tuple(sorted({*self.accounts, *other.accounts})),
            expected=max(self.expected, other.expected),
            unknown=self.unknown + other.unknown,
        )


def stake_of(
    span: UsageSpan,
    history: UsageSpan | None,
    payers: Sequence[Payer],
    currency: str,
    *,
    only_missing: bool = False,
    doubted: NDArray[np.bool_] | None = None,
) -> Stake | None:
    """Return the money at stake in a span of doubtful usage; None when nobody pays for it.

    Args:
        span: Usage of the billing channel in the doubtful span. [base unit]
        history: Whole weeks of its usage right before the span; None where none were asked for.
        payers: Who pays in the span, by days.
        currency: The site's.
        only_missing: Whether what is known is in no doubt: readings are missing, and what a
            running register counted meanwhile is measured all the same.
        doubted: Which intervals findings are about, what lies between them is sound; None for all.
    """
    if not payers:
        return None
    doubtful = np.ones(len(span.usage), dtype=np.bool_) if doubted is None else doubted
    filled, expected, unknown = _filled(span, history, doubtful, trusted=only_missing)
    if only_missing:  # what is stated is not measured
        doubtful = doubtful & np.isin(span.quality, (*_UNKNOWN, int(Quality.ESTIMATED)))
    filled = replace(filled, usage=np.where(doubtful, filled.usage, 0))
    amount = Fraction(0)
    for payer in payers:
        paid, unpriced = _amount(filled, payer)
        amount += paid
        unknown |= unpriced & doubtful
    whole = int(np.abs(filled.usage).sum())
    return Stake(
        amount=round_half_up(amount, exponent_of(currency)),
        currency=currency,
        accounts=tuple(sorted({payer.account for payer in payers})),
        expected=Fraction(expected, whole) if whole else Fraction(0),
        unknown=int(unknown.sum()),
    )


def expected_usage(history: UsageSpan, intervals: int) -> tuple[NDArray[np.int64], bool]:
    """Return what the intervals behind some weeks would use, and whether anything is known.

    Each is the mean of the same interval of the weeks before, where one of them is known; else
    the mean of all that is known.

    Args:
        history: Whole weeks right before. [base unit]
        intervals: How many intervals are wanted.
    """
    week = WEEK_S // history.step_s
    assert len(history.usage) % week == 0, "history is whole weeks"
    known = ~np.isin(history.quality, _UNKNOWN).reshape(-1, week)
    if not known.any():
        return np.zeros(intervals, dtype=np.int64), False
    usage = np.where(known, history.usage.reshape(-1, week), 0)
    many = known.sum(axis=0)
    overall = int(usage.sum()) // int(known.sum())
    mean = np.where(many > 0, usage.sum(axis=0) // np.maximum(many, 1), overall)
    return np.resize(mean, intervals).astype(np.int64), True


def _filled(
    span: UsageSpan, history: UsageSpan | None, doubted: NDArray[np.bool_], *, trusted: bool
) -> tuple[UsageSpan, int, NDArray[np.bool_]]:
    """Return the span with what is expected in place of what is missing.

    Args:
        span: Usage. [base unit]
        history: Weeks before; None where there are none.
        doubted: Which intervals are asked about.
        trusted: Whether what is known in the span may stand for a history that knows nothing.

    Returns:
        The span, the expected usage in it [base unit], and which intervals nothing is said of.
    """
    missing = np.isin(span.quality, _UNKNOWN)
    gaps = missing & doubted
    none = np.zeros(len(gaps), dtype=np.bool_)
    if not gaps.any():
        return span, 0, none
    expected, told = np.zeros(len(span.usage), dtype=np.int64), False
    if history is not None:
        expected, told = expected_usage(history, len(span.usage))
    if not told and trusted and not missing.all():
        expected, told = expected + int(span.usage[~missing].sum()) // int((~missing).sum()), True
    if not told:
        return span, 0, gaps
    usage = np.where(gaps, expected, span.usage)
    quality = np.where(gaps, np.uint8(Quality.ESTIMATED), span.quality)
    return replace(span, usage=usage, quality=quality), int(np.abs(usage[gaps]).sum()), none


def _amount(span: UsageSpan, payer: Payer) -> tuple[Fraction, NDArray[np.bool_]]:
    """Return usage x price of what a payer pays of a span, and the intervals without a price.

    Returns:
        The amount, not rounded [currency], and which intervals lie in days of the payer for which
        no tariff is published.
    """
    unpriced = np.zeros(len(span.usage), dtype=np.bool_)
    total = Fraction(0)
    step = timedelta(seconds=span.step_s)
    end = span.start + len(span.usage) * step
    first = max(payer.first_day, local_day(span.start, payer.zone))
    last = min(payer.last_day, local_day(end - timedelta(microseconds=1), payer.zone))
    if last < first:
        return total, unpriced
    for tariff, day, until in tariff_spans(payer.versions, first, last):
        days = span_of_days(day, until, payer.zone)
        part = Period(start=max(days.start, span.start), end=min(days.end, end))
        if tariff is None:
            unpriced[(part.start - span.start) // step : -((span.start - part.end) // step)] = True
        else:
            total += abs(_priced(span, tariff, part))
    return total, unpriced


def _priced(span: UsageSpan, tariff: TariffVersion, part: Period) -> Fraction:
    """Return usage x price within one tariff version. [currency]."""
    clauses = [
        clause
        for clause in tariff.clauses
        if isinstance(clause, EnergyClause) and clause.quantity is None
    ]
    month = f"{local_day(part.start, tariff.zone):%Y-%m}"
    per_base = tariff.bill_units_per_base
    try:
        usage, _ = determinants_of(span, tariff, part, position=0)
    except RatingError:  # no bill can be made of it either: the dearest price says how much hangs
        dearest = max((_price(tariff, clause, month) for clause in clauses), default=Fraction(0))
        skip = (part.start - span.start) // timedelta(seconds=span.step_s)
        known = span.usage[skip : skip + grid_of(part, span.step_s)]
        return int(known.sum()) * per_base * dearest
    sums = [
        (
            usage.whole if clause.period is None else usage.by_period[clause.period],
            _price(tariff, clause, month),
        )
        for clause in clauses
    ]
    return sum((each.base_units * per_base * price for each, price in sums), Fraction(0))


def _price(tariff: TariffVersion, clause: EnergyClause, month: str) -> Fraction:
    """Return about what a unit costs: of blocks the first, of a table the month's, else nothing."""
    parts = clause.parts
    if parts is None:
        return Fraction(clause.price) * Fraction(clause.ratio)
    table = tariff.tables.get(parts.table)
    columns = (parts.base, *parts.adders)
    values = [Fraction((table.value(month, each) if table else None) or 0) for each in columns]
    return (values[0] * Fraction(parts.factor) + sum(values[1:])) * Fraction(clause.ratio)
