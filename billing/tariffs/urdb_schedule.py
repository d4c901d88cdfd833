"""In: the 12 x 24 schedules of a URDB rate. Out: seasons and periods of a tariff document. Pure.

Months with the same hours are one season, in as many pieces as the year needs. Energy and demand
have schedules of their own: a tariff period is where both are the same.
"""

from __future__ import annotations

from calendar import monthrange
from itertools import groupby

from billing.tariffs.urdb import Making, table_of

Hours = tuple[int, ...]
"""Period of each hour of a day."""
LEAP_YEAR = 2000


def add_times(making: Making) -> None:
    """Add seasons and periods; none where one price holds at all times."""
    energy = _schedules(making, "energy", len(table_of(making, "energyratestructure")))
    demand = _schedules(making, "demand", len(table_of(making, "demandratestructure")))
    if making.problems:
        return
    months = [
        tuple(tuple(zip(energy[day][month], demand[day][month], strict=True)) for day in range(2))
        for month in range(12)
    ]
    flat = _flat_months(making)
    kinds = list(dict.fromkeys(zip(months, flat, strict=True)))
    making.season_of_month = [
        f"s{kinds.index(kind) + 1}" for kind in zip(months, flat, strict=True)
    ]
    pairs = sorted({pair for month in months for day in month for pair in day})
    making.pairs = pairs
    if len(pairs) == 1 and len(kinds) == 1:
        return
    making.seasons = _seasons(making.season_of_month)
    for number, (month, _) in enumerate(kinds, 1):
        for day, name in enumerate(("work", "rest")):
            for pair in pairs:
                spans = _spans(month[day], pair)
                if spans:
                    making.periods.append(
                        {"id": key_of(pair), "season": f"s{number}", "days": [name], "at": spans}
                    )


def key_of(pair: tuple[int, int]) -> str:
    """Return the id of the tariff period of an energy and a demand period."""
    return f"e{pair[0]}d{pair[1]}"


def _flat_months(making: Making) -> list[int]:
    """Return the flat demand period of each month; 0 where there is none."""
    months = table_of(making, "flatdemandmonths")
    if len(months) != 12 or not table_of(making, "flatdemandstructure"):
        return [0] * 12
    return [each if isinstance(each, int) else 0 for each in months]


def _schedules(making: Making, what: str, periods: int) -> tuple[list[Hours], list[Hours]]:
    """Return the hours of each month, on weekdays and on weekends."""
    if not periods:
        nothing: list[Hours] = [(0,) * 24] * 12
        return nothing, nothing
    return (
        _schedule(making, f"{what}weekdayschedule", periods),
        _schedule(making, f"{what}weekendschedule", periods),
    )


def _schedule(making: Making, key: str, periods: int) -> list[Hours]:
    rows = table_of(making, key)
    wrong = len(rows) != 12 or any(
        not isinstance(row, list)
        or len(row) != 24
        or any(type(each) is not int or not 0 <= each < periods for each in row)
        for row in rows
    )
    if wrong:
        making.problems.append(
            f"{key}: must be 12 rows of 24 whole numbers from 0 to {periods - 1}, a period each"
        )
        return [(0,) * 24] * 12
    return [tuple(row) for row in rows]


def _seasons(of_month: list[str]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for key, run in groupby(range(1, 13), key=lambda month: of_month[month - 1]):
        months = list(run)
        last = monthrange(LEAP_YEAR, months[-1])[1]
        span = {"from": f"{months[0]:02d}-01", "to": f"{months[-1]:02d}-{last:02d}"}
        rows.append({"id": key, **span})
    return rows


def _spans(hours: tuple[tuple[int, int], ...], pair: tuple[int, int]) -> list[str]:
    spans = []
    for held, run in groupby(range(24), key=lambda hour: hours[hour] == pair):
        within = list(run)
        if held:
            spans.append(f"{within[0]:02d}:00-{within[-1] + 1:02d}:00")
    return spans
