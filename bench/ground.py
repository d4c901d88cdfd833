"""In: nothing. Out: an embedded PostgreSQL of the bench's own, with fresh sites on it. I/O.

The server has the product's default settings and lives in a temporary folder that is removed
afterwards. A site is migrated and its meters planned through the journal as `site init` does it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from bench.readings import DEVICE_CHANNELS, MIDNIGHT_US, Chain, Scans, is_counter
from energy.base.aggregate import use_clock
from energy.base.clock import ManualClock, from_us
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from energy.journal.follower import Follower
from energy.journal.ingest import Ingest
from energy.metering.channel import Channel, ChannelFacts, Direction, Kind
from energy.metering.meter import Meter, facts_to_json
from energy.metering.reading import ReadingColumns, SpooledBatch
from energy.store.binary_copy import pack
from energy.store.embedded import EmbeddedPostgres, EmbeddedSettings
from energy.store.migrate import ensure_roles, migrate_directory, migrate_site
from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from energy.views.worker import metering_follower

ZONE = ZoneInfo("Europe/London")
COPY_ROWS = 20_000
"""Rows in one transaction of the COPY baseline."""
BATCH = 5_000
"""Readings in a full batch."""
CHANNELS = 500
"""Channels of a site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchSite:
    """A site with planned and commissioned meters and an empty journal of readings."""

    database: Database
    schema: str
    channels: int
    clock: ManualClock
    scans: Scans
    chain: Chain = field(default_factory=Chain)

    def ingest(self) -> Ingest:
        """Return the door of its journal."""
        return Ingest(self.database, self.schema, self.clock)

    def batches(self, count: int, readings: int = BATCH) -> list[SpooledBatch]:
        """Return the next batches of its gateway, of so many readings each.

        The clock goes along: a reading dated ahead of it would be a finding.
        """
        batches = [self.chain.batch(part) for part in self.parts(count, readings)]
        self.clock.move_to(max(self.clock.now(), from_us(batches[-1].last_us)))
        return batches

    def parts(self, count: int, readings: int = COPY_ROWS) -> list[ReadingColumns]:
        """Return the next readings of its gateway in parts of so many each."""
        return [self.scans.take(readings // self.channels) for _ in range(count)]

    def append(self, readings: int, batch: int = BATCH) -> int:
        """Append at least so many readings in batches; return how many."""
        ingest, done = self.ingest(), 0
        while done < readings:
            done += COPY_ROWS
            ingest.accept(self.batches(COPY_ROWS // batch, batch))
        return done

    def metering(self) -> Follower:
        """Return the follower that feeds every metering view."""
        return metering_follower(self.database, self.schema, ZONE, self.clock)


class Ground:
    """The database of one run."""

    def __init__(self, server: EmbeddedPostgres, channels: int = CHANNELS) -> None:
        """Make roles and the directory on a running server.

        Args:
            server: Fresh and running.
            channels: Of a site, where a bench asks for no other number; a multiple of 20.
        """
        self._channels = channels
        self.clock = ManualClock(from_us(MIDNIGHT_US))
        use_clock(self.clock)
        self._sites = 0
        self._owner_dsn = server.dsn(user="meterline_owner")
        self._super = psycopg.connect(server.dsn(user=SUPERUSER), autocommit=True)
        ensure_roles(self._super)
        with psycopg.connect(self._owner_dsn, autocommit=True) as owner:
            migrate_directory(owner, at=self.clock.now())
        self.writer = Database(server.dsn(user="meterline_writer"))

    def close(self) -> None:
        """Close every connection."""
        self.writer.close()
        self._super.close()

    @contextmanager
    def owner(self) -> Iterator[Database]:
        """Give a pool of the owner: migrations and rebuilds."""
        database = Database(self._owner_dsn, max_size=4)
        yield database
        database.close()

    def settle(self) -> None:
        """Write out what earlier work left dirty, so that no side pays for the other."""
        self._super.execute("CHECKPOINT")

    def administer(self, statement: str) -> None:
        """Run a statement as superuser: truncate, drop."""
        self._super.execute(statement.encode())

    def size(self, table: str) -> int:
        """Return the size of a table with TOAST and indexes. [byte]."""
        row = self._super.execute("SELECT pg_total_relation_size(%s)", (table,)).fetchone()
        assert row is not None, "a size is one row"
        return int(str(row[0]))

    def version(self) -> str:
        """Return the server's version."""
        row = self._super.execute("SHOW server_version").fetchone()
        assert row is not None, "SHOW gives a row"
        return str(row[0])

    @contextmanager
    def site(
        self, channels: int | None = None, *, scan_us: int = 10_000_000
    ) -> Iterator[BenchSite]:
        """Give a fresh site whose meters the registry knows; it is dropped afterwards.

        Args:
            channels: A multiple of 20; None for that of the run.
            scan_us: Time between two scans of its gateway. [us]
        """
        channels = channels or self._channels
        self._sites += 1
        key = f"bench_{self._sites}"
        with psycopg.connect(self._owner_dsn, autocommit=True) as owner:
            migrate_site(owner, key, at=self.clock.now())
        site = BenchSite(
            database=self.writer,
            schema=f"site_{key}",
            channels=channels,
            clock=self.clock,
            scans=Scans(channels=channels, scan_us=scan_us),
        )
        journal = JournalApplication(self.writer, site.schema, "metering", self.clock)
        journal.store(*(_device(key, first) for first in range(1, channels, DEVICE_CHANNELS)))
        follower = site.metering()
        while follower.step():
            pass
        yield site
        self.administer(f"DROP SCHEMA {site.schema} CASCADE")

    @contextmanager
    def copy_table(self) -> Iterator[str]:
        """Give the name of an empty table of readings without any index."""
        self.administer("CREATE SCHEMA IF NOT EXISTS bench AUTHORIZATION meterline_writer")
        self.administer("DROP TABLE IF EXISTS bench.copied")
        self.administer(
            "CREATE TABLE bench.copied (channel int NOT NULL, at timestamptz NOT NULL, "
            "count bigint NOT NULL, quality smallint NOT NULL)"
        )
        self.administer("ALTER TABLE bench.copied OWNER TO meterline_writer")
        yield "bench.copied"
        self.administer("DROP TABLE bench.copied")

    def copy(self, table: str, parts: Sequence[ReadingColumns]) -> None:
        """Copy readings into a table without positions, one part a transaction."""
        with self.writer.connection() as connection, connection.cursor() as cursor:
            for columns in parts:
                stream = pack(
                    ("int4", "timestamptz", "int8", "int2"),
                    (columns.channel, columns.at_us, columns.count, columns.quality),
                )
                with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                    copy.write(stream)


def _device(site: str, first: int) -> Meter:
    """Return a commissioned meter with the 20 channels from a number on."""
    point = f"device-{first}"
    channels = [_channel(point, number) for number in range(first, first + DEVICE_CHANNELS)]
    meter = Meter(
        site=site,
        point=point,
        name=point,
        place="hall",
        utility="electricity",
        channels=[facts_to_json(channel) for channel in channels],
        command_id=id_of("bench", site, point, "plan"),
    )
    meter.commission(
        at=from_us(MIDNIGHT_US),
        serial=f"S-{first}",
        profile="bench",
        source="gateway-1",
        address={},
        multiplier=Fraction(1),
        start_counts={},
        record={},
        command_id=id_of("bench", site, point, "commission"),
    )
    return meter


def _channel(point: str, number: int) -> Channel:
    if not is_counter(number):
        facts = ChannelFacts(
            quantity=f"active_power_{number}",
            kind=Kind.GAUGE,
            utility=None,
            unit="W",
            resolution=Fraction(1),
            modulus=None,
        )
        return Channel(number=number, point=point, facts=facts)
    facts = ChannelFacts(
        quantity=f"active_energy_import_{number}",
        kind=Kind.COUNTER,
        utility=Utility.ELECTRICITY,
        unit="kWh",
        resolution=Fraction(1, 1000),
        modulus=10**10,
        direction=Direction.IMPORT,
        billing=True,
    )
    return Channel(number=number, point=point, facts=facts)


@contextmanager
def ground(channels: int = CHANNELS) -> Iterator[Ground]:
    """Give the database of one run; server and folder are gone afterwards.

    Args:
        channels: Of a site, where a bench asks for no other number; a multiple of 20.
    """
    with tempfile.TemporaryDirectory(prefix="meterline-bench-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL of a root launcher runs as another account
        server = EmbeddedPostgres(EmbeddedSettings(data_dir=Path(folder) / "db"))
        server.start()
        try:
            opened = Ground(server, channels)
            try:
                yield opened
            finally:
                opened.close()
        finally:
            server.stop()
