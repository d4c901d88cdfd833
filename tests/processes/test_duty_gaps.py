"""Gaps of a roster tell themselves to who plans, once each, whoever looks how often."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from energy.alerting.notices.texts import notice_values
from energy.base.config import Config
from energy.base.errors import ConflictError
from energy.service.telling.gap_desk import GapDesk
from energy.system import WRITER, System
from processes.duty_gaps import GapChore
from tests.energy.alerting.notices import book
from tests.energy.service.duty.offices import Office, slot
from tests.energy.service.duty.rota import ADA, BOSS, CY, EVE, FAY, SPEC, named, on
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
TOLD = "SELECT notice, severity FROM {s}.notice WHERE about = 'duty_gap' ORDER BY position"
SPEC_FIRST: dict[str, Any] = {"day": [str(EVE)], "night": [str(EVE)]}


class Watch:
    """A roster of two weeks whose gaps are told to Eve three days ahead."""

    def __init__(self, site: TestSite, system: System) -> None:
        self.office, self.site, self.chore = Office(site), site, GapChore(system, site.site)
        book.contact(site, book.vault(), "eve", mail=book.EVE_MAIL)
        self.plan("three days", {"to": ["eve"], "days": 3})

    def plan(self, name: str, gap: dict[str, Any]) -> None:
        self.set_plan(name, {**SPEC, "gap": gap})

    def set_plan(self, name: str, spec: dict[str, Any]) -> None:
        self.office.rosters.set_plan(spec, by=BOSS, command_id=command("plan", name))
        self.office.settle()

    def change(self, where: Any, who: Any) -> None:
        said = command("change", where, who, self.site.clock.now())
        self.office.rosters.change(where, who, reason="x", by=BOSS, command_id=said)
        self.office.settle()

    def told(self) -> list[tuple[Any, ...]]:
        self.chore.step()
        self.office.settle()
        operations = self.site.application("operations")
        rows = self.site.rows(TOLD)
        return [(operations.find(notice).facts["what"], severity) for notice, severity in rows]


@pytest.fixture
def watch(new_site: Any) -> Iterator[Watch]:
    site: TestSite = new_site()
    system = System(config=Config(dsn=site.server.dsn(WRITER)), role=WRITER, clock=site.clock)
    made = Watch(site, system)
    book.texts(site)
    book.plan(site)
    made.office.settle()
    yield made
    system.close()


def a_gap(watch: Watch, day: int = 2) -> str:
    """Let Eve be away: her day is left open on purpose, her night is taken."""
    where = slot(day, "day", "first")
    leave = watch.office.ask(EVE, day, day)
    given = {where: None, slot(day, "night", "first"): CY}
    watch.office.leave.approve(leave, given, by_rule=False, by=BOSS, command_id=command("a", day))
    watch.office.settle()
    return str(where)


def test_a_gap_ahead_is_told_once_and_again_when_it_is_another_one(watch: Watch) -> None:
    assert watch.told() == [], "a stand-in's post is no gap, nor what is far"
    draft = {"desk": {"day": ["-", str(ADA)], "night": [str(CY)]}, "first": SPEC_FIRST}
    roster = watch.office.draft(14, 4, draft)
    watch.office.rosters.publish(roster, by=BOSS, command_id=command("next"))
    watch.office.go_to(11, 12)
    watch.office.settle()
    gap = str(slot(14, "day"))
    assert watch.told() == [(gap, "high")]
    watch.office.go_to(12, 12)
    assert watch.told() == [(gap, "high")]
    watch.change(slot(14, "day"), FAY)
    assert len(watch.told()) == 1
    watch.office.go_to(13, 9)
    assert len(watch.told()) == 2, "the day behind the next one came near"
    watch.office.go_to(13, 12)
    assert len(watch.told()) == 2


def test_what_is_left_open_on_purpose_is_told_to_nobody(watch: Watch) -> None:
    a_gap(watch)
    assert watch.told() == []


def test_the_end_of_the_last_roster_is_told_once(watch: Watch) -> None:
    watch.office.go_to(11, 12)
    what = f"{on(14).isoformat()}/*/*"
    assert watch.told() == [(what, "high")]
    watch.office.go_to(13, 12)
    assert watch.told() == [(what, "high")]


def test_two_processes_tell_of_a_gap_once(watch: Watch) -> None:
    watch.office.go_to(11, 12)

    def tell(_: int) -> int:
        desk = GapDesk(watch.site.writer, watch.site.site, watch.site.clock)
        try:
            return desk.tell()
        except ConflictError:
            return 0

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(tell, range(2))) == 1
    assert len(watch.told()) == 1


def test_who_cannot_be_told_now_is_told_later(watch: Watch) -> None:
    watch.plan("nobody", {"to": ["stranger"], "days": 3})
    watch.office.go_to(11, 12)
    assert watch.told() == []
    watch.plan("eve", {"to": ["eve"], "days": 3})
    assert len(watch.told()) == 1


def test_a_gap_is_told_in_the_words_of_whoever_reads_it(watch: Watch) -> None:
    watch.set_plan("named", {**named(), "gap": {"to": ["eve"], "days": 3}})
    draft = {"desk": {"day": ["-", str(ADA)], "night": [str(CY)]}, "first": SPEC_FIRST}
    roster = watch.office.draft(14, 4, draft)
    watch.office.rosters.publish(roster, by=BOSS, command_id=command("next"))
    watch.office.go_to(11, 12)
    watch.office.settle()
    gap = slot(14, "day")
    assert watch.told() == [(str(gap), "high")], "the key stays in the fact"
    ((notice, _),) = watch.site.rows(TOLD)
    kept = watch.site.application("operations").find(notice)
    for language, words in (("en", "Day · Control room"), ("zh", "白班 · 控制室")):
        facts = {"language": language, "site": watch.site.site, "link": ""}
        told = notice_values([kept], now=watch.site.clock.now(), **facts)
        assert told["what"] == f"{gap.day} {words}"
