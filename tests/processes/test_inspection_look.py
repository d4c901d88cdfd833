"""What the days that are over make suspect is noted by itself: once a day, and each thing once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from energy.base.config import Config
from energy.metering.checks.catalogue import CHECKER
from energy.system import WRITER, System
from processes.inspection_look import SETTLED, look_for_suspicions
from tests.energy.service.inspection.test_desk import DAY, Office, office, told
from tests.energy.service.work.shop import Shop, fold
from tests.fixtures.postgres import TestSite

__all__ = ["office"]
pytestmark = pytest.mark.servers
LAST = DAY + timedelta(days=3)
"""The site's clock begins at noon of the day behind it."""


def system_at(site: TestSite) -> System:
    system = System(config=Config(), role=WRITER, clock=site.clock)
    system.__dict__["database"] = site.writer
    return system


def losing(office: Office) -> None:
    """Let all that comes in on four days go nowhere."""
    told(office, 1, 960, 960, 960, 960)
    told(office, 2, 0, 0, 0, 0)
    office.at.project()
    fold(office.at)


def test_a_day_that_is_over_is_looked_at_once_and_nothing_is_told_twice(office: Office) -> None:
    losing(office)
    site, system = office.at, system_at(office.at)
    first = look_for_suspicions(system, site.site, None)
    assert first == LAST
    (row,) = office.suspicions()
    assert (row.kind, row.last_day, row.noted_by) == ("loss", LAST, CHECKER)
    entries = site.rows("SELECT count(*) FROM {s}.operations_events")
    assert look_for_suspicions(system, site.site, first) == LAST, "the same day"
    assert look_for_suspicions(system, site.site, None) == LAST, "another process"
    site.tick(86_400)
    assert look_for_suspicions(system, site.site, first) == LAST + timedelta(days=1)
    assert site.rows("SELECT count(*) FROM {s}.operations_events") == entries, "nothing is new"


def test_a_day_is_looked_at_once_it_had_time_to_come_in(office: Office) -> None:
    losing(office)
    site, system = office.at, system_at(office.at)
    midnight = site.clock.now().replace(day=6, hour=0)
    site.clock.move_to(midnight + SETTLED - timedelta(seconds=1))
    assert look_for_suspicions(system, site.site, None) == LAST
    site.tick(1)
    assert look_for_suspicions(system, site.site, LAST) == LAST + timedelta(days=1)


def test_a_site_without_rules_is_asked_again(site_schema: TestSite) -> None:
    Shop(site_schema)
    site_schema.tick(4 * 86_400)
    assert look_for_suspicions(system_at(site_schema), site_schema.site, None) is None
    assert site_schema.rows("SELECT count(*) FROM {s}.suspicion") == [(0,)]
