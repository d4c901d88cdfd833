"""Handed over: once, by the gateway that works, under one key, whatever breaks (row 25)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import psycopg
import pytest

from energy.alerting.notices.codes import short_code
from energy.alerting.notices.desk import NoticeDesk
from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.notice import TOLD, NoticeState
from energy.alerting.raising import Raising
from energy.alerting.signal import Signal, SignalState
from energy.base.ids import id_of
from tests.energy.alerting.notices import book
from tests.energy.alerting.notices.chain import Chain
from tests.energy.alerting.notices.loopback import (
    BAD,
    BROKEN,
    BUSY,
    DOWN,
    LOST,
    OK,
    SLOW,
    operator,
)
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers


@pytest.fixture
def chain(site_schema: TestSite) -> Iterator[Chain]:
    with ExitStack() as stack:
        first, second, mail = (stack.enter_context(operator()) for _ in range(3))
        vault = book.a_book(site_schema)
        yield Chain(site=site_schema, vault=vault, first=first, second=second, mail=mail)


def test_an_alert_is_handed_over_in_the_language_of_each_with_its_code(chain: Chain) -> None:
    alert = book.an_alert(chain.site)
    chain.go()
    assert [told["to"] for told in chain.first.messages] == [book.ADA_PHONE, book.BEN_PHONE]
    english, chinese = (told["text"] for told in chain.first.messages)
    assert english.startswith("Airport Energy: critical: ")
    assert f"Reply {short_code(alert.id)}" in english
    assert english.endswith(f"https://m.example/alerts?alert={alert.id}")
    assert chinese.startswith("【机场能源】紧急告警：")
    assert chain.site.rows("SELECT DISTINCT state, gateway, cost, currency FROM {s}.notice") == [
        ("handed", "first", Decimal("0.04"), "GBP")
    ]
    assert chain.second.messages == chain.mail.messages == []


def test_a_message_leads_to_the_camera_that_the_rule_names(chain: Chain) -> None:
    alert = book.an_alert(chain.site)
    with chain.site.writer.connection() as connection:
        connection.execute(
            f"INSERT INTO {chain.site.schema}.rule (rule, key, version, name, channel, spec, "
            "position) VALUES (%s, 'leak', 1, 'leak', 1, %s, 1)",
            (alert.rule, '{"camera": "https://cam.example/f0"}'),
        )
    chain.go()
    assert {told["camera"] for told in chain.first.messages} == {"https://cam.example/f0"}


@pytest.mark.parametrize("fault", [DOWN, SLOW, BAD, BUSY, BROKEN])
def test_the_next_gateway_takes_what_the_first_one_does_not(chain: Chain, fault: str) -> None:
    chain.first.mood = fault
    book.an_alert(chain.site)
    chain.go()
    assert [told["to"] for told in chain.second.messages] == [book.ADA_PHONE, book.BEN_PHONE]
    assert chain.first.messages == []
    outcome = {BAD: "refused", BUSY: "busy"}.get(fault, "down")
    assert chain.site.rows("SELECT DISTINCT gateway, outcome FROM {s}.notice_try") == [
        ("first", outcome)
    ]


def test_when_no_gateway_takes_it_the_next_way_and_level_are_told(chain: Chain) -> None:
    chain.first.mood = chain.second.mood = DOWN
    book.an_alert(chain.site)
    for _ in range(40):
        chain.go(10)
    assert ("ada", "sms", "given_up") in chain.states()
    assert chain.mail.messages[0]["to"] == "ben@airport.example"
    chain.first.mood = OK
    for _ in range(40):
        chain.go(10)
    assert book.EVE_MAIL in [told["to"] for told in chain.mail.messages]


def test_a_refusal_by_all_gives_it_up_at_once(chain: Chain) -> None:
    chain.first.mood = chain.second.mood = BAD
    book.an_alert(chain.site)
    chain.go()
    assert ("ada", "sms", "given_up") in chain.states()
    assert ("ben", "mail", "handed") in chain.states()


def test_what_was_given_up_is_tried_anew_by_every_gateway_and_once_only(chain: Chain) -> None:
    chain.first.mood = chain.second.mood = BAD
    book.an_alert(chain.site)
    chain.go()
    lost = chain.site.rows("SELECT notice FROM {s}.notice WHERE state = 'given_up'")
    desk = NoticeDesk(chain.site.writer, chain.site.site, chain.vault, chain.site.clock)

    def retried(what: str, reason: str = "the mast is up") -> None:
        for (notice,) in lost:
            told = command(what, str(notice))
            desk.retry(notice, reason, by=book.ADMIN, command_id=told)

    with pytest.raises(NoticeError, match="Say why"):
        retried("why not", " ")
    retried("still bad")
    chain.go(5)
    assert chain.first.messages == chain.second.messages == [], "they refuse it still"
    chain.first.mood = OK
    retried("good")
    retried("good")  # the same command again
    chain.go(5)
    assert sorted(told["to"] for told in chain.first.messages) == [book.ADA_PHONE, book.BEN_PHONE]
    assert ("ada", "sms", "handed") in chain.states()
    with pytest.raises(NoticeError, match="was not given up"):
        retried("once more")
    with pytest.raises(NoticeError, match="No notice begins with"):
        desk.retry(command("none"), "x", by=book.ADMIN, command_id=command("x"))
    chain.go(600)
    assert len({told["key"] for told in chain.first.messages}) == len(chain.first.messages)


def test_what_is_acknowledged_meanwhile_is_withdrawn_when_it_is_tried_anew(chain: Chain) -> None:
    chain.first.mood = chain.second.mood = BAD
    alert = book.an_alert(chain.site)
    chain.go()
    ((notice,),) = chain.site.rows(
        "SELECT notice FROM {s}.notice AS n JOIN {s}.contact USING (contact) "
        "WHERE state = 'given_up' AND key = 'ada'"
    )
    chain.change(alert.id, lambda it: it.acknowledge(by=book.ADMIN, command_id=command("ack")))
    chain.first.mood = OK
    desk = NoticeDesk(chain.site.writer, chain.site.site, chain.vault, chain.site.clock)
    desk.retry(notice, "the mast is up", by=book.ADMIN, command_id=command("anew"))
    chain.go(5)
    assert ("ada", "sms", "withdrawn") in chain.states()
    assert chain.first.messages == []


def cut_behind_the_hand_over(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process die between the gateway's answer and our record."""
    with monkeypatch.context() as patch:
        for _, sending in chain.gateways:
            patch.setattr(sending._operations, "store", _away)
        with pytest.raises(psycopg.OperationalError):
            chain.go()
    chain.start()


