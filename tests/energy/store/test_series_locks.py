"""Who is waited for before tables are exchanged: those who still see rows as they were."""

from __future__ import annotations

import psycopg
import pytest

from energy.store.series_locks import wait_for_older_transactions
from energy.system import OWNER, WEB
from tests.fixtures.postgres import DatabaseServer

pytestmark = pytest.mark.servers


@pytest.mark.parametrize(
    ("level", "snapshot_kept"), [("READ COMMITTED", False), ("REPEATABLE READ", True)]
)
def test_an_idle_transaction_that_looks_anew_with_each_statement_keeps_no_snapshot(
    database_server: DatabaseServer, level: str, snapshot_kept: bool
) -> None:
    with (
        psycopg.connect(database_server.dsn(OWNER), autocommit=True) as own,
        psycopg.connect(database_server.dsn(WEB), autocommit=True) as web,
    ):
        web.execute(f"BEGIN ISOLATION LEVEL {level}".encode())
        web.execute("SELECT count(*) FROM directory.site")
        assert not wait_for_older_transactions(own, patience_s=0.05)
        ended = wait_for_older_transactions(own, patience_s=0.05, snapshots_only=True)
        assert ended is not snapshot_kept
        web.execute("COMMIT")
        assert wait_for_older_transactions(own, patience_s=0.05)
