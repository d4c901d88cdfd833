"""In: metering points, a local day. Out: who is supplied there, what is protected. I/O: reads."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from billing.views.prepaid_points import read_protected
from billing.views.supplied import read_paying
from energy.alerting.outages.affected import FindSupplied, Supplied
from energy.store.pool import Database
from energy.store.sites import Site


def supplied_by(database: Database, site: Site) -> FindSupplied:
    """Return what asks the books of a site who is supplied: accounts and protected points.

    Args:
        database: Any pool that may read.
        site: The site.
    """

    def find(points: Collection[str], day: date) -> list[Supplied]:
        with database.connection() as connection:
            paying = read_paying(connection, site.schema, points, day)
            rows = read_protected(connection, site.schema, day)
        kinds = {row.point: str(row.kind) for row in rows}
        return [
            Supplied(point=point, account=paying.get(point, ""), protected=kinds.get(point, ""))
            for point in sorted(points)
        ]

    return find
