"""A test message goes to the duty phones once a shift; what became of it is told."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy.alerting.notices.desk import ContactWords, NoticeDesk
from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.notice import NoticeState
from energy.alerting.notices.plan import plan_from
from energy.alerting.notices.shift_tests import (
    Sent,
    ShiftRow,
    ShiftState,
    ShiftTests,
    present_rows,
    read_shifts,
    state_of,
)
from tests.energy.alerting.notices import book
from tests.fixtures.postgres import NOON, TestSite, command

SHIFTS: dict[str, Any] = {
    "at": ["07:00", "12:00", "19:00"],
    "group": "duty",
    "way": "sms",
    "within_s": 600,
}
LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("sent", "minutes", "state"),
    [
        (None, 5, ShiftState.WAITING),
        (None, 11, ShiftState.NOT_SENT),
        (Sent(state=NoticeState.QUEUED), 5, ShiftState.WAITING),
        (Sent(state=NoticeState.QUEUED), 11, ShiftState.LATE),
        (Sent(state=NoticeState.HANDED), 5, ShiftState.SENT),
        (Sent(state=NoticeState.HANDED), 11, ShiftState.UNANSWERED),
        (Sent(state=NoticeState.GIVEN_UP), 5, ShiftState.FAILED),
        (Sent(state=NoticeState.FAILED), 11, ShiftState.FAILED),
        (
            Sent(state=NoticeState.DELIVERED, delivered_at=NOON + timedelta(minutes=10)),
            60,
            ShiftState.RECEIVED,
        ),
        (
            Sent(state=NoticeState.DELIVERED, delivered_at=NOON + timedelta(minutes=11)),
            60,
            ShiftState.LATE,
        ),
    ],
)
def test_a_message_is_sent_received_or_late(
    sent: Sent | None, minutes: int, state: ShiftState
) -> None:
    assert state_of(sent, NOON, 600, NOON + timedelta(minutes=minutes)) is state


@pytest.mark.parametrize(
    "wrong", [{"at": ["7 o'clock"]}, {"at": []}, {"at": ["07:00+01:00"]}, {"way": "drum"}, {"x": 1}]
)
def test_a_shift_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(NoticeError):
        plan_from({**tomllib.loads(book.PLAN), "shift_test": [SHIFTS | wrong]}, LONDON)


@pytest.mark.servers
def test_a_shift_sends_one_message_to_each_who_can_be_told(new_site: Any) -> None:
    site: TestSite = new_site()
    box = book.vault()
    book.contact(site, box, "ada", sms=book.ADA_PHONE)
    book.contact(site, box, "eve", mail=book.EVE_MAIL)
    book.group(site, "duty", "ada", "eve")
    book.plan(site, shift_test=[SHIFTS])
    book.settle(site)
    site.tick(5)
    desk = NoticeDesk(site.writer, site.site, box, site.clock)
    for _ in range(2):  # a process that was started again
        tests = ShiftTests(site.writer, site.site, desk, site.clock)
        tests.step()
        tests.step()
    book.settle(site)
    assert site.rows("SELECT way, state, template FROM {s}.notice") == [("sms", "queued", "test")]
    assert _states(site) == {"ada": ShiftState.WAITING, "eve": ShiftState.WAITING}
    site.tick(700)
    assert _states(site) == {"ada": ShiftState.LATE, "eve": ShiftState.NOT_SENT}
    site.tick(7 * 3600)
    ShiftTests(site.writer, site.site, desk, site.clock).step()
    book.settle(site)
    assert site.rows("SELECT count(*) FROM {s}.notice") == [(2,)], "the next shift has its own"


def _states(site: TestSite) -> dict[str, ShiftState]:
    now = site.clock.now()
    with site.writer.connection() as connection:
        rows = read_shifts(connection, site.site, now - timedelta(hours=1), now)
    return {row.contact: row.state for row in rows}


def test_each_way_has_its_own_present_shift() -> None:
    def row(minutes: int, way: str) -> ShiftRow:
        begin = NOON + timedelta(minutes=minutes)
        return ShiftRow(begin=begin, contact="ada", way=way, state=ShiftState.SENT)

    rows = [row(0, "sms"), row(-30, "mail"), row(-720, "sms"), row(-750, "mail")]
    assert {(each.way, each.begin) for each in present_rows(rows)} == {
        ("sms", NOON),
        ("mail", NOON - timedelta(minutes=30)),
    }


@pytest.mark.servers
def test_a_number_given_within_the_shift_is_tried(new_site: Any) -> None:
    site: TestSite = new_site()
    box = book.vault()
    book.contact(site, box, "eve", mail=book.EVE_MAIL)
    book.group(site, "duty", "eve")
    book.plan(site, shift_test=[SHIFTS])
    book.settle(site)
    desk = NoticeDesk(site.writer, site.site, box, site.clock)
    tests = ShiftTests(site.writer, site.site, desk, site.clock)
    site.tick(5)
    tests.step()
    words = ContactWords(
        key="eve",
        name="Eve",
        language="en",
        acknowledges=True,
        addresses={GatewayKind.SMS: book.ADA_PHONE},
    )
    desk.register(words, by=book.ADMIN, command_id=command("a telephone"))
    book.settle(site)
    tests.step()
    book.settle(site)
    assert site.rows("SELECT way, state FROM {s}.notice") == [("sms", "queued")]


@pytest.mark.servers
def test_a_plan_that_tries_a_group_nobody_has_is_refused(new_site: Any) -> None:
    site: TestSite = new_site()
    desk = NoticeDesk(site.writer, site.site, book.a_book(site), site.clock)
    book.settle(site)
    spec = tomllib.loads(book.PLAN) | {"shift_test": [SHIFTS | {"group": "night"}]}
    with pytest.raises(NoticeError, match="night"):
        desk.set_plan(spec, by=book.ADMIN, command_id=command("nobody's"))
