"""What the chore of reports reminds of: one report that fails stops no other reminder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from energy.base.config import Config
from energy.base.errors import ConflictError
from energy.service.reports.desk import ReportDesk
from energy.service.reports.incident import incident_contents
from energy.service.reports.reads import read_owed, read_reports
from energy.service.reports.report import Made, report_id
from energy.service.work.reads import read_incidents
from energy.system import WRITER, System
from processes.shift_reports.making import ReportChore
from tests.energy.alerting.notices import book
from tests.energy.service.work.shop import ANNA, Shop, fold
from tests.fixtures.batches import MIDNIGHT
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
PLAN: dict[str, Any] = {
    "to": ["eve"],
    "remind_min": 30,
    "deadline": {"day": "08:30"},
    "incident": {"critical": {"initial_min": 30, "final_min": 1440}},
}


class Watch:
    """A site that owes the report of a day and those of a serious incident."""

    def __init__(self, site: TestSite, system: System) -> None:
        self.site, self.shop = site, Shop(site)
        self.chore = ReportChore(system, site.site)
        self.desk = ReportDesk(site.writer, site.site, site.clock)
        book.contact(site, book.vault(), "eve", mail=book.EVE_MAIL)
        book.texts(site)
        book.plan(site)
        self.shop.publish()
        self.desk.set_plan(PLAN, by=ANNA, command_id=command("plan"))
        self.go(10)

    def go(self, minutes: int) -> None:
        """Move on to some minutes behind midnight."""
        self.site.clock.move_to(MIDNIGHT + timedelta(minutes=minutes))
        fold(self.site)

    def step(self) -> list[tuple[Any, ...]]:
        """Let the chore do its round; return the reminders there are by now."""
        self.chore.step()
        fold(self.site)
        names = {report_id(self.site.site.key, "day", "2018-12-31"): "2018-12-31"}
        for (number,) in self.site.rows("SELECT number FROM {s}.incident"):
            name = f"{number}/initial"
            names[report_id(self.site.site.key, "incident", name)] = name
        told = "SELECT subject, repeat FROM {s}.notice WHERE about = 'report_due'"
        return sorted((names[subject], repeat) for subject, repeat in self.site.rows(told))

    def write(self, number: str) -> None:
        """Write the first report of an incident; nobody has reviewed it yet."""
        now = self.site.clock.now()
        with self.site.writer.connection() as connection:
            (row,) = read_incidents(connection, self.site.schema)
            (owed,) = read_owed(connection, self.site.schema, now)
            words = (row, "initial", "half is dark", now)
            made = incident_contents(connection, self.site.site, *words)
        assert row.number == number
        kept = Made(contents=made, positions={}, due_at=owed.owed.due_at, by=ANNA)
        self.desk.keep_incident(kept, command_id=command("initial"))
        fold(self.site)


@pytest.fixture
def watch(new_site: Any) -> Iterator[Watch]:
    site: TestSite = new_site(at=MIDNIGHT)
    site.project()
    system = System(config=Config(dsn=site.server.dsn(WRITER)), role=WRITER, clock=site.clock)
    yield Watch(site, system)
    system.close()


def test_a_written_report_of_an_incident_stops_no_reminder(watch: Watch) -> None:
    assert watch.step() == []  # the report of the day is made; its deadline is far
    watch.go(7 * 60 + 50)
    number = watch.shop.incident_row(watch.shop.open()).number
    initial = f"{number}/initial"
    watch.go(7 * 60 + 51)
    assert watch.step() == [(initial, 0)]
    watch.write(number)
    assert watch.step() == [(initial, 0)]
    watch.go(8 * 60 + 5)
    assert watch.step() == [("2018-12-31", 0), (initial, 0)]
    watch.go(8 * 60 + 21)
    assert watch.step() == [("2018-12-31", 0), (initial, 0), (initial, 1)]
    assert watch.step() == [("2018-12-31", 0), (initial, 0), (initial, 1)]


def test_a_report_that_was_reminded_of_as_owed_is_kept_as_reminded(watch: Watch) -> None:
    """Both ways of reminding make the same notice: the second one keeps what is new."""
    watch.go(7 * 60 + 50)
    number = watch.shop.incident_row(watch.shop.open()).number
    watch.go(7 * 60 + 51)
    assert (f"{number}/initial", 0) in watch.step()
    watch.write(number)
    with watch.site.writer.connection() as connection:
        (row,) = read_reports(connection, watch.site.schema, kind="incident")
    assert watch.desk.remind(row.report)
    assert not watch.desk.remind(row.report)


def test_where_nobody_can_be_told_no_report_is_loaded(
    new_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site: TestSite = new_site(at=MIDNIGHT)
    site.project()
    system = System(config=Config(dsn=site.server.dsn(WRITER)), role=WRITER, clock=site.clock)
    try:
        ReportDesk(site.writer, site.site, site.clock).set_plan(
            PLAN, by=ANNA, command_id=command("plan")
        )
        chore, asked = ReportChore(system, site.site), list[object]()
        site.clock.move_to(MIDNIGHT + timedelta(minutes=10))
        chore.step()
        monkeypatch.setattr(ReportDesk, "remind", lambda _, report: asked.append(report))
        for minute in (11, 8 * 60 + 10, 9 * 60):
            fold(site)
            site.clock.move_to(MIDNIGHT + timedelta(minutes=minute))
            chore.step()
        assert asked == []
        book.contact(site, book.vault(), "eve", mail=book.EVE_MAIL)
        book.texts(site)
        book.plan(site)
        fold(site)
        chore.step()
        assert len(asked) == 1
    finally:
        system.close()


def test_who_is_always_faster_stops_no_other_reminder(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.step()
    watch.go(8 * 60)
    number = watch.shop.incident_row(watch.shop.open()).number

    def lost(*_: object) -> bool:
        raise ConflictError.of("known.changed")

    monkeypatch.setattr(ReportDesk, "remind", lost)
    watch.go(8 * 60 + 5)
    assert watch.step() == [(f"{number}/initial", 0)]
