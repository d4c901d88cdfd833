"""How devices answer reaches the database, as long as there is one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from adapters.poll import PollAnswer, PollFailure, PollResult
from energy.base.clock import ManualClock
from energy.metering.reading import ReadingColumns
from energy.store.errors import StoreUnavailableError
from processes.communication import Communication, Place
from processes.communication_report import CommunicationReport
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def site(new_site: Callable[..., TestSite]) -> TestSite:
    """An empty site."""
    return new_site(at=NOW)


def communication(*points: str) -> Communication:
    made = Communication()
    made.know("gw", Place(gateway="10.0.0.1", bus="10.0.0.1:502"), points)
    return made


def met(*answered: str, failed: tuple[str, ...] = ()) -> PollResult:
    return PollResult(
        columns=ReadingColumns.of(()),
        failures=tuple(
            PollFailure(point=p, code="modbus.no_answer", message="why", slot=NOW) for p in failed
        ),
        answered=tuple(PollAnswer(point, 900) for point in answered),
    )


def rows(site: TestSite) -> list[tuple[object, ...]]:
    with site.writer.connection() as connection:
        return connection.execute(
            "SELECT point, failing, failing_since, answers, failures, told_at "
            f"FROM {site.schema}.communication ORDER BY point"
        ).fetchall()


def test_each_device_has_one_row_that_says_what_is_now(site: TestSite) -> None:
    clock, told = ManualClock(NOW), communication("m1", "m2")
    report = CommunicationReport(told, site.writer, lambda: site.schema, clock)
    told.note(met("m1", failed=("m2",)), NOW)
    assert report.tell()
    assert rows(site) == [
        ("m1", "", None, 1, 0, NOW),
        ("m2", "modbus.no_answer", NOW, 0, 1, NOW),
    ]
    clock.move_to(NOW + timedelta(seconds=15))
    told.note(met("m2"), clock.now())
    assert report.tell()
    assert rows(site)[1] == ("m2", "", None, 1, 1, clock.now())


def test_a_device_that_is_polled_no_more_has_no_row(site: TestSite) -> None:
    clock = ManualClock(NOW)
    first = communication("m1", "m2")
    other = Communication()
    other.know("far", Place(gateway="10.0.0.9", bus="10.0.0.9:502"), ["m9"])
    for told in (first, other, communication("m2")):
        CommunicationReport(told, site.writer, lambda: site.schema, clock).tell()
    assert [row[0] for row in rows(site)] == ["m2", "m9"]


def test_what_a_database_that_is_away_does_not_take_is_dropped(site: TestSite) -> None:
    def away() -> str:
        raise StoreUnavailableError("postgresql://nowhere", "it is away")

    told = communication("m1")
    clock = ManualClock(NOW)
    assert not CommunicationReport(told, site.writer, away, clock).tell()
    assert rows(site) == []


def test_the_last_report_comes_as_the_collector_ends(site: TestSite) -> None:
    told, asked = communication("m1"), threading.Event()

    def schema() -> str:
        asked.set()
        return site.schema

    report = CommunicationReport(told, site.writer, schema, ManualClock(NOW))
    report.start()
    assert asked.wait(timeout=60)
    told.note(met("m1"), NOW)
    report.finish()
    assert rows(site) == [("m1", "", None, 1, 0, NOW)]
