"""Reports made by themselves from real readings: once a span, corrected by what comes late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboards.queries.sql_site import SqlSite
from dashboards.shift_papers.cells import Reader
from dashboards.shift_papers.told import about_rows
from energy.base.config import Config
from energy.service.duty.desk import RosterDesk
from energy.service.reports.desk import ReportDesk
from energy.service.reports.errors import ReportError
from energy.service.reports.kinds import ReportKind
from energy.service.reports.reads import read_edition, read_reports
from energy.service.reports.table import Contents
from energy.system import WRITER, System
from processes.shift_reports import making
from processes.shift_reports.gathering import Gathered, gather
from processes.shift_reports.making import ReportChore, make_report
from tests.energy.service.duty.rota import BOSS, SPEC
from tests.energy.service.work.shop import fold
from tests.fixtures.batches import MIDNIGHT, reading
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
DAY_MIN = 24 * 60
SECOND = datetime(2019, 1, 2, tzinfo=UTC)


class Works:
    """A site with one meter, its system and the chore that makes reports."""

    def __init__(self, site: TestSite, system: System) -> None:
        self.site, self.system = site, system
        self.chore = ReportChore(system, site.site)

    def read(self, first: int, last: int) -> None:
        """Read the meter each quarter of an hour: 0.1 kWh more each time. [min]."""
        rows = [reading(1, at, at // 15 * 10) for at in range(first, last + 1, 15)]
        self.site.accept(*rows)
        self.site.project(rollups=True)

    def go(self, at: datetime) -> None:
        self.site.clock.move_to(at)

    def step(self) -> bool:
        more = self.chore.step()
        fold(self.site)
        return more

    def made(self) -> list[tuple[str, str, int]]:
        with self.site.writer.connection() as connection:
            rows = read_reports(connection, self.site.schema)
        return [(each.kind, each.span, each.edition) for each in rows]

    def contents(
        self, span: str = "2019-01-01", edition: int | None = None, kind: str = "day"
    ) -> Contents:
        with self.site.writer.connection() as connection:
            return read_edition(connection, self.site.schema, kind, span, edition)[1]


@pytest.fixture
def works(new_site: Any) -> Iterator[Works]:
    site: TestSite = new_site(at=MIDNIGHT)
    assert site.counter() == 1
    site.project()
    system = System(config=Config(dsn=site.server.dsn(WRITER)), role=WRITER, clock=site.clock)
    yield Works(site, system)
    system.close()


def energy(contents: Contents) -> dict[str, Any]:
    found = contents.table("energy")
    assert found is not None
    return found.dicts()[0]


def test_a_day_is_reported_once_a_little_after_its_end(works: Works) -> None:
    works.read(0, DAY_MIN)
    works.go(SECOND + timedelta(minutes=9))
    assert not works.step()
    assert works.made() == []
    works.go(SECOND + timedelta(minutes=10))
    assert not works.step()
    assert not works.step()
    assert works.made() == [("day", "2019-01-01", 1)]
    told = works.contents()
    assert (energy(told)["used"], energy(told)["missing"]) == (9_600, 0)
    assert energy(told)["previous_missing"] == 1000
    assert (told.facts["peak_w"], told.facts["electricity_wh"]) == (400, 9_600)
    quality = told.table("quality")
    assert quality is not None
    assert quality.rows[0][:4] == ("electricity", 1, 96, 96)


def test_what_comes_late_makes_a_corrected_edition_with_the_next_day(works: Works) -> None:
    works.read(0, 18 * 60)
    works.go(SECOND + timedelta(minutes=10))
    works.step()
    first = works.contents()
    assert (energy(first)["used"], energy(first)["missing"]) == (7_200, 250)
    assert first.series[0].values[71:73] == (100, None)
    works.go(SECOND + timedelta(hours=8))
    works.read(18 * 60 + 15, DAY_MIN + 8 * 60)
    works.step()
    assert works.made() == [("day", "2019-01-01", 1)]  # it is looked at with the next report
    works.go(SECOND + timedelta(days=1, minutes=10))
    works.step()
    assert works.made() == [("day", "2019-01-02", 1), ("day", "2019-01-01", 2)]
    assert works.contents(edition=1) == first
    assert energy(works.contents())["missing"] == 0
    with works.site.writer.connection() as connection:
        row, _ = read_edition(connection, works.site.schema, "day", "2019-01-01")
    told = [each[:3] for each in row.changes]
    assert ["energy", "electricity · -", "used"] in told
    assert ["quality", "electricity", "missing"] in told


def test_shifts_are_those_of_the_plan_of_duty(works: Works) -> None:
    desk = RosterDesk(works.site.writer, works.site.site, works.site.clock)
    desk.set_plan(SPEC, by=BOSS, command_id=command("plan"))
    fold(works.site)
    works.read(0, DAY_MIN)
    works.go(SECOND + timedelta(minutes=10))
    while works.step():
        pass
    kinds = [kind for kind, *_ in works.made()]
    assert kinds.count("day") == 1
    assert "shift" in kinds
    assert len(set(works.made())) == len(kinds)


def test_a_new_plan_of_duty_rewrites_no_report_of_a_shift_that_was(works: Works) -> None:
    desk = RosterDesk(works.site.writer, works.site.site, works.site.clock)
    desk.set_plan(SPEC, by=BOSS, command_id=command("plan"))
    fold(works.site)
    works.read(0, 2 * DAY_MIN)
    works.go(SECOND + timedelta(hours=15))
    while works.step():
        pass
    before = {made for made in works.made() if made[0] == "shift"}
    assert ("shift", "2019-01-02/night", 1) not in before
    later = [{"name": "day", "at": "08:00"}, {"name": "late", "at": "14:00"}]
    night = {"name": "night", "at": "20:00"}
    desk.set_plan({**SPEC, "shift": [*later, night]}, by=BOSS, command_id=command("plan 2"))
    fold(works.site)
    works.go(SECOND + timedelta(hours=33))
    while works.step():
        pass
    after = {made for made in works.made() if made[0] == "shift"}
    assert after == before | {("shift", f"2019-01-02/{name}", 1) for name in ("day", "night")}


def test_a_site_that_was_away_makes_up_for_its_days(works: Works) -> None:
    works.read(0, DAY_MIN)
    works.go(SECOND + timedelta(minutes=10))
    works.step()
    works.go(SECOND + timedelta(days=6, hours=1))
    while works.step():
        pass
    days = [span for kind, span, _ in works.made() if kind == "day"]
    assert days == [f"2019-01-0{day}" for day in range(7, 0, -1)]
    assert ("week", "2019-W01", 1) in works.made()


def gathering(monkeypatch: pytest.MonkeyPatch, broken: str = "") -> list[str]:
    """Return the list that fills with the spans that are gathered; one of them cannot be."""
    asked: list[str] = []

    def gather_(at: SqlSite, kind: ReportKind, name: str) -> Gathered:
        asked.append(name)
        if name == broken:
            raise ZeroDivisionError(name)
        return gather(at, kind, name)

    monkeypatch.setattr(making, "gather", gather_)
    return asked


def test_a_span_that_cannot_be_gathered_stops_no_other_one(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    works.read(0, DAY_MIN)
    works.go(SECOND + timedelta(minutes=10))
    works.step()
    works.go(SECOND + timedelta(days=2, minutes=10))
    with monkeypatch.context() as patch:
        asked = gathering(patch, "2019-01-02")
        while works.step():
            pass
        assert not works.step()
        assert works.made() == [("day", "2019-01-03", 1), ("day", "2019-01-01", 1)]
        assert asked.count("2019-01-02") == 1  # it is left alone for a while
    works.go(SECOND + timedelta(days=2, minutes=15))
    works.step()
    assert ("day", "2019-01-02", 1) in works.made()


def test_a_report_whose_row_is_not_there_yet_is_not_made_over_and_over(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    works.read(0, DAY_MIN)
    works.go(SECOND + timedelta(days=1, minutes=10))
    asked = gathering(monkeypatch)
    for _ in range(4):
        works.chore.step()
    assert asked == ["2019-01-02"]


def test_what_is_not_over_is_not_reported(works: Works) -> None:
    with pytest.raises(ReportError, match="not over"):
        make_report(works.system, works.site.site, ReportKind.DAY, "2019-01-01")


def test_payments_are_told_of_whole_days_as_they_were_there(works: Works) -> None:
    duty = RosterDesk(works.site.writer, works.site.site, works.site.clock)
    half = [{"name": "early", "at": "06:30"}, {"name": "late", "at": "18:30"}]
    posts = [{"key": "desk", "kind": "desk", "group": "controllers"}]
    spec = {**SPEC, "shift": half, "post": posts}
    duty.set_plan(spec, by=BOSS, command_id=command("plan"))
    desk = ReportDesk(works.site.writer, works.site.site, works.site.clock)
    desk.set_plan({"money": True}, by=BOSS, command_id=command("reports"))
    fold(works.site)
    works.read(0, 2 * DAY_MIN)
    works.go(SECOND + timedelta(days=3))
    paid = (
        "INSERT INTO {s}.payment (payment, account, amount, received_on, means, reference, "
        "applied, refunded, reversed_on, position) "
        "VALUES (%s, 'A-1', %s, '2019-01-01', 'cash', '', 0, 0, %s, 1) RETURNING 1"
    )
    for name, amount, taken_back in (("P-1", 10, None), ("P-2", 5, "2019-01-03")):
        works.site.rows(paid, name, amount, taken_back)
    works.site.rows(paid, "P-3", 7, "2019-01-01")
    make_report(works.system, works.site.site, ReportKind.DAY, "2019-01-01")
    make_report(works.system, works.site.site, ReportKind.SHIFT, "2019-01-01/early")
    fold(works.site)
    day, shift = works.contents(), works.contents("2019-01-01/early", kind="shift")
    tables = [each.table("money") for each in (day, shift)]
    assert [[row["total"] for row in each.dicts()] for each in tables if each] == [["15"], []]
    # A shift from half past six on is summed from then on, not from six.
    assert "summed_begin" not in shift.facts
    assert energy(shift)["used"] == 4_800
    assert len(shift.series[0].values) == 48


def test_a_shift_that_begins_within_an_interval_says_what_is_summed(works: Works) -> None:
    duty = RosterDesk(works.site.writer, works.site.site, works.site.clock)
    odd = [{"name": "early", "at": "06:20"}, {"name": "late", "at": "18:30"}]
    posts = [{"key": "desk", "kind": "desk", "group": "controllers"}]
    spec = {**SPEC, "shift": odd, "post": posts}
    duty.set_plan(spec, by=BOSS, command_id=command("plan"))
    fold(works.site)
    works.read(0, 2 * DAY_MIN)
    works.go(SECOND + timedelta(days=3))
    make_report(works.system, works.site.site, ReportKind.SHIFT, "2019-01-01/early")
    fold(works.site)
    shift = works.contents("2019-01-01/early", kind="shift")
    assert shift.begin == "2019-01-01T06:20:00+00:00"
    assert shift.facts["summed_begin"] == "2019-01-01T06:15:00+00:00"
    assert energy(shift)["used"] == 4_900
    with works.site.writer.connection() as connection:
        row, _ = read_edition(connection, works.site.schema, "shift", shift.span)
    reader = Reader(language="en", zone=ZoneInfo("UTC"), name_of=lambda _: None)
    assert ["Energy of", "2019-01-01 06:15 – 2019-01-01 18:30"] in about_rows(row, shift, reader)


def test_a_plan_adds_the_agreed_demand_and_money(works: Works) -> None:
    spec = {"contract_kw": "0.5", "money": True}
    ReportDesk(works.site.writer, works.site.site, works.site.clock).set_plan(
        spec, by=BOSS, command_id=command("reports")
    )
    fold(works.site)
    works.read(0, DAY_MIN)
    works.go(SECOND + timedelta(minutes=10))
    works.step()
    told = works.contents()
    peaks, money = told.table("peaks"), told.table("money")
    assert peaks is not None
    assert money is not None
    assert peaks.dicts()[0]["of_limit"] == 800
    assert money.rows == ()
