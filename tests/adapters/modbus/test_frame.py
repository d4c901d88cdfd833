from __future__ import annotations

from adapters.modbus.frame import NEXT_STEP, Fault, ReadFailedError, exception_fault


def test_every_fault_tells_the_next_step() -> None:
    assert set(NEXT_STEP) == set(Fault)
    error = ReadFailedError(Fault.NO_ANSWER, "10.0.0.1:502 unit 7", "no answer in time")
    assert error.code == "modbus.no_answer"
    assert "10.0.0.1:502 unit 7: no answer in time; is the unit number right" in str(error)


def test_an_unknown_exception_is_the_devices() -> None:
    assert exception_fault(0x63) is Fault.DEVICE