def _away(*_: Any) -> int:
    raise psycopg.OperationalError("the server closed the connection")


def test_cut_off_behind_the_hand_over_it_is_handed_over_again_under_the_same_key(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.an_alert(chain.site)
    cut_behind_the_hand_over(chain, monkeypatch)
    (told,) = chain.first.messages
    chain.go()
    assert chain.first.taken[told["key"]] == 1, "its claim holds"
    chain.claims_run_out()
    chain.go()
    assert chain.first.taken[told["key"]] == 2
    assert len(chain.first.messages) == 2, "a phone shows it once"
    assert chain.site.rows("SELECT known FROM {s}.notice ORDER BY known") == [(False,), (True,)]
    assert {state for _, _, state in chain.states()} == {"handed"}


def test_what_came_after_a_cut_is_not_taken_for_told_by_what_went_before_it(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.change_plan(chain.site, person_per_hour=1)
    book.an_alert(chain.site, "before", severity="high")
    cut_behind_the_hand_over(chain, monkeypatch)
    (told,) = chain.first.messages
    chain.telling.follow()
    book.settle(chain.site)
    book.an_alert(chain.site, "later", severity="high")
    chain.claims_run_out()
    chain.go()
    mine = [state for who, _, state in chain.states() if who == "ada"]
    assert sorted(mine) == ["handed", "queued"], "the message that has gone names the first alone"
    chain.go(3601)
    assert [each["to"] for each in chain.first.messages].count(told["to"]) == 2


def test_two_senders_hand_it_over_once(chain: Chain) -> None:
    book.an_alert(chain.site)
    others = Chain(
        site=chain.site, vault=chain.vault, first=chain.first, second=chain.second, mail=chain.mail
    )
    chain.telling.follow()
    book.settle(chain.site)
    chain.telling.follow()
    book.settle(chain.site)
    for one, other in zip(chain.gateways, others.gateways, strict=True):
        one[1].step()
        other[1].step()
    assert set(chain.first.taken.values()) == {1}


def test_what_somebody_acknowledged_meanwhile_is_not_sent(chain: Chain) -> None:
    chain.first.mood = chain.second.mood = DOWN
    alert = book.an_alert(chain.site)
    chain.go()
    chain.acknowledge(alert.id)
    chain.first.mood = OK
    chain.go(60)
    assert chain.first.messages == []
    assert {state for _, _, state in chain.states()} == {"withdrawn"}


def test_what_came_and_went_while_it_waited_is_told_as_that(chain: Chain) -> None:
    chain.first.mood = chain.second.mood = DOWN
    alert = book.an_alert(chain.site)
    chain.go()
    chain.clear(alert.id)
    chain.first.mood = OK
    chain.go(60)
    assert "over since" in chain.first.messages[0]["text"]


def test_who_is_blocked_opted_out_or_erased_is_told_nothing(chain: Chain) -> None:
    book.an_alert(chain.site)
    operations = chain.site.application("operations")
    book.settle(chain.site)
    chain.telling.follow()
    book.settle(chain.site)
    rows = chain.site.rows(
        "SELECT contact FROM {s}.contact WHERE key IN ('ada', 'ben') ORDER BY key"
    )
    ada, ben = operations.find_all(contact for (contact,) in rows).values()
    ada.block(reason="left", by=book.ADMIN, command_id=command("block"))
    ben.erase(by=book.ADMIN, command_id=command("erase"))
    operations.store(ada, ben)
    chain.go()
    assert chain.first.messages == []
    assert [told["to"] for told in chain.mail.messages] == [book.EVE_MAIL], "the next level"


def test_a_person_is_told_of_more_than_the_limit_in_one_message(chain: Chain) -> None:
    book.change_plan(chain.site, person_per_hour=3)
    for n in range(10):
        book.an_alert(chain.site, f"leak {n}", severity="high")
    chain.go()
    texts = [told["text"] for told in chain.first.messages if told["to"] == book.ADA_PHONE]
    assert len(texts) == 3
    assert "8 alerts: " in texts[-1]
    told = [state for who, _, state in chain.states() if who == "ada"]
    assert sorted(told) == ["handed"] * 3 + ["joined"] * 7


def test_a_gateway_gets_no_more_than_its_limit_in_a_minute(chain: Chain) -> None:
    chain.per_minute = 3
    chain.start()
    for n in range(4):
        book.an_alert(chain.site, f"leak {n}", severity="high")
    chain.go()
    assert len(chain.first.messages) == 3
    chain.go(61)
    assert len(chain.first.messages) == 6


def test_what_is_critical_goes_first(chain: Chain) -> None:
    book.an_alert(chain.site, "late", severity="high")
    critical = book.an_alert(chain.site, "leak")
    chain.per_minute = 2
    chain.start()
    chain.go()
    assert {told["code"] for told in chain.first.messages} == {short_code(critical.id)}


FAULTS = [OK, OK, DOWN, SLOW, BAD, BUSY, BROKEN, LOST]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_breaks_each_alert_is_told_or_escalated_and_none_is_lost(
    chain: Chain, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 25 of the fault matrix: gateways break at random, the process dies now and then."""
    luck = np.random.default_rng(seed)
    alerts = []
    for n in range(12):
        for each in (chain.first, chain.second, chain.mail):
            each.mood = str(luck.choice(FAULTS))
        if n % 3 == 0:
            severity = str(luck.choice(["critical", "high"]))
            alerts.append(book.an_alert(chain.site, f"alert {n}", severity))
        if luck.random() < 0.3 and any(
            each.mood in {OK, BAD, BUSY, BROKEN} for each in (chain.first, chain.mail)
        ):
            _cut_somewhere(chain, monkeypatch)
        if luck.random() < 0.2:
            chain.clear(alerts[luck.integers(len(alerts))].id)
        chain.go(int(luck.choice([1, 15, 120])))
        _receipts(chain, luck)
    for each in (chain.first, chain.second, chain.mail):
        each.mood = OK
    for _ in range(12):
        chain.claims_run_out()
        chain.go(300)
    rows = chain.site.rows("SELECT subject, state FROM {s}.notice WHERE about = 'alert'")
    for alert in alerts:
        states = {state for subject, state in rows if subject == alert.id}
        assert states & set(map(str, TOLD)), f"seed {seed}: lost {alert.id}: {states}"
    assert NoticeState.QUEUED not in {state for _, state in rows}
    shown = [m["key"] for op in (chain.first, chain.second, chain.mail) for m in op.messages]
    for key in {key for key in shown if shown.count(key) > 1}:
        assert chain.notice(key).tries, f"seed {seed}: {key} was told twice without any doubt"
    assert chain.site.rows("SELECT * FROM {s}.parked") == []


def _cut_somewhere(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        for _, sending in chain.gateways:
            patch.setattr(sending._operations, "store", _away)
        with suppress(psycopg.OperationalError):
            chain.go()
    chain.start()
    chain.claims_run_out()


def _receipts(chain: Chain, luck: np.random.Generator) -> None:
    """Give receipts, some of them twice."""
    for each in (chain.first, chain.second):
        for told in each.messages:
            if luck.random() < 0.5:
                at = chain.site.clock.now().isoformat()
                state = "delivered" if luck.random() < 0.9 else "failed"
                row = {"reference": f"ref-{told['key'][:8]}", "state": state, "at": at}
                each.receipts += [row, row] if luck.random() < 0.5 else [row]


@pytest.mark.parametrize("number", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_so_many_alerts_of_two_rules_are_a_message_for_each_rule(chain: Chain, number: int) -> None:
    site = chain.site
    now = site.clock.now()
    signals = [
        Signal(
            alert=id_of("alert", site.site.key, str(n)),
            state=SignalState.RAISED,
            at=now - timedelta(milliseconds=5 * (number - n) % 50_000),
            value=120,
            limit=100,
            rule=id_of("rule", str(n % 2)),
            severity="critical",
            channel=n + 1,
            name=f"Rule {n % 2}",
            key=f"rule-{n % 2}",
        )
        for n in range(number)
    ]
    raising = Raising(site.writer, site.schema, site.clock)
    for begin in range(0, number, 1000):
        raising.take(signals[begin : begin + 1000])
    chain.go()
    assert site.rows("SELECT count(*) FROM {s}.alert WHERE parent IS NOT NULL") == [(number,)]
    told = [message["to"] for message in chain.first.messages]
    assert sorted(told) == sorted([book.ADA_PHONE, book.BEN_PHONE] * 2)
    assert site.rows("SELECT * FROM {s}.parked") == []
