"""In: a country and a year. Out: a draft of its calendar year, to be checked by a person. Pure.

Drafts come of the package `holidays`. It also answers for years that no government has announced
yet, then without make-up workdays: a draft is never a published year, whatever it holds.
"""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import yaml

from billing.tariffs.day_calendar import FIRST_YEAR, LAST_YEAR
from billing.tariffs.errors import CalendarFileError

_SWAPPED = ("Day off (substituted", "休息日")
"""How a day off is named for which another day is worked."""


def draft_year(country: str, year: int, region: str | None = None) -> dict[str, object]:
    """Return a calendar year as a document that `tariff calendar publish` refuses as it is.

    Args:
        country: Two letters, as CN.
        year: The year.
        region: Of the country, as the package names it.

    Raises:
        CalendarFileError: There is no such country, region or year.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarFileError([f"year: {year} must be from {FIRST_YEAR} to {LAST_YEAR}"])
    try:
        found = holidays.country_holidays(country.upper(), subdiv=region, years=year)
    except NotImplementedError:
        known = ", ".join(sorted(holidays.list_supported_countries()))
        raise CalendarFileError(
            [f"country: no holidays are known of {country!r} {region or ''}; known are {known}"]
        ) from None
    classes: dict[str, list[str]] = {"holiday": [], "rest": [], "work": []}
    for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
        day = date(year, 1, 1) + timedelta(days=n)
        told = found.get(day)
        if told is not None:
            swapped = any(sign in told for sign in _SWAPPED)
            classes["rest" if swapped else "holiday"].append(f"{day:%m-%d}")
        elif day.weekday() >= 5 and found.is_working_day(day):
            classes["work"].append(f"{day:%m-%d}")
    name = country.lower() if region is None else f"{country}-{region}".lower()
    return {
        "calendar": name,
        "year": year,
        "draft": True,
        "note": "Check every day against the official notice, make-up workdays above all.",
        "days": {key: days for key, days in classes.items() if days},
    }


def draft_text(document: dict[str, object]) -> str:
    """Return a draft as the YAML of its file."""
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=96)
    return text
