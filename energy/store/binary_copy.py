"""In: numpy columns. Out: rows of PostgreSQL's binary COPY format, packed at once. Pure.

A row is a count of fields, then each field as its length and big-endian content; all our fields
have fixed widths, so a structured array is the very byte stream.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_EPOCH_2000_US = 946_684_800_000_000
_WIDTH = {"int2": ">i2", "int4": ">i4", "int8": ">i8", "timestamptz": ">i8"}


def pack(types: Sequence[str], columns: Sequence[NDArray[np.generic]]) -> bytes:
    """Return a whole binary COPY stream.

    Args:
        types: One of int2, int4, int8, timestamptz per column.
        columns: Arrays of shape (n,); timestamptz in microseconds since 1970. [us]
    """
    rows = len(columns[0])
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for n, kind in enumerate(types):
        fields += [(f"length{n}", ">i4"), (f"field{n}", _WIDTH[kind])]
    packed = np.zeros(rows, dtype=np.dtype(fields))
    packed["fields"] = len(types)
    for n, (kind, column) in enumerate(zip(types, columns, strict=True)):
        packed[f"length{n}"] = np.dtype(_WIDTH[kind]).itemsize
        packed[f"field{n}"] = (
            column.astype(np.int64) - _EPOCH_2000_US if kind == "timestamptz" else column
        )
    return HEADER + packed.tobytes() + TRAILER
