from __future__ import annotations

import math
import struct
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.modbus.decode import (
    FLAW_MEANS,
    STRUCT_CODE,
    BlockDecoder,
    Decoded,
    Flaw,
    float_step,
    quantised,
)
from adapters.modbus.read_plan import ReadBlock, plan_reads
from adapters.modbus.register_map import Null, RegisterMap, RegisterPoint, RegisterType, load
from energy.metering.channel import Kind
from tests.adapters.modbus.points import changed

SDM = load("eastron_sdm630")
ABB = load("abb_b23_b24")
CENT = Fraction(1, 100)


def point_of(type_: RegisterType, *, kind: Kind = Kind.GAUGE, address: int = 0) -> RegisterPoint:
    return changed(SDM.point("voltage_l1"), type=type_, kind=kind, address=address, resolution=CENT)


def words_of(type_: RegisterType, value: float, word_order: str = "big") -> list[int]:
    raw = struct.pack(">" + STRUCT_CODE[type_], value)
    words = list(struct.unpack(f">{type_.width}H", raw))
    return words if word_order == "big" else words[::-1]


def decoded(point: RegisterPoint, words: list[int], read: RegisterMap = SDM) -> Decoded:
    block = ReadBlock(
        function_code=4, address=point.address, count=point.type.width, points=(point,)
    )
    (value,) = BlockDecoder(block, read).decode(words)
    return value


@pytest.mark.parametrize("word_order", ["big", "little"])
@pytest.mark.parametrize(
    ("type_", "value", "count"),
    [
        (RegisterType.U16, 65535, 65535),
        (RegisterType.S16, -32768, -32768),
        (RegisterType.U32, 4294967295, 4294967295),
        (RegisterType.S32, -2147483648, -2147483648),
        (RegisterType.U64, 9223372036854775807, 9223372036854775807),
        (RegisterType.S64, -9223372036854775807, -9223372036854775807),
        (RegisterType.F32, 231.5, 23150),
        (RegisterType.F32, -0.25, -25),
        (RegisterType.F64, 123456789.01, 12345678901),
        (RegisterType.F64, -0.0, 0),
    ],
)
def test_each_type_gives_its_count(
    type_: RegisterType, value: float, count: int, word_order: str
) -> None:
    read = replace(SDM, word_order=word_order)
    value_read = decoded(point_of(type_), words_of(type_, value, word_order), read)
    assert (value_read.count, value_read.flaw) == (count, None)


@pytest.mark.parametrize(
    ("words", "flaw"),
    [
        ([0x7FC0, 0], Flaw.NOT_A_NUMBER),
        ([0xFFFF, 0xFFFF], Flaw.NOT_A_NUMBER),
        ([0x7F80, 0], Flaw.INFINITE),
        ([0xFF80, 0], Flaw.INFINITE),
        ([0x0000, 0x4368], Flaw.DENORMAL),
        ([0x7F7F, 0xFFFF], Flaw.OUT_OF_RANGE),
    ],
)
def test_a_float_that_is_no_reading_is_suspect_and_says_why(words: list[int], flaw: Flaw) -> None:
    value = decoded(point_of(RegisterType.F32), words)
    assert (value.count, value.flaw) == (0, flaw)
    assert FLAW_MEANS[flaw]


@pytest.mark.parametrize(
    ("quantity", "words", "flaw"),
    [
        ("active_energy_import", [0xFFFF] * 4, Flaw.NULL_VALUE),
        ("active_energy_import", [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFE], Flaw.OUT_OF_RANGE),
        ("active_energy_import", [0x8000, 0, 0, 0], Flaw.OUT_OF_RANGE),
        ("active_energy_import", [0x7FFF, 0xFFFF, 0xFFFF, 0xFFFF], None),
        ("active_power", [0x7FFF, 0xFFFF], Flaw.NULL_VALUE),
        ("active_power", [0xFFFF, 0xFFFF], None),
        ("voltage_l1", [0xFFFF, 0xFFFF], Flaw.NULL_VALUE),
        ("frequency", [0xFFFF], Flaw.NULL_VALUE),
        ("power_factor", [0x7FFF], Flaw.NULL_VALUE),
    ],
)
def test_an_abb_register_that_is_not_available_is_suspect(
    quantity: str, words: list[int], flaw: Flaw | None
) -> None:
    assert decoded(ABB.point(quantity), words, ABB).flaw is flaw


