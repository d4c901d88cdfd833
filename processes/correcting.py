"""In: a site, once a day. Out: corrections proposed of issued invoices. I/O: PostgreSQL.

What was learned since the issue is proposed; nobody is billed anything by it.
"""

from __future__ import annotations

from datetime import date

from billing.office import BillingOffice
from billing.views.billed_before import any_issued
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.store.sites import Site
from energy.system import System


def look_once_a_day(system: System, site: Site, looked: date | None) -> date | None:
    """Look for corrections unless that was done on this local day; return the day looked on.

    Args:
        system: A system in the writer's role.
        site: The site.
        looked: Local day of the last look; None when this process has not looked.

    Raises:
        JournalError: The views did not come up in time; call again.
    """
    today = local_day(system.clock.now(), site.zone)
    if looked == today:
        return looked
    with system.database.connection() as connection:
        if not any_issued(connection, site.schema):
            return today
    office = BillingOffice(system.database, site, system.clock, system.vault)
    command = id_of("look for corrections", site.key, today.isoformat())
    office.corrections.find(by=None, command_id=command)
    return today
