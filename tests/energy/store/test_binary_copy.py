"""Rows of binary COPY, against the server that must understand them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from energy.base.clock import to_us
from energy.store.binary_copy import HEADER, TRAILER, pack
from tests.fixtures.postgres import TestSite


def test_no_rows_are_header_and_trailer() -> None:
    empty = np.array([], dtype=np.int64)
    assert pack(("int8",), (empty,)) == HEADER + TRAILER


def test_row_is_count_of_fields_then_length_and_content() -> None:
    stream = pack(("int2", "int4"), (np.array([-2]), np.array([7])))
    row = stream.removeprefix(HEADER).removesuffix(TRAILER)
    assert row == bytes.fromhex("0002 00000002 fffe 00000004 00000007".replace(" ", ""))


@pytest.mark.servers
def test_server_reads_the_extremes_back(site_schema: TestSite) -> None:
    instants = [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2000, 1, 1, tzinfo=UTC),
        datetime(2019, 10, 27, 1, 0, 0, 1, tzinfo=UTC),
        datetime(2999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ]
    small = np.array([-(2**15), -1, 0, 2**15 - 1])
    middle = np.array([-(2**31), -1, 0, 2**31 - 1])
    large = np.array([-(2**63), -1, 0, 2**63 - 1], dtype=np.int64)
    when = np.array([to_us(each) for each in instants], dtype=np.int64)
    stream = pack(("int2", "int4", "int8", "timestamptz"), (small, middle, large, when))
    with site_schema.writer.transaction() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE t (a int2, b int4, c int8, d timestamptz) ON COMMIT DROP")
        with cursor.copy("COPY t FROM STDIN (FORMAT binary)") as copy:
            copy.write(stream)
        rows = cursor.execute("SELECT * FROM t ORDER BY a").fetchall()
    assert rows == list(zip(small.tolist(), middle.tolist(), large.tolist(), instants, strict=True))
