"""SMPP: what goes over the wire, what comes back of it; against a centre written apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from adapters.sms import link
from adapters.sms.smpp.gateway import SmppGateway
from energy.alerting.notices.gateway import (
    GatewayBusyError,
    GatewayDownError,
    GatewayKind,
    GatewayRefusedError,
    GatewaySettings,
    Message,
    ReceiptState,
)
from energy.base.clock import ManualClock
from energy.base.errors import ConfigError
from simulator.gateways.desk import Fault
from simulator.gateways.smsc import MessageCentre

CLOCK = ManualClock(datetime(2026, 11, 23, 8, tzinfo=UTC))
SETTINGS = GatewaySettings(
    name="centre",
    kind=GatewayKind.SMS,
    adapter="smpp",
    secret="secret",
    price=Decimal("0.045"),
    timeout_s=2,
    options={"host": "127.0.0.1", "port": 1, "user": "meterline", "sender": "10690000"},
)


def message(text: str) -> Message:
    return Message(key=UUID(int=7), to="+8613800138000", language="en", subject="", text=text)


def gateway(centre: MessageCentre, **options: str | int | bool) -> SmppGateway:
    given = {**SETTINGS.options, "port": centre.port, **options}
    return SmppGateway(replace(SETTINGS, options=given), CLOCK)


@pytest.fixture
def centre() -> Iterator[MessageCentre]:
    with MessageCentre(user="meterline", password="secret") as found:
        yield found


@pytest.fixture
def way(centre: MessageCentre) -> Iterator[SmppGateway]:
    found = gateway(centre)
    yield found
    found.close()


def test_a_gsm_text_goes_as_septets_and_any_other_in_ucs2(
    centre: MessageCentre, way: SmppGateway
) -> None:
    way.hand(message("a@[b]"))
    way.hand(message("告警"))
    assert centre.segments == [
        (0, 0, bytes([0x61, 0x00, 0x1B, 0x3C, 0x62, 0x1B, 0x3E])),
        (0, 8, bytes.fromhex("544a8b66")),
    ]


def test_a_chain_bears_the_same_number_when_it_is_handed_over_again(
    centre: MessageCentre, way: SmppGateway
) -> None:
    assert way.hand(message("a" * 161)).segments == 2
    handed = way.hand(message("a" * 161))
    assert handed.cost == Decimal("0.090")
    headers = [content[:6] for _, _, content in centre.segments]
    number = headers[0][3]
    assert headers == [bytes([5, 0, 3, number, 2, place]) for place in (1, 2)] * 2
    assert {esm_class for esm_class, _, _ in centre.segments} == {0x40}
    assert [len(content) for _, _, content in centre.segments[:2]] == [159, 14]


def test_a_chain_that_fails_in_the_middle_fails_as_a_whole(
    centre: MessageCentre, way: SmppGateway
) -> None:
    handed = way.hand(message("告" * 150))
    first, second, third = (each.reference for each in centre.desk.taken)
    centre.receipt(first)
    centre.receipt(second, state="EXPIRED")
    centre.receipt(third)
    found = []
    while not found:
        found += way.receipts()
    (receipt,) = found
    assert (receipt.reference, receipt.state) == (handed.reference, ReceiptState.FAILED)
    assert receipt.reason == "EXPIRED err:069"
    while centre.tellings.open:
        assert list(way.receipts()) == []


def test_a_wrong_password_is_told_as_down_with_the_words_of_the_centre(
    centre: MessageCentre,
) -> None:
    way = SmppGateway(
        replace(SETTINGS, secret="wrong", options={**SETTINGS.options, "port": centre.port}), CLOCK
    )
    with pytest.raises(GatewayDownError, match=r"no sign-in.*0x0000000e"):
        way.login()


def test_the_centre_is_answered_when_it_asks_whether_we_are_there(
    centre: MessageCentre, way: SmppGateway
) -> None:
    way.login()
    before = centre.enquired
    centre.enquire()
    while centre.enquired == before:
        way.receipts()


def test_after_a_long_silence_the_centre_is_asked_before_it_is_trusted(
    centre: MessageCentre, way: SmppGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    way.hand(message("a"))
    assert centre.enquired == 0
    monkeypatch.setattr(link, "IDLE_S", -1.0)
    way.receipts()
    assert centre.enquired == 1


def test_decimal_receipts_name_hexadecimal_messages(centre: MessageCentre) -> None:
    way = gateway(centre, receipt_ids="decimal")
    for _ in range(11):
        handed = way.hand(message("a"))
    assert centre.desk.taken[-1].reference == "0000000B"
    assert handed.reference == "11"
    centre.receipt("11")
    found = []
    while not found:
        found += way.receipts()
    assert found[0].reference == handed.reference
    way.close()


def test_receipts_are_dated_by_the_clock_of_the_centre(centre: MessageCentre) -> None:
    way = gateway(centre, zone="Asia/Shanghai")
    way.hand(message("a"))
    centre.receipt(centre.desk.taken[0].reference)
    found = []
    while not found:
        found += way.receipts()
    assert found[0].at == datetime(2026, 11, 23, 0, 1, tzinfo=UTC)
    way.close()


def test_a_full_queue_keeps_the_connection_and_a_fault_of_the_centre_does_not(
    centre: MessageCentre, way: SmppGateway
) -> None:
    centre.desk.plan(Fault.BUSY, Fault.FAULTY)
    with pytest.raises(GatewayBusyError):
        way.hand(message("a"))
    with pytest.raises(GatewayDownError):
        way.hand(message("a"))
    way.hand(message("a"))
    assert centre.desk.logins == 2


@pytest.mark.parametrize("to", ["13800138000", "+86 138", "duty@example.org", ""])
def test_what_is_no_number_never_reaches_the_centre(
    centre: MessageCentre, way: SmppGateway, to: str
) -> None:
    with pytest.raises(GatewayRefusedError, match="no telephone number"):
        way.hand(replace(message("a"), to=to))
    assert centre.desk.logins == 0


def test_wrong_options_are_refused_all_at_once() -> None:
    options = {"host": "", "port": 0, "zone": "Mars", "users": "x"}
    with pytest.raises(ConfigError) as caught:
        SmppGateway(replace(SETTINGS, options=options), CLOCK)
    for problem in ("host must", "port must", "zone 'Mars'", "user must", "unknown option 'users'"):
        assert problem in str(caught.value)
