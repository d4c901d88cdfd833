"""In: days, a price per day, month, season or year, an agreed quantity. Out: charge lines. Pure.

A month is prorated by its own days or as one of thirty; a season and a year by their days. The
price may be for each unit of an agreed quantity (heating by m2), and for days of a season only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from billing.money import exact_text, plain
from billing.rating.charge import ChargeLine
from billing.rating.measured import Measured
from billing.rating.months import COMMERCIAL, Part, months, years
from billing.rating.prices.made import Made, made, stated, told_for
from billing.rating.prices.seasons import season_runs
from billing.tariffs.clauses import FixedClause, FixedPer
from billing.tariffs.tariff import TariffVersion

_LONGEST = 366


def charge_lines(usage: Measured, clause: FixedClause) -> list[ChargeLine]:
    """Return a line of days, or a line for each month, season or year prorated by its days.

    Args:
        usage: The supply; a fixed charge is due without usage.
        clause: The price. [currency / day, month, season or year]
    """
    if clause.agreed is None:
        kept = usage.stack.kept
        if clause.key not in kept:
            kept[clause.key] = [_line(usage, clause, each, None) for each in _parts(usage, clause)]
        return [told_for(line, usage.span) for line in kept[clause.key]]
    lines: list[ChargeLine] = []
    for part in _parts(usage, clause):
        for first, last, agreed in usage.product([clause.agreed], part.first_day, part.last_day):
            lines.append(
                _line(usage, clause, replace(part, first_day=first, last_day=last), agreed)
            )
    return lines


def _parts(usage: Measured, clause: FixedClause) -> Iterator[Part]:
    span = usage.span
    runs = [(span.first_day, span.last_day)]
    if clause.season is not None:
        seasons = (clause.season,)
        runs = list(season_runs(usage.tariff, seasons, span.first_day, span.last_day))
    for first, last in runs:
        match clause.per:
            case FixedPer.DAY:
                yield Part(first_day=first, last_day=last, whole_first=first, whole_last=last)
            case FixedPer.MONTH:
                yield from months(first, last, span.cycle_day)
            case FixedPer.YEAR:
                yield from years(first, last)
            case FixedPer.SEASON:
                yield _season_part(usage.tariff, clause, first, last)


def _line(usage: Measured, clause: FixedClause, part: Part, agreed: Decimal | None) -> ChargeLine:
    quantity: Decimal | Fraction
    if clause.per is FixedPer.DAY:
        quantity = Decimal(part.days)
    else:
        quantity = part.commercial_share if clause.days_of_month == COMMERCIAL else part.share
    proof: dict[str, object] = {}
    unit = clause.per.value
    if agreed is not None and clause.agreed is not None:
        proof = {"agreed": {clause.agreed: plain(agreed)}, f"{unit}s": exact_text(quantity)}
        quantity = stated(Fraction(quantity) * Fraction(agreed))
        unit = clause.unit or unit
    return made(
        usage,
        clause,
        Made(
            first_day=part.first_day,
            last_day=part.last_day,
            quantity=quantity,
            unit=unit,
            price=clause.price,
            part_of=None if clause.per is FixedPer.DAY else part.label,
            proof=proof,
        ),
    )


def _season_part(tariff: TariffVersion, clause: FixedClause, first: date, last: date) -> Part:
    season = clause.season or tariff.season_of(first.month, first.day)
    whole_first, whole_last = _season_of(tariff, season, first)
    return Part(first_day=first, last_day=last, whole_first=whole_first, whole_last=whole_last)


@lru_cache(maxsize=256)
def _season_of(tariff: TariffVersion, season: str, day: date) -> tuple[date, date]:
    """Return the first and last day of the season that holds a day; a whole year if it never ends.

    Args:
        tariff: The version.
        season: Key of the season.
        day: A local day in it.
    """
    first = last = day
    one = timedelta(days=1)
    for _ in range(_LONGEST):
        before, after = first - one, last + one
        if tariff.season_of(before.month, before.day) == season:
            first = before
        if tariff.season_of(after.month, after.day) == season:
            last = after
    if (last - first).days >= _LONGEST:
        return date(day.year, 1, 1), date(day.year, 12, 31)
    return first, last
