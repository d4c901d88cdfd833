"""In: reading columns. Out: versioned bytes, and back. Pure.

Version 1: one version byte, the number of readings (uint32 little-endian), then zstd over the
four columns one behind the other. Channel, time and count are stored as differences in two's
complement with their bytes shuffled (all lowest bytes first), quality as it is: registers grow
slowly, so the high bytes are runs of zeros. A version, once written, is decoded for ever.
"""

from __future__ import annotations

import hashlib
import struct
import threading
from uuid import UUID

import numpy as np
import zstandard
from numpy.typing import NDArray

from energy.base.errors import JournalError
from energy.base.quality import Quality
from energy.metering.reading import ReadingColumns

VERSION = 1
MAX_READINGS = 5_000
"""Most readings in one batch."""
ZERO_HASH = bytes(32)
_HEADER = struct.Struct("<BI")
_ROW_BYTES = 4 + 8 + 8 + 1
_own = threading.local()
"""A compressor a thread: to make one costs three times what a small batch's compression does."""


class CodecError(JournalError):
    """A payload cannot be decoded: unknown version or damaged bytes."""

    code = "journal.codec"


def _shuffled(column: NDArray[np.int32] | NDArray[np.int64]) -> bytes:
    differences = column.copy()
    differences[1:] -= column[:-1]
    return differences.view(np.uint8).reshape(-1, column.itemsize).T.tobytes()


def _unshuffled(raw: bytes, dtype: str, count: int) -> NDArray[np.int64]:
    size = np.dtype(dtype).itemsize
    octets = np.frombuffer(raw, dtype=np.uint8).reshape(size, count)
    differences = np.empty(count, dtype=dtype)
    columns = differences.view(np.uint8).reshape(count, size)
    for place in range(size):  # eight long copies are twice as fast as one transposed copy
        columns[:, place] = octets[place]
    return np.cumsum(differences, dtype=dtype)


def encode(columns: ReadingColumns) -> bytes:
    """Return the payload of up to MAX_READINGS readings.

    Args:
        columns: The readings, shape (n,), 1 <= n <= MAX_READINGS.
    """
    count = len(columns)
    assert 1 <= count <= MAX_READINGS, "a batch holds 1 to MAX_READINGS readings"
    raw = b"".join(
        (
            _shuffled(columns.channel.astype("<i4", copy=False)),
            _shuffled(columns.at_us.astype("<i8", copy=False)),
            _shuffled(columns.count.astype("<i8", copy=False)),
            columns.quality.tobytes(),
        )
    )
    return _HEADER.pack(VERSION, count) + _compressor().compress(raw)


def _compressor() -> zstandard.ZstdCompressor:
    compressor: zstandard.ZstdCompressor | None = getattr(_own, "compressor", None)
    if compressor is None:
        compressor = _own.compressor = zstandard.ZstdCompressor(level=1)
    return compressor


def decode(payload: bytes) -> ReadingColumns:
    """Return the columns of a payload.

    Raises:
        CodecError: The version is unknown or the bytes are damaged.
    """
    if not payload:
        raise CodecError(
            "The readings of this batch lie in an archived segment of the journal. Name its "
            "folder: setting journal_archive."
        )
    if len(payload) < _HEADER.size:
        raise CodecError("The batch payload is shorter than its header. Run `journal verify`.")
    version, count = _HEADER.unpack_from(payload)
    if version != VERSION:
        raise CodecError(
            f"The batch payload has codec version {version}; this program knows {VERSION}. "
            "Use the program that wrote it or a newer one."
        )
    if not 1 <= count <= MAX_READINGS:
        raise CodecError(f"The batch payload claims {count} readings. Run `journal verify`.")
    raw = _decompressed(payload[_HEADER.size :], count * _ROW_BYTES)
    if max(raw[20 * count :]) > max(Quality):
        raise CodecError(
            "The batch payload holds a quality this program does not know. "
            "Use the program that wrote it, or run `journal verify`."
        )
    return ReadingColumns(
        channel=_unshuffled(raw[: 4 * count], "<i4", count).astype(np.int32, copy=False),
        at_us=_unshuffled(raw[4 * count : 12 * count], "<i8", count),
        count=_unshuffled(raw[12 * count : 20 * count], "<i8", count),
        quality=np.frombuffer(raw[20 * count :], dtype=np.uint8),
    )


def _decompressed(frame: bytes, size: int) -> bytes:
    """Return the content of a frame; the size it claims is checked before it is believed."""
    try:
        claimed = zstandard.get_frame_parameters(frame).content_size
        if claimed != size:
            raise CodecError(f"The batch payload holds {claimed} bytes, not {size}.")
        decompressor = zstandard.ZstdDecompressor().decompressobj()
        raw = decompressor.decompress(frame)
    except zstandard.ZstdError as error:
        raise CodecError(
            f"The batch payload is damaged ({error}). Run `journal verify`."
        ) from error
    if len(raw) != size or decompressor.unused_data:
        raise CodecError(f"The batch payload is not one frame of {size} bytes.")
    return raw


def batch_hash(
    *, previous_hash: bytes, stream: UUID, sequence: int, source: str, payload: bytes
) -> bytes:
    """Return the hash that chains a batch to the one before it in its stream. [32 bytes].

    Args:
        previous_hash: Hash of the batch before; ZERO_HASH for sequence 1. [32 bytes]
        stream: Source epoch.
        sequence: Number of the batch in the stream, from 1.
        source: Name of the source.
        payload: Encoded columns.
    """
    name = source.encode()
    digest = hashlib.sha256(previous_hash)
    digest.update(stream.bytes)
    digest.update(struct.pack("<QI", sequence, len(name)))
    digest.update(name)
    digest.update(payload)
    return digest.digest()
