"""What is known of a supply: names, units, shapes."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import RatingError
from billing.rating.quantities import base_per_unit, name_of_quantity, shaped
from energy.base.quality import Quality
from tests.billing.rating.tariffs import supply
from tests.examples import tried


@tried(50)
@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=40),
    st.integers(0, 10**8),
)
def test_intervals_take_the_register_s_total_and_keep_their_shape(
    usage: list[int], total: int
) -> None:
    span = supply(usage, date(2025, 6, 1)).usage["active_import"]
    scaled = shaped(span, total)
    assert int(scaled.usage.sum()) == total
    whole = sum(usage)
    for before, after in zip(usage, scaled.usage.tolist(), strict=True):
        share = Fraction(before * total, whole) if whole else Fraction(total, len(usage))
        assert abs(share - after) < 1


def test_scaled_intervals_say_that_their_shape_is_not_measured() -> None:
    span = supply([1, 2, 3], date(2025, 6, 1)).usage["active_import"]
    assert shaped(span, 6) is span
    assert set(np.unique(shaped(span, 7).quality)) == {int(Quality.INTERPOLATED)}


def test_a_channel_s_quantity_loses_the_word_energy() -> None:
    assert name_of_quantity("reactive_energy_import") == "reactive_import"
    assert name_of_quantity("volume") == "volume"


def test_a_unit_that_the_quantity_has_not_is_refused() -> None:
    assert base_per_unit("cooling", "RTh") == Fraction("126606.6")
    with pytest.raises(RatingError, match="'m3' is no unit of heat"):
        base_per_unit("heat", "m3")
    with pytest.raises(RatingError, match="of the quantities"):
        base_per_unit("passengers", "kWh")
