from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.modbus.bus_guard import LATE_FOR_S, LONGEST_REST, BusGuard
from adapters.modbus.frame import Asked, Fault
from tests.adapters.modbus.rtu_slave import Question, asking, good, refusal

ASKED = Asked(unit=7, function_code=3, address=100, count=4)


def guard() -> BusGuard:
    return BusGuard(answer_s=1.0)


def said(asked: Asked, count: int | None = None) -> bytes:
    registers = asked.count if count is None else count
    question = Question(0, asked.unit, asked.function_code, asked.address, registers)
    return good(question, [1] * registers)


def test_a_question_is_asked_as_it_is_while_nothing_was_lost() -> None:
    assert guard().other_count(ASKED, 0.0) is None
    assert not guard().suspect


@pytest.mark.parametrize(("count", "proof"), [(4, 2), (125, 123), (3, 1), (2, 1), (1, 3)])
def test_after_a_lost_answer_a_question_of_another_length_comes_first(
    count: int, proof: int
) -> None:
    bus, asked = guard(), replace(ASKED, count=count)
    bus.lost(asked, 0.0)
    assert bus.suspect
    assert bus.other_count(asked, 1.0) == proof
    assert bus.other_count(replace(asked, address=5), 1.0) == proof


def test_a_proof_that_is_lost_too_is_not_asked_with_the_same_length() -> None:
    bus = guard()
    lengths = [4]
    for turn in range(6):
        bus.lost(replace(ASKED, count=lengths[-1]), float(turn))
        other = bus.other_count(ASKED, float(turn))
        assert other is None or other not in lengths[-3:]
        lengths.append(other or 4)


@pytest.mark.parametrize(
    "other",
    [replace(ASKED, unit=8), replace(ASKED, function_code=4), replace(ASKED, count=5)],
    ids=["unit", "function", "length"],
)
def test_a_question_that_no_lost_answer_fits_needs_no_proof(other: Asked) -> None:
    bus = guard()
    bus.lost(ASKED, 0.0)
    assert bus.other_count(other, 1.0) is None


def test_an_answer_of_the_unit_proves_that_it_owes_nothing_and_another_units_does_not() -> None:
    bus = guard()
    bus.lost(ASKED, 0.0)
    bus.answered(replace(ASKED, unit=8, count=2), [1, 2])
    assert bus.owes(7, 1.0)
    bus.answered(replace(ASKED, count=2), [1, 2])
    assert not bus.owes(7, 1.0)
    assert bus.suspect, "only a constant register clears that"


def test_after_a_minute_nothing_is_expected_any_more() -> None:
    bus = guard()
    bus.lost(ASKED, 0.0)
    assert bus.owes(7, LATE_FOR_S - 1)
    assert not bus.owes(7, LATE_FOR_S)
    assert bus.other_count(ASKED, LATE_FOR_S) is None


def test_the_same_registers_from_another_address_are_not_believed_at_once() -> None:
    bus = guard()
    assert bus.answered(ASKED, [1, 2, 3, 4])
    assert bus.answered(ASKED, [1, 2, 3, 4])
    assert not bus.answered(replace(ASKED, address=200), [1, 2, 3, 4])
    assert bus.answered(replace(ASKED, address=300), [1, 2, 3, 5])
    assert bus.answered(replace(ASKED, address=400, unit=8), [1, 2, 3, 5])


def test_a_late_answer_in_silence_lengthens_the_rest_and_is_nobody_elses() -> None:
    bus = guard()
    bus.lost(ASKED, 0.0)
    bus.overhear(said(ASKED))
    assert bus.stranger(2.0) is None
    assert bus.rest_s() == 3.0
    bus.late(7, 1000.0)
    assert bus.rest_s() == LONGEST_REST * 1.0


def test_an_answer_that_comes_again_is_expected_a_third_time() -> None:
    bus = guard()
    bus.answered(ASKED, [1, 1, 1, 1])
    bus.overhear(said(ASKED))
    assert bus.stranger(1.0) is None
    assert bus.suspect
    assert bus.other_count(replace(ASKED, address=200), 1.0) == 2


@pytest.mark.parametrize(
    "heard",
    [asking(9, 3, 0, 2), said(replace(ASKED, unit=9)), refusal(Question(0, 9, 3, 0, 1), 2)],
    ids=["question", "answer", "exception"],
)
def test_a_foreign_frame_in_silence_is_another_masters_and_is_told_once(heard: bytes) -> None:
    bus = guard()
    bus.answered(ASKED, [1, 1, 1, 1])
    bus.overhear(b"\x00" + heard)
    stranger = bus.stranger(1.0)
    assert stranger is not None
    assert stranger.fault is Fault.SECOND_MASTER
    assert bus.stranger(1.0) is None


def test_a_late_answer_does_not_hide_another_master() -> None:
    bus = guard()
    bus.lost(ASKED, 0.0)
    bus.overhear(said(ASKED) + asking(9, 3, 0, 2))
    stranger = bus.stranger(1.0)
    assert stranger is not None
    assert "a question to unit 9" in stranger.what
