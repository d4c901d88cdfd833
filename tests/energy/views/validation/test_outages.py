"""A source that was silent as a whole is one finding; a reading of that time tells gaps apart."""

from __future__ import annotations

from typing import Any

import pytest

from energy.metering.plant import Source
from energy.metering.reading import Reading
from energy.views.validation.validation import Looked, Validation
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
FIRST, SECOND = 1, 2


@pytest.fixture
def site(new_site: Any) -> TestSite:
    """A site with two meters behind one source, polled each quarter."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.application("metering").store(
        Source(
            site=site.site.key,
            key="modbus-1",
            kind="modbus_tcp",
            settings={"interval_s": 900},
            command_id=command("source"),
        )
    )
    for point in ("m1", "m2"):
        site.counter(point)
    return site


def quarters(channel: int, first: int, last: int) -> list[Reading]:
    return [reading(channel, 15 * n, 1_000 + 10 * n) for n in range(first, last)]


def looked(site: TestSite, *readings: Reading) -> Looked:
    site.clock.move_to(max([site.clock.now(), *(each.at for each in readings)]))
    if readings:
        site.accept(*readings)
    site.project(rollups=True)
    found = Validation(site.writer, site.schema, site.site.zone, site.clock).look()
    assert found is not None, "nobody else looks"
    site.project()
    return found


def standing(site: TestSite) -> list[tuple[Any, ...]]:
    return site.rows(
        "SELECT channel, proof->>'source', start_at, end_at FROM {s}.finding "
        "WHERE code = 'reading.missing' AND explained_position IS NULL ORDER BY channel, start_at"
    )


def test_a_source_that_was_silent_is_one_finding_until_a_reading_of_that_time_comes(
    site: TestSite,
) -> None:
    for channel in (FIRST, SECOND):
        looked(site, *quarters(channel, 0, 4))
    back = [*quarters(FIRST, 20, 24), *quarters(SECOND, 20, 24)]
    assert looked(site, *back).told == 1
    assert standing(site) == [(0, "modbus-1", at(45), at(300))]
    assert looked(site).told == 0
    assert looked(site, *quarters(FIRST, 24, 28), *quarters(SECOND, 24, 28)).told == 0
    looked(site, *quarters(FIRST, 4, 12))
    assert standing(site) == [
        (0, "modbus-1", at(165), at(300)),
        (SECOND, "checks", at(45), at(300)),
    ]
    looked(site, *quarters(FIRST, 12, 20))
    assert standing(site) == [(SECOND, "checks", at(45), at(300))]
    looked(site, *quarters(SECOND, 4, 20))
    assert standing(site) == []
    assert looked(site).told == 0


def test_who_comes_back_a_slot_later_belongs_to_it_and_who_stays_away_has_its_own(
    site: TestSite,
) -> None:
    looked(site, *quarters(FIRST, 0, 4), *quarters(SECOND, 0, 4))
    assert looked(site, *quarters(FIRST, 20, 21)).told == 1
    whole = (0, "modbus-1", at(45), at(300))
    assert standing(site) == [whole]
    assert looked(site, *quarters(FIRST, 21, 22), *quarters(SECOND, 21, 22)).told == 0
    assert standing(site) == [whole]
    looked(site, *quarters(FIRST, 22, 40))
    assert looked(site, *quarters(SECOND, 40, 44)).told == 1
    assert standing(site) == [whole, (SECOND, "checks", at(315), at(600))]
