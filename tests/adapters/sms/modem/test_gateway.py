"""A modem: what only this adapter does; against one on a pseudo-terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from energy.alerting.notices.gateway import (
    GatewayBusyError,
    GatewayDownError,
    GatewayKind,
    GatewaySettings,
    Message,
    ReceiptState,
)
from energy.base.clock import ManualClock
from simulator.gateways.desk import Fault
from simulator.gateways.modem import Modem

if sys.platform == "win32":
    pytest.skip("no pseudo-terminals on this system", allow_module_level=True)
from adapters.sms.modem.gateway import ModemGateway

CLOCK = ManualClock(datetime(2026, 11, 23, 8, tzinfo=UTC))


def gateway(modem: Modem, *, secret: str = "", **options: Any) -> ModemGateway:
    settings = GatewaySettings(
        name="modem",
        kind=GatewayKind.SMS,
        adapter="modem",
        secret=secret,
        timeout_s=1,
        options={"device": modem.device, **options},
    )
    return ModemGateway(settings, CLOCK)


def message(text: str) -> Message:
    return Message(key=UUID(int=7), to="+8613800138000", language="en", subject="", text=text)


@pytest.fixture
def modem(tmp_path: Path) -> Iterator[Modem]:
    with Modem(tmp_path) as found:
        yield found


def test_what_was_stored_with_us_is_deleted_from_the_card(modem: Modem) -> None:
    way = gateway(modem)
    way.hand(message("a"))
    modem.report(modem.desk.taken[0].reference)
    modem.receive("8613800138000", "OK 4711")
    assert len(way.receipts()) == len(way.replies()) == 1
    assert modem.stored == 2
    assert len(way.receipts()) == len(way.replies()) == 0
    assert modem.stored == 0
    way.close()


def test_a_report_that_the_phone_is_off_comes_before_the_last_one(modem: Modem) -> None:
    way = gateway(modem)
    handed = way.hand(message("a"))
    modem.report(modem.desk.taken[0].reference, status=0x21)
    modem.report(modem.desk.taken[0].reference, status=0x46)
    waits, failed = way.receipts()
    assert (waits.reference, waits.state) == (handed.reference, ReceiptState.ON_ITS_WAY)
    assert (failed.reference, failed.state) == (handed.reference, ReceiptState.FAILED)
    assert failed.reason == "status 0x46"
    assert "13800138000" not in handed.reference
    way.close()


def test_a_card_is_given_its_pin_and_a_wrong_one_only_once(tmp_path: Path) -> None:
    with Modem(tmp_path, pin="1234") as modem:
        for _ in range(3):  # the rounds make a gateway anew after each failure
            wrong = gateway(modem, secret="9999")
            for _ in range(2):
                with pytest.raises(GatewayDownError, match="PIN"):
                    wrong.login()
        assert modem.pins_tried == 1
        right = gateway(modem, secret="1234")
        right.login()
        right.close()
        assert modem.pins_tried == 2


def test_a_modem_without_a_network_is_down(tmp_path: Path) -> None:
    with Modem(tmp_path, registered=False) as modem, pytest.raises(GatewayDownError) as caught:
        gateway(modem).login()
    assert str(caught.value) == "no network has the modem"


def test_an_error_of_the_network_keeps_the_line_open(modem: Modem) -> None:
    way = gateway(modem)
    modem.desk.plan(Fault.BUSY)
    with pytest.raises(GatewayBusyError, match="error 42"):
        way.hand(message("a"))
    way.hand(message("a"))
    assert modem.commands.count("ATE0") == 1
    way.close()


def test_without_reports_none_is_asked_for(modem: Modem) -> None:
    way = gateway(modem, reports=False)
    way.hand(message("a"))
    assert (way.receipted, list(way.receipts())) == (False, [])
    assert not [each for each in modem.commands if "CNMI" in each or "SR" in each]
    way.close()


def test_what_nobody_can_read_is_left_out_and_deleted(modem: Modem) -> None:
    modem._keep("SM", "0004")
    modem._keep("SM", "no pdu")
    way = gateway(modem)
    assert list(way.replies()) == []
    assert list(way.replies()) == []
    assert modem.stored == 0
    way.close()
