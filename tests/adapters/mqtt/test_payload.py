"""Meterline's own form through its preset: what the reader, the mapper and the preset refuse."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mqtt.connecting import Message
from adapters.mqtt.judge import Judge, Judgement, MqttDevice
from adapters.mqtt.mapping_file import load_mapping
from adapters.mqtt.payload import Encoding, Reason, RefusedError, read_json
from adapters.mqtt.settle import ChannelCount, ChannelTarget
from energy.base.clock import to_us

NOW = datetime(2019, 1, 1, 0, 15, tzinfo=UTC)
DEVICE = "cam-b2-gas"
GAS = MqttDevice(name=DEVICE, channels=(ChannelTarget(number=3, point=DEVICE, quantity="volume"),))


def fields(**changes: object) -> dict[str, object]:
    own: dict[str, object] = {
        "device": DEVICE,
        "at": "2019-01-01T00:15:00+00:00",
        "count": 123456,
        "id": f"{DEVICE}:2019-01-01T00:15:00+00:00",
    }
    return {key: value for key, value in {**own, **changes}.items() if value is not ...}


def judged(payload: bytes) -> Judgement:
    topic = f"meterline/cambridge/pulses/{DEVICE}"
    message = Message(topic=topic, payload=payload, mid=1, qos=1, connection=0)
    return Judge(load_mapping(""), [GAS]).judge(message, NOW)


def reason(payload: bytes) -> Reason | None:
    refusals = judged(payload).refusals
    return refusals[0].reason if refusals else None


def test_a_good_message_gives_count_and_instant() -> None:
    judgement = judged(json.dumps(fields()).encode())
    assert judgement == Judgement(counts=(ChannelCount(channel=3, at_us=to_us(NOW), count=123456),))


def test_further_fields_do_not_matter() -> None:
    payload = json.dumps(fields(battery=3.61, tags=["a", {"b": None}])).encode()
    assert judged(payload).counts


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", Reason.NOT_JSON),
        (b"123456 pulses", Reason.NOT_JSON),
        (json.dumps(fields()).encode()[:-5], Reason.NOT_JSON),
        (json.dumps(fields()).encode() + b"{}", Reason.NOT_JSON),
        (b'{"count": NaN}', Reason.NOT_JSON),
        (b'{"count": -Infinity}', Reason.NOT_JSON),
        (b'{"count": ' + b"9" * 5000 + b"}", Reason.NOT_JSON),
        (b"[" * 10_000, Reason.TOO_DEEP),
        (b'{"a":' * 9 + b"1" + b"}" * 9, Reason.TOO_DEEP),
        (b" " * 16_385, Reason.TOO_LARGE),
        (b"\xff\xfe{\x00", Reason.NOT_UTF8),
        ("电表".encode("gb18030"), Reason.NOT_UTF8),
        (b"\xef\xbb\xbf{}", Reason.NOT_JSON),
        (json.dumps(fields()).encode("utf-16"), Reason.NOT_UTF8),
        (b'{"count": 1, "count": 2}', Reason.DUPLICATE_KEY),
        (b'{"a": {"b": 1, "b": 1}}', Reason.DUPLICATE_KEY),
        (b"[1, 2]", Reason.MISSING_FIELD),
        (b"123", Reason.MISSING_FIELD),
        (b"null", Reason.MISSING_FIELD),
        (b'{"count": 1e999999999}', Reason.NOT_JSON),
        (b'{"count": 1e99999999999999999999}', Reason.NOT_JSON),
        (b'{"count": 0.' + b"1" * 60 + b"}", Reason.NOT_JSON),
    ],
)
def test_bytes_that_are_no_strict_json_of_ours_are_refused(
    payload: bytes, expected: Reason
) -> None:
    assert reason(payload) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"device": ...}, Reason.MISSING_FIELD),
        ({"at": ...}, Reason.MISSING_FIELD),
        ({"count": ...}, Reason.MISSING_FIELD),
        ({"id": ...}, Reason.MISSING_FIELD),
        ({"device": "cam-b5-gas"}, Reason.WRONG_DEVICE),
        ({"device": 5}, Reason.WRONG_DEVICE),
        ({"count": "123"}, Reason.WRONG_COUNT),
        ({"count": "1,234.5"}, Reason.WRONG_COUNT),
        ({"count": 1.0}, Reason.WRONG_COUNT),
        ({"count": True}, Reason.WRONG_COUNT),
        ({"count": None}, Reason.WRONG_COUNT),
        ({"count": -1}, Reason.WRONG_COUNT),
        ({"count": 2**63}, Reason.WRONG_COUNT),
        ({"at": "2019-01-01T00:15:00"}, Reason.WRONG_TIME),
        ({"at": "yesterday"}, Reason.WRONG_TIME),
        ({"at": 1546300800}, Reason.WRONG_TIME),
        ({"at": "2019-02-29T00:00:00Z"}, Reason.WRONG_TIME),
        ({"at": "0001-01-01T00:00:00+10:00"}, Reason.WRONG_TIME),
        ({"at": "1970-01-01T00:00:00Z"}, Reason.TIME_TOO_OLD),
        ({"at": "2099-01-01T00:00:00Z"}, Reason.TIME_AHEAD),
        ({"at": "2019-01-01T00:20:01Z"}, Reason.TIME_AHEAD),
        ({"id": ""}, Reason.WRONG_ID),
        ({"id": "x" * 201}, Reason.WRONG_ID),
    ],
)
def test_a_field_that_is_missing_or_wrong_refuses_the_message(
    changes: dict[str, object], expected: Reason
) -> None:
    judgement = judged(json.dumps(fields(**changes)).encode())
    assert judgement.counts == ()
    assert [refusal.reason for refusal in judgement.refusals] == [expected]
    assert judgement.refusals[0].detail


def test_a_bracket_inside_a_text_is_no_depth() -> None:
    payload = json.dumps(fields(note='[[[[[[[[[[{{{{"\\"[[[[')).encode()
    assert judged(payload).counts


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_and_never_raise(payload: bytes) -> None:
    judgement = judged(payload)
    assert judgement.counts == () and judgement.refusals


@given(
    st.integers(0, 2**63 - 1),
    st.datetimes(
        min_value=datetime(2000, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
        max_value=datetime(2018, 12, 31),  # noqa: DTZ001 - same
        # Whole minutes, as the standard writes them: Python reads "+00:00:00.000001" as UTC.
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
    ),
)
def test_every_count_and_zone_comes_back_exactly(count: int, at: datetime) -> None:
    judgement = judged(json.dumps(fields(count=count, at=at.isoformat())).encode())
    assert judgement.counts == (ChannelCount(channel=3, at_us=to_us(at), count=count),)


def test_a_payload_of_256_mb_is_refused_by_its_size_before_anything_reads_it() -> None:
    payload = bytes(256 * 1024 * 1024)
    assert reason(payload) is Reason.TOO_LARGE


def test_a_chinese_encoding_is_read_where_it_is_declared_and_nowhere_else() -> None:
    written = '{"name": "一号变压器\\u7535", "kWh": 1.50}'.encode("gb18030")
    with pytest.raises(RefusedError) as caught:
        read_json(written)
    assert caught.value.refusal.reason is Reason.NOT_UTF8
    read = read_json(written, encoding=Encoding.GB18030)
    assert read == {"name": "一号变压器电", "kWh": Decimal("1.50")}


def test_bytes_that_are_no_gb18030_are_refused_where_it_is_declared() -> None:
    with pytest.raises(RefusedError) as caught:
        read_json(b'{"name": "\x81\x20"}', encoding=Encoding.GB18030)
    assert caught.value.refusal.reason is Reason.NOT_GB18030


def test_a_backslash_inside_a_chinese_sign_is_no_escape_and_a_brace_no_depth() -> None:
    signs = b"\x81\x5c\x81\x7b" * 20  # second bytes that look like a backslash and a brace
    read = read_json(b'{"a": "' + signs + b'"}', encoding=Encoding.GB18030)
    assert read == {"a": signs.decode("gb18030")}
