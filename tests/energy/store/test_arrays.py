"""Columns cross to PostgreSQL and back as arrays, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from energy.base.clock import from_us
from energy.store.arrays import INSTANT, use_arrays
from tests.fixtures.postgres import DatabaseServer, database_server

__all__ = ["database_server"]
pytestmark = pytest.mark.servers


def answer(server: DatabaseServer, statement: str, *values: Any) -> Any:
    """Return the one value of a statement that may take and give columns."""
    with server.superuser() as connection, connection.cursor() as cursor:
        use_arrays(cursor)
        row = cursor.execute(statement.encode(), values, binary=True).fetchone()
        assert row is not None
        return row[0]


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_column_comes_back_as_it_went(database_server: DatabaseServer, dtype: type) -> None:
    column = np.array([0, 1, 127], dtype=dtype)
    back = answer(database_server, "SELECT %s::bigint[]", column)
    assert back.dtype == np.int64
    assert back.tolist() == [0, 1, 127]


def test_greatest_and_least_counts_cross_unharmed(database_server: DatabaseServer) -> None:
    column = np.array([2**63 - 1, -(2**63)], dtype=np.int64)
    assert answer(database_server, "SELECT %s", column).tolist() == column.tolist()


def test_empty_column_stays_empty(database_server: DatabaseServer) -> None:
    assert len(answer(database_server, "SELECT %s", np.empty(0, dtype=np.int64))) == 0


def test_instants_come_as_microseconds_since_the_epoch(database_server: DatabaseServer) -> None:
    at_us = np.array([1_556_665_200_123_457, -1, 0], dtype=np.int64)
    statement = f"SELECT array_agg({INSTANT.format('u')}) FROM unnest(%s) AS s (u)"
    assert answer(database_server, statement, at_us).tolist() == at_us.tolist()


def test_microseconds_become_the_very_instant(database_server: DatabaseServer) -> None:
    at_us = 4_102_444_799_999_999
    assert answer(database_server, f"SELECT {INSTANT.format('%s::bigint')}", at_us) == from_us(
        at_us
    )


def test_nulls_are_refused(database_server: DatabaseServer) -> None:
    with pytest.raises(AssertionError, match="no nulls"):
        answer(database_server, "SELECT ARRAY[1, NULL]::bigint[]")


def test_ordinary_lists_still_cross(database_server: DatabaseServer) -> None:
    assert answer(database_server, "SELECT %s::text[]", ["a"]) == ["a"]
