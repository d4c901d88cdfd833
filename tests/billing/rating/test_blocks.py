"""Sums of a stack are exact at every size of usage."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from billing.rating.blocks import Grid, Series
from energy.base.period import span_of_days
from tests.billing.rating.tariffs import DAY_AND_NIGHT, SHANGHAI, tariff_of

DAY = date(2025, 6, 1)


@pytest.mark.parametrize("most", [2**31 // 96 - 1, 2**31 // 64, 2**31 - 1, -(2**31)])
def test_sums_of_short_integers_are_exact(most: int) -> None:
    usage = np.full((40, 96), most, dtype=np.int32)
    usage[:, ::7] = 1
    start = span_of_days(DAY, DAY, SHANGHAI).start
    series = Series(start=start, step_s=900, shape_s=0, usage=usage)
    grid = Grid(series, tariff_of(periods=DAY_AND_NIGHT), DAY, DAY)
    sums = grid.sums(DAY, DAY)
    assert sums.whole.tolist() == [sum(row) for row in usage.tolist()]
    for index in range(2):
        mine = grid.codes == index
        assert sums.periods[:, index].tolist() == [sum(row) for row in usage[:, mine].tolist()]
