"""Deadlines on a real database: the owner is told, then the desk too, once each, whoever asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from energy.alerting.notices.errors import NoticeError
from energy.base.config import Config
from energy.base.ids import id_of
from energy.service.duty.desk import RosterDesk
from energy.service.reports.errors import ReportError
from energy.service.telling.clocks import Due
from energy.service.telling.desk import ClockDesk
from energy.service.work.kinds import WaitsFor
from energy.system import WRITER, System
from processes.clocks import ClockChore
from tests.energy.alerting.notices import book
from tests.energy.service.work.shop import ANNA, BEN, CLARA, Shop, fold
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
DESK = id_of("person", "at the desk")


class Watch:
    """A site with an owner who has a contact, and somebody on duty."""

    def __init__(self, site: TestSite) -> None:
        self.site, self.shop = site, Shop(site)
        self.began = site.clock.now()
        self.on_duty: dict[str, list[list[Any]]] = {"desk": [[DESK]]}
        self.desk = ClockDesk(site.writer, site.site, site.clock, lambda _at: self.on_duty)
        book.contact(site, book.vault(), "anna", user=ANNA, mail="anna@airport.example")
        book.contact(site, book.vault(), "desk", user=DESK, sms=book.ADA_PHONE)
        self.shop.publish()
        spec = {
            "rest_h": 11,
            "shift": [{"name": "day", "at": "07:00"}, {"name": "night", "at": "19:00"}],
            "post": [{"key": "desk", "kind": "desk", "group": "controllers"}],
            "group": {"controllers": [str(DESK)]},
        }
        self.roster(spec)

    def roster(self, spec: dict[str, Any]) -> None:
        desk = RosterDesk(self.site.writer, self.site.site, self.site.clock)
        desk.set_plan(spec, by=CLARA, command_id=command("duty"))

    def texts(self) -> None:
        book.texts(self.site)
        book.plan(self.site)

    def go(self, minutes: float) -> None:
        self.site.clock.move_to(self.began + timedelta(minutes=minutes))
        fold(self.site)

    def tell(self) -> None:
        """Tell of all that waits, as the chore does."""
        for due in self.desk.waiting():
            self.desk.tell(due)
        fold(self.site)

    def told(self) -> list[tuple[str, str, str]]:
        """Return who was told what: template, what is promised, whom."""
        fold(self.site)
        rows = self.site.rows(
            "SELECT n.notice, c.key FROM {s}.notice AS n JOIN {s}.contact AS c USING (contact) "
            "WHERE n.about = 'clock'"
        )
        found = []
        for notice, key in rows:
            made: Any = self.site.application("operations").find(notice)
            found.append((str(made.template), made.facts["clock"], str(key)))
        return sorted(found)


@pytest.fixture
def watch(site_schema: TestSite) -> Watch:
    return Watch(site_schema)


def test_the_owner_is_told_before_and_the_desk_too_when_it_breaks(watch: Watch) -> None:
    watch.texts()
    incident = watch.shop.open()  # critical: 15 min, 240 min
    watch.go(10)
    watch.tell()
    assert watch.told() == []
    watch.go(12)
    watch.tell()
    watch.tell()
    near = ("clock_near", "response", "anna")
    assert watch.told() == [near]
    watch.go(16)
    watch.tell()
    watch.go(40)
    watch.tell()
    broken = [("clock_broken", "response", who) for who in ("anna", "desk")]
    assert watch.told() == [*broken, near]
    watch.shop.do(incident, "respond")
    watch.shop.do(incident, "diagnose", problem="no_supply", cause="device", words="burnt")
    watch.shop.do(incident, "resolve")
    watch.go(10_000)
    watch.tell()
    assert watch.told() == [*broken, near]  # what is over tells nothing


def test_a_pause_moves_the_instant_and_tells_nothing_twice(watch: Watch) -> None:
    watch.texts()
    incident = watch.shop.open()
    watch.go(1)
    watch.shop.do(incident, "respond")
    watch.go(200)  # of 240 min
    watch.tell()
    near = ("clock_near", "solution", "anna")
    assert watch.told() == [near]
    watch.shop.do(incident, "pause", WaitsFor.PART)
    watch.go(600)
    watch.tell()
    assert watch.told() == [near]
    watch.shop.do(incident, "resume")
    watch.go(610)
    watch.tell()
    assert watch.told() == [near]
    watch.go(641)
    watch.tell()
    broken = [("clock_broken", "solution", who) for who in ("anna", "desk")]
    assert watch.told() == [*broken, near]


def test_an_owner_who_cannot_be_told_has_the_desk_told(watch: Watch) -> None:
    watch.texts()
    order = watch.shop.order(due_at=watch.began + timedelta(minutes=60))
    watch.shop.work(order, "take", by=BEN)  # he has no contact
    watch.go(50)
    watch.tell()
    assert watch.told() == [("clock_near", "order", "desk")]
    watch.shop.work(order, "cancel", by=CLARA, reason="needless")
    watch.go(61)
    watch.tell()
    assert len(watch.told()) == 1


def test_tables_behind_the_journal_tell_nothing(watch: Watch) -> None:
    """In a rebuild, or a lag, what is over seems to last."""
    watch.texts()
    incident = watch.shop.open()
    watch.go(14)
    watch.shop.do(incident, "respond")
    assert watch.desk.waiting() == []  # its response is in the journal, and in no table yet
    fold(watch.site)
    assert watch.desk.waiting() == []


def test_what_broke_long_ago_is_told_to_nobody(watch: Watch) -> None:
    watch.texts()
    watch.shop.open()
    watch.go(3 * 24 * 60)
    watch.tell()
    assert watch.told() == []


def test_where_notices_cannot_go_out_it_is_told_later(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "other"):
        watch.shop.open(name)
    watch.go(14)
    due, _ = watch.desk.waiting()
    with pytest.raises(NoticeError, match="no plan"):
        watch.desk.tell(due)
    tell, asked = ClockDesk.tell, list[object]()

    def counted(desk: ClockDesk, each: Due) -> bool:
        asked.append(each)
        return tell(desk, each)

    monkeypatch.setattr(ClockDesk, "tell", counted)
    config = Config(dsn=watch.site.server.dsn(WRITER))
    system = System(config=config, role=WRITER, clock=watch.site.clock)
    try:
        chore = ClockChore(system, watch.site.site)
        assert not chore.step()
        assert len(asked) == 1  # what no text says of one, none says of the other
        watch.texts()
        watch.on_duty = {}
        fold(watch.site)
        assert not chore.step()
        assert not chore.step()
        assert watch.told() == [("clock_near", "response", "anna")] * 2
    finally:
        system.close()
    order = watch.shop.order(due_at=watch.site.clock.now() + timedelta(minutes=5))
    watch.shop.work(order, "take", by=BEN)
    watch.go(18)
    late = next(each for each in watch.desk.waiting() if each.kind == "order")
    with pytest.raises(ReportError, match="Nobody"):
        watch.desk.tell(late)


def test_two_causes_that_last_are_said_in_the_log_once_each(watch: Watch) -> None:
    """One cannot be told for want of a text, the other for want of anybody."""
    watch.texts()
    watch.on_duty = {}
    watch.shop.open()
    order = watch.shop.order(due_at=watch.began + timedelta(minutes=25))
    watch.shop.work(order, "take", by=BEN)  # he has no contact
    watch.go(23)  # the answer to the incident is late, the order nearly
    refused = {"broken": NoticeError.of("no_plan")}

    class Desk(ClockDesk):
        def tell(self, due: Due) -> bool:
            if due.stage in refused:
                raise refused[due.stage]
            return super().tell(due)

    config = Config(dsn=watch.site.server.dsn(WRITER))
    system = System(config=config, role=WRITER, clock=watch.site.clock)
    try:
        chore = ClockChore(system, watch.site.site)
        chore._desk = Desk(watch.site.writer, watch.site.site, watch.site.clock, lambda _at: {})
        with capture_logs() as logs:
            for _ in range(3):
                chore.step()
        assert sorted(each["number"][0] for each in logs) == ["I", "W"]
    finally:
        system.close()
