from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.modbus.frame import NEXT_STEP, Asked, Fault, ReadFailedError, exception_fault, judge
from tests.adapters.modbus.cases import FUNCTION_CODE, UNIT, Case, cases

TRANSACTION = b"\x01\x02"


def asked(count: int = 4) -> Asked:
    return Asked(transaction=0x0102, unit=UNIT, function_code=FUNCTION_CODE, count=count)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_an_answer_gets_the_verdict_of_its_case(case: Case) -> None:
    verdict = judge(case.answer(TRANSACTION), asked(case.count))
    if case.registers is not None or (case.fault or "").startswith("exception"):
        assert verdict is None
    elif case.fault == "closed":
        assert verdict is not None
        assert verdict.fault in {Fault.NO_ANSWER, Fault.UNFINISHED}
    else:
        assert verdict is not None
        assert verdict.fault == case.fault


@given(st.binary(max_size=300))
def test_random_bytes_never_pass_unless_they_are_the_exact_frame(received: bytes) -> None:
    verdict = judge(received, asked())
    if verdict is None:
        assert b"\x01\x02\0\0" in received


@given(st.integers(0, 16))
def test_a_good_answer_cut_anywhere_is_waited_for(cut: int) -> None:
    whole = TRANSACTION + bytes.fromhex("0000000b070308") + bytes(8)
    verdict = judge(whole[:cut], asked())
    assert verdict is not None
    assert not verdict.final
    assert judge(whole, asked()) is None


def test_every_fault_tells_the_next_step() -> None:
    assert set(NEXT_STEP) == set(Fault)
    error = ReadFailedError(Fault.NO_ANSWER, "10.0.0.1:502 unit 7", "no answer in time")
    assert error.code == "modbus.no_answer"
    assert "10.0.0.1:502 unit 7: no answer in time; is the unit number right" in str(error)


def test_an_unknown_exception_is_the_devices() -> None:
    assert exception_fault(0x63) is Fault.DEVICE