def test_the_lowest_signed_value_can_be_the_null() -> None:
    read = replace(ABB, signed_null=Null.MIN_NEGATIVE)
    assert decoded(ABB.point("active_power"), [0x8000, 0], read).flaw is Flaw.NULL_VALUE


def test_a_counter_below_zero_is_suspect_and_a_gauge_below_zero_is_not() -> None:
    words = words_of(RegisterType.F32, -1.0)
    counter = decoded(point_of(RegisterType.F32, kind=Kind.COUNTER), words)
    assert counter.flaw is Flaw.OUT_OF_RANGE
    assert decoded(point_of(RegisterType.F32), words).flaw is None


@pytest.mark.parametrize(
    ("kwh", "count", "flaw"),
    [
        (131071.99, 13107199, None),
        (131072.0, 13107200, Flaw.COARSE),
        (1000000.0, 100000000, Flaw.COARSE),
    ],
)
def test_a_float_counter_is_suspect_from_where_its_step_exceeds_the_resolution(
    kwh: float, count: int, flaw: Flaw | None
) -> None:
    point = SDM.point("active_energy_import")
    value = decoded(point, words_of(RegisterType.F32, kwh))
    assert (value.count, value.flaw) == (count, flaw)


def test_a_large_float_gauge_is_no_counter_and_stays_good() -> None:
    assert decoded(SDM.point("active_power"), words_of(RegisterType.F32, 9e6)).flaw is None


@given(st.integers(0, 13_107_199))
def test_every_count_of_a_float_register_comes_back_exactly(count: int) -> None:
    value = decoded(SDM.point("active_energy_import"), words_of(RegisterType.F32, count / 100))
    assert (value.count, value.flaw) == (count, None)


@given(st.integers(0, 2**63 - 1))
def test_every_count_of_a_64_bit_register_comes_back_exactly(count: int) -> None:
    value = decoded(ABB.point("active_energy_import"), words_of(RegisterType.U64, count), ABB)
    assert (value.count, value.flaw) == (count, None)


@given(
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.sampled_from(
        [Fraction(1, 100), Fraction(1, 1000), Fraction(1, 10), Fraction(1), Fraction(3)]
    ),
)
def test_a_float_is_rounded_exactly_and_half_goes_up(value: float, resolution: Fraction) -> None:
    count = quantised(value, resolution)
    exact = Fraction(value) / resolution
    assert Fraction(-1, 2) < count - exact <= Fraction(1, 2)


@given(st.integers(-(2**24), 2**24))
def test_half_a_count_goes_up_never_to_even(halves: int) -> None:
    assert quantised(halves / 2, Fraction(1)) == math.floor((halves + 1) / 2)


@given(st.data())
def test_what_is_encoded_is_decoded_in_any_block_and_word_order(data: st.DataObject) -> None:
    word_order = data.draw(st.sampled_from(["big", "little"]))
    at = 0
    registers: list[int] = []
    points: list[RegisterPoint] = []
    counts: list[int] = []
    for number in range(data.draw(st.integers(1, 8))):
        hole = data.draw(st.integers(0, 3)) if number else 0
        type_ = data.draw(st.sampled_from(RegisterType))
        signed = type_.is_float or type_.is_signed
        least = 1 if type_ is RegisterType.ACC32 else 0  # its 0 is "not available"
        bits = min(type_.bits, 23 if type_.is_float else 63) - 1
        count = data.draw(st.integers(-(2**bits) if signed else least, 2**bits - 1))
        registers += [0xDEAD] * hole
        registers += words_of(type_, count, word_order)
        at += hole
        point = changed(point_of(type_, address=at), quantity=f"q{number}", resolution=Fraction(1))
        points.append(point)
        counts.append(count)
        at += type_.width
    (block,) = plan_reads(points)
    read = replace(SDM, word_order=word_order)
    values = BlockDecoder(block, read).decode(registers)
    assert [value.count for value in values] == counts
    assert [value.flaw for value in values] == [None] * len(points)


