"""In: a site, once a day. Out: suspicions of the days that are over, noted. I/O: PostgreSQL.

A chore of the jobs. What was told of the same thing and reaches into the same days is not told
again, so that a loss that goes on is told once in `LOOKED_BACK_DAYS`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import structlog

from billing.views.outage_tenants import supplied_by
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.metering.checks.catalogue import CHECKER
from energy.service.inspection.desk import LONGEST_DAYS, InspectionDesk
from energy.service.inspection.errors import InspectionError
from energy.service.inspection.looking import Look
from energy.store.sites import Site
from energy.system import System

log = structlog.get_logger("inspections")
SETTLED: Final = timedelta(hours=1)
"""From midnight until the day before is looked at, for what came in last to be counted."""
LOOKED_BACK_DAYS: Final = 14
"""Ahead of the days without use that are suspected, for their mean use before. [d]"""


def look_for_suspicions(system: System, site: Site, looked: date | None) -> date | None:
    """Note what the days that are over make suspect, unless that was done; return the last day.

    A site without rules that hold on that day suspects nothing, and is asked again.

    Args:
        system: A system in the writer's role.
        site: The site; its days are local.
        looked: The last day this process has looked at; None when it has not looked.

    Raises:
        ConflictError: Somebody else notes the same again and again; call again.
    """
    last = local_day(system.clock.now() - SETTLED, site.zone) - timedelta(days=1)
    if looked is not None and looked >= last:
        return looked
    desk = InspectionDesk(system.database, site, system.clock, supplied_by(system.database, site))
    try:
        _, rules = desk.rules(last)
    except InspectionError:
        return looked
    days = min(LOOKED_BACK_DAYS + rules.zero_days, LONGEST_DAYS)
    span = Look(first=last - timedelta(days=days - 1), last=last)
    command = id_of("command", "look by itself", site.key, last.isoformat())
    noted = desk.look(span, by=CHECKER, command_id=command)
    if noted:
        log.info("suspected", site=site.key, day=last.isoformat(), count=len(noted))
    return last
