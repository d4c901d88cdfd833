from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.mqtt.client import Message
from adapters.mqtt.payload import Reason
from adapters.mqtt.source import Arrival, MqttSettings, MqttSource
from energy.base.clock import ManualClock

NOW = datetime(2019, 1, 1, 0, 15, tzinfo=UTC)
GOOD = b'{"device": "g2", "at": "2019-01-01T00:15:00Z", "count": 7, "id": "g2:1"}'


def judged(topic: str, payload: bytes) -> Arrival:
    settings = MqttSettings(
        key="pulses-1", host="127.0.0.1", port=1, topic="m/pulses/+", client_id="test"
    )
    source = MqttSource(settings, {"g2": (12, "cam-b2-gas")}, ManualClock(NOW))
    return source.judge(Message(topic=topic, payload=payload, mid=1, qos=1, connection=0))


def test_a_message_becomes_a_count_of_its_channel() -> None:
    arrival = judged("m/pulses/g2", GOOD)
    assert arrival.refusal is None
    assert arrival.pulse is not None
    assert (arrival.source, arrival.channel, arrival.pulse.count) == ("pulses-1", 12, 7)


@pytest.mark.parametrize(
    ("topic", "payload", "reason", "detail"),
    [
        ("m/pulses/g3", GOOD, Reason.UNKNOWN_DEVICE, "commission it or add it"),
        ("m/other/g2", GOOD, Reason.UNKNOWN_TOPIC, "does not fit 'm/pulses/+'"),
        ("m/pulses/g2", b"no json", Reason.NOT_JSON, "no JSON"),
    ],
)
def test_a_message_of_nobody_or_without_sense_is_refused_with_its_reason(
    topic: str, payload: bytes, reason: Reason, detail: str
) -> None:
    arrival = judged(topic, payload)
    assert arrival.pulse is None
    assert arrival.refusal is not None
    assert arrival.refusal.reason is reason
    assert detail in arrival.refusal.detail
