"""In: numpy columns. Out: PostgreSQL arrays in binary, and back, whole columns at once. Pure.

A list of a million Python integers is what reading a million rows costs most; here a column
crosses as one value whose bytes numpy reads as they are.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

_INT8, _INT8_ARRAY, _INSTANT_ARRAY = 20, 1016, 1185
_HEADER = struct.Struct(">iiI")
_DIMENSION = struct.Struct(">ii")
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">i8")])
_EPOCH_2000_US = 946_684_800_000_000

INSTANT = "(timestamptz 'epoch' + {} * interval '1 microsecond')"
"""SQL of an instant from its microseconds since the epoch."""


class _Int8ArrayDumper(Dumper):
    """An integer column as bigint[]."""

    format = Format.BINARY
    oid = _INT8_ARRAY

    def dump(self, obj: NDArray[np.integer[Any]]) -> Buffer:
        if len(obj) == 0:
            return _HEADER.pack(0, 0, _INT8)
        elements = np.empty(len(obj), dtype=_ELEMENT)
        elements["length"] = 8
        elements["value"] = obj
        head = _HEADER.pack(1, 0, _INT8) + _DIMENSION.pack(len(obj), 1)
        return head + elements.tobytes()


class _Int8ArrayLoader(Loader):
    """A bigint[] without nulls as a column."""

    format = Format.BINARY

    def load(self, data: Buffer) -> NDArray[np.int64]:
        dimensions, nulls, _ = _HEADER.unpack_from(data)
        if dimensions == 0:
            return np.empty(0, dtype=np.int64)
        assert dimensions == 1, "a column is flat"
        assert nulls == 0, "a column of readings has no nulls"
        start = _HEADER.size + _DIMENSION.size
        return np.frombuffer(data, dtype=_ELEMENT, offset=start)["value"].astype(np.int64)


class _InstantArrayLoader(_Int8ArrayLoader):
    """A timestamptz[] without nulls as microseconds since the epoch."""

    def load(self, data: Buffer) -> NDArray[np.int64]:
        return super().load(data) + _EPOCH_2000_US


def use_arrays(cursor: psycopg.Cursor[Any]) -> None:
    """Let a cursor take integer columns as bigint[] and give bigint[] and timestamptz[] as columns.

    Args:
        cursor: Its results must be asked for in binary.
    """
    cursor.adapters.register_dumper(np.ndarray, _Int8ArrayDumper)
    cursor.adapters.register_loader(_INT8_ARRAY, _Int8ArrayLoader)
    cursor.adapters.register_loader(_INSTANT_ARRAY, _InstantArrayLoader)
