from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mbus.numbers import number_of
from adapters.mbus.records import Function, Telegram, TelegramError, parse
from adapters.mbus.units import meaning_of
from simulator.mbus_meter import record

HEAD = bytes.fromhex("785634122D2C010455000000")


def parsed(records: str) -> Telegram:
    return parse(HEAD + bytes.fromhex(records))


@given(
    value=st.integers(-99_999, 9_999_999), decimal=st.booleans(), storage=st.integers(0, 2**41 - 1),
    tariff=st.integers(0, 2**20 - 1), subunit=st.integers(0, 2**10 - 1),
    function=st.sampled_from(Function), size=st.sampled_from([4, 6]),
)  # fmt: skip
def test_a_record_comes_out_as_it_went_in(
    *,
    value: int,
    decimal: bool,
    storage: int,
    tariff: int,
    subunit: int,
    function: Function,
    size: int,
) -> None:
    octets = record(
        "13", value, size=size, decimal=decimal, storage=storage, tariff=tariff, subunit=subunit,
        function=function,
    )  # fmt: skip
    (got,) = parse(HEAD + octets + b"\x2f\x2f").records
    assert (got.storage, got.tariff, got.subunit) == (storage, tariff, subunit)
    assert (got.function, number_of(got), got.vif) == (function, value, (0x13,))


def test_the_head_tells_who_answers_and_how_the_meter_is() -> None:
    head = parse(bytes.fromhex("785634122D2C1B0455240000")).head
    assert str(head.who) == "12345678KAM1B04"
    assert (head.access, head.status, head.encrypted) == (0x55, 0x24, False)
    assert parse(bytes.fromhex("785634122D2C1B0455240005")).head.encrypted


def test_a_part_for_the_maker_ends_the_records() -> None:
    telegram = parsed("0406010000000F0102030406")
    assert (len(telegram.records), telegram.maker, telegram.more) == (
        1, bytes.fromhex("0102030406"), False,
    )  # fmt: skip
    assert parsed("0406010000001F").more


def test_a_unit_in_plain_text_stands_before_the_extensions() -> None:
    (plain,) = parsed("027C08656D69742E746162220C").records
    assert (plain.text, plain.octets) == ("bat.time", b"\x22\x0c")
    (extended,) = parsed("04FC034342417401000000").records
    assert (extended.text, extended.vif, number_of(extended)) == ("ABC", (0x7C, 0x74), 1)


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ("04", "a VIF needs 1"),
        ("0406", "a value needs 4"),
        ("04060100", "a value needs 4 byte(s), the answer has 2 left"),
        ("848080", "a DIF needs 1"),
        ("84" + "80" * 10 + "00", "a DIF is extended more than 10 times"),
        ("0493" + "80" * 10 + "00", "a VIF is extended more than 10 times"),
        ("0D782031", "a value needs 32"),
        ("0D78FB31", "length byte FBH"),
        ("047C4043", "a unit in plain text needs 64"),
        ("3F06", "DIF 3FH has no meaning"),
        ("7F06", "DIF 7FH has no meaning"),
    ],
)
def test_a_telegram_that_lies_in_one_place_is_refused_whole(records: str, told: str) -> None:
    with pytest.raises(TelegramError) as met:
        parsed("040601000000" + records)
    assert told in str(met.value)


def test_a_decimal_number_of_variable_size_is_as_long_as_it_says() -> None:
    number, behind = parsed("0D78C3563412" + "0413D2040000").records
    assert (number_of(number), number_of(behind)) == (123456, 1234)
    (below,) = parsed("0D5BD20100").records
    assert number_of(below) == -1


@given(st.binary(max_size=240))
def test_any_bytes_are_a_telegram_or_refused(octets: bytes) -> None:
    with suppress(TelegramError):
        for each in parse(HEAD + octets).records:
            assert number_of(each) is None or each.octets
            meaning = meaning_of(each.vif)
            assert meaning.step > 0
            assert 0 <= meaning.error < 32


@given(st.binary(max_size=11))
def test_a_head_that_is_cut_is_refused(octets: bytes) -> None:
    with pytest.raises(TelegramError, match="the head needs 12"):
        parse(octets)
