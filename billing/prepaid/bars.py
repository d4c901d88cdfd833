"""In: an instant, a site's rules, the points of an account. Out: what forbids to cut them. Pure.

Asked when a disconnection is requested and again when it is executed: what was allowed then may be
forbidden now. Everything is judged in local wall time through zoneinfo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from billing.prepaid.protected import Protection
from billing.prepaid.rules import DaysOff, Rules
from energy.base.period import midnight


class Bar(StrEnum):
    """What forbids to cut a supply."""

    NIGHT = "night"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    YEAR_UNKNOWN = "year_unknown"
    """Nobody stated the days off of that year."""
    PROTECTED = "protected"


def bars_at(
    at: datetime,
    zone: ZoneInfo,
    rules: Rules,
    days_off: DaysOff,
    protections: Mapping[str, Sequence[Protection]],
) -> tuple[str, ...]:
    """Return what forbids to cut some points at an instant; nothing when it is allowed.

    Args:
        at: The instant, aware.
        zone: The site's zone.
        rules: The site's rules.
        days_off: Days off by year.
        protections: Of each point concerned.

    Returns:
        Members of `Bar`; of a protected point "protected:<point>:<kind>".
    """
    wall = at.astimezone(zone)
    bars: list[str] = [Bar.NIGHT] if rules.night_at(wall) else []
    bars += _day_bars(wall.date(), rules, days_off)
    bars += [
        f"{Bar.PROTECTED}:{point}:{each.kind}"
        for point in sorted(protections)
        for each in protections[point]
        if each.holds(wall.date())
    ]
    return tuple(bars)


def _day_bars(day: date, rules: Rules, days_off: DaysOff) -> list[str]:
    bars: list[str] = []
    days = [day, day + timedelta(days=1)] if rules.eve else [day]
    for each in days:
        if not days_off.known(each):
            bars.append(Bar.YEAR_UNKNOWN)
        elif days_off.off(each):
            bars.append(Bar.HOLIDAY)
        elif each.weekday() in rules.weekend and not days_off.worked(each):
            bars.append(Bar.WEEKEND)
    return list(dict.fromkeys(bars))


def allowed_until(at: datetime, zone: ZoneInfo, rules: Rules) -> datetime:
    """Return until when a supply that may be cut now may be cut: the night, or the day's end.

    Args:
        at: An instant at which nothing bars it.
        zone: The site's zone.
        rules: The site's rules.
    """
    day = at.astimezone(zone).date()
    end = midnight(day + timedelta(days=1), zone)
    if rules.night_from == rules.night_to:
        return end
    hour, minute = divmod(rules.night_from, 60)
    night = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)
    return min(night, end) if night > at else end
