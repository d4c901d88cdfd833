from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.modbus.frame import (
    NEXT_STEP,
    Asked,
    Fault,
    ReadFailedError,
    Verdict,
    exception_fault,
    judge,
)
from tests.adapters.modbus.cases import FUNCTION_CODE, UNIT, Case, cases

TRANSACTION = b"\x01\x02"


def asked(count: int = 4) -> Asked:
    return Asked(transaction=0x0102, unit=UNIT, function_code=FUNCTION_CODE, count=count)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_an_answer_gets_the_verdict_of_its_case(case: Case) -> None:
    judged = judge(case.answer(TRANSACTION), asked(case.count))
    if case.registers is not None or (case.fault or "").startswith("exception"):
        assert isinstance(judged, bytes)
        assert judged[:2] == TRANSACTION
    elif case.fault == "closed":
        assert isinstance(judged, Verdict)
        assert judged.fault in {Fault.NO_ANSWER, Fault.UNFINISHED}
    else:
        assert isinstance(judged, Verdict)
        assert judged.fault == case.fault


@given(st.binary(max_size=300))
def test_random_bytes_never_pass_unless_they_are_the_exact_frame(received: bytes) -> None:
    judged = judge(received, asked())
    if isinstance(judged, bytes):
        assert judged.startswith(b"\x01\x02\0\0")
        assert judged in received


@given(st.integers(0, 16))
def test_a_good_answer_cut_anywhere_is_waited_for(cut: int) -> None:
    whole = TRANSACTION + bytes.fromhex("0000000b070308") + bytes(8)
    verdict = judge(whole[:cut], asked())
    assert isinstance(verdict, Verdict)
    assert not verdict.final
    assert judge(whole, asked()) == whole


def test_only_the_good_answer_is_handed_on_not_what_stands_before_it() -> None:
    stray = bytes.fromhex("7f6300000005070302 0063")
    whole = TRANSACTION + bytes.fromhex("0000000b070308") + bytes(8)
    assert judge(stray + whole, asked()) == whole


def test_transaction_zero_counts_only_where_the_profile_says_the_product_answers_so() -> None:
    whole = bytes.fromhex("00000000000b070308") + bytes(8)
    refused = judge(whole, asked())
    assert isinstance(refused, Verdict)
    assert refused.fault is Fault.WRONG_TRANSACTION
    assert judge(whole, replace(asked(), allow_transaction_zero=True)) == whole


def test_every_fault_tells_the_next_step() -> None:
    assert set(NEXT_STEP) == set(Fault)
    error = ReadFailedError(Fault.NO_ANSWER, "10.0.0.1:502 unit 7", "no answer in time")
    assert error.code == "modbus.no_answer"
    assert "10.0.0.1:502 unit 7: no answer in time; is the unit number right" in str(error)


def test_an_unknown_exception_is_the_devices() -> None:
    assert exception_fault(0x63) is Fault.DEVICE
