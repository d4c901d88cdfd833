from __future__ import annotations

import pytest

from adapters.modbus.register_map import load
from adapters.modbus.register_variant import split, variant


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("abb_b23_b24", ("abb_b23_b24", None, None, None)),
        ("schneider_iem3000@-1", ("schneider_iem3000", -1, None, None)),
        ("sunspec_meter_int@40069", ("sunspec_meter_int", 40069, None, None)),
        ("eastron_sdm630~little", ("eastron_sdm630", None, "little", None)),
        ("box@1~big~fc4", ("box", 1, "big", 4)),
        ("box~fc5", None),
        ("box~little@1", None),
        ("Box", None),
        ("../box", None),
        ("box@", None),
    ],
)
def test_a_name_is_taken_apart(
    name: str, parts: tuple[str, int | None, str | None, int | None] | None
) -> None:
    assert split(name) == parts


@pytest.mark.parametrize(
    "name", ["schneider_iem3000@1", "eastron_sdm630~little~fc3", "sunspec_meter_float@50070~little"]
)
def test_the_name_of_a_variant_leads_back_to_it(name: str) -> None:
    parts = split(name)
    assert parts is not None
    plain, shift, words, code = parts
    made = variant(load(plain), shift=shift, word_order=words, function_code=code)
    assert made == load(name)
    assert made.id == name


def test_a_shift_moves_scale_plate_and_signature_along() -> None:
    plain, moved = load("sunspec_meter_int"), load("sunspec_meter_int@40069")
    for quantity, point in plain.points.items():
        other = moved.points[quantity]
        assert other.address == point.address + 40069
        if point.scale_address is not None:
            assert other.scale_address == point.scale_address + 40069
    assert [rule.address for rule in moved.identify] == [40069] * 4
    assert moved.plate["model_length"].address == 40070
    assert moved.discovery is None
    assert plain.discovery is not None
