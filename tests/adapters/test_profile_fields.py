from __future__ import annotations

from fractions import Fraction

import pytest

from adapters.profile_fields import Fields, changed_step, read_facts, twice
from energy.metering.channel import ChannelFacts, Direction, Kind, Side

GOOD: dict[str, object] = {
    "quantity": "volume", "kind": "counter", "utility": "water", "side": "primary",
    "unit": "m3", "resolution": "0.01", "billing": True, "modulus": 10**8,
}  # fmt: skip


def facts_of(**changed: object) -> tuple[ChannelFacts, list[str]]:
    table = {key: value for key, value in (GOOD | changed).items() if value is not None}
    fields = Fields(table, [], "point 'volume'")
    return read_facts(fields, most=2**48), fields.problems


@pytest.mark.parametrize(
    ("stated", "most", "needed", "read"),
    [
        ([0, 2], 16, True, (0, 2)),
        ([15, 1], 16, False, (15, 1)),
        (None, 16, False, None),
        (None, 0, False, None),
    ],
)
def test_bits_are_first_and_width(
    stated: object, most: int, needed: bool, read: tuple[int, int] | None
) -> None:
    fields = Fields({"bits": stated}, [])
    assert fields.bits(most=most, needed=needed) == read
    assert fields.problems == []


@pytest.mark.parametrize(
    ("stated", "most", "problem"),
    [
        ([15, 2], 16, "bits must be [first, width] within 16 bits"),
        ([-1, 2], 16, "bits must be [first, width] within 16 bits"),
        ([0, 0], 16, "bits must be [first, width] within 16 bits"),
        ([True, 1], 16, "bits must be [first, width] within 16 bits"),
        ([1], 16, "bits must be [first, width] within 16 bits"),
        (None, 16, "bits must be [first, width] within 16 bits"),
        ([0, 1], 0, "bits are for a state alone"),
    ],
)
def test_other_bits_are_refused(stated: object, most: int, problem: str) -> None:
    fields = Fields({"bits": stated}, [], "point 'status'")
    assert fields.bits(most=most, needed=most > 0) is None
    assert fields.problems == [f"point 'status': {problem}"]


def test_a_point_says_what_its_channel_is() -> None:
    assert facts_of() == (
        ChannelFacts(
            quantity="volume", kind=Kind.COUNTER, utility="water", unit="m3",  # type: ignore[arg-type]
            resolution=Fraction(1, 100), modulus=10**8, direction=Direction.NONE,
            side=Side.PRIMARY, billing=True, max_per_hour=None,
        ),
        [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"resolution": 0.01}, "resolution must be an exact text"),
        ({"resolution": "0"}, "resolution must be an exact text"),
        ({"resolution": "1e999999999"}, "resolution must be an exact text"),
        ({"kind": "meter"}, "kind must be one of counter, gauge, interval, state"),
        ({"side": None}, "side: a value states its side, if only unknown"),
        ({"unit": "kWh"}, "is not a quantity of water"),
        ({"modulus": 2**49}, "modulus must be a whole number, 2 to"),
        ({"billing": "yes"}, "billing must be true or false"),
        ({"quantity": "volumen"}, "nearest: volume"),
    ],
)
def test_a_wrong_fact_is_told_once_with_its_place(changed: dict[str, object], problem: str) -> None:
    _, problems = facts_of(**changed)
    assert len(problems) == 1
    assert problems[0].startswith("point 'volume': ")
    assert problem in problems[0]


def test_a_quantity_stands_once() -> None:
    assert twice(["volume", "flow"]) == []
    assert twice(["volume", "flow", "volume"]) == ["quantity 'volume' stands twice"]


@pytest.mark.parametrize(
    ("unit", "resolution", "changed"),
    [("m3", "1/100", False), ("", "", False), ("L", "1/100", True), ("m3", "1", True)],
)
def test_a_changed_step_is_seen_before_anything_is_collected(
    unit: str, resolution: str, changed: bool
) -> None:
    told = changed_step("water", facts_of()[0], unit=unit, resolution=resolution)
    assert (told is not None) is changed
    assert told is None or "put the profile back" in told
