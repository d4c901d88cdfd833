"""Receipts of segments: what they say of their message, also when little is remembered."""

from __future__ import annotations

import pytest

from adapters.sms import chains
from adapters.sms.chains import Chains
from energy.alerting.notices.gateway import ReceiptState

DELIVERED, FAILED, WAITS = ReceiptState.DELIVERED, ReceiptState.FAILED, ReceiptState.ON_ITS_WAY


def test_a_message_has_arrived_when_its_last_segment_has_in_any_order() -> None:
    kept = Chains()
    assert kept.handed(["a", "b", "c"]) == "c"
    assert [kept.told(each, DELIVERED) for each in ("c", "a")] == [None, None]
    assert kept.told("a", DELIVERED) is None
    assert kept.told("b", DELIVERED) == ("c", DELIVERED)
    assert kept.told("b", DELIVERED) == ("c", DELIVERED)


def test_the_first_that_fails_fails_the_message_for_good() -> None:
    kept = Chains()
    kept.handed(["a", "b"])
    assert kept.told("a", WAITS) is None
    assert kept.told("a", FAILED) == ("b", FAILED)
    assert kept.told("b", DELIVERED) is None


def test_after_a_restart_the_last_segment_speaks_for_all() -> None:
    reference = Chains().handed(["a", "b"])
    kept = Chains()
    assert kept.told("a", DELIVERED) == ("a", DELIVERED)
    assert kept.told("b", DELIVERED) == (reference, DELIVERED)


def test_what_waits_for_receipts_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "MOST_KEPT", 10)
    kept = Chains()
    for number in range(100):
        kept.handed([f"{number}a", f"{number}b"])
    assert len(kept._chains) == 10
    assert kept.told("99a", DELIVERED) is None
    assert kept.told("0a", DELIVERED) == ("0a", DELIVERED)
