"""In: what a person typed into a form or a row. Out: the instants and words of a note. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from energy.base.clock import from_us
from energy.base.wall_time import instants_of
from energy.metering.pinned_note import PinnedNoteError

_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d")
EXAMPLE = "2026-07-01 06:00"
"""A wall-clock time as it is typed."""
LAST_MINUTE = time(23, 59)
"""Ends a span whose last day is typed alone."""
MOST_SHOWN = 40
"""Characters of a wrong time that are repeated."""


def wall_instant(text: str, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """Return the instant of a wall-clock time of the site, as typed.

    Args:
        text: "2026-07-01 08:30", or a day: its first instant, or its last minute.
        zone: The site's zone.
        last: Whether it ends a span: of an hour that happens twice the later one is meant.

    Raises:
        PinnedNoteError: It is none, or never was: clocks were put forward over it.
    """
    text = text.strip()
    for form in _FORMS:
        try:
            wall = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the site's
        except ValueError:
            continue
        if last and form == "%Y-%m-%d":
            wall = datetime.combine(wall, LAST_MINUTE)
        try:
            instants = instants_of(wall, zone)
        except OverflowError:
            break
        if instants:
            return from_us(instants[-1 if last else 0]).astimezone(UTC)
        break
    raise PinnedNoteError.of("note.time", text=text[:MOST_SHOWN])


def wall_text(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as `wall_instant` reads it."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def whole_days(first: datetime, last: datetime, zone: ZoneInfo) -> tuple[date, date] | None:
    """Return the first and the last day of a span of whole days; None of any other span."""
    begun, ended = first.astimezone(zone), last.astimezone(zone)
    begins = begun.time() == time.min
    if begins and ended.time() == LAST_MINUTE:
        return begun.date(), ended.date()
    if begins and ended.time() == time.min and ended > begun:
        return begun.date(), ended.date() - timedelta(days=1)
    return None
