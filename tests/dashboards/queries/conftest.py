"""A billed town in a real PostgreSQL, read in the role of the web process. I/O."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from energy.base.clock import ManualClock
from energy.store.embedded import EmbeddedPostgres
from energy.store.pool import Database
from energy.store.wall import STAFF
from tests.billing.conftest import new_town, server, town
from tests.billing.town import Town

__all__ = ["server", "town"]
NOW = datetime(2019, 1, 3, 10, 7, tzinfo=UTC)


@dataclass
class WebTown:
    """The town as the web process sees it."""

    town: Town
    database: Database
    """Sees what a transaction says."""
    staff: Database
    queries: SqlQueries


@contextmanager
def shown(server: EmbeddedPostgres, town: Town) -> Iterator[WebTown]:
    """Give a town readings up to the middle of its third day, and let the web process see it."""
    town.found()
    town.read()
    town.catch_up()
    database = Database(server.dsn(user="meterline_web"))
    staff = Database(server.dsn(user="meterline_web"), scope=STAFF)
    at = SqlSite(
        database=staff,
        site=town.site,
        clock=ManualClock(NOW),
        vault=town.vault,
        walled=database,
    )
    yield WebTown(town=town, database=database, staff=staff, queries=SqlQueries(at))
    database.close()
    staff.close()


@pytest.fixture
def web_town(server: EmbeddedPostgres, town: Town) -> Iterator[WebTown]:
    """A town of its own for each test."""
    with shown(server, town) as web:
        yield web


@pytest.fixture(scope="module")
def seen_town(server: EmbeddedPostgres) -> Iterator[WebTown]:
    """One town for all tests that only look at it; the middle of its third day."""
    with new_town(server) as town, shown(server, town) as web:
        yield web
