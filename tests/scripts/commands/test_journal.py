"""`journal` and `site export|import` by the command row: exit codes, files, what people read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner, Result

from energy.base.aggregate import use_clock
from energy.base.clock import SystemClock
from energy.base.secrets import PersonVault, master_key
from energy.journal.archive_read import use_archive
from energy.journal.directory import TableKeys
from energy.journal.ingest import Ingest
from energy.store.migrate import ensure_roles, migrate_directory
from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from energy.system import OWNER, WRITER
from processes.project import catch_up
from processes.site_init import init_site
from scripts.main import app
from tests.fixtures.batches import Spooler, reading
from tests.fixtures.postgres import DatabaseServer
from tests.fixtures.yard import yard_in

pytestmark = pytest.mark.servers


class Row:
    """The command row of one data directory and database."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self.folder = folder
        self.dsn = dsn

    def __call__(self, row: str, *more: object, code: int = 0) -> Result:
        arguments = [*row.split(), *(str(each) for each in more), "--data-dir", str(self.folder)]
        result = CliRunner(env={"METERLINE_DSN": self.dsn}).invoke(app, arguments)
        assert result.exit_code == code, f"{row}: {result.exit_code}\n{result.output}"
        return result

    def json(self, row: str, *more: object, code: int = 0) -> Any:
        return json.loads(self(row, *more, "--json", code=code).stdout)


@pytest.fixture
def rows(
    database_server: DatabaseServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Row, Row]]:
    """Two installations on databases of their own."""
    for name in ("DSN_WRITER", "DSN_WEB", "SITE", "LANG", "LANGUAGE", "DATA_DIR", "CONFIG"):
        monkeypatch.delenv(f"METERLINE_{name}", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    made = []
    for name in ("row_here", "row_there"):
        with database_server.superuser() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {name}".encode())
        dsn = make_conninfo(database_server.dsn(SUPERUSER), dbname=name)
        made.append(Row(tmp_path / name, dsn))
    yield made[0], made[1]
    use_clock(SystemClock())
    use_archive([])
    for name in ("row_here", "row_there"):
        with database_server.superuser() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def lived_in(row: Row, folder: Path) -> None:
    """Make a site with some readings in the first installation."""
    clock = SystemClock()
    with psycopg.connect(row.dsn, autocommit=True) as connection:
        ensure_roles(connection)
    owner, writer = (Database(row.dsn, role=role) for role in (OWNER, WRITER))
    with owner.connection() as connection:
        migrate_directory(connection, at=clock.now())
    vault = PersonVault(master_key(row.folder / "secrets" / "master.key"), TableKeys(writer))
    folder.mkdir()
    site = init_site(yard_in(folder), owner, writer, clock, vault)
    spooler = Spooler()
    for n in range(6):
        columns = (reading(1, 15 * n + m, 100 + n + m) for m in range(10))
        Ingest(writer, site.schema, clock).accept([spooler.batch(columns)])
    catch_up(writer, site, clock)
    owner.close()
    writer.close()


def test_a_journal_is_sealed_exported_archived_and_moved(
    rows: tuple[Row, Row], tmp_path: Path
) -> None:
    here, there = rows
    lived_in(here, tmp_path / "yard")
    _sealed(here)
    exported = _exported(here, tmp_path)
    _moved(here, there, tmp_path)
    _archived(here)
    _broken(here, exported, tmp_path)


def _sealed(here: Row) -> None:
    assert "Copy" in here("journal seal").output
    assert here.json("journal seal")["heads"] == []
    found = {each["application"]: each for each in here.json("journal verify")["applications"]}
    assert all(each["signed"] == each["position"] for each in found.values())
    old = here.json("journal seal")["key_id"]
    assert here.json("journal seal --new-key")["key_id"] != old
    assert "yes" in here("journal verify").output


def _exported(here: Row, tmp_path: Path) -> Path:
    written = Path(here.json("journal export", tmp_path)["path"])
    assert "is there already" in here("journal export", written, code=2).output
    assert "no folder" in here("journal export", tmp_path / "no" / "file", code=2).output
    assert here.json("journal check", written)["whole"]
    assert "Compare them with yours" in here("journal check", written).output
    seals = here.folder / "seals"
    assert here.json("journal check --seals", seals, written)["whole"]
    cut = tmp_path / "cut"
    cut.write_bytes(written.read_bytes()[:-30])
    assert "cut off" in here("journal check", cut, code=1).output
    cut.write_text("no export")
    assert "no export of a journal" in here("journal check", cut, code=2).output
    assert "no such file" in here("journal check", tmp_path / "nowhere", code=2).output
    return written


def _moved(here: Row, there: Row, tmp_path: Path) -> None:
    (tmp_path / "phrase").write_text("a phrase for the way\n")
    phrase = ("--passphrase-file", tmp_path / "phrase")
    assert "--passphrase-file" in here("site export", tmp_path, code=2).output
    written = Path(here.json("site export", tmp_path, *phrase)["path"])
    assert "Name --passphrase-file" in there("site import", written, code=2).output
    assert "Site yard is here" in there("site import", written, *phrase).output
    assert "is here already" in there("site import", written, *phrase, code=2).output
    wanted = [each["key"] for each in here.json("site list")]
    assert [each["key"] for each in there.json("site list")] == wanted == ["yard"]
    whole, copied = (row.json("journal verify")["applications"][:3] for row in rows_of(here, there))
    assert whole == copied


def rows_of(*rows: Row) -> tuple[Row, ...]:
    return rows


def _archived(here: Row) -> None:
    assert "no position and no day" in here("journal archive --before soon", code=2).output
    assert "none of" in here("journal archive --before 9 --application x", code=2).output
    assert "was signed before 2019" in here("journal archive --before 2019-01-01", code=2).output
    assert "rows stay" in here("journal archive --before 1000").output
    assert "nothing between" in here("journal archive --before 1000", code=2).output
    assert len(here.json("journal archive --before 1000 --drop")["dropped"]) == 1
    assert here.json("journal verify")["chain_ok"]
    refused = here("journal archive --before 1000 --application books --drop", code=2)
    assert "Nothing of books can leave" in refused.output


def _broken(here: Row, exported: Path, tmp_path: Path) -> None:
    (segment,) = (here.folder / "archive").iterdir()
    segment.rename(tmp_path / segment.name)
    broken = here.json("journal verify", code=1)
    assert segment.name in broken["applications"][0]["reason"]
    assert here.json("journal verify --archive", tmp_path)["chain_ok"]
    with psycopg.connect(here.dsn, autocommit=True) as connection:
        connection.execute(
            "UPDATE site_yard.books_events SET state = 'x' WHERE notification_id = 2"
        )
    broken = here.json("journal verify --archive", tmp_path, code=1)
    found = {each["application"]: each["broken_at"] for each in broken["applications"]}
    assert found == {"metering": None, "operations": None, "books": 2, "directory": None}
    assert here.json("journal check", exported)["whole"]
