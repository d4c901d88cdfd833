"""In: a connection. Out: the engine of time series: plain or TimescaleDB, found and checked. I/O.

The one seam between a plain PostgreSQL and one with TimescaleDB; chosen at migrate time and
recorded in directory.setting with version and edition. Everything else is common SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog

from energy.store.errors import StoreError
from energy.store.pool import Database
from energy.store.series_locks import SERIES_LOCK, Connection
from energy.store.series_plain import PlainSeries
from energy.store.series_report import Dropped, SizeReport
from energy.store.series_timescale import LICENSED, TimescaleSeries, edition, packed_chunks
from energy.store.sites import DIRECTORY

__all__ = [
    "SERIES_LOCK",
    "Offer",
    "PlainSeries",
    "SeriesError",
    "TimeSeries",
    "TimescaleSeries",
    "by_name",
    "check_series",
    "probe",
    "record_offer",
    "require_series",
]
log = structlog.get_logger("store.series")


class SeriesError(StoreError):
    """The readings cannot be read with what this server has loaded."""

    code = "store.series"


class TimeSeries(Protocol):
    """What differs between the two engines."""

    name: str

    def suffix(self) -> str:
        """Return the DDL behind a series table's column list."""
        ...

    def make_series(self, connection: Connection, schema: str) -> None:
        """Turn a site's fresh `reading` table into a series."""
        ...

    def ensure_partitions(
        self, connection: Connection, schema: str, first: datetime, last: datetime
    ) -> None:
        """Make the partitions that instants first to last need."""
        ...

    def settle(self, connection: Connection, schema: str, since: datetime | None) -> list[str]:
        """Give readings without a partition of their own one; return the partitions made."""
        ...

    def boundary(self, connection: Connection, schema: str, at: datetime) -> datetime | None:
        """Return the last boundary between partitions that is not after an instant."""
        ...

    def drop_before(self, connection: Connection, schema: str, at: datetime) -> Dropped:
        """Drop everything before a boundary."""
        ...

    def compact(self, connection: Connection, schema: str, before: datetime) -> tuple[str, ...]:
        """Make the partitions that end by an instant small; return their names."""
        ...

    def size_report(self, connection: Connection, schema: str) -> SizeReport:
        """Return what the readings take on the disk."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a server offers for time series."""

    engine: TimeSeries
    version: str = ""
    """Version of the extension in the database; empty without it."""
    edition: str = ""
    """"timescale", "apache", or "" where the server has not loaded it."""

    @property
    def name(self) -> str:
        """Return the name under which the engine is recorded."""
        return self.engine.name


def probe(connection: Connection) -> Offer:
    """Return what a server offers: TimescaleDB when its extension is installed."""
    row: Any = connection.execute(
        "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'"
    ).fetchone()
    if row is None:
        return Offer(engine=PlainSeries())
    return Offer(engine=TimescaleSeries(), version=row[0], edition=edition(connection))


def by_name(name: str) -> TimeSeries:
    """Return the engine recorded at migrate time."""
    engines: dict[str, TimeSeries] = {e.name: e for e in (PlainSeries(), TimescaleSeries())}
    return engines[name]


def record_offer(connection: Connection, offer: Offer) -> None:
    """Record version and edition, as the owner; the engine itself is recorded once, for good."""
    for name, value in (("series_version", offer.version), ("series_edition", offer.edition)):
        connection.execute(
            f"INSERT INTO {DIRECTORY}.setting VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value "
            "WHERE setting.value <> excluded.value",
            (name, value),
        )


def require_series(database: Database) -> None:
    """Check a process's database before its first reading; warnings go to the log.

    Raises:
        SeriesError: The extension has vanished, or is the Apache edition and chunks are packed.
        StoreUnavailableError: The server does not answer.
    """
    with database.connection() as connection:
        for warning in check_series(connection):
            log.warning("series", found=warning)


def check_series(connection: Connection) -> list[str]:
    """Refuse a server on which recorded readings cannot be read; return what is worth a warning.

    Call it before anything is read or written: without the extension a hypertable looks empty.

    Raises:
        SeriesError: The extension has vanished, or is the Apache edition and chunks are packed.
    """
    rows: Any = connection.execute(
        f"SELECT name, value FROM {DIRECTORY}.setting WHERE starts_with(name, 'series')"
    ).fetchall()
    recorded: dict[str, str] = dict(rows)
    if recorded.get("series") != TimescaleSeries.name:
        return []
    found, known = probe(connection), recorded.get("series_version", "")
    if not found.version or not found.edition:
        raise SeriesError(
            f"The readings of this database are hypertables of TimescaleDB {known}, which the "
            "server has not loaded. Set `extension_dir` (embedded), or put timescaledb into "
            "shared_preload_libraries, and start it again. Nothing was read or written."
        )
    if found.edition == LICENSED:
        return []
    packed = packed_chunks(connection)
    if packed:
        raise SeriesError(
            f"{packed} chunks are in TimescaleDB's columnstore, which the Apache edition cannot "
            "read. Set timescaledb.license = 'timescale' on the server, or install the "
            "community edition, and start it again. Nothing was read or written."
        )
    if recorded.get("series_edition") == LICENSED:
        return ["TimescaleDB is the Apache edition now: old readings are not packed any more."]
    return []
