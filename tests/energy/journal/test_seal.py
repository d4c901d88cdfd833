"""The seal follower chains every entry once, whoever else does, and goes on after a kill."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from energy.journal.chain import FIRST_LINK, entry_bytes, next_link
from energy.journal.recorder import read_entries
from energy.journal.seal import SITE_APPLICATIONS, SealError, last_link, seal_rows, seal_step
from energy.store.sites import DIRECTORY
from energy.system import OWNER, SEALER
from tests.fixtures.journals import append_events, fill_journals, seal_site, sealer_of
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
ROOT = Path(__file__).resolve().parents[3]


def links_of(site: TestSite, application: str) -> list[bytes]:
    """Return every stored link of an application."""
    with site.writer.connection() as connection:
        rows = list(seal_rows(connection, site.schema, application))
    assert [row.first for row in rows[1:]] == [row.last + 1 for row in rows[:-1]]
    return [row.link(n) for row in rows for n in range(row.first, row.last + 1)]


def chained(site: TestSite, application: str) -> list[bytes]:
    """Return the links as the format says they are."""
    link, links = FIRST_LINK, []
    with site.writer.connection() as connection:
        for entry in read_entries(connection, site.schema, application, after=0, limit=10_000):
            link = next_link(link, entry_bytes(entry))
            links.append(link)
    return links


@pytest.mark.parametrize("limit", [1, 4, 512])
def test_every_entry_of_every_application_is_chained(site_schema: TestSite, limit: int) -> None:
    fill_journals(site_schema)
    seal_site(site_schema, limit=limit)
    for application in SITE_APPLICATIONS:
        assert links_of(site_schema, application) == chained(site_schema, application)


def test_directory_is_chained_too(site_schema: TestSite) -> None:
    append_events(site_schema, "directory", 4)
    seal_site(site_schema, ["directory"], schema=DIRECTORY)
    with site_schema.writer.connection() as connection:
        position, _ = last_link(connection, DIRECTORY, "directory")
    assert position >= 4


def test_nothing_new_seals_nothing(site_schema: TestSite) -> None:
    fill_journals(site_schema)
    assert seal_site(site_schema) > 0
    assert seal_site(site_schema) == 0


def test_sealer_that_was_killed_goes_on_where_it_stopped(site_schema: TestSite) -> None:
    fill_journals(site_schema)
    with sealer_of(site_schema) as killed:
        seal_step(killed, site_schema.schema, SITE_APPLICATIONS, site_schema.clock, limit=3)
    append_events(site_schema, "books", 5)
    seal_site(site_schema)
    assert links_of(site_schema, "books") == chained(site_schema, "books")


_SEALER = """
import sys
from energy.base.clock import SystemClock
from energy.journal.seal import seal_step
from energy.store.pool import Database

database = Database(sys.argv[1], max_size=1)
while seal_step(database, sys.argv[2], ["books"], SystemClock(), limit=1):
    print("sealed", flush=True)
"""


def test_sealer_killed_at_any_instant_leaves_nothing_to_mend(site_schema: TestSite) -> None:
    fill_journals(site_schema, batches=0, events=400)
    command = [sys.executable, "-c", _SEALER, site_schema.server.dsn(SEALER), site_schema.schema]
    for slices in (3, 40):
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
        ) as killed:
            assert killed.stdout is not None
            for _ in range(slices):
                assert killed.stdout.readline() == "sealed\n"
            killed.kill()
    sealed = len(links_of(site_schema, "books"))
    assert 43 <= sealed < 400
    assert seal_site(site_schema, ["books"]) == 400 - sealed
    assert links_of(site_schema, "books") == chained(site_schema, "books")


def test_two_sealers_at_once_make_one_chain(site_schema: TestSite) -> None:
    fill_journals(site_schema, events=60)
    with sealer_of(site_schema) as database:

        def seal(limit: int) -> None:
            for _ in range(40):
                seal_step(database, site_schema.schema, ["books"], site_schema.clock, limit=limit)

        threads = [threading.Thread(target=seal, args=(limit,)) for limit in (2, 3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert links_of(site_schema, "books") == chained(site_schema, "books")


def test_nothing_is_sealed_behind_a_missing_position(site_schema: TestSite) -> None:
    fill_journals(site_schema)
    with site_schema.server.superuser() as connection:
        connection.execute(
            f"DELETE FROM {site_schema.schema}.books_events WHERE notification_id = 5".encode()
        )
    with pytest.raises(SealError, match="position 5 is missing"):
        seal_site(site_schema, ["books", "operations"])
    assert len(links_of(site_schema, "books")) == 4
    assert len(links_of(site_schema, "operations")) == 12


def test_role_of_the_sealer_cannot_change_what_it_sealed(
    site_schema: TestSite, tmp_path: Path
) -> None:
    fill_journals(site_schema)
    seal_site(site_schema)
    for statement in (
        "UPDATE {s}.seal SET links = links",
        "DELETE FROM {s}.seal_head",
        "DELETE FROM {s}.books_events",
    ):
        with (
            sealer_of(site_schema) as database,
            database.connection() as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.format(s=site_schema.schema).encode())
    with psycopg.connect(site_schema.server.dsn(OWNER)) as connection:
        connection.execute(f"UPDATE {site_schema.schema}.seal SET links = links".encode())
