"""The process that tells people: woken by NOTIFY, from the fact to the gateway, in its rounds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import processes.notices
from energy.alerting.notices.gateway import Gateway, GatewaySettings
from energy.base.clock import Clock, SystemClock, monotonic_s, wait
from energy.base.config import Config
from energy.store.pool import Database
from energy.system import WRITER, System
from processes.notice_gateways import GatewayOfSites
from processes.notices import Notices
from processes.project import site_followers
from tests.energy.alerting.notices import book
from tests.energy.alerting.notices.loopback import (
    DOWN,
    SLOW,
    LoopbackGateway,
    Operator,
    operator,
    settings,
)
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


@pytest.fixture
def operators() -> Iterator[dict[str, Operator]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(operator()) for name in ("first", "second")}


@pytest.fixture
def telling(
    new_site: Any,
    directory: Database,
    operators: dict[str, Operator],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TestSite]:
    """A site whose notices are told, with its views followed beside."""

    def made(told: GatewaySettings, clock: Clock) -> Gateway:
        return LoopbackGateway(told.name, operators[told.name])

    monkeypatch.setattr(processes.notices, "gateway_of", made)
    site: TestSite = new_site()
    config = Config(data_dir=tmp_path, dsn=site.server.dsn(WRITER), pool_size=4)
    system = System(config=config, role=WRITER, clock=SystemClock())
    monkeypatch.setattr(System, "sites", lambda _: [site.site])
    box = system.vault
    book.contact(site, box, "ada", sms=book.ADA_PHONE)
    book.group(site, "duty", "ada")
    book.group(site, "managers")
    book.texts(site)
    book.plan(site)
    book.settle(site)
    gateways = [GatewayOfSites(settings=settings(name), site="") for name in operators]
    notices = Notices(system, gateways)
    stop = threading.Event()
    followed = threading.Thread(target=_followed, args=(site, stop))
    threads = [threading.Thread(target=notices.run, args=(stop,)), followed]
    for thread in threads:
        thread.start()
    _until(lambda: bool(site.rows("SELECT FROM {s}.follower WHERE name = 'notices'")))
    yield site
    stop.set()
    for thread in threads:
        thread.join()
    notices.close()
    system.close()


def _followed(site: TestSite, stop: threading.Event) -> None:
    """Keep the views of operations, as the process `project` does."""
    followers = site_followers(site.writer, site.site, site.clock)
    (operations,) = (each for each in followers if each.name == "operations")
    operations.run(stop)


def _until(holds: Any, most_s: float = 10) -> float:
    begun = monotonic_s()
    while not holds():
        assert monotonic_s() - begun < most_s, "it never came"
        wait(0.01)
    return monotonic_s() - begun


def test_an_alert_is_handed_over_without_waiting_for_a_poll(
    telling: TestSite, operators: dict[str, Operator], monkeypatch: pytest.MonkeyPatch
) -> None:
    book.an_alert(telling, severity="high")  # told once: the clock of the facts stands
    _until(lambda: operators["first"].messages)
    _until(lambda: telling.rows("SELECT FROM {s}.notice WHERE state = 'handed'"))
    assert [told["to"] for told in operators["first"].messages] == [book.ADA_PHONE]


@pytest.mark.parametrize("fault", [DOWN, SLOW])
def test_a_gateway_that_hangs_keeps_the_other_one_from_nothing(
    telling: TestSite, operators: dict[str, Operator], fault: str
) -> None:
    operators["first"].mood = fault
    for n in range(3):
        book.an_alert(telling, f"leak {n}", severity="high")  # told once
    _until(lambda: len(operators["second"].messages) == 3)
    assert operators["first"].messages == []