METER = load("sunspec_meter_int@40069")


def scaled(quantity: str, raw: list[int], power: int) -> Decoded:
    point = METER.point(quantity)
    assert point.scale_address is not None
    block = ReadBlock(
        function_code=3, address=point.address, count=point.end - point.address, points=(point,)
    )
    words = [0] * block.count
    words[: len(raw)] = raw
    words[point.scale_address - point.address] = power % 65536
    (value,) = BlockDecoder(block, METER).decode(words)
    return value


@pytest.mark.parametrize(
    ("raw", "power", "wh"),
    [
        ([0, 12345], 0, 12345),
        ([0, 12345], 3, 12_345_000),
        ([0, 12345], -1, 1235),
        ([0, 12344], -1, 1234),
        ([0xFFFF, 0xFFFF], 10, 0),
    ],
)
def test_a_scale_register_multiplies_by_its_power_of_ten(
    raw: list[int], power: int, wh: int
) -> None:
    value = scaled("active_energy_import", raw, power)
    assert value.count == wh


@pytest.mark.parametrize(
    ("raw", "power", "flaw"),
    [
        ([0, 0], 0, Flaw.NULL_VALUE),
        ([0, 1], -32768, Flaw.NULL_VALUE),
        ([0, 1], 11, Flaw.SCALE),
        ([0, 1], -11, Flaw.SCALE),
        ([0xFFFF, 0xFFFF], 10, Flaw.OUT_OF_RANGE),
    ],
)
def test_nothing_rests_on_a_value_without_a_sound_scale(
    raw: list[int], power: int, flaw: Flaw
) -> None:
    assert scaled("active_energy_import", raw, power).flaw is flaw
    assert FLAW_MEANS[flaw]


def test_a_signed_value_keeps_its_sign_under_a_scale() -> None:
    assert scaled("active_power", [0xFFFF - 122], 1).count == -12_300  # -1,230 W in 0.1 W


@pytest.mark.parametrize(
    ("bits", "count"), [((0, 4), 0b1010), ((4, 1), 1), ((5, 1), 0), ((4, 12), 0b1010_0101_1101)]
)
def test_a_state_is_cut_from_its_bits(bits: tuple[int, int], count: int) -> None:
    point = replace(point_of(RegisterType.BITS16, kind=Kind.STATE), bits=bits)
    assert decoded(point, [0b1010_0101_1101_1010]).count == count


def test_the_scale_of_a_float_is_applied_before_it_is_rounded() -> None:
    point = load("chint_dtsu666").point("voltage_l1")
    assert decoded(point, words_of(RegisterType.F32, 2304.0)).count == 2304  # 230.4 V


@pytest.mark.parametrize(
    ("kwh", "step"),
    [
        (131_071, Fraction(1, 128)),
        (131_072, Fraction(1, 64)),
        (1_000_000, Fraction(1, 16)),
        (16_777_216, Fraction(2)),
    ],
)
def test_a_float_counter_moves_in_growing_steps(kwh: int, step: Fraction) -> None:
    point = SDM.point("active_energy_import")
    assert float_step(point, kwh * 100) == step


def test_a_watt_hour_float_loses_two_watt_hours_from_16_8_mwh_on() -> None:
    point = load("janitza_umg96").point("active_energy_import")
    assert float_step(point, 167_770) == Fraction(1, 1000)
    assert float_step(point, 167_773) == Fraction(2, 1000)


def test_a_whole_number_has_no_float_step() -> None:
    assert float_step(ABB.point("active_energy_import"), 10**12) is None
    step = float_step(SDM.point("active_energy_import"), 0)
    assert step is not None
    assert step < Fraction(1, 10**30)
