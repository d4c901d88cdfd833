from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta

import pytest

pytest.importorskip(
    "asyncua", reason="the extra opcua is not installed (pip install 'meterline[opcua]')"
)

from asyncua import ua

from adapters.meter_profile import MeterProfile
from adapters.opcua.profile import PROFILES, Wire
from adapters.opcua.source import OpcuaMeter
from energy.base.clock import monotonic_s
from energy.base.quality import Quality
from tests.adapters.opcua.opcua_polls import SLOT, plain, polled, rows, source_of
from tests.adapters.opcua.opcua_server import MeterServer

pytestmark = pytest.mark.servers

HEAD = """
schema_version = 1
id = "mine"
vendor = "any"
models = ["any"]
utility = "electricity"
side = "secondary"
trust = "manual"
timestamps = "{timestamps}"
sources = ["the server"]
"""
POINT = """
[[point]]
quantity = "{quantity}"
node = "ns=2;s={node}"
resolution = "0.001"
scale = "{scale}"
unit = "kWh"
kind = "{kind}"
{more}
"""


def profile_of(
    node: str, *, kind: str = "counter", scale: str = "1", timestamps: str = "sampled",
    more: str = "",
) -> MeterProfile[Wire]:  # fmt: skip
    quantity = {"counter": "active_energy_import", "gauge": "active_power"}.get(kind, "breaker_1")
    point = POINT.format(quantity=quantity, node=node, scale=scale, kind=kind, more=more)
    text = HEAD.format(timestamps=timestamps) + point.replace(
        'unit = "kWh"', 'unit = "kWh"' if kind == "counter" else 'unit = "1"'
    )
    if kind == "state":
        text = text.replace('resolution = "0.001"', 'resolution = "1"').replace(
            'utility = "electricity"', 'utility = "none"'
        )
    return PROFILES.parse(text, name="mine")


def test_all_meters_of_a_server_come_in_one_question(server: MeterServer, run: Callable) -> None:
    async def story() -> None:
        await server.say("MeterA.Energy", 1.0005, dated=SLOT)
        await server.say("MeterA.Power", 12.345, ua.VariantType.Float, dated=SLOT)
        await server.say("MeterB.Energy", 42, ua.VariantType.UInt64, dated=SLOT)
        source = source_of(server.port, plain("A", 1), plain("B", 3), plain("C", 5))
        begun_s = monotonic_s()
        try:
            result = await source.poll(SLOT)
            most_us = (monotonic_s() - begun_s) * 1e6
            again = await source.poll(SLOT)
        finally:
            source.close()
        # 1.0005 as a float is a little less than the half: the exact fraction decides
        good = Quality.MEASURED
        assert rows(result) == [(1, 1_000, good), (2, 12_345, good), (3, 42_000, good)]
        assert rows(again) == rows(result)
        assert [(f.point, f.code) for f in result.failures] == [
            ("pB", "opcua.no_such_value"), ("pC", "opcua.no_such_value"),
        ]  # fmt: skip
        assert "ns=2;s=MeterC.Energy: BadNodeIdUnknown" in result.failures[1].message
        assert [answer.point for answer in result.answered] == ["pA", "pB"]
        assert all(0 < answer.latency_us < most_us for answer in result.answered)
        assert source.link.connects == 1
        assert source.channels == {1: "pA", 2: "pA", 3: "pB", 4: "pB", 5: "pC", 6: "pC"}

    run(story())


@pytest.mark.parametrize(
    ("value", "kind", "scale", "count", "flaw"),
    [
        (9_007_199_254_740_993, ua.VariantType.Int64, "0.001", 9_007_199_254_740_993, None),
        (7, ua.VariantType.Byte, "1", 7_000, None),
        (7, ua.VariantType.Byte, "0.0001", 0, "finer_step"),
        (math.nan, ua.VariantType.Double, "1", 0, "not_a_number"),
        (-math.inf, ua.VariantType.Double, "1", 0, "infinite"),
        (-0.002, ua.VariantType.Double, "1", 0, "out_of_range"),
        (1e300, ua.VariantType.Double, "1", 0, "out_of_range"),
        (16_385.0, ua.VariantType.Float, "1", 16_385_000, "coarse_float"),
        (2**64 - 1, ua.VariantType.UInt64, "1", 0, "out_of_range"),
        ("12.5", ua.VariantType.String, "1", 0, "wrong_type"),
        (True, ua.VariantType.Boolean, "1", 0, "wrong_type"),
        ([1.0, 2.0], ua.VariantType.Double, "1", 0, "wrong_type"),
        (SLOT.replace(tzinfo=None), ua.VariantType.DateTime, "1", 0, "wrong_type"),
        (None, None, "1", 0, "null_value"),
    ],
)
def test_a_value_is_an_exact_count_or_a_finding(
    server: MeterServer, run: Callable, value: object, kind: ua.VariantType | None, scale: str,
    count: int, flaw: str | None,
) -> None:  # fmt: skip
    async def story() -> None:
        name = f"V{kind}{value!r:.5}{scale}"
        await server.say(name, value, kind, dated=SLOT)
        profile = profile_of(name, scale=scale, more="billing = true")
        meter = OpcuaMeter(
            point="p", name="x", profile=profile, channels={"active_energy_import": 7}
        )
        result = await polled(source_of(server.port, meter))
        quality = Quality.MEASURED if flaw is None else Quality.SUSPECT
        assert rows(result) == [(7, count, quality)]
        assert [f.code for f in result.findings] == ([] if flaw is None else [f"opcua.{flaw}"])
        assert all(f.severity == "do_not_bill" and f.proof["why"] for f in result.findings)

    run(story())


