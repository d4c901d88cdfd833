from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.link_fault import AskFailedError, LinkFault, Verdict
from adapters.mbus.address import Secondary, parse
from adapters.mbus.client import MbusClient
from adapters.mbus.frame import (
    ACKNOWLEDGED,
    SELECTED,
    Ask,
    Asked,
    Frame,
    judge,
    next_frame,
)
from adapters.mbus.numbers import instant_of, number_of, text_of
from adapters.mbus.records import Function, Record
from adapters.mbus.units import meaning_of
from adapters.octets import OctetLink
from simulator.mbus_meter import frame as simulated_frame
from tests.adapters.dlt645.cases import Case, cases

BERLIN = ZoneInfo("Europe/Berlin")
ADDRESSES = st.integers(1, 250)


def read_of(address: int, *, count_bit: bool = True) -> Asked:
    return Asked(ask=Ask.READ, address=address, count_bit=count_bit)


def row_of(record: Record) -> list[Any]:
    meaning = meaning_of(record.vif)
    number = number_of(record)
    value = text_of(record) if number is None else str(_exact(number * meaning.step))
    if meaning.what == "instant":
        at = instant_of(record, BERLIN)
        assert isinstance(at, datetime)
        value = f"{at.astimezone(BERLIN):%Y-%m-%d %H:%M}"
    function = "" if record.function is Function.INSTANTANEOUS else record.function.name.lower()
    limits = [f"{each:02X}" for each in meaning.extensions]
    name = " ".join([*([function] if function else []), meaning.what or record.text, *limits])
    return [name, meaning.unit, value, record.storage, record.tariff, record.subunit]


def _exact(value: Any) -> Any:
    whole, rest = divmod(value * 10**6, 1)
    assert rest == 0, "the cases need no more than six decimals"
    text = f"{int(whole):07d}"
    return f"{text[:-6]}.{text[-6:]}".rstrip("0").rstrip(".")


@pytest.mark.parametrize("case", cases("mbus"), ids=lambda case: case.name)
def test_an_answer_gives_its_records_or_a_named_fault(case: Case) -> None:
    expected = case.expected
    address = int(expected["address"])
    verdict = judge(case.octets, read_of(address))
    if "fault" in expected:
        assert isinstance(verdict, Verdict)
        assert (verdict.fault, verdict.final) == (expected["fault"], expected["final"])
        return
    assert isinstance(verdict, bytes)
    client = MbusClient(OctetLink.open("127.0.0.1", 1))
    if "telegram_fault" in expected:
        with pytest.raises(AskFailedError) as met:
            client._telegram(verdict, parse(expected["address"]))
        assert met.value.fault == expected["telegram_fault"]
        return
    telegram = client._telegram(verdict, parse(expected["address"]))
    assert str(telegram.head.who) == expected["who"]
    assert telegram.head.status == expected.get("status", 0)
    if "records" in expected:
        assert [row_of(record) for record in telegram.records] == expected["records"]


@pytest.mark.parametrize(
    ("asked", "octets"),
    [
        # gitea.hottis.de, M-Bus Master, Part 4; The M-Bus: a documentation 4.8, 5.4 and 7.1
        (Asked(ask=Ask.LINK_RESET, address=0x40), "1040408016"),
        (Asked(ask=Ask.READ, address=0x40), "105B409B16"),
        (read_of(1), "107B017C16"),
        (
            Asked(ask=Ask.SELECT, address=SELECTED, select=Secondary(number="12345678")),
            "680B0B6853FD5278563412FFFFFFFFB216",
        ),
        (Asked(ask=Ask.APPLICATION_RESET, address=5), "680303685305 50A816"),
    ],
)
def test_questions_are_those_of_public_records(asked: Asked, octets: str) -> None:
    assert asked.octets() == bytes.fromhex(octets)


@given(
    control=st.integers(0, 255), address=st.integers(0, 255), field=st.binary(min_size=1,
    max_size=252), behind=st.binary(max_size=20),
)  # fmt: skip
def test_any_frame_comes_out_as_it_went_in(
    control: int, address: int, field: bytes, behind: bytes
) -> None:
    octets = b"\xfe\xfe" + simulated_frame(control, address, field) + behind
    assert next_frame(octets) == (Frame(control=control, address=address, field=field), behind)


@given(address=ADDRESSES, values=st.binary(min_size=12, max_size=60), bit=st.integers(0))
def test_one_turned_bit_is_never_an_answer(address: int, values: bytes, bit: int) -> None:
    octets = bytearray(simulated_frame(0x08, address, b"\x72" + values))
    assert judge(bytes(octets), read_of(address)) == values
    bit %= 8 * len(octets)
    octets[bit // 8] ^= 1 << bit % 8
    verdict = judge(bytes(octets), read_of(address))
    assert isinstance(verdict, Verdict)


@given(address=ADDRESSES, values=st.binary(min_size=12, max_size=60), cut=st.integers(0))
def test_an_answer_cut_anywhere_is_never_an_answer(address: int, values: bytes, cut: int) -> None:
    octets = simulated_frame(0x08, address, b"\x72" + values)
    assert isinstance(judge(octets[: cut % len(octets)], read_of(address)), Verdict)


@given(octets=st.binary(max_size=300), ask=st.sampled_from(Ask))
def test_rubbish_never_breaks_the_checker(octets: bytes, ask: Ask) -> None:
    asked = Asked(ask=ask, address=5, select=Secondary())
    assert isinstance(judge(octets, asked), bytes | Verdict)


def test_nothing_that_writes_can_be_asked() -> None:
    sent = {
        Asked(ask=ask, address=address, count_bit=bit, select=Secondary()).octets()
        for ask in Ask
        for address in (1, 250, SELECTED)
        for bit in (False, True)
    }
    short = {octets[1] for octets in sent if octets[0] == 0x10}
    long = {(octets[4], octets[6]) for octets in sent if octets[0] == 0x68}
    assert short == {0x40, 0x5B, 0x7B}
    assert long == {(0x53, 0x52), (0x53, 0x50)}
    assert all(len(octets) == 9 for octets in sent if octets[0] == 0x68 and octets[6] == 0x50)


def test_all_meters_are_never_told_anything_at_once() -> None:
    with pytest.raises(AssertionError, match="never told"):
        Asked(ask=Ask.LINK_RESET, address=255).octets()


def test_values_are_no_acknowledgement() -> None:
    late = simulated_frame(0x08, 5, b"\x72" + bytes(12))
    verdict = judge(late, Asked(ask=Ask.LINK_RESET, address=5))
    assert isinstance(verdict, Verdict)
    assert (verdict.fault, verdict.final) == (LinkFault.WRONG_CONTROL, False)
    assert judge(late + ACKNOWLEDGED, Asked(ask=Ask.LINK_RESET, address=5)) == ACKNOWLEDGED
