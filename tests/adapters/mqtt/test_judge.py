"""Presets with messages of their dialects; inputs 20 to 23 and 25 of the robustness list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from adapters.mqtt.connecting import Message
from adapters.mqtt.judge import Judge, Judgement, MqttDevice
from adapters.mqtt.mapping_file import load_mapping, parse_mapping
from adapters.mqtt.payload import Reason
from adapters.mqtt.settle import ChannelTarget
from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.channel import Kind
from tests.adapters.mqtt.sparkplug_proto import metric, payload

NOW = datetime(2026, 11, 21, 6, 10, tzinfo=UTC)
AT = datetime(2026, 11, 21, 6, 5, 33, tzinfo=UTC)
ENERGY = ChannelTarget(
    number=1,
    point="b2",
    quantity="active_energy_import",
    unit="kWh",
    resolution=Fraction(1, 100),
    utility=Utility.ELECTRICITY,
)
POWER = ChannelTarget(
    number=2,
    point="b2",
    quantity="active_power",
    kind=Kind.GAUGE,
    unit="W",
    resolution=Fraction(1),
)


def judge(
    preset: str, device: str, *channels: ChannelTarget, account: str = "", text: str = ""
) -> Judge:
    mapping = parse_mapping(text, name=preset) if text else load_mapping(preset)
    devices = [MqttDevice(name=device, channels=channels or (ENERGY, POWER), account=account)]
    return Judge(mapping, devices)


def message(topic: str, body: Any, **others: Any) -> Message:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Message(topic=topic, payload=raw, mid=1, qos=1, connection=0, **others)


def rows(judgement: Judgement) -> list[tuple[int, int, str]]:
    assert judgement.refusals == ()
    return [(c.channel, c.count, c.quality.name.lower()) for c in judgement.counts]


def reasons(judgement: Judgement) -> list[Reason]:
    return [refusal.reason for refusal in judgement.refusals]


def gateway(val: str = "15203.4", ts: str = "2026-11-21 14:05:33", name: str = "A01") -> bytes:
    body = {
        "gwId": "GW07",
        "ts": ts,
        "devs": [
            {
                "devId": name,
                "name": "1号变压器",
                "data": [{"id": "EPI", "val": val}, {"id": "P", "val": "-12.5"}],
            }
        ],
    }
    return json.dumps(body, ensure_ascii=False).encode("gb18030")


def test_a_chinese_gateway_is_read_with_texts_as_numbers_gb18030_and_china_time() -> None:
    judgement = judge("chinese_gateway", "GW07.A01", account="GW07").judge(
        message("gateway/GW07/up", gateway()), NOW
    )
    assert rows(judgement) == [(1, 1_520_340, "measured"), (2, -12_500, "measured")]
    assert {count.at_us for count in judgement.counts} == {to_us(AT)}


def test_a_value_the_gateway_does_not_have_gives_no_reading() -> None:
    judgement = judge("chinese_gateway", "GW07.A01", account="GW07").judge(
        message("gateway/GW07/up", gateway("--")), NOW
    )
    assert rows(judgement) == [(2, -12_500, "measured")]


@pytest.mark.parametrize("val", ["1,234.5", "1.234,5", "12 kWh", "１２", "1e3"])
def test_a_number_in_another_format_than_the_mappings_is_refused(val: str) -> None:
    judgement = judge("chinese_gateway", "GW07.A01", account="GW07").judge(
        message("gateway/GW07/up", gateway(val)), NOW
    )
    assert reasons(judgement) == [Reason.WRONG_VALUE]
    assert [count.channel for count in judgement.counts] == [2]


def test_a_cloud_event_is_known_by_source_and_id() -> None:
    event = {
        "specversion": "1.0",
        "id": "42",
        "source": "/plant/gw-7",
        "type": "meter.reading",
        "subject": "b2-elec",
        "time": "2026-11-21T06:05:33Z",
        "data": [
            {"quantity": "active_energy_import", "value": "15.2034", "unit": "MWh"},
            {"quantity": "colour", "value": "red", "unit": "none"},
        ],
    }
    own = judge("cloudevents", "b2-elec")
    topic = "meterline/t2/events"
    assert rows(own.judge(message(topic, event), NOW)) == [(1, 1_520_340, "measured")]
    assert rows(own.judge(message(topic, event, again=True), NOW)) == [(1, 1_520_340, "measured")]
    event["data"] = [{"quantity": "active_energy_import", "value": "15.2035", "unit": "MWh"}]
    assert reasons(own.judge(message(topic, event), NOW)) == [Reason.CONFLICTING_ID]
    event["source"] = "/plant/gw-8"
    assert rows(own.judge(message(topic, event), NOW)) == [(1, 1_520_350, "measured")]


def test_shelly_zigbee2mqtt_tasmota_and_thingsboard_are_read_by_their_presets() -> None:
    own = judge("shelly_gen2", "shellypro3em-a1")
    counts = own.judge(
        message("shellypro3em-a1/status/emdata:0", {"id": 0, "total_act": 15203400.26}), NOW
    )
    assert rows(counts) == [(1, 1_520_340, "measured")]
    assert counts.counts[0].at_us == to_us(NOW)
    own = judge("zigbee2mqtt", "plug-3")
    counts = own.judge(message("zigbee2mqtt/plug-3", {"energy": 1.5, "power": None}), NOW)
    assert rows(counts) == [(1, 150, "measured")]
    own = judge("tasmota", "plug-4")
    body = {"Time": "2026-11-21T06:05:33", "ENERGY": {"Total": 1.5, "Power": 7}}
    counts = own.judge(message("tele/plug-4/SENSOR", body), NOW)
    assert rows(counts) == [(1, 150, "measured"), (2, 7, "measured")]
    own = judge("thingsboard", "m1")
    body = {"m1": [{"ts": to_us(AT) // 1000, "values": {"active_energy_import": 1.5, "x": "y"}}]}
    assert rows(own.judge(message("v1/gateway/telemetry", body), NOW)) == [(1, 150, "measured")]


def sparkplug(own: Judge, kind: str, *metrics: dict[str, Any], seq: int) -> Judgement:
    topic = f"spBv1.0/t2/{kind}/gw-7" + ("/m1" if kind.startswith("D") else "")
    return own.judge(message(topic, payload(*metrics, seq=seq, timestamp=to_us(AT) // 1000)), NOW)


def test_sparkplug_values_become_counts_and_the_doubtful_are_marked_or_refused() -> None:
    own = judge("sparkplug_b", "gw-7.m1")
    assert reasons(sparkplug(own, "DDATA", metric(alias=7, double_value=1.0), seq=1)) == [
        Reason.BEFORE_BIRTH
    ]
    assert sparkplug(own, "NBIRTH", metric("bdSeq", long_value=0), seq=0) == Judgement()
    energy = metric("active_energy_import", alias=7, datatype=10, double_value=15203.4)
    assert rows(sparkplug(own, "DBIRTH", energy, seq=1)) == [(1, 1_520_340, "measured")]
    stale = metric(alias=7, double_value=15203.4, properties={"Quality": 500})
    assert rows(sparkplug(own, "DDATA", stale, seq=2)) == [(1, 1_520_340, "suspect")]
    large = metric(alias=7, float_value=131_072.0)
    assert rows(sparkplug(own, "DDATA", large, seq=3)) == [(1, 13_107_200, "suspect")]
    broken = metric(alias=7, double_value=float("nan"))
    assert reasons(sparkplug(own, "DDATA", broken, seq=4)) == [Reason.WRONG_VALUE]
    unit = metric(alias=7, double_value=15.2034, properties={"engUnit": "MWh"})
    assert rows(sparkplug(own, "DDATA", unit, seq=5)) == [(1, 1_520_340, "measured")]
    late = metric(alias=7, double_value=1.0, is_historical=True)
    assert sparkplug(own, "DDATA", late, seq=6).historical
    assert reasons(sparkplug(own, "DDATA", metric(alias=99, double_value=1.0), seq=7)) == [
        Reason.UNKNOWN_ALIAS
    ]
    assert reasons(sparkplug(own, "DDATA", energy, seq=8)) == [Reason.SEQUENCE_GAP]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (bytes(256 * 1024 * 1024), Reason.TOO_LARGE),
        (b"", Reason.NOT_JSON),
        (gateway()[:-3], Reason.NOT_JSON),
        (b"[" * 10_000, Reason.TOO_DEEP),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, Reason.TOO_DEEP),
        (gateway().replace(b'"-12.5"', b"NaN"), Reason.NOT_JSON),
        (gateway().replace(b'"gwId"', b'"ts": 1, "ts": 2, "gwId"'), Reason.DUPLICATE_KEY),
        (b'{"gwId": "\x81\x20"}', Reason.NOT_GB18030),
        (gateway(ts="2026-11-21T14:05:33"), Reason.WRONG_TIME),
        (gateway(ts="1970-01-01 08:00:00"), Reason.TIME_TOO_OLD),
        (gateway(ts="2099-01-01 00:00:00"), Reason.TIME_AHEAD),
        (gateway(name="A02"), Reason.UNKNOWN_DEVICE),
        (gateway(name="A01'; DROP TABLE reading; --"), Reason.UNKNOWN_DEVICE),
        (gateway(name="<script>"), Reason.UNKNOWN_DEVICE),
        (gateway(name="x" * 201), Reason.WRONG_DEVICE),
        (b"\x00" * 100, Reason.NOT_JSON),
    ],
)
def test_a_nasty_payload_is_refused_with_its_reason_and_the_next_one_is_read(
    body: bytes, reason: Reason
) -> None:
    own = judge("chinese_gateway", "GW07.A01", account="GW07")
    assert reasons(own.judge(message("gateway/GW07/up", body), NOW)) == [reason]
    assert len(rows(own.judge(message("gateway/GW07/up", gateway()), NOW))) == 2


@pytest.mark.parametrize(
    "topic",
    [
        "gateway/../up",
        "gateway/+/up",
        "gateway/#",
        "gateway/GW\0/up",
        "gateway/" + "G" * 65_000 + "/up",
        "gateway/GW07/up/../../GW08/up",
        "gateway/GW07'; DROP TABLE reading; --/up",
        "gateway/<b>/up",
        "",
    ],
)
def test_a_hostile_topic_is_refused_before_its_payload_is_looked_at(topic: str) -> None:
    own = judge("chinese_gateway", "GW07.A01", account="GW07")
    assert reasons(own.judge(message(topic, b"[" * 10_000), NOW)) == [Reason.UNKNOWN_TOPIC]


def test_a_gateway_speaks_only_for_the_devices_of_its_account() -> None:
    own = judge("chinese_gateway", "GW07.A01", account="GW07")
    assert rows(own.judge(message("gateway/GW07/up", gateway()), NOW))
    foreign = judge("chinese_gateway", "GW07.A01", account="GW08")
    judgement = foreign.judge(message("gateway/GW07/up", gateway()), NOW)
    assert set(reasons(judgement)) == {Reason.WRONG_ACCOUNT}
    assert judgement.counts == ()
    liar = gateway().replace(b'"gwId": "GW07"', b'"gwId": "GW08"')
    assert reasons(own.judge(message("gateway/GW07/up", liar), NOW)) == [Reason.WRONG_DEVICE]


def test_a_message_without_a_time_that_was_sent_before_is_not_dated_now() -> None:
    own = judge("zigbee2mqtt", "plug-3")
    again = message("zigbee2mqtt/plug-3", {"energy": 1.5}, again=True)
    assert reasons(own.judge(again, NOW)) == [Reason.UNDATED]
    assert rows(own.judge(replace(again, again=False), NOW)) == [(1, 150, "measured")]


def test_messages_in_any_order_are_read_alike() -> None:
    bodies = [gateway(f"{n}.5", f"2026-11-21 14:05:{n}") for n in range(10, 40)]

    def read(order: Sequence[bytes]) -> set[tuple[int, int, int]]:
        own = judge("chinese_gateway", "GW07.A01", account="GW07")
        counts = [own.judge(message("gateway/GW07/up", body), NOW).counts for body in order]
        return {(c.channel, c.at_us, c.count) for each in counts for c in each}

    assert read(bodies) == read(bodies[::-1])


def test_a_stranger_is_refused_or_ignored_as_the_mapping_says() -> None:
    assert (
        judge("zigbee2mqtt", "plug-3").judge(message("zigbee2mqtt/lamp", {"power": 1}), NOW)
        == Judgement()
    )
    own = judge("thingsboard", "m1")
    body = {"m2": [{"ts": to_us(AT) // 1000, "values": {"active_energy_import": 1}}]}
    assert reasons(own.judge(message("v1/gateway/telemetry", body), NOW)) == [Reason.UNKNOWN_DEVICE]


def test_a_value_its_device_does_not_call_good_is_suspect() -> None:
    text = """
schema_version = 1
id = "mine"
title = "With quality"
[[message]]
topic = "plant/{device}"
device = "{device}"
time = { format = "arrival" }
[[message.value]]
at = "/e"
quantity = "active_energy_import"
unit = "kWh"
sound = { at = "/q", is = ["good", 0] }
"""
    own = judge("mine", "m1", ENERGY, text=text)
    told = [own.judge(message("plant/m1", {"e": 1, "q": q}), NOW) for q in ("good", 0, "bad", [1])]
    told.append(own.judge(message("plant/m1", {"e": 1}), NOW))
    qualities = [each.counts[0].quality for each in told]
    assert qualities == [Quality.MEASURED, Quality.MEASURED, *[Quality.SUSPECT] * 3]
