"""Alerts reach telephones over SMPP and CMPP: receipts, replies, a fault in mid-hand-over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from energy.alerting.notices.codes import short_code
from energy.alerting.notices.gateway import GatewayKind, GatewaySettings
from energy.base.clock import monotonic_s, wait
from energy.base.config import Config
from energy.store.pool import Database
from energy.system import WRITER, System
from processes.notice_gateways import GatewayOfSites
from processes.notices import Notices
from processes.project import site_followers
from simulator.gateways.desk import Fault
from simulator.gateways.ismg import CmppServer
from simulator.gateways.smsc import MessageCentre
from tests.energy.alerting.notices import book
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


@dataclass
class Operators:
    """A site whose notices go to two operators: the first by SMPP, the second by CMPP."""

    site: TestSite
    centre: MessageCentre
    ismg: CmppServer

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.site.rows(sql)


class Running:
    """A clock that runs on from when the site's own stands."""

    def __init__(self, begun: datetime) -> None:
        self._begun, self._begun_s = begun, monotonic_s()

    def now(self) -> datetime:
        return self._begun + timedelta(seconds=monotonic_s() - self._begun_s)


def settings(adapter: str, **options: str | int | bool) -> GatewaySettings:
    return GatewaySettings(
        name=adapter,
        kind=GatewayKind.SMS,
        adapter=adapter,
        secret="secret",
        currency="CNY",
        timeout_s=2,
        options={"host": "127.0.0.1", "sender": "10690000", **options},
    )


def until(holds: Callable[[], object], most_s: float = 90) -> None:
    begun_s = monotonic_s()
    while not holds():
        assert monotonic_s() - begun_s < most_s, "it never came"
        wait(0.02)


@pytest.fixture
def operators(
    new_site: Any, directory: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Operators]:
    site: TestSite = new_site()
    config = Config(data_dir=tmp_path, dsn=site.server.dsn(WRITER), pool_size=4)
    system = System(config=config, role=WRITER, clock=Running(site.clock.now()))
    monkeypatch.setattr(System, "sites", lambda _: [site.site])
    book.contact(site, system.vault, "ada", sms=book.ADA_PHONE)
    book.group(site, "duty", "ada")
    book.group(site, "managers")
    book.texts(site)
    book.plan(site)
    book.settle(site)
    (projected,) = (
        each
        for each in site_followers(site.writer, site.site, site.clock)
        if each.name == "operations"
    )
    centre = MessageCentre(user="meterline", password="secret")
    ismg = CmppServer(account="901234", secret="secret", wide=False)
    stop = threading.Event()
    with centre, ismg:
        ways = [
            settings("smpp", port=centre.port, user="meterline"),
            settings("cmpp", port=ismg.port, source="901234", service="alerts"),
        ]
        notices = Notices(system, [GatewayOfSites(settings=each, site="") for each in ways])
        threads = [
            threading.Thread(target=each, args=(stop,)) for each in (notices.run, projected.run)
        ]
        for thread in threads:
            thread.start()
        until(lambda: site.rows("SELECT FROM {s}.follower WHERE name = 'notices'"))
        yield Operators(site, centre, ismg)
        stop.set()
        for thread in threads:
            thread.join()
        notices.close()
        system.close()


def delivered(operators: Operators) -> bool:
    return operators.rows("SELECT state FROM {s}.notice") == [("delivered",)]


def test_a_receipt_told_twice_is_one_and_a_reply_acknowledges(operators: Operators) -> None:
    alert = book.an_alert(operators.site)
    code = short_code(alert.id)
    taken = operators.centre.desk.taken
    until(lambda: code in "".join(each.text for each in taken))
    assert taken[0].to == book.ADA_PHONE.removeprefix("+")
    operators.centre.receipt(taken[-1].reference, times=2)
    until(lambda: delivered(operators))
    operators.centre.reply(taken[0].to, f"ok {code}")
    until(lambda: operators.rows("SELECT FROM {s}.alert WHERE acknowledged_at IS NOT NULL"))
    until(lambda: operators.centre.tellings.open == 0)
    assert operators.ismg.desk.taken == []


def test_what_one_operator_refuses_to_hear_the_other_one_tells(operators: Operators) -> None:
    operators.centre.desk.always(Fault.DOWN)
    book.an_alert(operators.site)
    taken = operators.ismg.desk.taken
    until(lambda: taken)
    for each in list(taken):
        operators.ismg.receipt(each.reference)
    until(lambda: delivered(operators))
    assert operators.centre.desk.taken == []


def test_a_message_whose_answer_was_lost_is_told_again_and_delivered_once(
    operators: Operators,
) -> None:
    operators.centre.desk.plan(Fault.CUT)
    book.an_alert(operators.site)
    desks = (operators.centre.desk, operators.ismg.desk)
    until(lambda: sum(len(desk.taken) for desk in desks) == 2)
    until(lambda: operators.rows("SELECT FROM {s}.notice WHERE state = 'handed'"))
    for each in operators.centre.desk.taken:
        operators.centre.receipt(each.reference)
    for each in operators.ismg.desk.taken:
        operators.ismg.receipt(each.reference)
    until(lambda: delivered(operators))
    told = "SELECT count(*) FROM {s}.operations_events WHERE topic = 'notice.delivered'"
    assert operators.rows(told) == [(1,)]
