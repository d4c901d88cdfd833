"""A site brought elsewhere shows the same bills, seals and as-of figures, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from energy.base.aggregate import use_clock
from energy.base.clock import ManualClock, SystemClock
from energy.base.config import Config
from energy.base.errors import RefusedError
from energy.base.period import day_period
from energy.base.quality import Quality
from energy.base.secrets import ERASED
from energy.base.transfer import TransferError
from energy.journal.chain import DamagedError
from energy.journal.ingest import Ingest
from energy.journal.marks import Marks
from energy.journal.seal import SITE_APPLICATIONS, seal_step
from energy.journal.seal_keys import public_keys, seal_key
from energy.journal.site_copy import CopyIn, NotEmptyError
from energy.metering.reading import Reading
from energy.store.migrate import ensure_roles, migrate_directory
from energy.store.server_settings import SUPERUSER
from energy.store.sites import list_sites
from energy.views.as_of import usage_as_of
from energy.views.registry_reads import channel_numbers
from processes.project import catch_up
from processes.site_init import CheckedSite, check_site_file, init_site
from processes.site_transfer import SiteFileDamagedError
from tests.fixtures.batches import Spooler
from tests.fixtures.laptop_rows import keep_laptops, laptops_stand
from tests.fixtures.places import NAMES, PHRASE, Place
from tests.fixtures.postgres import DatabaseServer
from tests.fixtures.yard import DEMO, yard_in

pytestmark = pytest.mark.servers
SITE_FILE = DEMO / "site.toml"
BEGIN = datetime(2019, 1, 1, tzinfo=UTC)
ACCOUNT = "A-0002"
POINTS = (("cam-b2-elec", "active_energy_import", 1_000), ("cam-b2-gas", "volume", 3))


@pytest.fixture
def places(database_server: DatabaseServer, tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    """Two installations that share nothing but the machine."""
    made = []
    clock = ManualClock(BEGIN)
    use_clock(clock)
    for name in ("here", "there"):
        database = f"transfer_{name}"
        with database_server.superuser() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            )
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        place = Place(
            server=database_server,
            database=database,
            config=Config(data_dir=tmp_path / name),
            clock=clock,
        )
        with psycopg.connect(
            make_conninfo(database_server.dsn(SUPERUSER), dbname=database), autocommit=True
        ) as connection:
            ensure_roles(connection)
        with place.owner.connection() as owner:
            migrate_directory(owner, at=BEGIN)
        made.append(place)
    here, there = made
    yield here, there
    use_clock(SystemClock())
    for place in made:
        place.close()
        with database_server.superuser() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(place.database))
            )


@pytest.fixture
def yard(tmp_path: Path) -> CheckedSite:
    """A site of one meter and one account."""
    return yard_in(tmp_path, "cambridge")


def live(place: Place) -> UUID:
    """Let a site live three days: read, marked, billed, a late reading, sealed now and then."""
    init_site(check_site_file(SITE_FILE), place.owner, place.writer, place.clock, place.vault)
    site, spooler = place.site, Spooler()
    numbers = channel_numbers(place.writer, site.schema)
    channels = [(numbers[point, quantity], step) for point, quantity, step in POINTS]
    ingest = Ingest(place.writer, site.schema, place.clock)
    marks = Marks(place.writer, site.schema, place.clock)

    def read(first: int, last: int, *, without: int = -1) -> None:
        ingest.accept(
            [
                spooler.batch(
                    Reading(
                        channel=channel,
                        at=BEGIN + timedelta(minutes=15 * n),
                        count=50_000 + step * n,
                        quality=Quality.MEASURED,
                    )
                    for channel, step in channels
                    for n in range(first, last)
                    if n != without
                )
            ]
        )

    for day in range(3):
        place.clock.move_to(BEGIN + timedelta(days=day + 1))
        read(96 * day, 96 * (day + 1) + 1, without=96 + 30)
        marks.append(reason=f"midnight {day}", at=place.clock.now())
        while seal_step(place.sealer, site.schema, SITE_APPLICATIONS, place.clock, limit=16):
            pass
    catch_up(place.writer, site, place.clock)
    office = place.office
    run = office.open_run(date(2019, 1, 1), date(2019, 1, 2), uuid4(), uuid4(), accounts=[ACCOUNT])
    catch_up(place.writer, site, place.clock)
    office.rate(run)
    office.approve(run, uuid4())
    assert office.issue(run, uuid4()) == ["CAM-2019-000001"]
    place.clock.move_to(BEGIN + timedelta(days=3, hours=1))
    read(96 + 30, 96 + 31)
    with place.writer.connection() as connection:
        content = b"a photo of the plate"
        connection.execute(
            f"INSERT INTO {site.schema}.attachment VALUES (sha256(%s), 'image/png', %s)".encode(),
            (content, content),
        )
    catch_up(place.writer, site, place.clock)
    return run


JOURNAL = (
    "metering_events",
    "operations_events",
    "books_events",
    "journal_head",
    "seal",
    "seal_head",
    "attachment",
)
VIEWS = (
    "invoice",
    "bill_run",
    "account",
    "account_channel",
    "tariff_version",
    "usage_block",
    "usage_hour",
    "usage_day",
    "usage_month",
    "reading",
    "reading_superseded",
    "mark",
    "segment",
    "channel",
    "meter",
    "finding",
    "rule",
    "alert",
)


def contents(place: Place, tables: tuple[str, ...]) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of some tables of the site, as text, in one order."""
    return {
        table: place.rows(f"SELECT t::text FROM site_cambridge.{table} AS t ORDER BY 1")
        for table in tables
    }


