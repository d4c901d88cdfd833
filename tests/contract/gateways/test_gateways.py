"""Every gateway keeps the same contract; each case runs against a real server on the loopback."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

from energy.alerting.notices.gateway import (
    Gateway,
    GatewayBusyError,
    GatewayDownError,
    GatewayRefusedError,
    Receipt,
    ReceiptState,
    Reply,
)
from energy.base.clock import monotonic_s
from energy.base.sms_text import segment_count
from simulator.gateways.desk import Fault
from tests.contract.gateways.ways import TIMEOUT_S, WAYS, Way

T = TypeVar("T", Receipt, Reply)
TEXT = "Feeder 12 tripped."
ANSWERING = [name for name, way in WAYS.items() if way.answers]
LATEST_S = 10.0


def come(ask: Callable[[], Sequence[T]], number: int) -> list[T]:
    """Ask until so many have come; what a network brings takes its time."""
    found: list[T] = []
    until_s = monotonic_s() + LATEST_S
    while len(found) < number and monotonic_s() < until_s:
        found += ask()
    return found


def able(fault: Fault) -> list[str]:
    """Return the ways whose gateway can do this wrong."""
    return [name for name, way in WAYS.items() if fault in way.faults]


def test_a_message_is_handed_over_whole_and_its_cost_is_told(way: Way, gateway: Gateway) -> None:
    handed = gateway.hand(way.message(TEXT))
    (taken,) = way.desk.taken
    assert (taken.to.lstrip("+"), handed.segments) == (way.to.lstrip("+"), 1)
    assert TEXT in taken.text
    assert str(handed.cost) == "0.05"


def test_chinese_and_long_texts_arrive_as_they_were_written(way: Way, gateway: Gateway) -> None:
    text = "【首都机场能源】12号馈线跳闸，影响3家租户，请立即确认。" * 5 + "😀 [end]"
    handed = gateway.hand(way.message(text))
    assert text in "".join(each.text for each in way.desk.taken)
    assert handed.segments in {len(way.desk.taken), segment_count(text)}


@pytest.mark.parametrize("way", able(Fault.REFUSED), indirect=True)
def test_a_recipient_refused_for_good_says_so_and_the_next_message_goes(
    way: Way, gateway: Gateway
) -> None:
    way.desk.plan(Fault.REFUSED)
    with pytest.raises(GatewayRefusedError):
        gateway.hand(way.message(TEXT))
    gateway.hand(way.message(TEXT, 2))
    assert len(way.desk.taken) == 1


@pytest.mark.parametrize("way", able(Fault.BUSY), indirect=True)
def test_a_busy_gateway_asks_for_time_and_took_nothing(way: Way, gateway: Gateway) -> None:
    way.desk.plan(Fault.BUSY)
    with pytest.raises(GatewayBusyError):
        gateway.hand(way.message(TEXT))
    assert way.desk.taken == []
    gateway.hand(way.message(TEXT))
    assert len(way.desk.taken) == 1


@pytest.mark.parametrize(
    ("way", "fault"),
    [(name, fault) for fault in (Fault.DOWN, Fault.FAULTY, Fault.SLOW) for name in able(fault)],
    indirect=["way"],
)
def test_a_gateway_in_trouble_is_down_and_is_called_again(
    way: Way, gateway: Gateway, fault: Fault
) -> None:
    way.desk.plan(fault)
    begun_s = monotonic_s()
    with pytest.raises(GatewayDownError):
        gateway.hand(way.message(TEXT))
    assert monotonic_s() - begun_s < LATEST_S * TIMEOUT_S
    assert way.desk.taken == []
    gateway.hand(way.message(TEXT))
    assert len(way.desk.taken) == 1


@pytest.mark.parametrize("way", able(Fault.CUT), indirect=True)
def test_an_answer_lost_in_the_middle_is_down_for_nobody_knows_what_was_taken(
    way: Way, gateway: Gateway
) -> None:
    way.desk.plan(Fault.CUT)
    with pytest.raises(GatewayDownError):
        gateway.hand(way.message(TEXT))
    assert len(way.desk.taken) == 1
    handed = gateway.hand(way.message(TEXT))
    assert handed.segments == 1
    first, last = way.desk.taken[0], way.desk.taken[-1]
    assert (first.text, first.key) == (last.text, last.key)


def test_a_gateway_that_does_not_answer_is_down_and_comes_back(way: Way, gateway: Gateway) -> None:
    gateway.hand(way.message(TEXT))
    way.stop()
    with pytest.raises(GatewayDownError):
        gateway.hand(way.message(TEXT, 2))
    with pytest.raises(GatewayDownError):
        gateway.login()
    way.start()
    gateway.login()
    gateway.hand(way.message(TEXT, 3))
    assert len(way.desk.taken) == 2


def test_what_tells_nothing_more_has_neither_receipts_nor_replies(way: Way) -> None:
    gateway = way.gateway()
    assert gateway.receipted is way.answers
    if not way.answers:
        assert (*gateway.receipts(), *gateway.replies()) == ()
    gateway.close()


@pytest.mark.parametrize("way", ANSWERING, indirect=True)
@pytest.mark.parametrize("delivered", [True, False])
def test_a_receipt_names_its_message_and_what_became_of_it(
    way: Way, gateway: Gateway, delivered: bool
) -> None:
    gateway.hand(way.message("another"))
    handed = gateway.hand(way.message(TEXT))
    way.receipt(delivered=delivered)
    (receipt,) = come(gateway.receipts, 1)
    wanted = ReceiptState.DELIVERED if delivered else ReceiptState.FAILED
    assert (receipt.reference, receipt.state) == (handed.reference, wanted)
    assert receipt.at.tzinfo is not None
    assert bool(receipt.reason) is not delivered


@pytest.mark.parametrize("way", ANSWERING, indirect=True)
def test_a_chain_is_delivered_when_its_last_segment_is(way: Way, gateway: Gateway) -> None:
    handed = gateway.hand(way.message("告" * 150))
    way.receipt()
    (receipt,) = come(gateway.receipts, 1)
    assert (receipt.reference, receipt.state) == (handed.reference, ReceiptState.DELIVERED)


@pytest.mark.parametrize("way", ANSWERING, indirect=True)
def test_a_receipt_given_twice_names_the_same_message_twice(way: Way, gateway: Gateway) -> None:
    handed = gateway.hand(way.message(TEXT))
    way.receipt(times=2)
    found = come(gateway.receipts, 2)
    assert {each.reference for each in found} == {handed.reference}


@pytest.mark.parametrize("way", ANSWERING, indirect=True)
def test_a_late_receipt_finds_a_gateway_made_anew(way: Way, gateway: Gateway) -> None:
    handed = gateway.hand(way.message(TEXT))
    gateway.close()
    way.receipt()
    again = way.gateway()
    (receipt,) = come(again.receipts, 1)
    again.close()
    assert receipt.reference == handed.reference


@pytest.mark.parametrize("way", ANSWERING, indirect=True)
def test_a_receipt_that_was_fetched_but_not_stored_is_told_again(
    way: Way, gateway: Gateway
) -> None:
    handed = gateway.hand(way.message(TEXT))
    way.receipt()
    (first,) = come(gateway.receipts, 1)
    gateway.close()  # cut off before the next call: the receipt was never stored
    again = way.gateway()
    (second,) = come(again.receipts, 1)
    again.receipts()
    again.close()
    assert first.reference == second.reference == handed.reference
    last = way.gateway()
    assert list(last.receipts()) == []
    last.close()


@pytest.mark.parametrize("way", ANSWERING, indirect=True)
@pytest.mark.parametrize("text", ["OK 4711", "收到 4711"])
def test_a_reply_comes_with_its_sender(way: Way, gateway: Gateway, text: str) -> None:
    gateway.hand(way.message(TEXT))
    way.reply(text)
    (reply,) = come(gateway.replies, 1)
    assert (reply.sender, reply.text) == (way.to, text)
    assert reply.at.tzinfo is not None
