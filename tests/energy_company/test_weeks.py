"""Two weeks of an energy company: what people do, held against what was worked out by hand.

Everything that happens stands in `weeks/`, and beside it what is expected. The weeks are played a
second time with processes that die behind their stores, and must come to the same state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import processes.settling
from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from processes.portal_requests import request_desk
from tests.energy_company import judge
from tests.energy_company.company import Company
from tests.energy_company.counter import Counter
from tests.energy_company.cuts import Cuts
from tests.energy_company.duty import Duty
from tests.energy_company.office import Office
from tests.energy_company.script import END, ZONE, instant
from tests.energy_company.work import Work
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
STATE = (
    *("incident", "incident_pause", "work_order", "work_order_part", "work_order_time"),
    *("work_fact", "tenant_request", "tenant_request_fact", "tenant_request_call"),
    *("tenant_request_made", "roster", "roster_slot", "leave_request", "shift_entry"),
    *("handover", "service_levels", "checklist"),
)
Play = Callable[[Cuts], Company]


@pytest.fixture
def play(
    new_site: Any, directory: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Play]:
    made: list[Company] = []
    monkeypatch.setattr(processes.settling, "PROJECT_S", 0.0)  # no process projects beside us
    monkeypatch.setenv("METERLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("METERLINE_PLAY_CLOCK", str(tmp_path / "clock"))

    def play(cuts: Cuts, **facts: Any) -> Company:
        site: TestSite = new_site(ZONE.key, at=instant("sun 18 12:00"))
        monkeypatch.setenv("METERLINE_DSN", site.server.dsn(SUPERUSER))
        company = Company(site=site, folder=tmp_path, cuts=cuts, **facts)
        made.append(company)
        company.found(monkeypatch)
        cuts.install(monkeypatch)
        told(company)
        return company

    yield play
    for company in made:
        company.close()


def told(at: Company) -> None:
    """Play the weeks and hold them against what was worked out."""
    desk = request_desk(at.system, at.site.site)
    work, counter, duty = Work(at, desk), Counter(at, desk), Duty(at)
    work.publish()
    duty.publish()
    office = Office(at, counter)
    office.publish()
    for thing in at.typed.values():
        at.plan_thing(thing, office)
    for thing in at.duty["desk"].values():
        at.plan_thing(thing, duty.desk)
    for thing in at.duty["leave"].values():
        at.plan_thing(thing, duty.leave)
    for thing in at.requests.values():
        at.plan_thing(thing, counter.request)
    for thing in at.incidents["incident"].values():
        at.plan_thing(thing, work.incident)
    for thing in at.orders.values():
        at.plan_thing(thing, work.order)
    at.play(END)
    judge.incidents_are_as_written(at)
    judge.orders_are_as_written(at)
    judge.requests_are_as_written(at)
    judge.stand_ins_are_as_written(at, duty.covers)
    judge.alerts_called_who_was_there(at)
    assert at.site.rows("SELECT count(*) FROM {s}.parked") == [(0,)]


def test_two_weeks_with_processes_that_die_behind_what_they_stored(play: Play) -> None:
    torn = play(Cuts(every=7, seed=9))
    assert torn.cuts.killed > 50


@pytest.mark.slow
def test_undisturbed_the_two_weeks_come_to_the_same_state(play: Play) -> None:
    calm = play(Cuts())
    for seed in (1, 2):
        torn = play(Cuts(every=4, seed=seed))
        assert torn.cuts.killed > 100
        assert judge.state_of(torn, STATE) == judge.state_of(calm, STATE)
