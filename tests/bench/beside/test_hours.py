"""Two tables of hours are equal number by number, or not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.beside.hours import equal, load_steps
from bench.beside.incoming import Size

MINE = pd.DataFrame({1: [10.0, 20.0], 3: [0.0, 5.0]})


def test_floats_that_stand_for_the_same_watt_hours_are_equal() -> None:
    assert equal(MINE, np.array([[10.0, 1e-9], [20.0000001, 5.0]]))


def test_a_watt_hour_of_difference_an_empty_hour_or_another_shape_is_not() -> None:
    assert not equal(MINE, np.array([[10.0, 0.0], [21.0, 5.0]]))
    assert not equal(MINE, np.array([[10.0, 0.0], [np.nan, 5.0]]))
    assert not equal(MINE, np.array([[10.0, 0.0]]))


def test_loading_reports_once_for_us_and_once_for_each_transaction_of_the_peer() -> None:
    # 100 meters: 200 instants a transaction; 2 days are 192, a month's registers 2,881.
    assert load_steps(Size(days=2)) == 1 + 1 + 15
