"""A small site with accounts, meters and real readings in a real journal, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from billing.accounts.account import Supply
from billing.office import BillingOffice
from billing.views.books import books_follower
from energy.base.clock import ManualClock
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from energy.journal.directory import TableKeys
from energy.journal.ingest import Ingest
from energy.metering.channel import Channel, ChannelFacts, Direction, Kind
from energy.metering.codec import batch_hash, encode
from energy.metering.meter import Meter, facts_to_json
from energy.metering.reading import Reading, ReadingColumns, SpooledBatch
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.worker import metering_follower
from tests.billing.samples import ISSUER, TARIFFS

CLERK, APPROVER = UUID(int=1), UUID(int=2)
MASTER = bytes(range(32))
START = datetime(2018, 12, 31, 23, tzinfo=UTC)
FIRST, LAST = date(2019, 1, 1), date(2019, 1, 3)
POINTS = ("b1-elec", "b1-gas", "b2-elec", "b2-gas")


class Town:
    """The site, its office, and what a test does to it."""

    def __init__(self, database: Database, key: str, clock: ManualClock) -> None:
        self.delivering: frozenset[str] = frozenset()
        """Points whose meters deliver intervals instead of register readings."""
        self.interval_s: int | None = None
        """Width of those intervals; None for that of the grid. [s]"""
        self.database = database
        self.clock = clock
        self.site = Site(
            key=key, name="Town", zone=ZoneInfo("Europe/London"), currency="GBP", language="en"
        )
        self.vault = PersonVault(MASTER, TableKeys(database))
        self.office = self.new_office()
        self.follow_books = books_follower(database, self.site.schema, clock)
        self.follow_metering = metering_follower(database, self.site.schema, self.site.zone, clock)
        self._sequence = 0
        self._hash = bytes(32)
        self._stream = uuid4()

    def new_office(self) -> BillingOffice:
        """Return another office of the same site, as another process has one."""
        return BillingOffice(self.database, self.site, self.clock, self.vault, view_timeout_s=0.2)

    def found(self) -> None:
        """Plan and commission four meters, publish two tariffs, open two accounts."""
        metering = JournalApplication(self.database, self.site.schema, "metering", self.clock)
        for number, point in enumerate(POINTS, 1):
            utility = Utility.GAS if point.endswith("gas") else Utility.ELECTRICITY
            metering.store(self._meter(number, point, utility))
        self.office.name_issuer(ISSUER, command_id=id_of("t", "issuer"))
        for name in ("campus-electricity", "campus-gas"):
            text = (TARIFFS / f"{name}.toml").read_text(encoding="utf-8")
            self.office.publish_tariff(text, command_id=id_of("t", name), by=None)
        for building in ("b1", "b2"):
            self.open_account(building, [f"{building}-elec", f"{building}-gas"])
        self.catch_up()

    def open_account(self, building: str, points: Sequence[str]) -> None:
        """Open the account of a building."""
        self.office.open_account(
            account=f"A-{building}",
            name=f"Tenant of {building}",
            address=f"{building} Road\nTown",
            email=f"{building}@town.example",
            language="en",
            opened_on=date(2018, 1, 1),
            supplies=[
                Supply(
                    point=point,
                    tariff="campus-gas" if point.endswith("gas") else "campus-electricity",
                    valid_from=date(2018, 1, 1),
                    valid_to=None,
                )
                for point in points
            ],
            command_id=id_of("open", building),
        )

    def read(
        self,
        *,
        first: datetime = datetime(2019, 1, 1, tzinfo=UTC),
        last: datetime = datetime(2019, 1, 4, tzinfo=UTC),
        channels: Sequence[int] = (1, 2, 3, 4),
    ) -> None:
        """Read every meter each quarter-hour, both ends included."""
        slots = (last - first) // timedelta(minutes=15) + 1
        readings = [
            Reading(channel=channel, at=at, count=count_at(channel, at))
            for slot in range(slots)
            for channel in channels
            for at in [first + slot * timedelta(minutes=15)]
        ]
        self.accept(readings)

    def accept(self, readings: Sequence[Reading]) -> None:
        """Bring some readings into the journal."""
        columns = ReadingColumns.of(readings)
        self._sequence += 1
        payload = encode(columns)
        own = batch_hash(
            previous_hash=self._hash,
            stream=self._stream,
            sequence=self._sequence,
            source="source-1",
            payload=payload,
        )
        batch = SpooledBatch(
            stream=self._stream,
            sequence=self._sequence,
            source="source-1",
            count=len(readings),
            first_us=int(columns.at_us.min()),
            last_us=int(columns.at_us.max()),
            payload=payload,
            previous_hash=self._hash,
            own_hash=own,
        )
        self._hash = own
        Ingest(self.database, self.site.schema, self.clock).accept([batch])

    def catch_up_with_parked(self) -> None:
        """Let the views come up to the journal, whatever is parked."""
        while self.follow_metering.step() or self.follow_books.step():
            pass

    def catch_up(self) -> None:
        """Let the views come up to the journal; every entry can be folded."""
        self.catch_up_with_parked()
        assert self.one(f"SELECT count(*) FROM {self.site.schema}.parked") == 0

    def open_and_rate(self, *, first: date = FIRST, last: date = LAST, **more: object) -> UUID:
        """Open a run, let the views pass its mark, rate it."""
        command = id_of("open", first.isoformat(), last.isoformat(), str(more))
        run = self.office.open_run(first, last, CLERK, command, **more)  # type: ignore[arg-type]
        self.catch_up()
        self.office.rate(run, command_id=id_of("rate", str(command)))
        return run

    def bill(self, *, first: date = FIRST, last: date = LAST) -> tuple[UUID, list[str]]:
        """Open, rate, approve and issue a run."""
        run = self.open_and_rate(first=first, last=last)
        self.office.approve(run, APPROVER)
        numbers = self.office.issue(run, CLERK)
        self.catch_up()
        return run, numbers

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """Return a statement's rows."""
        with self.database.connection() as connection:
            return connection.execute(statement.encode()).fetchall()

    def one(self, statement: str) -> object:
        """Return a statement's only value."""
        return self.rows(statement)[0][0]

    def _meter(self, number: int, point: str, utility: Utility) -> Meter:
        gas, delivers = utility is Utility.GAS, point in self.delivering
        channel = Channel(
            number=number,
            point=point,
            facts=ChannelFacts(
                quantity="volume" if gas else "active_energy_import",
                kind=Kind.INTERVAL if delivers else Kind.COUNTER,
                utility=utility,
                unit="m3" if gas else "kWh",
                resolution=Fraction(1, 100),
                modulus=None if delivers else 100_000_000,
                interval_s=self.interval_s if delivers else None,
                direction=Direction.IMPORT,
                billing=True,
            ),
        )
        meter = Meter(
            site=self.site.key,
            point=point,
            name=f"Meter of {point}",
            place="town",
            utility=utility.value,
            channels=[facts_to_json(channel)],
            command_id=uuid5(UUID(int=0), point),
        )
        meter.commission(
            at=datetime(2018, 1, 1, tzinfo=UTC),
            serial=f"SN-{number:04d}",
            profile="test",
            source="source-1",
            address={},
            multiplier=Fraction(1),
            start_counts={number: 0},
            record={},
            command_id=uuid5(UUID(int=1), point),
        )
        return meter


def count_at(channel: int, at: datetime) -> int:
    """Return a register's count: it grows by 10 to 40 counts a quarter-hour."""
    slots = (at - datetime(2018, 12, 1, tzinfo=UTC)) // timedelta(minutes=15)
    return 1000 * channel + slots * 10 * channel + slots % 7
