"""In: what a row says of inspections. Out: suspicion and inspection meant, the desk. I/O: reads."""

from __future__ import annotations

from scripts.commands.asked import runs
from scripts.commands.frame import Opened

if runs():
    from billing.views.outage_tenants import supplied_by
    from energy.service.inspection.desk import InspectionDesk
    from energy.service.inspection.errors import InspectionError
    from energy.service.inspection.reads import (
        InspectionRow,
        SuspicionRow,
        read_inspections,
        read_suspicions,
    )


def desk_of(at: Opened) -> InspectionDesk:
    """Return the desk of inspections of the site."""
    database = at.system.database
    return InspectionDesk(database, at.site, at.system.clock, supplied_by(database, at.site))


def suspicion_named(at: Opened, name: str) -> SuspicionRow:
    """Return the suspicion meant by the beginning of its id.

    Raises:
        InspectionError: None is meant, or several are.
    """
    with at.system.database.connection() as connection:
        found = read_suspicions(connection, at.site.schema, named=name)
    if not name or len(found) != 1:
        raise InspectionError.of("no_suspicion")
    return found[0]


def inspection_named(at: Opened, name: str) -> InspectionRow:
    """Return the inspection meant by the number of its work order or the beginning of its id.

    Raises:
        InspectionError: None is meant, or several are.
    """
    with at.system.database.connection() as connection:
        found = read_inspections(connection, at.site.schema, named=name)
    if not name or len(found) != 1:
        raise InspectionError.of("none")
    return found[0]
