"""Readings filled in bulk are those of the ordinary rules, however they arrived."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from energy.base.clock import ManualClock
from energy.base.quality import Quality
from energy.journal.ingest import Ingest
from energy.store.pool import Database
from energy.system import OWNER
from energy.views import bulk_reading
from energy.views.rebuild import METERING_TABLES, metering_group, rebuild
from tests.fixtures.batches import at, reading
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
TABLES = METERING_TABLES["reading"]


@pytest.fixture
def owner(database_server: Any) -> Iterator[Database]:
    database = Database(database_server.dsn(OWNER), max_size=4)
    yield database
    database.close()


def rows(site: TestSite) -> dict[str, list[tuple[Any, ...]]]:
    return {t: site.rows(f"SELECT v::text FROM {{s}}.{t} AS v ORDER BY 1") for t in TABLES}


def told(site: TestSite, seed: int) -> None:
    """Bring batches in disorder: late, repeated, contradicting, suspect, from wrong clocks."""
    rng = np.random.default_rng(seed)
    channels = [site.counter(f"m{n}") for n in range(3)]
    for step in range(40):
        clock = ManualClock(at(60 * step))
        ingest = Ingest(site.writer, site.schema, clock)
        some = []
        for _ in range(int(rng.integers(1, 30))):
            late = float(rng.random()) < 0.4
            minute = 60 * step - (int(rng.integers(0, 60 * step + 1)) if late else 0)
            ahead = float(rng.random()) < 0.1
            some.append(
                reading(
                    int(rng.choice(channels)),
                    5 * (minute // 5) + (int(rng.integers(1, 40)) * 5 if ahead else 0),
                    int(rng.integers(0, 4)),
                    Quality(int(rng.integers(0, 5))),
                )
            )
        ingest.accept([site.spooler.batch(some)])
        if step % 9 == 0:
            site.mark(f"mark {step}")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("slice_of", [1, 7])
def test_bulk_gives_the_rows_of_the_ordinary_rules(
    owner: Database, new_site: Any, monkeypatch: pytest.MonkeyPatch, seed: int, slice_of: int
) -> None:
    site: TestSite = new_site()
    told(site, seed)
    site.project()
    expected = rows(site)
    assert expected["reading_superseded"]
    monkeypatch.setattr("energy.views.rebuild.BULK_SLICE", slice_of)
    monkeypatch.setattr(bulk_reading, "_CHUNK", 11)
    if seed == 3:
        monkeypatch.setattr(bulk_reading, "MOST_WAITING", 50)  # goes on with the index in place
    done = rebuild(owner, site.schema, metering_group(site.site.zone), "reading", site.clock)
    assert done.tables == TABLES
    assert rows(site) == expected
