"""An alert reaches whoever is on duty at that hour: stand-ins are called, who is away is not."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from energy.alerting.notices.desk import NoticeDesk
from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.posts import groups_at, posts_of
from energy.alerting.notices.shift_tests import ShiftTests, read_shifts
from energy.alerting.notices.telling import Telling
from energy.service.duty.calling import called_by, posts_known
from tests.energy.alerting.notices import book
from tests.energy.alerting.notices.chain import Chain
from tests.energy.alerting.notices.loopback import operator
from tests.energy.service.duty.offices import Office, slot
from tests.energy.service.duty.rota import ADA, BEN, BOSS, CY, DEE, EVE, FAY, SPEC
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
PHONES = {name: f"+44163296000{n}" for n, name in enumerate(("ada", "ben", "cy", "dee", "fay"))}
USERS = {"ada": ADA, "ben": BEN, "cy": CY, "dee": DEE, "fay": FAY, "eve": EVE}


class Night:
    """Contacts of everybody, groups of posts, a roster; Ada has the night of day 4."""

    def __init__(self, site: TestSite, chain: Chain, office: Office) -> None:
        self.site, self.chain, self.office = site, chain, office

    def alert(self, name: str, day: int, hour: int, minute: int = 0) -> list[str]:
        """Raise a critical alert; return the telephones that are told within half a minute."""
        self.office.go_to(day, hour, minute)
        before = len(self.chain.first.messages)
        book.an_alert(self.site, name)
        self.chain.go(1)
        return [str(told["to"]) for told in self.chain.first.messages[before:]]


@pytest.fixture
def night(site_schema: TestSite) -> Iterator[Night]:
    site = site_schema
    office = Office(site)
    box = book.vault()
    for key, phone in PHONES.items():
        book.contact(site, box, key, user=USERS[key], sms=phone)
    book.contact(site, box, "eve", user=EVE, mail=book.EVE_MAIL)
    office.settle()
    posts = posts_known(site.writer, site.site)
    desk = NoticeDesk(site.writer, site.site, box, site.clock, posts)
    desk.set_group("duty", ["post:desk"], by=BOSS, command_id=command("duty"))
    desk.set_group("managers", ["post:first"], by=BOSS, command_id=command("managers"))
    with pytest.raises(NoticeError, match=r"post:throne is no post .* post:desk, post:first"):
        desk.set_group("duty", ["post:throne"], by=BOSS, command_id=command("x"))
    book.texts(site)
    book.plan(site)
    with ExitStack() as stack:
        first, second, mail = (stack.enter_context(operator()) for _ in range(3))
        chain = Chain(site=site, vault=box, first=first, second=second, mail=mail)
        called = called_by(site.writer, site.site)
        chain.telling = Telling(site.writer, site.site, site.clock, called=called)
        yield Night(site, chain, office)


def test_an_alert_at_three_reaches_the_stand_in_and_not_who_is_away(night: Night) -> None:
    assert night.alert("before", 2, 3) == [PHONES["ada"]], "the night that began the day before"
    leave = night.office.ask(ADA, 4, 4)
    night.office.leave.approve(leave, {}, by_rule=True, by=BOSS, command_id=command("approve"))
    assert night.alert("leak", 5, 3) == [PHONES["dee"]], "Dee stands in for Ada"


def test_what_nobody_acknowledges_is_told_to_who_comes_on_duty(night: Night) -> None:
    assert night.alert("leak", 4, 18, 58) == [PHONES["ben"]]
    night.chain.first.messages.clear()
    night.office.go_to(4, 19, 4)
    night.chain.go()
    assert [told["to"] for told in night.chain.first.messages] == [PHONES["ada"]]


def test_a_post_left_uncovered_calls_all_who_may_and_are_not_away(night: Night) -> None:
    leave = night.office.ask(ADA, 4, 4)
    uncovered = {slot(4, "night"): None}
    night.office.leave.approve(
        leave, uncovered, by_rule=False, by=BOSS, command_id=command("approve")
    )
    found = night.alert("leak", 5, 3)
    assert sorted(found) == sorted(PHONES[key] for key in ("ben", "cy", "dee", "fay"))


def test_the_test_message_of_a_shift_goes_to_who_is_on_duty_in_it(night: Night) -> None:
    site = night.site
    rows = {"at": ["07:00", "19:00"], "group": "duty", "way": "sms", "within_s": 600}
    book_plan = {**tomllib.loads(book.PLAN), "shift_test": [rows]}
    called = called_by(site.writer, site.site)
    desk = NoticeDesk(site.writer, site.site, night.chain.vault, site.clock)
    desk.set_plan(book_plan, by=BOSS, command_id=command("plan with tests"))
    night.office.go_to(4, 19, 1)
    book.settle(site)
    ShiftTests(site.writer, site.site, desk, site.clock, called).step()
    book.settle(site)
    now = site.clock.now()
    with site.writer.connection() as connection:
        first = now - timedelta(hours=13)
        found = read_shifts(connection, site.site, first, now, called)
    assert [(each.contact, each.state) for each in found] == [
        ("ada", "waiting"),
        ("ben", "not_sent"),
    ]


def test_a_storm_asks_once_who_is_on_duty(night: Night) -> None:
    site, asked = night.site, []
    find = called_by(site.writer, site.site)

    def called(at: datetime) -> Mapping[str, Sequence[Sequence[UUID]]]:
        asked.append(at)
        return find(at)

    night.chain.telling = Telling(site.writer, site.site, site.clock, called=called)
    night.office.go_to(4, 12)
    for number in range(5):
        book.an_alert(site, f"storm {number}")
    book.settle(site)
    while night.chain.telling.follow():
        pass
    book.settle(site)
    assert site.rows("SELECT count(*) FROM {s}.notice") == [(5,)]
    assert len(asked) == 1


def test_who_is_on_duty_and_cannot_be_told_does_not_leave_the_alert_to_nobody(
    night: Night,
) -> None:
    """Ada has the night of day 4: blocked, she is told nothing, and all who may are."""
    site = night.site
    desk = NoticeDesk(site.writer, site.site, night.chain.vault, site.clock)
    made = command("block")
    desk.change_contact("ada", lambda ada: ada.block(reason="left", by=BOSS, command_id=made))
    found = night.alert("leak", 5, 3)
    assert sorted(found) == sorted(PHONES[key] for key in ("ben", "cy", "dee", "fay"))


def test_who_has_no_address_for_the_way_of_the_plan_does_not_leave_it_to_nobody(
    night: Night,
) -> None:
    """Ada has mail alone, and critical alerts go by telephone: all who may are told."""
    site, made, sms = night.site, command("opt out"), GatewayKind.SMS
    desk = NoticeDesk(site.writer, site.site, night.chain.vault, site.clock)
    desk.change_contact("ada", lambda ada: ada.opt_out(sms, by=BOSS, command_id=made))
    book.contact(site, night.chain.vault, "ada-mail", user=ADA, mail="ada@example.org")
    telephone = tomllib.loads(book.PLAN.replace('["sms", "mail"]', '["sms"]'))
    desk.set_plan(telephone, by=BOSS, command_id=command("telephone"))
    found = night.alert("leak", 5, 3)
    assert sorted(found) == sorted(PHONES[key] for key in ("ben", "cy", "dee", "fay"))


def test_a_post_that_a_later_plan_has_no_more_still_calls_somebody(night: Night) -> None:
    posts = [{**each, "key": f"new-{each['key']}"} for each in SPEC["post"]]
    night.office.rosters.set_plan({**SPEC, "post": posts}, by=BOSS, command_id=command("other"))
    assert sorted(night.alert("leak", 40, 3)) == sorted(PHONES.values())


def test_without_a_roster_leave_covers_the_night_behind_its_last_day(night: Night) -> None:
    leave = night.office.ask(ADA, 30, 30)
    night.office.leave.approve(leave, {}, by_rule=True, by=BOSS, command_id=command("approve"))
    assert PHONES["ada"] not in night.alert("leak", 31, 3)
    assert PHONES["ada"] in night.alert("flood", 31, 8)


def test_a_roster_that_ran_out_is_said_each_day_and_not_at_each_alert(night: Night) -> None:
    find = called_by(night.site.writer, night.site.site)
    with capture_logs() as lines:
        for day, hour in ((40, 3), (40, 5), (40, 12), (41, 12), (41, 12)):
            find(night.office.instant(day, hour))
    gaps = [each["why"] for each in lines if each.get("post") == "desk"]
    assert gaps == ["no_roster"] * 3, "of the night that began the day before, of day 40, of 41"


def test_groups_without_posts_ask_nobody() -> None:
    def find(_at: object) -> dict[str, list[object]]:
        raise AssertionError("nobody is to be asked")

    groups = {"duty": ["ada", "ben"]}
    assert groups_at(groups, [], find, None) == groups  # type: ignore[arg-type]
    assert posts_of({"a": ["post:desk", "ada"], "b": []}) == {"desk"}
