from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.modbus.bus import Question
from adapters.modbus.frame import Fault, Verdict
from adapters.modbus.mbap import HEADER, MAX_LENGTH, MOST_TRANSACTION, Conversation, Outcome
from tests.adapters.modbus.cases import ADDRESS, FUNCTION_CODE, UNIT, Case, cases

TRANSACTION = b"\x01\x02"
BEFORE = 0x0101
GOOD = TRANSACTION + bytes.fromhex("0000000b070308") + bytes(range(8))
REGISTERS = [0x0001, 0x0203, 0x0405, 0x0607]


def asked(count: int = 4, *, zero: bool = False) -> Conversation:
    """Return a connection on which transaction 0x0102 is out."""
    conversation = Conversation(BEFORE)
    conversation.ask(Question(UNIT, FUNCTION_CODE, ADDRESS, count, zero))
    return conversation


def met(pieces: Sequence[bytes], count: int = 4, *, zero: bool = False) -> Outcome:
    """Return what comes of a question: of the octets, or of the silence behind them."""
    conversation = asked(count, zero=zero)
    for piece in pieces:
        outcome = conversation.hear(piece)
        if outcome is not None:
            return outcome
    return conversation.silence()


def told(outcome: Outcome) -> object:
    """Return the registers or the fault; its words quote as much as had come."""
    return (outcome.fault, outcome.final) if isinstance(outcome, Verdict) else outcome


def cut(octets: bytes, places: Sequence[int]) -> list[bytes]:
    ends = [*sorted({place % (len(octets) + 1) for place in places}), len(octets)]
    return [octets[a:b] for a, b in zip([0, *ends], ends, strict=False)]


FRAGMENTS = st.sampled_from(
    [
        GOOD,
        TRANSACTION + bytes.fromhex("0000000307 8302"),
        TRANSACTION + bytes.fromhex("0000000b080308") + bytes(8),
        b"\x01\x01" + bytes.fromhex("0000000b070308") + bytes(8),
        bytes(2) + bytes.fromhex("0000000b070308") + bytes(8),
        TRANSACTION + bytes.fromhex("00000007070304") + bytes(4),
        TRANSACTION + bytes.fromhex("0000000b070408") + bytes(8),
        TRANSACTION + bytes.fromhex("000100050703020000"),
        TRANSACTION + bytes.fromhex("00000000"),
        TRANSACTION + bytes.fromhex("0000ffff"),
        b"\x07\x07" + bytes.fromhex("000000fe07") + bytes(253),
        b"HTTP/1.1 400 Bad Request\r\n",
    ]
)


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """Answers good and bad, halves of them and any octets, one behind the other."""
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        part = draw(FRAGMENTS | st.binary(max_size=40))
        parts.append(part[: draw(st.integers(0, len(part)))] if draw(st.booleans()) else part)
    return b"".join(parts)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_an_answer_gets_the_outcome_of_its_case(case: Case) -> None:
    outcome = met([case.answer(TRANSACTION)], case.count)
    if case.registers is not None:
        assert outcome == list(case.registers)
        return
    assert isinstance(outcome, Verdict)
    if case.fault == "closed":
        assert outcome.fault in {Fault.NO_ANSWER, Fault.UNFINISHED}
    else:
        assert outcome.fault == case.fault


@given(streams(), st.lists(st.integers(0, 1200), max_size=12), st.booleans())
@example(GOOD, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], False)
def test_however_the_octets_are_cut_the_outcome_is_the_same(
    octets: bytes,
    places: list[int],
    zero: bool,
) -> None:
    singly = [octets[n : n + 1] for n in range(len(octets))]
    whole = told(met([octets], zero=zero))
    assert told(met(cut(octets, places), zero=zero)) == whole
    assert told(met(singly, zero=zero)) == whole


@given(st.binary(max_size=600))
def test_random_octets_are_an_answer_only_if_they_are_the_exact_frame(octets: bytes) -> None:
    outcome = met([octets])
    if not isinstance(outcome, Verdict):
        place = octets.index(b"\x01\x02\0\0\0\x0b\x07\x03\x08")
        assert octets[place + 9 : place + 17] == b"".join(r.to_bytes(2, "big") for r in outcome)


@given(st.lists(st.binary(max_size=50), max_size=60))
def test_no_more_than_one_frame_is_ever_kept(pieces: list[bytes]) -> None:
    conversation = asked()
    for piece in pieces:
        conversation.hear(piece)
        assert len(conversation._rest) < HEADER + MAX_LENGTH


@given(st.integers(0, 16))
def test_a_good_answer_cut_anywhere_is_waited_for(place: int) -> None:
    conversation = asked()
    assert conversation.hear(GOOD[:place]) is None
    assert conversation.hear(GOOD[place:]) == REGISTERS


def test_a_stray_answer_before_the_good_one_is_passed_over_and_named_if_none_follows() -> None:
    stray = bytes.fromhex("7f6300000005070302 0063")
    assert met([stray + GOOD]) == REGISTERS
    named = met([stray])
    assert isinstance(named, Verdict)
    assert named.fault is Fault.WRONG_TRANSACTION


def test_what_comes_behind_an_answer_or_unasked_answers_no_question() -> None:
    conversation = asked()
    assert conversation.hear(GOOD + GOOD[:5]) == REGISTERS
    assert conversation.hear(b"anything at all") is None
    conversation.ask(Question(UNIT, FUNCTION_CODE, ADDRESS, 4))
    assert conversation.hear(GOOD) is None, "a duplicate bears the number before"
    assert conversation.hear(b"\x01\x03" + GOOD[2:]) == REGISTERS


def test_transaction_zero_counts_only_where_the_profile_says_the_product_answers_so() -> None:
    refused = met([bytes(2) + GOOD[2:]])
    assert isinstance(refused, Verdict)
    assert refused.fault is Fault.WRONG_TRANSACTION
    assert met([bytes(2) + GOOD[2:]], zero=True) == REGISTERS
    assert met([GOOD], zero=True) == REGISTERS


def test_transactions_are_numbered_from_1_on_and_never_0() -> None:
    conversation = Conversation(MOST_TRANSACTION - 1)
    question = Question(1, 4, 0x0102, 3)
    frames = [conversation.ask(question) for _ in range(3)]
    assert [frame[:2].hex() for frame in frames] == ["ffff", "0001", "0002"]
    assert frames[1] == bytes.fromhex("0001 0000 0006 01 04 0102 0003")


def test_a_datagram_is_whole_or_nothing() -> None:
    conversation = Conversation(BEFORE, datagrams=True)
    conversation.ask(Question(UNIT, FUNCTION_CODE, ADDRESS, 4))
    assert conversation.hear(GOOD[:12]) is None
    assert conversation.hear(GOOD[12:]) is None
    assert conversation.silence().fault is Fault.UNFINISHED
    conversation.ask(Question(UNIT, FUNCTION_CODE, ADDRESS, 4))
    assert conversation.hear(GOOD[:12]) is None
    assert conversation.hear(b"\x01\x03" + GOOD[2:]) == REGISTERS


@pytest.mark.parametrize(
    "question",
    [Question(0, 3, 0, 1), Question(256, 3, 0, 1), Question(1, 6, 0, 1), Question(1, 3, 0, 126)],
)
def test_what_no_reader_asks_is_never_put_into_a_frame(question: Question) -> None:
    with pytest.raises(AssertionError):
        Conversation().ask(question)
