"""Rows of notices: every event folded, folded anew the same, what waits wakes the sender."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from energy.alerting.notices.contact import Contact
from energy.alerting.notices.gateway import GatewayKind, Handed
from energy.alerting.notices.notice import Notice
from energy.alerting.notices.reply import NoticeReply
from energy.alerting.notices.retries import Next, Try, TryOutcome
from energy.alerting.notices.views import NOTICE_TABLES, notices_channel
from energy.base.ids import id_of
from tests.energy.alerting.notices import book
from tests.fixtures.postgres import NOON, TestSite, command
from tests.fixtures.rebuild import rebuilt

pytestmark = pytest.mark.servers


def notice(site: TestSite, name: str, contact: Contact) -> Notice:
    made = Notice(
        subject=id_of("alert", name),
        about="alert",
        template="alert",
        level=1,
        repeat=0,
        contact=contact.id,
        way="sms",
        severity="critical",
        not_before=NOON,
        facts={"what": "leak"},
        command_id=command("notice", name),
    )
    site.application("operations").store(made)
    return made


def everything(site: TestSite) -> None:
    """Store every event of notices at the least once."""
    box = book.a_book(site)
    operations = site.application("operations")
    ada = book.contact(site, box, "cat", sms="+441632960003")
    by = book.ADMIN
    ada.block(reason="left", by=by, command_id=command("b"))
    ada.unblock(by=by, command_id=command("u"))
    ada.opt_out(GatewayKind.MAIL, by=None, command_id=command("o"))
    ada.opt_out(GatewayKind.SMS, by=None, command_id=command("o2"))
    ada.opt_in(GatewayKind.MAIL, by=None, command_id=command("i"))
    operations.store(ada)
    handed: Any = {
        "gateway": "a",
        "with_it": 1,
        "currency": "GBP",
        "language": "en",
        "text": "Leak",
    }
    told = Handed(reference="r1", segments=2, cost=Decimal("0.08"))
    one, two, three, four = (notice(site, name, ada) for name in ("1", "2", "3", "4"))
    tried = Try(gateway="b", outcome=TryOutcome.DOWN, at=NOON)
    later = Next(gateway="a", not_before=NOON + timedelta(seconds=5))
    one.fail_try(tried, reason="no answer", following=later, command_id=command("t"))
    one.hand(told, **handed, command_id=command("h"))
    one.deliver(at=NOON, command_id=command("d"))
    one.deliver(at=NOON, command_id=command("d again"))
    two.join(one.id, command_id=command("j"))
    three.fail_try(tried, reason="no answer", following=None, command_id=command("t3"))
    four.withdraw("acknowledged", command_id=command("w"))
    six = notice(site, "6", ada)
    six.fail_try(tried, reason="no answer", following=None, command_id=command("t6"))
    six.retry(reason="mast is up", by=by, now=NOON, command_id=command("r6"))
    five = notice(site, "5", ada)
    five.hand(Handed(reference="r5"), **handed, command_id=command("h5"))
    five.fail(at=NOON, reason="absent", command_id=command("f5"))
    ada.erase(by=by, command_id=command("e"))
    reply = NoticeReply(
        gateway="a", way="sms", digest="00", reference="", at=NOON, contact=ada.id,
        person=ada.person, text_sealed="s1:", outcome="unread", alert=None, command_id=command("r"),
    )  # fmt: skip
    operations.store(one, two, three, four, six, five, ada, reply)


def test_every_event_is_folded(site_schema: TestSite) -> None:
    site = site_schema
    everything(site)
    book.settle(site)
    assert site.rows("SELECT * FROM {s}.parked") == []
    assert site.rows(
        "SELECT state, gateway, reference, tries, segments, cost, text FROM {s}.notice "
        "ORDER BY position, queued_at"
    ) == [
        ("delivered", "a", "r1", 1, 2, Decimal("0.08"), "Leak"),
        ("joined", "", "", 0, None, None, ""),
        ("given_up", "", "", 1, None, None, ""),
        ("withdrawn", "", "", 0, None, None, ""),
        ("queued", "", "", 1, None, None, ""),
        ("failed", "a", "r5", 0, 1, Decimal(0), "Leak"),
    ]
    assert site.rows("SELECT n, gateway, outcome, reason FROM {s}.notice_try") == [
        (1, "b", "down", "no answer"),
        (1, "b", "down", "no answer"),
        (1, "b", "down", "no answer"),
    ]
    assert site.rows(
        "SELECT opted_out, blocked, erased, addresses, digests FROM {s}.contact WHERE key = 'cat'"
    ) == [(["sms"], "", True, {}, {})]
    assert site.rows("SELECT key, members FROM {s}.contact_group ORDER BY 1") == [
        ("duty", ["ada", "ben"]),
        ("managers", ["eve"]),
    ]
    counted = site.rows("SELECT count(*), count(reviewed_by) FROM {s}.notice_template")
    assert counted == [(15, 15)]
    assert site.rows("SELECT version FROM {s}.notice_plan") == [(1,)]


def test_folded_anew_the_rows_are_the_same(site_schema: TestSite) -> None:
    site = site_schema
    everything(site)
    book.settle(site)

    def rows() -> list[object]:
        return [
            site.rows("SELECT * FROM {s}." + table + " ORDER BY 1, 2") for table in NOTICE_TABLES
        ]

    before = rows()
    rebuilt(site, "notices")
    assert rows() == before


def test_what_waits_wakes_the_sender_when_the_fold_commits(site_schema: TestSite) -> None:
    site = site_schema
    box = book.vault()
    ada = book.contact(site, box, "ada", sms=book.ADA_PHONE)
    listener = site.writer.direct()
    try:
        listener.execute(f"LISTEN {notices_channel(site.schema)}")
        notice(site, "1", ada)
        book.settle(site)
        assert [note.channel for note in listener.notifies(timeout=60, stop_after=1)]
    finally:
        listener.close()


def test_a_tenant_sees_none_of_it(site_schema: TestSite) -> None:
    tables = ("notice_claim", "notice_receipt", *NOTICE_TABLES)
    walled = site_schema.rows(
        "SELECT count(*) FROM pg_policies WHERE schemaname = %s AND policyname = 'web_sees' "
        "AND tablename = ANY(%s)",
        site_schema.schema,
        list(tables),
    )
    assert walled == [(len(tables),)]
