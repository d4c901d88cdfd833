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
from tests.energy_company.ending import (
    rebuilt_the_tables_are_the_same,
    the_journal_holds_without_the_name_of_who_left,
)
from tests.energy_company.money import bills_are_right, what_was_missed_is_said
from tests.energy_company.office import Office
from tests.energy_company.reports import (
    reports_are_as_counted,
    requests_of_october_are_as_counted,
)
from tests.energy_company.script import END, ZONE, instant
from tests.energy_company.work import Work
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
STATE = (
    *("incident", "incident_pause", "work_order", "work_order_part", "work_order_time"),
    *("work_fact", "tenant_request", "tenant_request_fact", "tenant_request_call"),
    *("tenant_request_made", "roster", "roster_slot", "leave_request", "shift_entry"),
    *("handover", "service_levels", "checklist", "supply_case", "supply_case_fact"),
    *("switching_order", "switching_fact", "switching_permit", "suspicion", "inspection"),
    *("equipment", "maintenance_plan", "maintenance_done"),
    *("assured_event_answer", "alert", "patrol_round", "patrol_value"),
)
Play = Callable[..., tuple[Company, Office]]


@pytest.fixture
def play(
    new_site: Any, directory: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Play]:
    made: list[Company] = []
    monkeypatch.setattr(processes.settling, "PROJECT_S", 0.0)  # no process projects beside us

    def play(cuts: Cuts, **facts: Any) -> tuple[Company, Office]:
        site: TestSite = new_site(ZONE.key, at=instant("sun 18 12:00"))
        folder = tmp_path / site.site.key  # keys of its own: people of its own
        folder.mkdir()
        monkeypatch.setenv("METERLINE_DSN", site.server.dsn(SUPERUSER))
        monkeypatch.setenv("METERLINE_DATA_DIR", str(folder))
        monkeypatch.setenv("METERLINE_PLAY_CLOCK", str(folder / "clock"))
        company = Company(site=site, folder=folder, cuts=cuts, **facts)
        made.append(company)
        company.found(monkeypatch)
        with monkeypatch.context() as patch:
            cuts.install(patch)
            return company, told(company)

    yield play
    for company in made:
        company.close()


def told(at: Company) -> Office:
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
    judge.the_rest_is_as_written(at)
    judge.rounds_are_as_written(at)
    judge.activations_are_as_written(at)
    bills_are_right(at, office)
    what_was_missed_is_said(at, office)
    reports_are_as_counted(at, office)
    requests_of_october_are_as_counted(office)
    assert at.site.rows("SELECT count(*) FROM {s}.parked") == [(0,)]
    return office


def test_two_weeks_with_processes_that_die_behind_what_they_stored(play: Play) -> None:
    torn, office = play(Cuts(every=7, seed=9))
    assert torn.cuts.killed > 60
    rebuilt_the_tables_are_the_same(torn, STATE)
    the_journal_holds_without_the_name_of_who_left(torn, office)


@pytest.mark.slow
def test_undisturbed_the_two_weeks_come_to_the_same_state(play: Play) -> None:
    calm, _ = play(Cuts())
    for seed in (1, 2):
        torn, _ = play(Cuts(every=4, seed=seed))
        assert torn.cuts.killed > 100
        assert judge.state_of(torn, STATE) == judge.state_of(calm, STATE)


@pytest.mark.slow
def test_two_weeks_of_an_airport_of_three_hundred_meters(play: Play) -> None:
    company, office = play(Cuts(), meters=300, all_read=True)
    rebuilt_the_tables_are_the_same(company, STATE)
    the_journal_holds_without_the_name_of_who_left(company, office)