def figures(place: Place) -> dict[int, list[tuple[bytes, bytes]]]:
    """Return usage as known at every position of the metering journal."""
    numbers = [row[0] for row in place.rows("SELECT number FROM site_cambridge.channel")]
    (head,) = place.rows(
        "SELECT position FROM site_cambridge.journal_head WHERE application = 'metering'"
    )[0]
    days = day_period(date(2019, 1, 2), place.site.zone)
    found = {}
    with place.writer.connection() as connection:
        for position in range(1, head + 1):
            spans = usage_as_of(
                connection, "site_cambridge", place.site.zone, numbers, days, position
            )
            found[position] = [
                (span.usage.tobytes(), span.quality.tobytes()) for span in spans.values()
            ]
    return found


def test_site_brought_elsewhere_is_the_same_to_the_byte(
    places: tuple[Place, Place], tmp_path: Path
) -> None:
    here, there = places
    live(here)
    keep_laptops(here)
    written = here.export(tmp_path)
    imported = there.bring(written.path)
    assert imported.site == here.site
    assert (imported.entries, imported.attachments) == (written.entries, 1)
    assert contents(there, JOURNAL) == contents(here, JOURNAL)
    assert contents(there, VIEWS) == contents(here, VIEWS)
    known = figures(here)
    assert len({repr(each) for each in known.values()}) == 4, "nothing, a part, all, the late one"
    assert figures(there) == known
    assert there.verified() == here.verified()
    assert all(each.chain_ok and each.signed == each.position for each in there.verified())
    _bills_stand(here, there)
    laptops_stand(here, there)
    _life_goes_on(there)


def _bills_stand(here: Place, there: Place) -> None:
    ((invoice, document, sha256),) = there.rows(
        "SELECT invoice, document, sha256 FROM site_cambridge.invoice"
    )
    assert here.rows("SELECT document, sha256 FROM site_cambridge.invoice") == [(document, sha256)]
    assert there.office.re_rate(invoice).same, "the bill is computed again as it was known"
    person, sealed = there.rows(
        "SELECT person, name_sealed FROM site_cambridge.account WHERE account = %s", ACCOUNT
    )[0]
    assert there.vault.open(person, sealed) == "Fenside Computing Services Ltd"
    wrapped = [
        p.rows("SELECT wrapped_key FROM directory.person_key ORDER BY 1") for p in (here, there)
    ]
    assert len(wrapped[0]) == len(wrapped[1]) == 15, "accounts, and an act"
    assert not set(wrapped[0]) & set(wrapped[1]), "each installation wraps by its own master key"


def _life_goes_on(there: Place) -> None:
    """The next entry, the next seal and the next number follow the ones that were brought."""
    before = there.verified()
    Marks(there.writer, "site_cambridge", there.clock).append(
        reason="midnight 3", at=there.clock.now()
    )
    assert seal_step(there.sealer, "site_cambridge", NAMES, there.clock) == 1
    after = there.verified()
    assert after[0] == replace(
        before[0],
        entries=before[0].entries + 1,
        position=before[0].position + 1,
        sealed=before[0].sealed + 1,
    )


