from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from adapters.modbus.decode_plate import decode_plate, raw_value
from adapters.modbus.register_map import PlatePoint, RegisterType, load

SERIAL = load("schneider_pm5000").plate["serial_number"]
NAME = load("schneider_pm5000").plate["device_name"]


def text_registers(text: bytes, width: int) -> list[int]:
    filled = text.ljust(2 * width, b"\0")
    return [int.from_bytes(filled[n : n + 2], "big") for n in range(0, 2 * width, 2)]


def test_a_serial_number_is_a_whole_number() -> None:
    assert decode_plate(SERIAL, [0x0150, 0xF02E]) == 22_081_582
    assert decode_plate(SERIAL, [0xF02E, 0x0150], word_order="little") == 22_081_582


def test_a_ratio_is_exact_in_its_unit() -> None:
    ratio = load("chint_dtsu666").plate["vt_ratio"]
    assert decode_plate(ratio, [15]) == Fraction(3, 2)
    assert decode_plate(ratio, [10]) == 1
    assert isinstance(decode_plate(ratio, [10]), int)


@pytest.mark.parametrize(
    ("held", "text"),
    [
        (b"Switch room 3", "Switch room 3"),
        (b"Switch room 3   ", "Switch room 3"),
        (b"", ""),
        (b"end\0old letters", "end"),
        ("Zähler".encode(), "Zähler"),
    ],
)
def test_a_text_ends_where_it_is_filled_up(held: bytes, text: str) -> None:
    assert decode_plate(NAME, text_registers(held, NAME.width)) == text
    assert decode_plate(NAME, text_registers(held, NAME.width), word_order="little") == text


def test_a_text_of_one_letter_a_register_is_read_too() -> None:
    name = replace(NAME, width=4)
    assert decode_plate(name, [ord(letter) for letter in "SOCO"]) == "SOCO"


def test_letters_that_are_none_do_not_stop_the_reading() -> None:
    assert decode_plate(replace(NAME, width=1), [0xFFFE]) == "��"


def test_a_float_that_is_no_number_is_nothing() -> None:
    point = replace(SERIAL, type=RegisterType.F32, width=2)
    assert decode_plate(point, [0x7FC0, 0]) is None
    assert raw_value(point, [0x4366, 0]) == 230.0


def test_the_signature_of_a_circutor_is_a_text() -> None:
    (rule,) = load("circutor_rgu").identify
    value = raw_value(rule, text_registers(b"MRCD", 2))
    assert isinstance(value, str)
    assert rule.holds(value)
    assert not rule.holds("MRC")


def test_a_signature_by_range_takes_its_ends() -> None:
    (rule,) = load("eastron_sdm630").identify
    assert [rule.holds(v) for v in (79.9, 80.0, 300.0, 300.1, float("nan"))] == [
        False, True, True, False, False,
    ]  # fmt: skip


def test_a_plate_point_ends_behind_its_last_register() -> None:
    assert isinstance(NAME, PlatePoint)
    assert (NAME.address, NAME.end) == (29, 49)
