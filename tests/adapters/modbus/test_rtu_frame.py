from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.modbus.frame import Asked, Fault, Verdict
from adapters.modbus.rtu_frame import (
    MOST_HEARD,
    checksum,
    explain,
    frames_in,
    judge_rtu,
    question,
    sound,
)
from tests.adapters.modbus.cases import ADDRESS, FUNCTION_CODE, UNIT, Case, cases

ASKED = Asked(unit=UNIT, function_code=FUNCTION_CODE, address=ADDRESS, count=4)
GOOD = bytes.fromhex("070308") + bytes(range(8))
GOOD += checksum(GOOD)


def test_the_checksum_is_the_one_of_the_modbus_specification() -> None:
    assert checksum(bytes.fromhex("0207")) == bytes.fromhex("4112")
    assert question(Asked(unit=1, function_code=3, address=0, count=10)) == bytes.fromhex(
        "01030000000ac5cd"
    )


@pytest.mark.parametrize("case", cases("modbus_rtu"), ids=lambda case: case.name)
def test_an_answer_gets_the_verdict_of_its_case(case: Case) -> None:
    received = case.answer()
    judged = judge_rtu(received, ASKED)
    if case.registers is not None or (case.fault or "").startswith("exception"):
        assert isinstance(judged, bytes)
        assert sound(judged)
        return
    assert isinstance(judged, Verdict)
    if case.fault == "closed":
        assert judged.fault in {Fault.NO_ANSWER, Fault.UNFINISHED}
    else:
        named = explain(received, ASKED) if received else judged
        assert named.fault == case.fault


@given(st.binary(max_size=300))
def test_random_bytes_never_pass_unless_they_are_the_exact_frame(received: bytes) -> None:
    judged = judge_rtu(received, ASKED)
    if isinstance(judged, bytes):
        assert sound(judged)
        assert judged[0] == UNIT
    else:
        assert isinstance(explain(received, ASKED), Verdict) or not received


@given(st.integers(0, len(GOOD) * 8 - 1))
def test_an_answer_with_one_turned_bit_is_never_taken(bit: int) -> None:
    broken = bytearray(GOOD)
    broken[bit // 8] ^= 1 << bit % 8
    assert isinstance(judge_rtu(bytes(broken), ASKED), Verdict)


@given(st.integers(0, len(GOOD) - 1))
def test_a_good_answer_cut_anywhere_is_waited_for(cut: int) -> None:
    verdict = judge_rtu(GOOD[:cut], ASKED)
    assert isinstance(verdict, Verdict)
    assert not verdict.final
    assert judge_rtu(GOOD, ASKED) == GOOD


def test_a_flood_is_cut_off_before_it_fills_memory() -> None:
    verdict = judge_rtu(b"\xa5" * (MOST_HEARD + 1), ASKED)
    assert isinstance(verdict, Verdict)
    assert verdict.final


def framed(text: str) -> bytes:
    content = bytes.fromhex(text)
    return content + checksum(content)


@pytest.mark.parametrize(
    ("raw", "is_question", "unit", "function_code", "registers"),
    [
        (framed("09 03 0010 0002"), True, 9, 3, None),
        (framed("09 03 04 00010002"), False, 9, 3, 2),
        (framed("09 04 02 0001"), False, 9, 4, 1),
        (framed("09 06 0010 0002"), True, 9, 6, None),
        (framed("09 10 0010 0001 02 0005"), True, 9, 16, None),
        (framed("09 10 0010 0001"), False, 9, 16, None),
        (framed("09 83 02"), False, 9, 3, None),
        (framed("09 01 01 05"), False, 9, 1, None),
    ],
)
def test_a_sound_frame_of_anybody_is_known_among_noise(
    raw: bytes, is_question: bool, unit: int, function_code: int, registers: int | None
) -> None:
    (heard,) = frames_in(b"\x00\xff" + raw + b"\xff")
    assert heard.raw == raw
    assert (heard.is_question, heard.unit, heard.function_code) == (
        is_question,
        unit,
        function_code,
    )
    assert heard.registers == registers


def test_a_late_answer_is_told_from_another_master() -> None:
    earlier = Asked(unit=9, function_code=3, address=0, count=2)
    late = framed("09 03 04 00010002")
    assert explain(late, ASKED, [earlier]).fault is Fault.LATE
    assert explain(late, ASKED).fault is Fault.SECOND_MASTER
    assert "an answer of unit 9 (function 3) that nobody asked for" in explain(late, ASKED).what


def test_another_masters_question_is_named_with_the_unit_it_asks() -> None:
    told = explain(framed("0C 04 0010 0002"), ASKED)
    assert told.what == "a question to unit 12 (function 4) that is not ours"


@given(st.binary(max_size=MOST_HEARD))
def test_looking_for_frames_ends_and_finds_only_sound_ones(received: bytes) -> None:
    assert all(sound(heard.raw) for heard in frames_in(received))