def test_site_without_a_phrase_goes_without_its_names(
    places: tuple[Place, Place], yard: CheckedSite, tmp_path: Path
) -> None:
    here, there = places
    init_site(yard, here.owner, here.writer, here.clock, here.vault)
    written = here.export(tmp_path / "cambridge", phrase=None)
    assert b"Fenside" not in written.path.read_bytes()
    there.bring(written.path, None)
    person, sealed = there.rows(
        "SELECT person, name_sealed FROM site_cambridge.account WHERE account = %s", ACCOUNT
    )[0]
    assert there.vault.open(person, sealed) == ERASED


def test_what_cannot_be_brought_is_refused_and_leaves_nothing(
    places: tuple[Place, Place],
    yard: CheckedSite,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, there = places
    init_site(yard, here.owner, here.writer, here.clock, here.vault)
    written = here.export(tmp_path)
    content = written.path.read_bytes()

    def refused(changed: bytes, why: str) -> None:
        (tmp_path / "changed").write_bytes(changed)
        with pytest.raises((SiteFileDamagedError, DamagedError), match=why):
            there.bring(tmp_path / "changed")

    refused(content[:-10], "cut off")
    refused(content[: len(content) // 2], "cut off")
    refused(b"", "cut off")
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 4
    refused(bytes(flipped), "damaged|not those that were written|altered")
    with pytest.raises(TransferError, match="not the one of this file"):
        there.bring(written.path, "another long phrase")
    strange = here.config.data_dir / "strange"
    strange_key = _public_key_of(strange)
    with pytest.raises(SiteFileDamagedError, match="not signed by a trusted key"):
        there.bring(written.path, PHRASE, strange_key)
    with monkeypatch.context() as patch:
        patch.setattr("processes.site_transfer.schema_files", lambda _: [SimpleNamespace(number=1)])
        with pytest.raises(SiteFileDamagedError, match="written by a newer program"):
            there.bring(written.path)
    assert list_sites(there.writer) == []
    with pytest.raises(RefusedError, match="is there already"):
        here.export(written.path)
    with pytest.raises(RefusedError, match="cambridge is here already"):
        here.bring(written.path)
    own = next((here.config.seals_dir / "keys").iterdir())
    assert there.bring(written.path, PHRASE, own).site.key == "cambridge"
    seals = there.config.seals_dir
    assert public_keys(seals) == {}, "a site's keys prove nothing of the others"
    assert set(public_keys(seals, "site_cambridge")) == {own.stem}


def _public_key_of(folder: Path) -> Path:
    key = seal_key(folder, folder)
    return folder / "keys" / f"{key.key_id}.pem"


def test_site_with_entries_of_its_own_takes_nothing_in(
    places: tuple[Place, Place], yard: CheckedSite, tmp_path: Path
) -> None:
    here, there = places
    for place in places:
        init_site(yard, place.owner, place.writer, place.clock, place.vault)
    Marks(there.writer, "site_cambridge", there.clock).append(reason="own", at=BEGIN)
    there.rows("DELETE FROM directory.site RETURNING key")
    with pytest.raises(NotEmptyError, match="entries of its own"):
        there.bring(here.export(tmp_path).path)


def test_killed_import_is_run_again(
    places: tuple[Place, Place],
    yard: CheckedSite,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, there = places
    init_site(yard, here.owner, here.writer, here.clock, here.vault)
    written = here.export(tmp_path)

    class KilledError(Exception):
        pass

    def killed(*_: object, **__: object) -> None:
        raise KilledError

    for owner, name in ((CopyIn, "_seal"), (CopyIn, "_person")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, killed)
            with pytest.raises(KilledError):
                there.bring(written.path)
        assert there.rows("SELECT count(*) FROM site_cambridge.books_events") == [(0,)]
    for name in ("catch_up", "found_site"):
        with monkeypatch.context() as patch:
            patch.setattr(f"processes.site_transfer.{name}", killed)
            with pytest.raises(KilledError):
                there.bring(written.path)
        assert list_sites(there.writer) == []
    there.bring(written.path)
    assert contents(there, JOURNAL) == contents(here, JOURNAL)
