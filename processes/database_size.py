"""In: an installation. Out: what each site's readings take on the disk. I/O: reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from energy.store.migrate import recorded_series
from energy.store.series_report import SizeReport
from energy.store.series_upkeep import kept_from
from energy.store.sites import list_sites
from energy.system import WRITER
from processes.installation import Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSize:
    """The readings of one site."""

    site: str
    kept_from: datetime | None
    """From where on raw readings are complete; None for all of them."""
    report: SizeReport


def sizes_of(installation: Installation) -> list[SiteSize]:
    """Return what the readings of every site take.

    Raises:
        StoreUnavailableError: The database does not answer.
    """
    system = installation.system(WRITER)
    try:
        sites = list_sites(system.database)
        with system.database.connection() as connection:
            engine = recorded_series(connection)
            return [
                SiteSize(
                    site=site.key,
                    kept_from=kept_from(connection, site.schema),
                    report=engine.size_report(connection, site.schema),
                )
                for site in sites
            ]
    finally:
        system.close()
