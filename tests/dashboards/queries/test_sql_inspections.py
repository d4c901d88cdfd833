"""What was counted around a suspicion, and what is missing of it, asked in the role of the web."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from dashboards.queries.inspection_course import suspected_of
from dashboards.queries.inspection_rows import InspectionCourse
from dashboards.queries.rows import UsageDay
from dashboards.queries.sql_inspections import SqlInspections
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.base.clock import ManualClock
from energy.base.period import local_day
from energy.base.quality import Quality
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from tests.dashboards.fake_inspections import IDS, FakeInspections
from tests.energy.alerting.notices import book
from tests.energy.service.inspection.test_desk import CLARA, DAY, Office, office, told
from tests.fixtures.postgres import database_server, new_site, site_schema

__all__ = ["database_server", "new_site", "office", "site_schema"]


class Asked:
    """The questions of one site's pages of inspections."""

    def __init__(self, at: Office, staff: Database) -> None:
        site = at.at
        vault = book.a_book(site)
        self._ask = SqlInspections(
            SqlSite(database=staff, site=site.site, clock=site.clock, vault=vault)
        )
        self._scope = Scope(
            person=CLARA,
            name="C",
            roles=frozenset({Role.ENERGY_MANAGER}),
            sites=frozenset({site.site.key}),
        )
        self._office = at

    def course(self, kind: str) -> InspectionCourse | None:
        """Return the course of the only suspicion of a kind."""
        (row,) = [each for each in self._office.suspicions() if each.kind == kind]
        found = self._ask.suspicion(self._scope, row.suspicion)
        assert found is not None
        return found.rows.course


@pytest.fixture
def asked(office: Office) -> Iterator[Asked]:
    staff = Database(office.at.server.dsn(WEB), scope=STAFF)
    yield Asked(office, staff)
    staff.close()


@pytest.mark.servers
def test_days_are_counted_and_missing_of_a_point_and_of_a_node(
    office: Office, asked: Asked
) -> None:
    office.paying = {"m1": "A-1", "w1": "A-1"}
    told(office, 1, 960, 960, 1920)
    told(office, 2, 960, 0, 0)
    told(office, 3, 96, 96, 96)
    office.at.project()
    office.look()
    office.seal("m1")
    days = [DAY + timedelta(days=n) for n in range(3)]
    node = asked.course("loss")
    assert node is not None
    assert node.point == ""
    assert [day.usage for day in node.days if day.day in days] == [9_600, 0, 0]
    assert node.lacking == {days[1]: 9_600, days[2]: 19_200}, "nothing on the day that is whole"
    seal = asked.course("seal")
    assert seal is not None
    assert seal.lacking == {}
    assert {day.day for day in seal.days} >= set(days)
    yesterday = local_day(office.at.clock.now(), office.at.site.zone) - timedelta(days=1)
    assert max(day.day for day in seal.days) == yesterday, "days that are over"


def test_figures_of_a_suspicion_tell_what_is_missing_of_each_day() -> None:
    fake = FakeInspections(ManualClock(datetime(2026, 7, 15, tzinfo=UTC)))
    row = {name: fake.suspicion_row(name) for name in IDS}
    first = row["zero"].first_day

    def days(*used: int | None) -> tuple[UsageDay, ...]:
        return tuple(
            UsageDay(day=first + timedelta(days=n - 1), usage=each, quality=Quality.MEASURED)
            for n, each in enumerate(used)
        )

    assert suspected_of(row["zero"], days(9, 0, None, 8001)) == {first: 8000}, (
        "what is not known is no zero"
    )
    assert suspected_of(row["ratio"], days(9, 70, None, 0)) == {first: 70}
    assert suspected_of(row["seal"], days(9, 70)) == {}
