"""In: a prepaid account's days. Out: its settlement months and the instants settled at. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from billing.prepaid.server_account import Every
from energy.base.period import days_between, grid_floor, local_day, midnight

LAST_CYCLE_DAY = 28
"""A cycle begins on a day that every month has."""


def month_after(last: date | None, opened: date, cycle_day: int) -> tuple[date, date]:
    """Return the first and last day of the settlement month behind one.

    Args:
        last: Last day of the month before; None for the first one.
        opened: First day of the account.
        cycle_day: Day of the month on which one begins; 1 for calendar months.
    """
    assert 1 <= cycle_day <= LAST_CYCLE_DAY, "every month has the day"
    first = opened if last is None else last + timedelta(days=1)
    begun = first.replace(day=cycle_day)
    if begun <= first:
        begun = (begun.replace(day=1) + timedelta(days=32)).replace(day=cycle_day)
    return first, begun - timedelta(days=1)


def instants(
    first: date,
    last: date,
    settled_to: datetime | None,
    known_until: datetime,
    every: Every,
    zone: ZoneInfo,
) -> list[datetime]:
    """Return the instants to settle at: each local midnight, and the last whole hour if asked.

    Args:
        first: First local day of the month.
        last: Its last local day, included.
        settled_to: What is settled; None for nothing.
        known_until: Up to when usage is known.
        every: How often the account is settled.
        zone: The site's zone.
    """
    begun = settled_to or midnight(first, zone)
    if known_until <= begun:
        return []
    days = days_between(local_day(begun, zone), min(last, local_day(known_until, zone)))
    ends = [midnight(day + timedelta(days=1), zone) for day in days]
    found = [end for end in ends if begun < end <= known_until]
    if every is Every.HOUR:
        hour = grid_floor(min(known_until, midnight(last + timedelta(days=1), zone)), 3600, zone)
        if hour > max([begun, *found]):
            found.append(hour)
    return found
