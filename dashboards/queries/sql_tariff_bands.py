"""In: a utility and a local day. Out: the tariff bands that most accounts have. I/O: PostgreSQL."""

from __future__ import annotations

from datetime import date

from billing.tariffs.tariff import TariffVersion
from billing.tariffs.tariff_file import Sources, tariff_of
from billing.views.tariffs import known_sources, table_of
from dashboards.queries.bands import bands_of
from dashboards.queries.rows import TariffBand
from dashboards.queries.sql_site import Connection, Row, SqlSite
from energy.base.errors import EnergyError
from energy.base.units import Utility

NOW = 2**62
"""Books position behind all there is."""


def day_bands(
    at: SqlSite, connection: Connection, utility: Utility, day: date
) -> tuple[str | None, tuple[TariffBand, ...]]:
    """Return the bands of the tariff that most accounts of the utility have on a day."""
    row: Row | None = connection.execute(
        "SELECT v.tariff, v.document FROM "
        f"{at.schema}.tariff_version AS v WHERE v.utility = %s AND v.valid_from <= %s "
        "AND v.withdrawn_position IS NULL "
        f"ORDER BY (SELECT count(*) FROM {at.schema}.account_channel AS a "
        "WHERE a.tariff = v.tariff) DESC, v.tariff, v.valid_from DESC, v.version DESC LIMIT 1",
        (utility, day),
    ).fetchone()
    if row is None:
        return None, ()
    tariff = stored_tariff(row[1], known_sources(connection, at.schema, NOW))
    return row[0], bands_of(tariff, day, at.site.zone) if tariff else ()


def stored_tariff(document: object, sources: Sources) -> TariffVersion | None:
    """Return a stored tariff; one that an older version wrote and this cannot read is None."""
    try:
        return tariff_of(table_of(document), sources=sources)
    except EnergyError:
        return None
