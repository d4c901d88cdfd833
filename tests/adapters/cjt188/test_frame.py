from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cjt188.decode import decode, layout_size, meter_clock
from adapters.cjt188.frame import ANY_TYPE, ANYBODY, OWN_ADDRESS, Asked, Control, judge, next_frame
from adapters.cjt188.frame import Frame as CjtFrame
from adapters.cjt188.profile import PROFILES
from adapters.link_fault import LinkFault, Verdict
from simulator.cjt188_meter import frame as simulated_frame
from tests.adapters.dlt645.cases import Case, cases

ADDRESSES = st.text(alphabet="0123456789", min_size=14, max_size=14)
TYPES = st.integers(0x10, 0x49)


def asked_in(case: Case) -> Asked:
    expected = case.expected
    own = expected.get("address", False)
    return Asked(
        type=expected["type"],
        meter=expected["meter"],
        control=Control.READ_ADDRESS if own else Control.READ,
        sequence=expected["sequence"],
        identifier=OWN_ADDRESS if own else "901F",
        low_first=expected["low_first"],
        size=None if own else layout_size("volume"),
    )


@pytest.mark.parametrize("case", cases("cjt188"), ids=lambda case: case.name)
def test_an_answer_gives_its_values_or_a_named_fault(case: Case) -> None:
    expected = case.expected
    verdict = judge(case.octets, asked_in(case))
    if "fault" in expected:
        assert isinstance(verdict, Verdict)
        assert (verdict.fault, verdict.final) == (expected["fault"], expected["final"])
        return
    assert isinstance(verdict, bytes)
    if "value" in expected:
        assert verdict.hex() == expected["value"]
        return
    point = PROFILES.load(expected["profile"]).point(expected["quantity"])
    got = decode(verdict, point.wire, point.facts)
    assert (got.count, got.flaw) == (expected["count"], expected.get("flaw"))
    if "clock" in expected:
        told = meter_clock(verdict, "volume", ZoneInfo("Asia/Shanghai"))
        assert told == datetime.fromisoformat(expected["clock"])


@pytest.mark.parametrize(
    ("asked", "octets"),
    [
        # cnblogs.com/cj94/p/18534598: own address, then values, of a meter of the edition 2004
        (
            Asked(type=ANY_TYPE, meter=ANYBODY, control=Control.READ_ADDRESS, sequence=0,
                  identifier=OWN_ADDRESS),
            "68AAAAAAAAAAAAAAAA0303810A004916",
        ),
        (
            Asked(type=0x10, meter="00002020120218", control=Control.READ, sequence=0),
            "6810180212202000000103901F009716",
        ),
        # cnblogs.com/yangykaifa/p/7010777: identifier low byte first
        (
            Asked(type=0x10, meter="78330011223344", control=Control.READ, sequence=0,
                  low_first=True),
            "68104433221100337801031F90008016",
        ),
    ],
)  # fmt: skip
def test_questions_are_those_of_public_records(asked: Asked, octets: str) -> None:
    assert asked.octets() == bytes.fromhex("FEFEFEFE" + octets)


@given(
    type_=TYPES, meter=ADDRESSES, control=st.integers(0, 255), field=st.binary(max_size=100),
    wake=st.integers(0, 6), behind=st.binary(max_size=20),
)  # fmt: skip
def test_any_frame_comes_out_as_it_went_in(
    type_: int, meter: str, control: int, field: bytes, wake: int, behind: bytes
) -> None:
    octets = b"\xfe" * wake + simulated_frame(type_, meter, control, field) + behind
    expected = CjtFrame(type=type_, meter=meter, control=control, field=field)
    assert next_frame(octets) == (expected, behind)


@given(
    type_=TYPES, meter=ADDRESSES, sequence=st.integers(0, 255), value=st.binary(max_size=40),
    bit=st.integers(0),
)  # fmt: skip
def test_one_turned_bit_is_always_refused(
    type_: int, meter: str, sequence: int, value: bytes, bit: int
) -> None:
    asked = Asked(type=type_, meter=meter, control=Control.READ, sequence=sequence)
    head = b"\x90\x1f" + bytes((sequence,))
    octets = bytearray(simulated_frame(type_, meter, 0x81, head + value))
    assert judge(bytes(octets), asked) == value
    bit %= 8 * len(octets)
    octets[bit // 8] ^= 1 << bit % 8
    assert isinstance(judge(bytes(octets), asked), Verdict)


@given(meter=ADDRESSES, value=st.binary(max_size=40), cut=st.integers(0))
def test_an_answer_cut_anywhere_is_never_an_answer(meter: str, value: bytes, cut: int) -> None:
    asked = Asked(type=0x20, meter=meter, control=Control.READ, sequence=7)
    octets = simulated_frame(0x20, meter, 0x81, b"\x90\x1f\x07" + value)
    assert isinstance(judge(octets[: cut % len(octets)], asked), Verdict)


@given(octets=st.binary(max_size=300))
def test_rubbish_never_breaks_the_checker(octets: bytes) -> None:
    asked = Asked(type=0x10, meter="0" * 14, control=Control.READ, sequence=1, size=19)
    assert isinstance(judge(octets, asked), bytes | Verdict)


def test_nothing_but_reading_can_be_asked() -> None:
    assert {control.value for control in Control} == {0x01, 0x03}
    for code in (0x04, 0x09, 0x15, 0x16, 0x20):
        with pytest.raises(ValueError, match="is not a valid Control"):
            Control(code)
        forced = Asked(type=0x10, meter="0" * 14, control=code, sequence=0)  # type: ignore[arg-type]
        with pytest.raises(AssertionError, match="only reading"):
            forced.octets()


def test_an_older_answer_is_passed_over_for_the_right_one() -> None:
    asked = Asked(type=0x10, meter="0" * 14, control=Control.READ, sequence=9, size=1)
    older = simulated_frame(0x10, "0" * 14, 0x81, b"\x90\x1f\x08\x11")
    right = simulated_frame(0x10, "0" * 14, 0x81, b"\x90\x1f\x09\x22")
    assert judge(older + right, asked) == b"\x22"
    verdict = judge(older, asked)
    assert isinstance(verdict, Verdict)
    assert verdict.fault is LinkFault.WRONG_SEQUENCE
