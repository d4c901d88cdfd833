from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.modbus.decode import STRUCT_CODE, BlockDecoder
from adapters.modbus.decode_columns import FLAWS, ColumnDecoder
from adapters.modbus.read_plan import ReadBlock, plan_reads
from adapters.modbus.register_map import Null, RegisterMap, RegisterType, load
from energy.metering.channel import Kind
from tests.adapters.modbus.points import changed
from tests.adapters.modbus.test_decode import SDM, words_of

TYPES = tuple(RegisterType)
RESOLUTIONS = (Fraction(1, 100), Fraction(1), Fraction(1, 3), Fraction(1, 1_000_000), Fraction(5))
SCALES = (Fraction(1), Fraction(1, 1000), Fraction(1, 3), Fraction(10))


def one_by_one(block: ReadBlock, read: RegisterMap, answers: list[list[int]]) -> list[object]:
    decoder = BlockDecoder(block, read)
    return [[(v.count, v.flaw) for v in decoder.decode(answer)] for answer in answers]


def together(block: ReadBlock, read: RegisterMap, answers: list[list[int]]) -> list[object]:
    values = ColumnDecoder(block, read).decode(answers)
    return [
        [(count, FLAWS[flaw]) for count, flaw in zip(counts, flaws, strict=True)]
        for counts, flaws in zip(values.count.tolist(), values.flaw.tolist(), strict=True)
    ]


@st.composite
def cases(draw: st.DrawFn) -> tuple[ReadBlock, RegisterMap, list[list[int]]]:
    """Blocks of any values with answers that are plausible numbers or any bits at all."""
    points, address = [], draw(st.integers(0, 50))
    for _ in range(draw(st.integers(1, 4))):
        address += draw(st.integers(0, 3))
        type_ = draw(st.sampled_from(TYPES))
        point = changed(
            SDM.point("voltage_l1"),
            type=type_,
            kind=draw(st.sampled_from((Kind.COUNTER, Kind.GAUGE))),
            address=address,
            resolution=draw(st.sampled_from(RESOLUTIONS)),
        )
        if type_.is_float:
            point = replace(point, scale=draw(st.sampled_from(SCALES)))
        elif type_.bits <= 32 and draw(st.booleans()):
            point = replace(point, scale_address=address + type_.width)
        elif not type_.is_signed and draw(st.booleans()):
            first = draw(st.integers(0, type_.bits - 1))
            width = draw(st.integers(1, type_.bits - first))
            point = changed(point, kind=Kind.STATE, bits=(first, width))
        points.append(point)
        address = point.end
    first = points[0].address
    block = ReadBlock(function_code=4, address=first, count=address - first, points=tuple(points))
    nulls = st.sampled_from((None, *Null))
    read = replace(
        SDM,
        word_order=draw(st.sampled_from(("big", "little"))),
        unsigned_null=draw(nulls),
        signed_null=draw(nulls),
    )
    answers = []
    for _ in range(draw(st.integers(1, 5))):
        words = draw(st.lists(st.integers(0, 65535), min_size=block.count, max_size=block.count))
        for point in points:
            if point.type.is_float and draw(st.booleans()):
                width = 32 if point.type is RegisterType.F32 else 64
                value = draw(st.floats(-(2.0**40), 2.0**40, width=width))  # type: ignore[arg-type]
                at = point.address - first
                words[at : at + point.type.width] = words_of(point.type, value, read.word_order)
            if point.scale_address is not None and draw(st.integers(0, 9)):
                words[point.scale_address - first] = draw(st.integers(-11, 11)) % 65536
        answers.append(words)
    return block, read, answers


@given(cases())
def test_many_answers_together_are_what_each_is_alone(
    case: tuple[ReadBlock, RegisterMap, list[list[int]]],
) -> None:
    block, read, answers = case
    assert together(block, read, answers) == one_by_one(block, read, answers)


@pytest.mark.parametrize(
    "name", ["eastron_sdm630", "abb_b23_b24", "sunspec_meter_int@40069", "spirax_tva"]
)
def test_every_read_of_a_product_gives_the_same_together(name: str) -> None:
    read = load(name)
    generator = np.random.default_rng(20190101)
    for block in plan_reads(read.points.values()):
        answers = generator.integers(0, 65536, size=(50, block.count)).tolist()
        answers += [[0] * block.count, [65535] * block.count, [0x7FFF] * block.count]
        assert together(block, read, answers) == one_by_one(block, read, answers)


def test_halves_go_up_together_too() -> None:
    point = changed(
        SDM.point("voltage_l1"), type=RegisterType.F64, address=0, resolution=Fraction(1)
    )
    block = ReadBlock(function_code=4, address=0, count=4, points=(point,))
    answers = [words_of(RegisterType.F64, value) for value in (0.5, 1.5, -0.5, 2.5, 1e300)]
    assert together(block, SDM, answers) == one_by_one(block, SDM, answers)
    assert STRUCT_CODE[RegisterType.F64] == "d"
