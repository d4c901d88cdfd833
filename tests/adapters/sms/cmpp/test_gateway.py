"""CMPP: what only this adapter does; against a gateway written apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from adapters.sms import link
from adapters.sms.cmpp.gateway import CmppGateway
from energy.alerting.notices.gateway import (
    GatewayDownError,
    GatewayKind,
    GatewaySettings,
    Message,
    ReceiptState,
)
from energy.base.clock import ManualClock
from energy.base.errors import ConfigError
from simulator.gateways.ismg import CmppServer

CLOCK = ManualClock(datetime(2026, 11, 23, 8, tzinfo=UTC))
SETTINGS = GatewaySettings(
    name="ismg",
    kind=GatewayKind.SMS,
    adapter="cmpp",
    secret="shared",
    timeout_s=2,
    options={"host": "127.0.0.1", "source": "901234", "sender": "10690000", "service": "alerts"},
)


def message(text: str) -> Message:
    return Message(key=UUID(int=7), to="+8613800138000", language="zh", subject="", text=text)


def gateway(server: CmppServer, **options: str | int | bool) -> CmppGateway:
    given = {**SETTINGS.options, "port": server.port, **options}
    return CmppGateway(replace(SETTINGS, options=given), CLOCK)


@pytest.fixture
def server() -> Iterator[CmppServer]:
    with CmppServer(account="901234", secret="shared", wide=False) as found:
        yield found


@pytest.fixture
def way(server: CmppServer) -> Iterator[CmppGateway]:
    found = gateway(server)
    yield found
    found.close()


def test_a_short_ascii_text_goes_as_it_is_and_a_long_one_as_a_chain_in_ucs2(
    server: CmppServer, way: CmppGateway
) -> None:
    assert way.hand(message("a" * 160)).segments == 1
    assert way.hand(message("a" * 161)).segments == 3
    assert [body[25 + 21] for body in server.segments] == [0, 8, 8, 8]
    assert [len(each.text) for each in server.desk.taken] == [160, 67, 67, 27]
    assert [each.key[2:] for each in server.desk.taken] == ["", "03", "03", "03"]


@pytest.mark.parametrize("honest", [True, False])
def test_a_gateway_that_does_not_know_the_secret_is_not_believed(
    server: CmppServer, way: CmppGateway, honest: bool
) -> None:
    server.honest = honest
    if honest:
        way.login()
    else:
        with pytest.raises(GatewayDownError, match="does not know the secret"):
            way.login()


def test_a_wrong_secret_or_version_is_told_as_down(server: CmppServer) -> None:
    options = {**SETTINGS.options, "port": server.port}
    wrong = CmppGateway(replace(SETTINGS, secret="guess", options=options), CLOCK)
    with pytest.raises(GatewayDownError, match="account or secret"):
        wrong.login()
    with pytest.raises(GatewayDownError, match="cannot be read"):
        gateway(server, version="3.0").login()  # its answer is that of another version


def test_both_sides_ask_whether_the_other_is_there(
    server: CmppServer, way: CmppGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    way.hand(message("a"))
    server.test_client()
    while server.tested == 0:
        way.receipts()
    monkeypatch.setattr(link, "IDLE_S", -1.0)
    way.receipts()
    assert server.tested == 2


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("DELIVRD", ReceiptState.DELIVERED),
        ("ACCEPTD", ReceiptState.ON_ITS_WAY),
        ("MK:0005", ReceiptState.FAILED),
    ],
)
def test_a_status_report_tells_state_word_and_time(
    server: CmppServer, way: CmppGateway, word: str, state: ReceiptState
) -> None:
    handed = way.hand(message("a"))
    server.receipt(server.desk.taken[0].reference, state=word)
    found = []
    while not found:
        found += way.receipts()
    (receipt,) = found
    assert (receipt.reference, receipt.state) == (handed.reference, state)
    assert receipt.reason == (word if state is ReceiptState.FAILED else "")
    assert receipt.at == datetime(2026, 11, 23, 0, 1, tzinfo=UTC)


def test_a_reply_has_a_name_of_its_own_by_which_it_is_one_when_told_twice(
    server: CmppServer, way: CmppGateway
) -> None:
    way.login()
    server.reply("13800138000", "收到 4711")
    first = []
    while not first:
        first += way.replies()
    way.close()
    again = gateway(server)
    second = []
    while not second:
        second += again.replies()
    again.close()
    assert first == second
    assert first[0].reference


def test_wrong_options_are_refused_all_at_once() -> None:
    options = {"host": "x", "source": "9012345", "sender": "机场", "version": "4.0"}
    with pytest.raises(ConfigError) as caught:
        CmppGateway(replace(SETTINGS, options=options), CLOCK)
    for problem in ("source must", "sender must", "service must", "version must be one of 2.0"):
        assert problem in str(caught.value)
