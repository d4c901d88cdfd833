"""A real PostgreSQL for the billing office, and a small town to bill, new for each test.

Imports of the store stand in the fixtures: tests of rules alone go without them.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from energy.store.embedded import EmbeddedPostgres
    from tests.billing.town import Town

AT = datetime(2019, 2, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    """One server for all tests of the office."""
    import psycopg

    from energy.store.embedded import EmbeddedPostgres, EmbeddedSettings
    from energy.store.migrate import ensure_roles, migrate_directory
    from energy.store.server_settings import SUPERUSER

    place = Path(tempfile.mkdtemp(prefix="meterline-test-"))
    place.chmod(0o755)
    server = EmbeddedPostgres(EmbeddedSettings(data_dir=place / "db"))
    server.start()
    with psycopg.connect(server.dsn(user=SUPERUSER), autocommit=True) as connection:
        ensure_roles(connection)
        migrate_directory(connection, at=AT)
    yield server
    if server.pid is not None:
        os.kill(server.pid, signal.SIGQUIT)  # at once: nothing of it is kept
    server.stop()
    shutil.rmtree(place)


@contextmanager
def new_town(server: EmbeddedPostgres) -> Iterator[Town]:
    """Make a site with two buildings, metered in January 2019, nothing billed."""
    import psycopg

    from energy.base.aggregate import use_clock
    from energy.base.clock import ManualClock, SystemClock
    from energy.store.migrate import migrate_site
    from energy.store.pool import Database
    from energy.store.server_settings import SUPERUSER
    from tests.billing.town import Town

    key = f"town_{uuid4().hex[:8]}"
    with psycopg.connect(server.dsn(user=SUPERUSER), autocommit=True) as connection:
        migrate_site(connection, key, at=AT)
    database = Database(server.dsn(user=SUPERUSER), role="meterline_writer")
    clock = ManualClock(AT)
    use_clock(clock)
    try:
        yield Town(database, key, clock)
    finally:
        use_clock(SystemClock())
        database.close()


@pytest.fixture
def town(server: EmbeddedPostgres) -> Iterator[Town]:
    """A town of its own for each test."""
    with new_town(server) as town:
        yield town


@pytest.fixture
def metered(town: Town) -> Town:
    """The same with three days of readings of every meter."""
    town.found()
    town.read()
    return town
