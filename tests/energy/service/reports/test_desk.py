"""Reports on a real database: kept once, corrected, reviewed, sent upward, reminded of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.posts import nobody
from energy.base.ids import id_of
from energy.service.reports.desk import ReportDesk
from energy.service.reports.errors import ReportError
from energy.service.reports.incident import incident_contents, stage_owed
from energy.service.reports.reads import (
    ReportState,
    read_edition,
    read_owed,
    read_positions,
    read_report_plan,
    read_reports,
)
from energy.service.reports.report import Made
from energy.service.reports.views import REPORT_TABLES
from energy.service.work.reads import read_incidents
from energy.store.pool import Database
from energy.system import OWNER
from processes.view_rebuild import rebuild_views
from tests.energy.alerting.notices import book
from tests.energy.service.reports.edition import MIDNIGHT, contents
from tests.energy.service.work.shop import ANNA, BEN, Shop, fold
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
PLAN: dict[str, Any] = {
    "to": ["management"],
    "remind": ["eve"],
    "remind_min": 30,
    "deadline": {"day": "08:30"},
    "incident": {"critical": {"initial_min": 30, "final_min": 1440}},
}
POSITIONS = {"metering": 7, "operations": 9}


class Desk:
    """The desk of a site, its plan set, its people in the address book."""

    def __init__(self, site: TestSite) -> None:
        self.site = site
        self.desk = ReportDesk(site.writer, site.site, site.clock, nobody)
        book.contact(site, book.vault(), "ada", sms=book.ADA_PHONE)
        book.contact(site, book.vault(), "eve", mail=book.EVE_MAIL)
        book.group(site, "management", "ada", "eve")
        self.desk.set_plan(PLAN, by=ANNA, command_id=command("plan"))
        site.clock.move_to(MIDNIGHT + timedelta(minutes=10))
        fold(site)

    def tell(self) -> None:
        """Let notices go out: a plan and reviewed texts."""
        book.texts(self.site)
        book.plan(self.site)
        fold(self.site)

    def review(self, edition: int = 1) -> None:
        self.desk.review("day", "2019-01-01", edition, by=BEN, command_id=command("r", edition))

    def send(self, name: object = "send") -> int:
        return self.desk.send("day", "2019-01-01", by=BEN, command_id=command(name))

    def state(self) -> ReportState:
        return self.rows()[0].state(self.site.clock.now(), 30)

    def rows(self, *, every: bool = False) -> list[Any]:
        fold(self.site)
        with self.site.writer.connection() as connection:
            return read_reports(connection, self.site.schema, every=every)

    def notices(self) -> list[tuple[Any, ...]]:
        fold(self.site)
        told = "SELECT about, template, repeat, severity FROM {s}.notice ORDER BY 1, 3, 2, contact"
        return self.site.rows(told)

    def go(self, minutes: int) -> None:
        self.site.clock.move_to(MIDNIGHT + timedelta(minutes=minutes))


@pytest.fixture
def at(site_schema: TestSite) -> Desk:
    return Desk(site_schema)


def test_the_same_contents_are_one_edition_and_others_another_one(at: Desk) -> None:
    assert at.desk.keep(contents(5), POSITIONS) == (1, True)
    assert at.desk.keep(contents(5), {"metering": 99}) == (1, False)
    assert at.desk.keep(contents(6), {"metering": 100}, by=ANNA) == (2, True)
    second, first = at.rows(every=True)
    assert (first.edition, first.positions, first.made_by) == (1, POSITIONS, None)
    assert (second.edition, second.positions, second.made_by) == (2, {"metering": 100}, ANNA)
    assert second.changes == [["peaks", "whole", "used", "5", "6"]]
    assert first.due_at == second.due_at == MIDNIGHT + timedelta(hours=8, minutes=30)
    with at.site.writer.connection() as connection:
        row, kept = read_edition(connection, at.site.schema, "day", "2019-01-01", 1)
        assert (row.edition, kept) == (1, contents(5))
        with pytest.raises(ReportError, match="no report day 2018"):
            read_edition(connection, at.site.schema, "day", "2018")
        assert read_report_plan(connection, at.site.schema).to == ("management",)


def test_what_was_gathered_before_the_newest_edition_makes_none(at: Desk) -> None:
    at.desk.keep(contents(5), {"metering": 100, "operations": 9})
    assert at.desk.keep(contents(6), {"metering": 120, "operations": 9}, by=ANNA) == (2, True)
    assert at.desk.keep(contents(5), {"metering": 110, "operations": 9}) == (2, False)
    assert at.desk.keep(contents(7), {"metering": 119, "operations": 10}) == (3, True)
    # Other rules at the same position tell otherwise of the same facts.
    assert at.desk.keep(contents(8), {"metering": 119, "operations": 10}) == (4, True)


def test_no_edition_has_other_hours(at: Desk) -> None:
    at.desk.keep(contents(5), POSITIONS)
    with pytest.raises(ReportError, match="other hours"):
        at.desk.keep(replace(contents(6), begin="2019-01-01T01:00:00+00:00"), POSITIONS)
    assert [row.edition for row in at.rows(every=True)] == [1]


def test_a_report_goes_upward_once_a_person_stands_for_it(at: Desk) -> None:
    with pytest.raises(ReportError, match="no report"):
        at.send()
    at.desk.keep(contents(5), POSITIONS)
    assert at.state() is ReportState.MADE
    with pytest.raises(ReportError, match="Nobody has reviewed"):
        at.send()
    with pytest.raises(ReportError, match="newest edition"):
        at.review(2)
    at.review()
    at.review()  # the row typed again
    with pytest.raises(ReportError, match="reviewed already"):
        at.desk.review("day", "2019-01-01", 1, by=ANNA, command_id=command("other"))
    assert at.state() is ReportState.REVIEWED
    with pytest.raises(NoticeError, match="no plan"):
        at.send()
    at.tell()
    assert (at.send(), at.send()) == (2, 2)
    with pytest.raises(ReportError, match="went already"):
        at.send("again")
    assert at.notices() == [("report", "report", 1, "high")] * 2
    assert at.state() is ReportState.SENT
    at.desk.keep(contents(6), POSITIONS)
    assert at.state() is ReportState.CORRECTED
    at.review(2)
    assert at.send("second") == 2
    assert [each[2] for each in at.notices()] == [1, 1, 2, 2]
    assert at.state() is ReportState.SENT


def test_who_cannot_be_told_keeps_a_report_here(at: Desk) -> None:
    at.tell()
    at.desk.set_plan({**PLAN, "to": ["gone"]}, by=ANNA, command_id=command("plan 2"))
    at.desk.keep(contents(5), POSITIONS)
    at.review()
    with pytest.raises(ReportError, match="Nobody of those named"):
        at.send()
    assert at.state() is ReportState.REVIEWED


def test_a_deadline_is_reminded_of_before_and_behind_it(at: Desk) -> None:
    at.desk.keep(contents(5), POSITIONS)
    (row,) = at.rows()
    assert not at.desk.remind(row.report)  # eight hours are left
    at.go(8 * 60)
    assert at.state() is ReportState.DUE_SOON
    with pytest.raises(NoticeError, match="no plan"):
        at.desk.remind(row.report)
    at.tell()
    assert at.desk.remind(row.report)
    assert not at.desk.remind(row.report)
    at.go(8 * 60 + 31)
    assert at.state() is ReportState.LATE
    assert at.desk.remind(row.report)
    assert not at.desk.remind(row.report)
    assert at.notices() == [
        ("report_due", "report_due", 0, "high"),
        ("report_due", "report_due", 1, "critical"),
    ]
    at.review()
    at.send()
    assert at.state() is ReportState.SENT_LATE
    (row,) = at.rows()
    assert row.reminded_at < row.due_at < row.late_told_at <= row.sent_at


def test_what_went_upward_is_reminded_of_no_more(at: Desk) -> None:
    at.tell()
    at.desk.keep(contents(5), POSITIONS)
    at.review()
    at.send()
    at.desk.keep(contents(6), POSITIONS)
    at.go(9 * 60)
    assert not at.desk.remind(at.rows()[0].report)
    with pytest.raises(ReportError, match="no report"):
        at.desk.remind(id_of("report", "none"))


def test_a_serious_incident_is_told_by_its_clock(at: Desk) -> None:
    at.tell()
    shop = Shop(at.site)
    shop.publish()
    incident = shop.open()
    number, now = shop.incident_row(incident).number, at.site.clock.now()
    at.site.clock.move_to(now + timedelta(minutes=5))
    with at.site.writer.connection() as connection:
        (owed,) = read_owed(connection, at.site.schema, now)
    assert (owed.incident, owed.owed.name) == (number, "initial")
    assert not at.desk.remind_owed(replace(owed, owed=replace(owed.owed, sent_at=now)))
    assert at.desk.remind_owed(owed)
    assert not at.desk.remind_owed(owed)

    def write(words: str, by: Any = ANNA) -> tuple[int, bool]:
        with at.site.writer.connection() as connection:
            row = read_incidents(connection, at.site.schema, incident=incident)[0]
            due = stage_owed(connection, at.site.site, number, "initial", at.site.clock.now())
            made = incident_contents(
                connection, at.site.site, row, "initial", words, at.site.clock.now()
            )
            positions = read_positions(connection, at.site.schema)
        kept = Made(contents=made, positions=positions, due_at=due.owed.due_at, by=by)
        return at.desk.keep_incident(kept, command_id=command("initial", words))

    with pytest.raises(ReportError, match="at most"):
        write(" ")
    assert write("pump room is wet") == (1, True)
    at.site.tick(120)
    assert write("pump room is wet") == (1, False)  # its clocks have gone on, the words have not
    assert write("pump room is wet, pumps are off") == (2, True)
    span = f"{number}/initial"
    with pytest.raises(ReportError, match="wrote"):
        at.desk.review("incident", span, 2, by=ANNA, command_id=command("own"))
    at.desk.review("incident", span, 2, by=BEN, command_id=command("reviewed"))
    assert at.desk.send("incident", span, by=ANNA, command_id=command("sent")) == 2
    fold(at.site)
    with at.site.writer.connection() as connection:
        (told,) = read_owed(connection, at.site.schema, at.site.clock.now())
        assert told.owed.sent_at is not None
        with pytest.raises(ReportError, match="owes no report 'initial'"):
            stage_owed(connection, at.site.site, number, "initial", at.site.clock.now())
    assert [each[0] for each in at.notices()] == ["report", "report", "report_due"]


def test_who_comes_on_duty_is_not_reminded_again(at: Desk) -> None:
    """Of one deadline one person is told, whoever is at the post by then."""
    at.tell()
    shop = Shop(at.site)
    shop.publish()
    shop.open()
    fold(at.site)
    with at.site.writer.connection() as connection:
        (owed,) = read_owed(connection, at.site.schema, at.site.clock.now())
    at.site.clock.move_to(owed.owed.due_at - timedelta(minutes=1))
    assert at.desk.remind_owed(owed)
    at.desk.set_plan({**PLAN, "remind": ["ada"]}, by=ANNA, command_id=command("plan 2"))
    assert not at.desk.remind_owed(owed)
    at.site.clock.move_to(owed.owed.due_at + timedelta(minutes=1))
    assert at.desk.remind_owed(owed)
    assert len(at.notices()) == 2


def test_tables_folded_anew_are_the_same(at: Desk) -> None:
    at.tell()
    at.desk.keep(contents(5), POSITIONS)
    at.review()
    at.send()
    at.desk.keep(contents(6), POSITIONS)
    fold(at.site)
    before = {name: at.site.rows("SELECT * FROM {s}." + name) for name in REPORT_TABLES}
    owner = Database(at.site.server.dsn(OWNER), max_size=2)
    try:
        facts = (owner, at.site.site, "reports", at.site.clock)
        rebuild_views(*facts, wait_s=5, tell=lambda *_: None)
    finally:
        owner.close()
    after = {name: at.site.rows("SELECT * FROM {s}." + name) for name in REPORT_TABLES}
    assert {name: sorted(map(repr, rows)) for name, rows in after.items()} == {
        name: sorted(map(repr, rows)) for name, rows in before.items()
    }
    assert all(before.values())
