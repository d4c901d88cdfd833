"""In: a tariff version and a local day. Out: the day's tariff bands as instants. Pure.

Bands are ranked by their energy price, the cheapest 0; a day of the change to or from summer time
has its bands where the wall clock says.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from billing.tariffs.clauses import EnergyClause
from billing.tariffs.tariff import TariffVersion
from dashboards.queries.rows import TariffBand
from energy.base.period import day_period

STEP = timedelta(minutes=1)


def bands_of(tariff: TariffVersion, day: date, zone: ZoneInfo) -> tuple[TariffBand, ...]:
    """Return the bands of a day; none when the tariff has one price at all times."""
    if not tariff.periods:
        return ()
    season = tariff.season_of(day.month, day.day)
    day_class = tariff.day_class_of(day.weekday())
    if tariff.calendar is not None:
        day_class = tariff.calendar.day_class(day) or ""
    of_minute = tariff.period_of_minutes(season, day_class)
    if min(of_minute) < 0:  # a year that is not published, a class that has no price
        return ()
    span = day_period(day, zone)
    instants = [span.start + n * STEP for n in range((span.end - span.start) // STEP)]
    ranks = _ranks(tariff)
    bands: list[TariffBand] = []
    for index, run in groupby(instants, key=lambda at: of_minute[_minute(at, zone)]):
        minutes = list(run)
        period = tariff.periods[index]
        bands.append(
            TariffBand(
                start=minutes[0],
                end=minutes[-1] + STEP,
                key=period.key,
                names=period.names,
                rank=ranks[period.key],
            )
        )
    return tuple(bands)


def _minute(at: datetime, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    return local.hour * 60 + local.minute


def _ranks(tariff: TariffVersion) -> dict[str, int]:
    prices = {period.key: tariff_price(tariff, period.key) for period in tariff.periods}
    order = sorted(set(prices.values()))
    return {key: order.index(price) for key, price in prices.items()}


def tariff_price(tariff: TariffVersion, period: str) -> float:
    """Return the sum of a band's energy prices, for ranking only. [currency / bill unit]."""
    return float(
        sum(
            clause.price
            for clause in tariff.clauses
            if isinstance(clause, EnergyClause) and clause.period in {period, None}
        )
    )
