"""The payload of a batch: what goes in comes out, damage is refused, version 1 reads for ever."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.metering.codec import (
    MAX_READINGS,
    VERSION,
    ZERO_HASH,
    CodecError,
    batch_hash,
    decode,
    encode,
)
from energy.metering.reading import Reading, ReadingColumns
from tests.examples import tried

GOLDEN = Path(__file__).with_name("codec_version_1.hex")
START = datetime(2019, 1, 1, tzinfo=UTC)


def golden_readings() -> list[Reading]:
    """Return readings that hold every quality and both ends of what fits."""
    counts = [0, 1, -1, 2**63 - 1, -(2**63), 123_456_789, 42]
    return [
        Reading(
            channel=[1, 2, 2**31 - 1, 1, 7, 7, 7][n],
            at=START + timedelta(minutes=15 * n, microseconds=n),
            count=count,
            quality=quality,
        )
        for n, (count, quality) in enumerate(zip(counts, Quality, strict=True))
    ]


readings = st.builds(
    Reading,
    channel=st.integers(1, 2**31 - 1),
    at=st.datetimes(
        min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
        max_value=datetime(2261, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    count=st.integers(-(2**63), 2**63 - 1),
    quality=st.sampled_from(Quality),
)


@tried(30)
@given(st.lists(readings, min_size=1, max_size=60))
def test_what_was_encoded_comes_back(rows: list[Reading]) -> None:
    assert list(decode(encode(ReadingColumns.of(rows)))) == rows


def test_largest_batch_comes_back_and_is_small() -> None:
    n = np.arange(MAX_READINGS)
    columns = ReadingColumns(
        channel=(n % 500 + 1).astype(np.int32),
        at_us=(n // 500 * 900_000_000).astype(np.int64),
        count=np.cumsum(n % 97).astype(np.int64),
        quality=np.zeros(MAX_READINGS, dtype=np.uint8),
    )
    payload = encode(columns)
    assert len(payload) < 4 * MAX_READINGS
    back = decode(payload)
    assert np.array_equal(back.count, columns.count)
    assert (back.channel.dtype, back.at_us.dtype, back.quality.dtype) == ("int32", "int64", "uint8")


def test_payload_of_version_1_reads_for_ever() -> None:
    payload = bytes.fromhex(GOLDEN.read_text(encoding="ascii"))
    assert payload[0] == VERSION == 1
    assert list(decode(payload)) == golden_readings()


def test_hash_of_version_1_is_the_same_for_ever() -> None:
    payload = bytes.fromhex(GOLDEN.read_text(encoding="ascii"))
    own = batch_hash(
        previous_hash=ZERO_HASH,
        stream=id_of("test", "stream"),
        sequence=1,
        source="modbus-1",
        payload=payload,
    )
    assert own.hex() == "b2b57c6aeaa7d5323ebdb659f5a9f864cfe2d6a2da1a30277a3019ceae227a97"


def test_hash_covers_every_part() -> None:
    parts = {
        "previous_hash": ZERO_HASH,
        "stream": id_of("a"),
        "sequence": 1,
        "source": "s",
        "payload": b"p",
    }
    others = {
        "previous_hash": bytes(31) + b"\1",
        "stream": id_of("b"),
        "sequence": 2,
        "source": "t",
        "payload": b"q",
    }
    hashes = {batch_hash(**{**parts, key: other}) for key, other in others.items()}  # type: ignore[arg-type]
    assert len(hashes | {batch_hash(**parts)}) == 6  # type: ignore[arg-type]


def test_empty_and_oversized_batches_are_bugs() -> None:
    with pytest.raises(AssertionError):
        encode(ReadingColumns.of([]))
    with pytest.raises(AssertionError):
        encode(ReadingColumns.of([golden_readings()[0]] * (MAX_READINGS + 1)))


@pytest.mark.parametrize("version", [0, 2, 255])
def test_unknown_version_says_so(version: int) -> None:
    payload = encode(ReadingColumns.of(golden_readings()))
    with pytest.raises(CodecError, match=f"codec version {version}"):
        decode(bytes([version]) + payload[1:])


@tried(30)
@given(st.data())
def test_damaged_bytes_are_refused_or_shown_by_the_hash(data: st.DataObject) -> None:
    payload = bytearray(encode(ReadingColumns.of(golden_readings())))
    where = data.draw(st.integers(0, len(payload) - 1))
    payload[where] ^= data.draw(st.integers(1, 255))
    try:
        columns = decode(bytes(payload))
    except CodecError:
        return
    assert len(columns) == 7
    assert list(columns), "every quality that is let in has a meaning"


@pytest.mark.parametrize("length", range(0, 60, 3))
def test_truncated_payload_is_refused(length: int) -> None:
    payload = encode(ReadingColumns.of(golden_readings()))
    with pytest.raises(CodecError):
        decode(payload[: min(length, len(payload) - 1)])


def test_payload_with_something_behind_is_refused() -> None:
    payload = encode(ReadingColumns.of(golden_readings()))
    with pytest.raises(CodecError):
        decode(payload + b"\0")


def test_payload_that_claims_another_size_is_refused_without_unpacking_it() -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(50_000_000))
    for count in (0, 1, MAX_READINGS, MAX_READINGS + 1):
        with pytest.raises(CodecError):
            decode(struct.pack("<BI", 1, count) + bomb)


def test_unknown_quality_is_refused() -> None:
    raw = bytes(20) + b"\7"
    frame = zstandard.ZstdCompressor().compress(raw)
    with pytest.raises(CodecError, match="quality"):
        decode(struct.pack("<BI", 1, 1) + frame)
