"""Our reader beside the `protobuf` package: the same bytes, the same metrics."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mqtt.mapping_values import SingleFloat
from adapters.mqtt.payload import Reason, RefusedError
from adapters.mqtt.sparkplug_wire import (
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT64,
    Metric,
    SparkplugPayload,
    read_sparkplug,
    rebirth_request,
    signed,
)
from tests.adapters.mqtt.sparkplug_proto import Payload

U32, U64 = st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)
VALUES = st.one_of(
    st.tuples(st.just("int_value"), U32),
    st.tuples(st.just("long_value"), U64),
    st.tuples(st.just("float_value"), st.floats(width=32)),
    st.tuples(st.just("double_value"), st.floats()),
    st.tuples(st.just("boolean_value"), st.booleans()),
    st.tuples(st.just("string_value"), st.text(max_size=20)),
    st.tuples(st.just("bytes_value"), st.binary(max_size=20)),
    st.tuples(st.just("is_null"), st.just(value=True)),
)
METRICS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(max_size=20),
        "alias": U64,
        "timestamp": U64,
        "datatype": U32,
        "is_historical": st.booleans(),
        "metadata": st.binary(max_size=5),
    },
)


@st.composite
def messages(draw: st.DrawFn) -> Any:
    """Return a payload of the `protobuf` package."""
    made = Payload()
    if draw(st.booleans()):
        made.timestamp = draw(U64)
    if draw(st.booleans()):
        made.seq = draw(st.integers(0, 255))
    for _ in range(draw(st.integers(0, 4))):
        name, value = draw(VALUES)
        made.metrics.add(**draw(METRICS), **{name: value})
    return made


def expected(theirs: Any) -> dict[str, Any]:
    """Return what our reader must find in a metric of the `protobuf` package."""

    def said(name: str) -> Any:
        return getattr(theirs, name) if theirs.HasField(name) else None

    content: Any = said("string_value")
    for name in ("int_value", "long_value", "float_value", "double_value", "boolean_value"):
        if theirs.HasField(name):
            number = getattr(theirs, name)
            content = int(number) if isinstance(number, (bool, int)) else number
            if isinstance(number, float):
                content = Decimal(number) if number - number == 0 else str(number)
    return {
        "name": said("name"),
        "alias": said("alias"),
        "timestamp": said("timestamp"),
        "datatype": said("datatype"),
        "historical": bool(theirs.is_historical),
        "null": bool(theirs.is_null),
        "content": content,
    }


def fields(metric: Metric) -> dict[str, Any]:
    names = ("name", "alias", "timestamp", "datatype", "historical", "null", "content")
    return {name: getattr(metric, name) for name in names}


def read_or_refused(raw: bytes) -> SparkplugPayload | Reason:
    try:
        return read_sparkplug(raw)
    except RefusedError as refused:
        return refused.refusal.reason


@given(messages())
def test_our_reader_finds_what_the_protobuf_package_wrote(theirs: Any) -> None:
    ours = read_sparkplug(theirs.SerializeToString())
    assert ours.timestamp == (theirs.timestamp if theirs.HasField("timestamp") else None)
    assert ours.seq == (theirs.seq if theirs.HasField("seq") else None)
    assert [fields(metric) for metric in ours.metrics] == [expected(m) for m in theirs.metrics]


@given(messages(), st.data())
def test_a_truncated_payload_is_refused_or_read_as_the_package_reads_it(
    theirs: Any, data: st.DataObject
) -> None:
    whole = theirs.SerializeToString()
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    ours = read_or_refused(cut)
    if isinstance(ours, Reason):
        assert ours is Reason.NOT_SPARKPLUG
        return
    again = Payload.FromString(cut)
    assert [fields(metric) for metric in ours.metrics] == [expected(m) for m in again.metrics]


@given(st.binary(max_size=200))
def test_random_bytes_never_do_more_than_be_refused(raw: bytes) -> None:
    read = read_or_refused(raw)
    assert isinstance(read, SparkplugPayload) or read is Reason.NOT_SPARKPLUG


def test_a_32_bit_float_stays_known_as_one() -> None:
    made = Payload(metrics=[{"float_value": 0.1}, {"double_value": 0.1}])
    single, double = read_sparkplug(made.SerializeToString()).metrics
    assert isinstance(single.content, SingleFloat)
    assert not isinstance(double.content, SingleFloat)
    assert double.content == Decimal("0.1000000000000000055511151231257827021181583404541015625")


def test_properties_tell_unit_and_quality() -> None:
    made = Payload()
    metric = made.metrics.add(int_value=5)
    metric.properties.keys.extend(["Quality", "engUnit"])
    metric.properties.values.add(int_value=500)
    metric.properties.values.add(string_value="kWh")
    (read,) = read_sparkplug(made.SerializeToString()).metrics
    assert (read.quality, read.unit) == (500, "kWh")


@pytest.mark.parametrize(
    ("number", "datatype", "expected"),
    [
        (0xFFFFFFFF, INT8, -1),
        (0xFF, INT8, -1),
        (0xFFFC, INT16, -4),
        (0xFFFFFFFC, INT16, -4),
        (2**64 - 4, INT32, -4),
        (2**64 - 4, INT64, -4),
        (0x7F, INT8, 127),
        (0xFF, UINT8, 255),
        (2**64 - 1, UINT64, 2**64 - 1),
    ],
)
def test_signed_integers_come_back_whatever_width_they_were_sent_in(
    number: int, datatype: int, expected: int
) -> None:
    assert signed(number, datatype) == expected


def test_the_request_for_a_birth_is_what_the_protobuf_package_would_write() -> None:
    theirs = Payload.FromString(rebirth_request(1795241133250))
    (metric,) = theirs.metrics
    assert (theirs.timestamp, metric.timestamp) == (1795241133250, 1795241133250)
    assert (metric.name, metric.datatype) == ("Node Control/Rebirth", 11)
    assert metric.boolean_value is True
