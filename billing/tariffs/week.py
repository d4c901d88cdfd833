"""In: a tariff version. Out: its week as rows of letters, half-hours across. Pure.

One week a season; the days that no weekday is (holidays) have rows of their own. A person sees at
a glance whether the bands lie where they should.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from string import ascii_uppercase

from billing.tariffs.tariff import MINUTES_PER_DAY, TariffVersion
from energy.base.period import WEEKDAYS

CELL = 30
"""Width of a letter. [min]"""
HOURS = "".join(f"{hour:<6d}" for hour in range(0, 24, 3))
"""Head over the letters: every third hour at its place."""
_LETTERS = ascii_uppercase + ascii_uppercase.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The bands of a week in one season."""

    season: str
    rows: tuple[tuple[str, str], ...]
    """Weekday (or day class that no weekday is) and its 48 letters."""


def letters_of(tariff: TariffVersion) -> dict[str, str]:
    """Return the letter of each tariff period: A for the first of the file."""
    return {
        period.key: _LETTERS[number % len(_LETTERS)] for number, period in enumerate(tariff.periods)
    }


def weeks_of(tariff: TariffVersion) -> list[Week]:
    """Return the week of each season; none where the tariff has one price at all times."""
    if not tariff.periods:
        return []
    seasons = dict.fromkeys(season.key for season in tariff.seasons)
    return [
        Week(
            season=season,
            rows=tuple(
                (label, _cells(tariff, season, day_class)) for label, day_class in _days(tariff)
            ),
        )
        for season in seasons
    ]


def _days(tariff: TariffVersion) -> list[tuple[str, str]]:
    days = [(name, tariff.day_class_of(number)) for number, name in enumerate(WEEKDAYS)]
    return days + [(each.key, each.key) for each in tariff.day_classes if not each.weekdays]


def _cells(tariff: TariffVersion, season: str, day_class: str) -> str:
    """Return a day's letters: of each half-hour the band that has most of it."""
    minutes = tariff.period_of_minutes(season, day_class)
    letters = list(letters_of(tariff).values())
    cells = []
    for first in range(0, MINUTES_PER_DAY, CELL):
        index, _ = Counter(minutes[first : first + CELL]).most_common(1)[0]
        cells.append(letters[index] if index >= 0 else "?")
    return "".join(cells)
