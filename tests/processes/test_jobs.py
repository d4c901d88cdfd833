"""The chores of a site: what its hours show is told to the journal, and what waits is an alert."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import processes.jobs
from billing.books import Books
from billing.receivables.office import Incoming
from billing.takeover.task_desk import HandedIn, TaskDesk, tasks_of
from energy.alerting.alert import Alert
from energy.base.config import Config
from energy.store.communication import store_states
from energy.store.pool import Database
from energy.system import OWNER, SEALER, WRITER, System
from processes.file_drop import DropFolderError
from processes.import_mappings import OWN
from processes.jobs import Jobs
from processes.site_rounds import Chore
from tests.billing.takeover.workbooks import filled, saved
from tests.billing.till import Till
from tests.billing.town import CLERK, Town
from tests.energy.alerting.test_rule_reads import define
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.devices import device_state
from tests.fixtures.files import LONG_CSV, long_csv
from tests.fixtures.postgres import TestSite
from tests.processes.test_project import until

pytestmark = pytest.mark.servers


@pytest.fixture
def at_work(new_site: Any, tmp_path: Path) -> Iterator[tuple[TestSite, Jobs]]:
    """A site with a counter and its power, and the jobs that serve it."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter(gauge=True)
    config = Config(data_dir=tmp_path, dsn=site.server.dsn(WRITER), pool_size=4)
    system = System(config=config, role=WRITER, clock=site.clock)
    pools = [Database(site.server.dsn(role), max_size=1) for role in (OWNER, SEALER)]
    jobs = Jobs(system, *pools)
    yield site, jobs
    for pool in pools:
        pool.close()
    system.close()


@pytest.fixture
def chores(at_work: tuple[TestSite, Jobs]) -> tuple[TestSite, dict[str, Chore]]:
    """The site, and what is done for it by name."""
    site, jobs = at_work
    made = (jobs._site_chores(site.site), jobs._alerting(site.site)())
    return site, {chore.name: chore for each in made for chore in each.chores}


def test_one_wrong_mapping_does_not_keep_the_files_of_the_others_waiting(
    at_work: tuple[TestSite, Jobs], tmp_path: Path
) -> None:
    site, jobs = at_work
    (tmp_path / OWN).mkdir()
    (tmp_path / OWN / "broken.toml").write_text("id = 3")
    (tmp_path / OWN / "m.toml").write_text(LONG_CSV)
    place = tmp_path / "drop" / site.site.key / "m"
    place.mkdir(parents=True)
    (place / "a.csv").write_bytes(long_csv([("m9", 0, 1)]))
    for _ in range(2):  # a chore that fails is made anew: what it has seen stands all the same
        (drop,) = (each for each in jobs._site_chores(site.site).chores if each.name == "drop")
        with pytest.raises(DropFolderError, match="Mapping 'broken' has"):
            drop.step()
    assert [path.name for path in place.iterdir()] == ["refused"]


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


def test_money_that_names_a_document_settles_it_once_a_day(
    chores: tuple[TestSite, dict[str, Chore]],
) -> None:
    site, by_name = chores
    till = Till(Town(site.writer, site.site.key, site.clock))
    till.open("b1")
    day = MIDNIGHT.date()
    number = f"CAM-{day.year}-000001"
    early = Incoming(payment="P", amount=Decimal(20), on=day, means="cash", reference=number)
    till.money.receive("A-b1", early, by=CLERK, command_id=uuid4())
    assert till.issue("A-b1", "20.00", dated=day) == number
    by_name["receivables"].step()
    till.catch_up()
    assert site.rows("SELECT number, settled FROM {s}.open_item") == [(number, Decimal(20))]
    position = till.town.office.books.position()
    by_name["receivables"].step()
    assert till.town.office.books.position() == position


def test_what_is_wished_of_a_take_over_has_a_turn_beside_the_other_chores(
    at_work: tuple[TestSite, Jobs], tmp_path: Path
) -> None:
    site, jobs = at_work
    made = jobs._taking_over(site.site)()
    (chore,) = made.chores
    assert not chore.step()
    books = Books(site.writer, site.site, site.clock)
    file = HandedIn(name="w.xlsx", content=saved(filled(), tmp_path / "w.xlsx").read_bytes())
    TaskDesk(books, jobs._system.vault).ask_load(file, by=CLERK)
    assert not chore.step()
    held = tasks_of(books)
    assert held is not None and held.newest is not None
    assert held.newest.problems > 0, "the site has none of its points"
    topics = [row[0] for row in site.rows("SELECT topic FROM {s}.books_events")]
    assert topics[-1] == "takeover_tasks.ended"


def test_what_one_chore_has_raised_the_others_know_before_the_views_do(
    chores: tuple[TestSite, dict[str, Chore]],
) -> None:
    site, named = chores
    site.project()
    terms = {"for_s": 600}
    define(site, "comm", kind="communication", subject={}, terms=terms, cuts=True)
    define(site, "load")
    site.clock.move_to(at(20))
    failing = device_state("m1", "bus", failing_since=at(0))
    store_states(site.writer, site.schema, [failing], at(20))
    named["ticks"].step()
    site.accept(reading(2, 20, 120_000))
    named["alerts"].step()
    rows = site.rows(
        "SELECT DISTINCT originator_id FROM {s}.operations_events WHERE topic = 'alert.raised'"
    )
    raised = site.application("operations").find_all(identity for (identity,) in rows)
    parents = {alert.key: alert.parent for alert in raised.values() if isinstance(alert, Alert)}
    dead = next(alert.id for alert in raised.values() if alert.key == "comm")
    assert parents == {"comm": None, "load": dead}


def test_a_chore_that_takes_minutes_keeps_no_alert_waiting(
    at_work: tuple[TestSite, Jobs], directory: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, jobs = at_work
    monkeypatch.setattr(System, "sites", lambda _: [site.site])
    checking, stop = threading.Event(), threading.Event()

    def long(*_: object) -> None:
        checking.set()
        stop.wait(30)

    monkeypatch.setattr(processes.jobs, "look_once", long)
    define(site, "load")
    site.project()
    running = threading.Thread(target=jobs.run, args=(stop,))
    running.start()
    try:
        assert checking.wait(20)
        site.accept(reading(2, 0, 1_000_000))
        raised = "SELECT FROM {s}.operations_events WHERE topic = 'alert.raised'"
        until(lambda: bool(site.rows(raised)))
    finally:
        stop.set()
        running.join()
