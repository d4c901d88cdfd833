from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mqtt.payload import PulseCount, Reason, Refusal, parse
from energy.base.clock import to_us

NOW = datetime(2019, 1, 1, 0, 15, tzinfo=UTC)
DEVICE = "cam-b2-gas"


def fields(**changes: object) -> dict[str, object]:
    own: dict[str, object] = {
        "device": DEVICE,
        "at": "2019-01-01T00:15:00+00:00",
        "count": 123456,
        "id": f"{DEVICE}:2019-01-01T00:15:00+00:00",
    }
    return {key: value for key, value in {**own, **changes}.items() if value is not ...}


def judged(payload: bytes) -> PulseCount | Refusal:
    return parse(payload, device=DEVICE, now=NOW)


def reason(payload: bytes) -> Reason | None:
    parsed = judged(payload)
    return parsed.reason if isinstance(parsed, Refusal) else None


def test_a_good_message_gives_count_and_instant() -> None:
    parsed = judged(json.dumps(fields()).encode())
    assert parsed == PulseCount(
        device=DEVICE, at_us=to_us(NOW), count=123456, id=f"{DEVICE}:2019-01-01T00:15:00+00:00"
    )


def test_further_fields_do_not_matter() -> None:
    payload = json.dumps(fields(battery=3.61, tags=["a", {"b": None}])).encode()
    assert isinstance(judged(payload), PulseCount)


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
        (b"[1, 2]", Reason.NOT_AN_OBJECT),
        (b"123", Reason.NOT_AN_OBJECT),
        (b"null", Reason.NOT_AN_OBJECT),
    ],
)
def test_bytes_that_are_no_strict_json_object_are_refused(payload: bytes, expected: Reason) -> None:
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
    parsed = judged(json.dumps(fields(**changes)).encode())
    assert isinstance(parsed, Refusal)
    assert parsed.reason is expected
    assert parsed.detail


def test_a_bracket_inside_a_text_is_no_depth() -> None:
    payload = json.dumps(fields(note='[[[[[[[[[[{{{{"\\"[[[[')).encode()
    assert isinstance(judged(payload), PulseCount)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_and_never_raise(payload: bytes) -> None:
    assert isinstance(judged(payload), Refusal)


@given(
    st.integers(0, 2**63 - 1),
    st.datetimes(
        min_value=datetime(2000, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
        max_value=datetime(2018, 12, 31),  # noqa: DTZ001 - same
        timezones=st.builds(
            timezone, st.timedeltas(min_value=timedelta(hours=-14), max_value=timedelta(hours=14))
        ),
    ),
)
def test_every_count_and_zone_comes_back_exactly(count: int, at: datetime) -> None:
    parsed = judged(json.dumps(fields(count=count, at=at.isoformat())).encode())
    assert isinstance(parsed, PulseCount)
    assert (parsed.count, parsed.at_us) == (count, to_us(at))
