"""Who imports does so alone from the first look to the last row, or nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from energy.store.import_lock import IMPORT_LOCK
from energy.store.pool import Database
from energy.system import WRITER, System
from processes.import_alone import ImportBusyError, ImportLostError, importing_alone
from processes.import_readings import FileImport
from tests.fixtures.files import LONG_CSV, mapping
from tests.processes.test_import_readings import PERSON, Desk, desk, quarters

__all__ = ["desk"]
pytestmark = pytest.mark.servers


@pytest.fixture(autouse=True)
def _prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processes.settling.PROJECT_S", 0.0)


def cut(desk: Desk) -> None:
    """Let the server lose the session that holds the right to import."""
    with desk.site.server.superuser() as connection:
        rows = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks "
            "WHERE locktype = 'advisory' AND classid = %s",
            (IMPORT_LOCK,),
        ).fetchall()
    assert rows == [(True,)]


@contextmanager
def one_pool(desk: Desk) -> Iterator[System]:
    """Give a process with one connection in its pool."""
    system, pool = desk.system, Database(desk.site.server.dsn(WRITER), max_size=1)
    system.__dict__["database"] = pool
    try:
        yield system
    finally:
        pool.close()


def bring(system: System, desk: Desk, path: Path, *, lose: bool = False) -> None:
    """Import a file; on request lose the right, and let another import in, before it is written."""
    site, rule = desk.site.site, mapping(desk.folder, LONG_CSV)
    with importing_alone(system, site) as alone, FileImport(system, site, path, rule) as one:
        one.look()
        if lose:
            cut(desk)
            bring(system, desk, desk.folder / "other.csv")
        one.write(partial=False, by=PERSON, alone=alone)


def test_who_has_lost_the_right_meanwhile_writes_nothing_and_is_told_so(desk: Desk) -> None:
    said = quarters("m1", 0, 5)
    others = [(point, at, count + 1) for point, at, count in said]
    first, _ = desk.file(said), desk.file(others, "other.csv")
    with pytest.raises(ImportLostError, match="Nothing was written"):
        bring(desk.system, desk, first, lose=True)
    desk.site.project()
    assert desk.stored() == sorted(others)
    assert desk.site.rows("SELECT code FROM {s}.finding") == []


def test_the_next_one_waits_until_who_lost_the_right_while_writing_has_written(desk: Desk) -> None:
    site = desk.site.site
    with importing_alone(desk.system, site) as alone:
        with desk.site.writer.transaction() as writing:
            alone(writing)
            cut(desk)
            with (
                pytest.raises(ImportBusyError, match="Another file is being imported"),
                importing_alone(desk.system, site, wait_s=0.05),
            ):
                pass
        with importing_alone(desk.system, site, wait_s=0.05):
            pass


def test_a_right_that_is_lost_behind_the_last_row_troubles_nobody(desk: Desk) -> None:
    with importing_alone(desk.system, desk.site.site):
        cut(desk)
    with importing_alone(desk.system, desk.site.site, wait_s=0.05):
        pass


def test_a_cause_of_one_s_own_is_told_though_the_right_is_lost_too(desk: Desk) -> None:
    def fail() -> None:
        with importing_alone(desk.system, desk.site.site):
            cut(desk)
            desk.site.rows("SELECT 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        fail()


def test_a_pool_of_one_imports(desk: Desk) -> None:
    said = quarters("m1", 0, 5)
    with one_pool(desk) as system:
        bring(system, desk, desk.file(said))
    desk.site.project()
    assert desk.stored() == sorted(said)
