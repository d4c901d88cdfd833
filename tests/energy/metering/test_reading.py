"""Readings as values and as columns."""

from __future__ import annotations

import numpy as np
import pytest

from energy.base.quality import Quality
from energy.metering.reading import ReadingColumns
from tests.fixtures.batches import reading

ROWS = [reading(3, 0, -5), reading(1, 15, 7, Quality.MANUAL), reading(3, 0, 8, Quality.SUSPECT)]


def test_columns_keep_readings_in_their_order() -> None:
    columns = ReadingColumns.of(ROWS)
    assert len(columns) == 3
    assert list(columns) == ROWS


def test_joined_columns_stand_one_behind_the_other() -> None:
    parts = [ReadingColumns.of(ROWS[:1]), ReadingColumns.of([]), ReadingColumns.of(ROWS[1:])]
    assert list(ReadingColumns.joined(parts)) == ROWS
    assert len(ReadingColumns.joined([])) == 0


def test_columns_of_different_lengths_are_a_bug() -> None:
    one = ReadingColumns.of(ROWS)
    with pytest.raises(AssertionError, match="equally long"):
        ReadingColumns(
            channel=one.channel, at_us=one.at_us, count=one.count, quality=one.quality[:2]
        )
    with pytest.raises(AssertionError, match="flat"):
        ReadingColumns(
            channel=np.zeros((2, 2), dtype=np.int32),
            at_us=np.zeros((2, 2), dtype=np.int64),
            count=np.zeros((2, 2), dtype=np.int64),
            quality=np.zeros((2, 2), dtype=np.uint8),
        )
