"""A tenant that pays and uses nothing is told; one that does not pay is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from energy.journal.noted import Notes
from energy.metering.reading import Reading
from energy.views.noted import FOR_GOOD
from energy.views.validation.zero_runs import Supplied, zero_runs
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
ALWAYS: Supplied = {"m1": [(datetime(2018, 1, 1, tzinfo=UTC), FOR_GOOD)]}
FOUND = (
    "SELECT code, start_at, end_at, explained_position IS NULL FROM {s}.finding ORDER BY position"
)


@pytest.fixture
def site(new_site: Any) -> TestSite:
    """A counter that counts for two hours and then stands for eight days."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter()
    played(site, [reading(1, 60 * n, 500 + 10 * min(n, 2)) for n in range(24 * 8 + 2)])
    return site


def played(site: TestSite, readings: list[Reading]) -> None:
    site.clock.move_to(max(each.at for each in readings) + timedelta(hours=1))
    site.accept(*readings)
    site.project(rollups=True)


def checked(site: TestSite, supplied: Supplied) -> int:
    with site.writer.connection() as connection:
        notes = zero_runs(connection, site.schema, site.site.zone, site.clock.now(), supplied)
    new = Notes(site.writer, site.schema, site.clock).take(notes)
    site.project()
    return new


def test_a_week_of_nothing_is_told_once_and_over_when_something_is_used(site: TestSite) -> None:
    assert checked(site, ALWAYS) == 1
    assert checked(site, ALWAYS) == 0
    assert site.rows(FOUND) == [("usage.zero_run", at(120), FOR_GOOD, True)]
    played(site, [reading(1, 60 * n, 520 + n) for n in range(24 * 8 + 2, 24 * 8 + 6)])
    assert checked(site, ALWAYS) == 1
    told = [row[2:] for row in site.rows(FOUND)]
    assert [still for _, still in told] == [False, True]
    assert told[1][0] < FOR_GOOD


def test_nobody_is_told_of_a_point_that_nobody_pays_for(site: TestSite) -> None:
    assert checked(site, {}) == 0
    ended: Supplied = {"m1": [(datetime(2018, 1, 1, tzinfo=UTC), at(180))]}
    assert checked(site, ended) == 0