@pytest.mark.parametrize(
    ("value", "kind", "more", "count"),
    [
        (True, ua.VariantType.Boolean, "", 1),
        (5, ua.VariantType.UInt16, "", 5),
        (0b1011_0100, ua.VariantType.UInt16, "bits = [4, 3]", 0b011),
    ],
)
def test_states_are_whole_values_or_some_of_their_bits(
    server: MeterServer, run: Callable, value: object, kind: ua.VariantType, more: str, count: int
) -> None:
    async def story() -> None:
        name = f"S{kind}{more}"
        await server.say(name, value, kind, dated=SLOT)
        profile = profile_of(name, kind="state", more=more)
        meter = OpcuaMeter(point="p", name="x", profile=profile, channels={"breaker_1": 7})
        result = await polled(source_of(server.port, meter))
        assert rows(result) == [(7, count, Quality.MEASURED)]

    run(story())


@pytest.mark.parametrize(
    ("status", "age_s", "timestamps", "told"),
    [
        ("Good", 0, "sampled", ""),
        ("Good", 120, "sampled", ""),
        ("Good", 121, "sampled", "finding opcua.stale"),
        ("Good", -121, "sampled", "finding opcua.time_ahead"),
        ("Good", 10**7, "changed", ""),
        ("GoodLocalOverride", 0, "sampled", "finding opcua.overridden"),
        ("UncertainLastUsableValue", 0, "sampled", "finding opcua.uncertain"),
        ("BadNoCommunication", 0, "sampled", "failure opcua.bad_status"),
        ("BadUserAccessDenied", 0, "sampled", "failure opcua.refused"),
    ],
)
def test_status_and_date_of_a_value_decide_whether_it_counts(
    server: MeterServer, run: Callable, status: str, age_s: int, timestamps: str, told: str
) -> None:
    async def story() -> None:
        name = f"D{status}{age_s}{timestamps}"
        await server.say(
            name, 5.0, status=getattr(ua.StatusCodes, status), dated=SLOT - timedelta(seconds=age_s)
        )
        meter = OpcuaMeter(
            point="p", name="x", profile=profile_of(name, timestamps=timestamps),
            channels={"active_energy_import": 7},
        )  # fmt: skip
        result = await polled(source_of(server.port, meter))
        said = [f"finding {f.code}" for f in result.findings]
        assert said + [f"failure {f.code}" for f in result.failures] == ([told] if told else [])
        suspect = Quality.SUSPECT if said else Quality.MEASURED
        assert rows(result) == ([] if told.startswith("failure") else [(7, 5_000, suspect)])

    run(story())


def test_a_namespace_by_name_holds_whatever_number_the_server_gives_it(
    server: MeterServer, run: Callable
) -> None:
    async def story() -> None:
        await server.say("MeterN.Energy", 3.0, dated=SLOT)
        channels = {"active_energy_import": 1}
        text = HEAD.format(timestamps="sampled") + POINT.format(
            quantity="active_energy_import", node="x", scale="1", kind="counter", more=""
        )
        named = [
            OpcuaMeter(
                point=uri, name="N", channels=channels | {"active_energy_import": number},
                profile=PROFILES.parse(
                    text.replace("ns=2;s=x", f"nsu={uri};s=Meter{{meter}}.Energy"), name="mine"
                ),
            )
            for number, uri in enumerate(("urn:test:meters", "urn:nobody"), 1)
        ]  # fmt: skip
        result = await polled(source_of(server.port, *named))
        assert rows(result) == [(1, 3_000, Quality.MEASURED)]
        assert [(f.point, f.code) for f in result.failures] == [
            ("urn:nobody", "opcua.no_such_value")
        ]

    run(story())
