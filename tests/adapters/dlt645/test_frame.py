from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.dlt645.decode import decode
from adapters.dlt645.frame import ANYBODY, Asked, Control, Frame, judge, next_frame
from adapters.dlt645.identifiers import error_names
from adapters.dlt645.profile import PROFILES
from adapters.link_fault import LinkFault, Verdict
from energy.metering.channel import Kind
from simulator.dlt645_meter import frame as simulated_frame
from tests.adapters.dlt645.cases import Case, cases

PROFILE = PROFILES.load("dlt645_three_phase")
ADDRESSES = st.text(alphabet="0123456789", min_size=12, max_size=12)
IDENTIFIERS = st.binary(min_size=4, max_size=4)
EVERY = cases("dlt645")
GOOD = [case for case in EVERY if "fault" not in case.expected]


def asked_in(case: Case) -> Asked:
    quantity = case.expected.get("quantity")
    return Asked(
        meter=case.expected["meter"],
        control=Control.READ,
        identifier=case.expected["identifier"],
        size=PROFILE.point(quantity).wire.size if quantity else 4,
    )


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.name)
def test_an_answer_gives_its_value_or_a_named_fault(case: Case) -> None:
    expected = case.expected
    asked = asked_in(case)
    if "value" in expected:  # a block: its length is not known beforehand
        asked = Asked(meter=asked.meter, control=asked.control, identifier=asked.identifier)
    verdict = judge(case.octets, asked)
    if "fault" in expected:
        assert isinstance(verdict, Verdict)
        assert (verdict.fault, verdict.final) == (expected["fault"], expected["final"])
        return
    assert isinstance(verdict, bytes)
    if "value" in expected:
        assert verdict.hex() == "00" + expected["value"]
        return
    point = PROFILE.point(expected["quantity"])
    got = decode(verdict[1:], point.wire, counter=point.facts.kind is Kind.COUNTER)
    assert got.count == expected["count"]
    assert got.flaw == expected.get("flaw")
    assert got.occurred == expected.get("occurred", "")


@pytest.mark.parametrize(
    ("asked", "octets"),
    [
        # www.tjsmart.net/show/384/564: who is there
        (Asked(meter=ANYBODY, control=Control.READ_ADDRESS), "68AAAAAAAAAAAA681300DF16"),
        # DLT645-2007 报文解析: voltage and current of phase A of meter 161
        (
            Asked(meter="000000000161", control=Control.READ, identifier="02010100"),
            "68610100000000681104 33343435 1716",
        ),
        (
            Asked(meter="000000000161", control=Control.READ, identifier="02020100"),
            "68610100000000681104 33343535 1816",
        ),
        # juejin.cn/post/7468708001337491510: combined energy of meter 202107072529
        (
            Asked(meter="202107072529", control=Control.READ, identifier="00000000"),
            "68292507072120681104 33333333 4E16",
        ),
    ],
)
def test_questions_are_those_of_public_records(asked: Asked, octets: str) -> None:
    assert asked.octets() == bytes.fromhex("FEFEFEFE" + octets)


@given(
    meter=ADDRESSES, control=st.integers(0, 255), field=st.binary(max_size=200),
    wake=st.integers(0, 6), behind=st.binary(max_size=20),
)  # fmt: skip
def test_any_frame_comes_out_as_it_went_in(
    meter: str, control: int, field: bytes, wake: int, behind: bytes
) -> None:
    octets = b"\xfe" * wake + simulated_frame(meter, control, field) + behind
    assert next_frame(octets) == (Frame(meter=meter, control=control, field=field), behind)


@given(
    meter=ADDRESSES, name=IDENTIFIERS, value=st.binary(min_size=1, max_size=40), bit=st.integers(0)
)
def test_one_turned_bit_is_always_refused(meter: str, name: bytes, value: bytes, bit: int) -> None:
    asked = Asked(meter=meter, control=Control.READ, identifier=name[::-1].hex().upper())
    octets = bytearray(simulated_frame(meter, 0x91, name + value))
    assert judge(bytes(octets), asked) == b"\0" + value
    bit %= 8 * len(octets)
    octets[bit // 8] ^= 1 << bit % 8
    assert isinstance(judge(bytes(octets), asked), Verdict)


@given(
    meter=ADDRESSES, name=IDENTIFIERS, value=st.binary(min_size=1, max_size=40), cut=st.integers(0)
)
def test_an_answer_cut_anywhere_is_never_an_answer(
    meter: str, name: bytes, value: bytes, cut: int
) -> None:
    asked = Asked(meter=meter, control=Control.READ, identifier=name[::-1].hex().upper())
    octets = simulated_frame(meter, 0x91, name + value)
    verdict = judge(octets[: cut % len(octets)], asked)
    assert isinstance(verdict, Verdict)
    assert not verdict.final or verdict.fault is LinkFault.WRONG_SUM


@given(octets=st.binary(max_size=300))
def test_rubbish_never_breaks_the_checker(octets: bytes) -> None:
    asked = Asked(meter="000000000001", control=Control.READ, identifier="00010000", size=4)
    assert isinstance(judge(octets, asked), bytes | Verdict)


def test_nothing_but_reading_can_be_asked() -> None:
    assert {control.value for control in Control} == {0x11, 0x12, 0x13}
    writing = (0x08, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x03)
    for code in writing:
        with pytest.raises(ValueError, match="is not a valid Control"):
            Control(code)
        forced = Asked(meter="000000000001", control=code)  # type: ignore[arg-type]
        with pytest.raises(AssertionError, match="only reading"):
            forced.octets()


def test_the_bits_of_an_error_word_have_names() -> None:
    assert error_names(0b0000_0110) == "no such value, wrong password or not permitted"
    assert error_names(0) == "no bit set"


def test_a_following_frame_must_bear_its_number() -> None:
    asked = Asked(meter="000000000001", control=Control.READ_MORE, identifier="05060101",
                  sequence=2)  # fmt: skip
    name = bytes.fromhex("01010605")
    good = simulated_frame("000000000001", 0x92, name + b"\x11\x22\x02")
    older = simulated_frame("000000000001", 0xB2, name + b"\x99\x99\x01")
    assert judge(good, asked) == b"\x00\x11\x22"
    assert judge(older + good, asked) == b"\x00\x11\x22"
    verdict = judge(older, asked)
    assert isinstance(verdict, Verdict)
    assert verdict.fault is LinkFault.WRONG_SEQUENCE


def test_a_meter_that_states_another_address_than_its_frame_is_refused() -> None:
    asked = Asked(meter=ANYBODY, control=Control.READ_ADDRESS)
    own = bytes.fromhex("123456789012")[::-1]
    assert judge(simulated_frame("123456789012", 0x93, own), asked) == own
    verdict = judge(simulated_frame("123456789013", 0x93, own), asked)
    assert isinstance(verdict, Verdict)
    assert verdict.fault is LinkFault.WRONG_METER


def test_only_pairs_of_bits_that_cancel_each_other_pass_the_sum() -> None:
    asked = Asked(meter="008866126775", control=Control.READ, identifier="00010000", size=4)
    octets = simulated_frame("008866126775", 0x91, bytes.fromhex("00000100 71234605"))
    pairs = passed = 0
    for first in range(8 * len(octets)):
        for second in range(first):
            turned = bytearray(octets)
            turned[first // 8] ^= 1 << first % 8
            turned[second // 8] ^= 1 << second % 8
            pairs += 1
            passed += isinstance(judge(bytes(turned), asked), bytes)
    assert (pairs, passed) == (12_720, 53)  # as the README says
