from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.mqtt.mapper import MISSING, Mapper, Reading, matches, resolved
from adapters.mqtt.mapping_file import load_mapping, parse_mapping
from adapters.mqtt.payload import Reason, RefusedError

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DOCUMENT = {"a": {"b": [{"c": 1}, {"c": 2}, {}]}, "d": {"x": {"c": 3}, "y": 4}, "": 5, "0": [6]}
OPTIONAL = """
schema_version = 1
id = "two"
title = "Two values"
[[message]]
topic = "plant/{device}"
device = "{device}"
time = { at = "/ts", format = "epoch_s" }
value = [
  { at = "/kWh", quantity = "active_energy_import", unit = "kWh", number = "plain" },
  { at = "/kW", quantity = "active_power", unit = "kW", number = "plain", nulls = ["--"] },
]
"""


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("a/b/0/c", [((), 1)]),
        ("a/b/*/c", [(("0",), 1), (("1",), 2)]),
        ("d/*/c", [(("x",), 3)]),
        ("d/*", [(("x",), {"c": 3}), (("y",), 4)]),
        ("*/*/*/c", [(("a", "b", "0"), 1), (("a", "b", "1"), 2)]),
        ("", [((), 5)]),
        ("0/0", [((), 6)]),
        ("0/-1", []),
        ("0/1", []),
        ("0/²", []),
        ("a/z", []),
        ("a/b/c", []),
        ("d/y/c", []),
    ],
)
def test_a_pointer_leads_to_every_value_it_fits(
    pointer: str, expected: list[tuple[tuple[str, ...], object]]
) -> None:
    steps = tuple(pointer.split("/"))
    found = list(matches(DOCUMENT, steps))
    assert found == expected
    assert [resolved(DOCUMENT, steps, keys) for keys, _ in found] == [
        value for _, value in expected
    ]


def test_nothing_stands_where_a_pointer_does_not_lead() -> None:
    assert resolved(DOCUMENT, ("a", "b", "*", "c"), ("2",)) is MISSING


def read(document: object, wanted: dict[str, list[str]] | None = None) -> Reading:
    mapper = Mapper(parse_mapping(OPTIONAL, name="two"), wanted)
    rule, parts = mapper.rule_of("plant/m1")
    return mapper.read(rule, parts, document, NOW)


def test_a_good_value_beside_a_refused_one_is_still_good() -> None:
    reading = read({"ts": 1795241133, "kWh": "1.5", "kW": "strong"})
    assert [found.quantity for found in reading.found] == ["active_energy_import"]
    assert [refusal.reason for refusal in reading.refusals] == [Reason.WRONG_VALUE]


def test_a_value_that_nobody_asked_for_is_not_even_read() -> None:
    reading = read({"ts": "rubbish", "kW": "rubbish"}, {"m1": ["active_energy_import"]})
    assert (reading.found, reading.refusals, reading.nothing) == ([], [], 1)


def test_a_text_for_no_value_is_neither_a_value_nor_a_fault() -> None:
    reading = read({"ts": 1795241133, "kW": "--"})
    assert (reading.found, reading.refusals, reading.nothing) == ([], [], 1)


@pytest.mark.parametrize("document", [{}, {"ts": 1795241133}, [], 5, None, {"kwh": "1"}])
def test_a_message_with_nothing_at_any_place_is_refused(document: object) -> None:
    with pytest.raises(RefusedError) as caught:
        read(document)
    assert caught.value.refusal.reason is Reason.NO_VALUE


def test_several_devices_and_instants_of_one_message_are_told_apart() -> None:
    mapper = Mapper(load_mapping("thingsboard"))
    rule, parts = mapper.rule_of("v1/gateway/telemetry")
    document = {
        "m1": [{"ts": 1795241133000, "values": {"a": 1, "b": 2}}],
        "m2": [
            {"ts": 1795241133000, "values": {"a": 3}},
            {"ts": 1795241134000, "values": {"a": 4}},
        ],
    }
    found = mapper.read(rule, parts, document, NOW).found
    assert [(f.device, f.quantity, f.value, f.at_us // 10**6) for f in found] == [
        ("m1", "a", (1, 1), 1795241133),
        ("m1", "b", (2, 1), 1795241133),
        ("m2", "a", (3, 1), 1795241133),
        ("m2", "a", (4, 1), 1795241134),
    ]
