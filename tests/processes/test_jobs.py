"""The chores of a site: what its hours show is told to the journal, and what waits is an alert."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from energy.base.config import Config
from energy.store.pool import Database
from energy.system import OWNER, SEALER, WRITER, System
from processes.jobs import Jobs
from processes.site_rounds import Chore
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


@pytest.fixture
def chores(new_site: Any, tmp_path: Path) -> Iterator[tuple[TestSite, dict[str, Chore]]]:
    """A site with a counter and its power, and what jobs does for it."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter(gauge=True)
    config = Config(data_dir=tmp_path, dsn=site.server.dsn(WRITER), pool_size=4)
    system = System(config=config, role=WRITER, clock=site.clock)
    pools = [Database(site.server.dsn(role), max_size=1) for role in (OWNER, SEALER)]
    jobs = Jobs(system, *pools)
    yield site, {chore.name: chore for chore in jobs._site_chores(site.site).chores}
    for pool in pools:
        pool.close()
    system.close()


def test_a_frozen_counter_becomes_a_finding_and_an_alert(
    chores: tuple[TestSite, dict[str, Chore]],
) -> None:
    site, by_name = chores
    told = [
        each for n in range(13) for each in (reading(1, 15 * n, 500), reading(2, 15 * n, 4_000))
    ]
    site.clock.move_to(at(15 * 13))
    site.accept(*told)
    site.project(rollups=True)
    by_name["checks"].step()
    by_name["checks"].step()
    site.project()
    assert site.rows("SELECT code, channel FROM {s}.finding") == [("register.frozen", 1)]
    by_name["findings"].step()
    by_name["findings"].step()
    events = site.rows("SELECT topic FROM {s}.operations_events")
    assert events == [("alert.raised",)]
