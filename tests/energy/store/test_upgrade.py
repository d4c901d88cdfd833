"""An embedded database of PostgreSQL 15 brought to the current one, with real programs of both."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from energy.store import upgrade as upgrading
from energy.store.binaries import Binaries, find_binaries
from energy.store.embedded import EmbeddedPostgres, EmbeddedSettings
from energy.store.errors import MajorVersionError, StoreError
from energy.store.migrate import ensure_roles
from energy.store.server_settings import SUPERUSER
from energy.store.upgrade import UpgradeError, upgrade
from tests.energy.store.launching import ask

pytestmark = pytest.mark.servers


def older() -> Binaries | None:
    """Return the programs of a major version before the current one, where there are any."""
    newest = find_binaries().major
    for major in range(newest - 1, 14, -1):
        found = find_binaries(major=major)
        if found.major == major:
            return found
    return None


@pytest.fixture
def old_cluster(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedPostgres]:
    """A stopped data directory made by the older programs, with roles and rows."""
    programs = older()
    if programs is None:
        pytest.skip("no PostgreSQL of an older major version is installed")
    with monkeypatch.context() as only_old:
        only_old.setattr("energy.store.cluster.find_binaries", lambda major=None: programs)
        server = EmbeddedPostgres(EmbeddedSettings(data_dir=place / "db"))
        server.start()
        with psycopg.connect(server.dsn(user=SUPERUSER), autocommit=True) as connection:
            ensure_roles(connection)
            connection.execute("CREATE ROLE auditor LOGIN PASSWORD 'x' IN ROLE meterline_web")
            connection.execute("SET ROLE meterline_owner")
            connection.execute("CREATE SCHEMA site_x")
            connection.execute(
                "CREATE TABLE site_x.reading (channel int, at timestamptz, count bigint, "
                "raw bytea, PRIMARY KEY (channel, at)) PARTITION BY RANGE (at)"
            )
            connection.execute(
                "CREATE TABLE site_x.reading_default PARTITION OF site_x.reading DEFAULT"
            )
            connection.execute("GRANT SELECT ON site_x.reading TO meterline_web")
            connection.execute(
                "INSERT INTO site_x.reading SELECT n % 7, to_timestamp(n * 0.9), n, "
                "decode(md5(n::text), 'hex') FROM generate_series(1, 20000) AS n"
            )
        server.stop()
    yield server
    server.stop()


def test_a_database_of_an_older_version_is_carried_whole_and_the_old_one_is_kept(
    old_cluster: EmbeddedPostgres, place: Path
) -> None:
    settings = old_cluster.settings
    before = old_cluster.cluster.recorded_major()
    total = "SELECT count(*) || ' ' || sum(count) FROM site_x.reading"
    done, seen = upgrade(settings, lambda server: ask(server, total))
    assert (done.before, done.after) == (before, find_binaries().major)
    assert (done.tables, done.rows) == (1, 20_000)
    assert seen == "20000 200010000"
    assert done.kept == place / f"db.pg{before}"
    assert not (place / "db.upgrading").exists()
    new = EmbeddedPostgres(settings)
    new.start()
    try:
        assert new.cluster.recorded_major() == find_binaries().major
        assert ask(new, total) == "20000 200010000"
        member = "SELECT pg_has_role('auditor', 'meterline_web', 'member')"
        assert ask(new, member) is True
        assert ask(new, "SELECT rolpassword LIKE 'SCRAM%' FROM pg_authid WHERE rolname='auditor'")
        grant = "SELECT has_table_privilege('meterline_web', 'site_x.reading', 'SELECT')"
        assert ask(new, grant) is True
        owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'reading_default'"
        assert ask(new, owner) == "meterline_owner"
        may = "SELECT has_database_privilege('meterline_owner', 'meterline', 'CREATE')"
        assert ask(new, may) is True
    finally:
        new.stop()
    kept = EmbeddedPostgres(EmbeddedSettings(data_dir=done.kept))
    kept.start()
    try:
        assert ask(kept, total) == "20000 200010000"
    finally:
        kept.stop()


@pytest.mark.slow
def test_an_upgrade_whose_tables_differ_or_whose_check_fails_changes_nothing(
    old_cluster: EmbeddedPostgres, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = old_cluster.cluster.recorded_major()

    def refuse(server: EmbeddedPostgres) -> None:
        ask(server, "DELETE FROM site_x.reading WHERE count = 77")
        raise StoreError("a row is gone")

    with pytest.raises(StoreError, match="a row is gone"):
        upgrade(old_cluster.settings, refuse)
    copied = upgrading._copy_database

    def careless(*arguments: EmbeddedPostgres) -> None:
        copied(*arguments)  # type: ignore[arg-type]
        ask(arguments[1], "UPDATE site_x.reading SET raw = '' WHERE count = 77")

    monkeypatch.setattr(upgrading, "_copy_database", careless)
    with pytest.raises(UpgradeError, match=r"differ: site_x.reading_default"):
        upgrade(old_cluster.settings, lambda server: None)
    assert old_cluster.cluster.recorded_major() == before
    assert sorted(entry.name for entry in place.iterdir()) == ["db"]


def test_without_the_old_programs_the_next_step_is_named(
    old_cluster: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = find_binaries()
    for module in ("upgrade", "cluster"):
        monkeypatch.setattr(f"energy.store.{module}.find_binaries", lambda major=None: current)
    with pytest.raises(UpgradeError, match=r"apt-get install postgresql-\d+.*db upgrade"):
        upgrade(old_cluster.settings, lambda server: None)
    with pytest.raises(MajorVersionError, match="meterline db upgrade"):
        old_cluster.start()


def test_an_upgrade_of_nothing_or_of_the_current_version_is_refused(
    place: Path, ready_cluster: Path
) -> None:
    with pytest.raises(UpgradeError, match="no database"):
        upgrade(EmbeddedSettings(data_dir=place / "none"), lambda server: None)
    shutil.copytree(ready_cluster, place / "db" / "pgdata")
    with pytest.raises(UpgradeError, match="nothing to do"):
        upgrade(EmbeddedSettings(data_dir=place / "db"), lambda server: None)


def test_a_running_database_is_not_upgraded(old_cluster: EmbeddedPostgres) -> None:
    old_cluster.start()
    with pytest.raises(UpgradeError, match="Stop it"):
        upgrade(old_cluster.settings, lambda server: None)
    assert ask(old_cluster, "SELECT count(*) FROM site_x.reading") == 20_000
