"""In: a device that was moved, an instant. Out: its readings that came under the old point. I/O.

Whoever states a move afterwards finds readings of the device filed under the point where it was:
they stay in the journal as they came, belong to no meter there and count nowhere until somebody
brings them to the new point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from energy.metering.channel import Channel
from energy.views.readings_told import readings_behind
from processes.technician_site import SiteDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """Readings of a moved device that are filed under its old point."""

    readings: int
    first: datetime
    last: datetime


def left_behind(desk: SiteDesk, counters: Sequence[Channel], at: datetime) -> LeftBehind | None:
    """Return the readings of some registers behind an instant; None where there is none.

    Args:
        desk: The site; its views have come up.
        counters: Registers of the old point.
        at: When the device went.
    """
    numbers = [channel.number for channel in counters]
    with desk.database.connection() as connection:
        found = readings_behind(connection, desk.site.schema, numbers, at)
    if found is None:
        return None
    count, first, last = found
    return LeftBehind(readings=count, first=first, last=last)
