"""In: days and seasons of a tariff. Out: the runs of days that lie in them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from billing.tariffs.tariff import TariffVersion


def season_runs(
    tariff: TariffVersion, seasons: tuple[str, ...], first: date, last: date
) -> Iterator[tuple[date, date]]:
    """Yield the runs of some days that lie in seasons: first and last day of each.

    Args:
        tariff: The version.
        seasons: Keys of the seasons that count.
        first: First local day.
        last: The last, included.
    """
    begun: date | None = None
    day = first
    while day <= last:
        inside = tariff.season_of(day.month, day.day) in seasons
        if inside and begun is None:
            begun = day
        if not inside and begun is not None:
            yield begun, day - timedelta(days=1)
            begun = None
        day += timedelta(days=1)
    if begun is not None:
        yield begun, last
