"""In: an apportionment, a day. Out: the cases of the review queue behind what is not known. I/O."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from energy.base.period import day_period
from energy.store.sites import Site
from energy.views.computed_inputs import inputs_behind
from energy.views.review import read_cases
from energy.views.shares.rows import ShareRow
from energy.views.told import Connection

_BESIDE: Final = timedelta(minutes=1)
"""What lies at the very end of a day puts the next one in doubt."""


def cases_behind(
    connection: Connection, site: Site, share: ShareRow, day: date, as_of: int | None
) -> tuple[UUID, ...]:
    """Return the cases that wait about what an apportionment rests on, by first instant.

    Args:
        connection: Any connection that may read.
        site: The site.
        share: The apportionment.
        day: Local day.
        as_of: Metering position; None for now.
    """
    period = day_period(day, site.zone)
    shares = list(share.channels.values())
    behind = {*shares}
    behind |= inputs_behind(connection, site.schema, site.zone, shares, period, as_of)
    low, high = period.start - _BESIDE, period.end + _BESIDE
    return tuple(
        case.case
        for case in read_cases(connection, site.schema, day, as_of=as_of)
        if any(
            each.channel in behind and each.start <= high and each.end >= low
            for each in case.findings
        )
    )
