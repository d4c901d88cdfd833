from __future__ import annotations

import math
from typing import Any

import pytest

pytest.importorskip(
    "bacpypes3", reason="the extra bacnet is not installed (pip install 'meterline[bacnet]')"
)

from bacpypes3.basetypes import Reliability

from adapters.bacnet.profile import PROFILES
from adapters.bacnet.source import BacnetMeter
from energy.base.quality import Quality
from tests.adapters.bacnet.bacnet_device import MeterDevice
from tests.adapters.bacnet.bacnet_polls import (
    COUNTS,
    SLOT,
    address,
    codes,
    meter,
    rows,
    run,
    source_of,
    three_meters,
)

pytestmark = pytest.mark.servers

PROFILE = """
schema_version = 1
id = "mine"
vendor = "any"
models = ["any"]
utility = "electricity"
side = "secondary"
trust = "manual"
sources = ["the device"]
[[point]]
quantity = "{quantity}"
object = "{object}"
resolution = "0.001"
scale = "{scale}"
unit = "kWh"
kind = "{kind}"
billing = true
"""
STATE = """
schema_version = 1
id = "mine"
vendor = "any"
models = ["any"]
utility = "none"
side = "secondary"
trust = "manual"
sources = ["the device"]
[[point]]
quantity = "breaker_1"
object = "{object}"
resolution = "1"
unit = "1"
kind = "state"
"""


def test_all_meters_of_a_gateway_come_in_one_question() -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        source = source_of(device, *three_meters(device))
        try:
            first = await source.poll(SLOT)
            before = device.questions
            again = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        assert [count for _, count, _ in rows(first)] == COUNTS
        assert rows(again) == rows(first)
        assert codes(first) == []
        assert device.questions - before == 1
        assert [a.point for a in again.answered] == ["p1001", "p1001+10", "p1001+20"]
        assert all(0 < a.latency_us < 10**6 for a in again.answered)
        assert source.link.connects == 1
        assert device.writes == 0

    run(story)


@pytest.mark.parametrize(
    ("setting", "questions"),
    [
        ({"largest": 3}, 1 + 1 + 2),  # what it takes, one too long, two halves
        ({"single": True}, 1 + 1 + 6 * 3),
        ({"largest": 0}, 1 + 3 + 6 * 3),
    ],
    ids=["short answers", "no such service", "always too long"],
)
def test_a_device_that_refuses_many_at_once_is_asked_for_less(
    setting: dict[str, Any], questions: int
) -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        for name, value in setting.items():
            setattr(device, name, value)
        source = source_of(device, *three_meters(device))
        try:
            result = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        assert [count for _, count, _ in rows(result)] == COUNTS
        assert device.questions == questions

    run(story)


def test_a_device_with_small_packets_is_asked_in_parts_that_fit() -> None:
    async def story() -> None:
        device = await MeterDevice(apdu=128).listening()
        source = source_of(device, *three_meters(device))
        try:
            result = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        assert [count for _, count, _ in rows(result)] == COUNTS
        assert device.questions == 1 + 3  # two objects in 128 bytes

    run(story)


def test_a_device_that_drops_long_questions_without_a_word_is_asked_singly_next_time() -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        device.mute = True
        source = source_of(device, *three_meters(device))
        try:
            first = await source.poll(SLOT)
            again = await source.poll(SLOT, urgent=True)
        finally:
            source.close()
            device.close()
        assert codes(first) == ["bacnet.no_answer"] * 3
        assert [count for _, count, _ in rows(again)] == COUNTS

    run(story)


@pytest.mark.parametrize(
    ("kind", "value", "scale", "count", "flaw"),
    [
        ("large-analog-value", 123_456_789.0004, "1", 123_456_789_000, None),
        ("large-analog-value", math.nan, "1", 0, "not_a_number"),
        ("large-analog-value", math.inf, "1", 0, "infinite"),
        ("large-analog-value", -1.0, "1", 0, "out_of_range"),
        ("analog-input", 1.0005, "1", 1_000, None),  # a float32: a little less than the half
        ("analog-input", 16_385.0, "1", 16_385_000, "coarse_float"),
        ("accumulator", 4_294_967_295, "0.001", 4_294_967_295, None),
        ("accumulator", 3, "0.0001", 0, "finer_step"),
        ("binary-input", 1, "0.001", 1, None),
    ],
)
def test_a_present_value_is_an_exact_count_or_a_finding(
    kind: str, value: object, scale: str, count: int, flaw: str | None
) -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        device.say(kind, 7, value)
        profile = PROFILES.parse(
            PROFILE.format(
                quantity="active_energy_import", object=f"{kind},7", scale=scale, kind="counter"
            ),
            name="mine",
        )
        one = BacnetMeter(
            point="p", address=address("1001"), profile=profile,
            channels={"active_energy_import": 9},
        )  # fmt: skip
        source = source_of(device, one)
        try:
            result = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        suspect = Quality.MEASURED if flaw is None else Quality.SUSPECT
        assert rows(result) == [(9, count, suspect)]
        assert codes(result) == ([] if flaw is None else [f"bacnet.{flaw}"])
        assert all(f.severity == "do_not_bill" for f in result.findings)

    run(story)


@pytest.mark.parametrize(
    ("flags", "reliability", "flaw"),
    [
        ([0, 0, 0, 0], Reliability.noFaultDetected, None),
        ([1, 0, 0, 0], Reliability.noFaultDetected, None),  # in alarm: a value like any other
        ([0, 1, 0, 0], Reliability.communicationFailure, "device_fault"),
        ([0, 0, 1, 0], Reliability.noFaultDetected, "overridden"),
        ([0, 0, 0, 1], Reliability.noFaultDetected, "out_of_service"),
        ([0, 0, 0, 0], Reliability.noSensor, "device_fault"),
    ],
)
def test_what_the_device_says_against_its_value_makes_it_suspect(
    flags: list[int], reliability: Reliability, flaw: str | None
) -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        device.say("accumulator", 1, 5, statusFlags=flags, reliability=reliability)
        device.say("analog-input", 1, 1.0, statusFlags=[0, 0, 0, 0])
        source = source_of(device, meter("1001"))
        try:
            result = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        suspect = Quality.MEASURED if flaw is None else Quality.SUSPECT
        assert rows(result) == [(1, 5, suspect), (2, 1_000, Quality.MEASURED)]
        assert codes(result) == ([] if flaw is None else [f"bacnet.{flaw}"])

    run(story)


def test_a_breaker_is_a_state() -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        device.say("binary-input", 4, "active")
        profile = PROFILES.parse(STATE.format(object="binary-input,4"), name="mine")
        one = BacnetMeter(
            point="p", address=address("1001"), profile=profile, channels={"breaker_1": 9}
        )
        source = source_of(device, one)
        try:
            result = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        assert rows(result) == [(9, 1, Quality.MEASURED)]

    run(story)
