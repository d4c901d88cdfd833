"""What cannot be billed from usage on a grid."""

from __future__ import annotations

import pytest

from billing.tariffs.grid_check import grid_problems
from tests.billing.tariffs.files import WHOLE, with_charge, yaml

SLIDING = with_charge("{id: D, kind: demand, window: 15, sliding: true, slip: 5, price: 1}")


@pytest.mark.parametrize(("minutes", "refused"), [(1, 0), (5, 0), (10, 1), (15, 1), (60, 1)])
def test_a_sliding_window_needs_usage_as_fine_as_its_slip(minutes: int, refused: int) -> None:
    found = grid_problems(yaml(SLIDING), minutes)
    assert len(found) == refused
    assert all(row.startswith("charges[2].slip: a window sliding by 5 min") for row in found)


def test_a_window_and_the_bands_lie_on_the_grid() -> None:
    assert grid_problems(yaml(WHOLE), 15) == []
    assert grid_problems(yaml(WHOLE), 60) == [
        "charges[5].window: 15 min is no multiple of usage every 60 min",
        "periods: a period begins at 18:30, inside an interval of 60 min; meter finer, or move it",
    ]


def test_installed_capacity_needs_no_window() -> None:
    assert (
        grid_problems(yaml(with_charge("{id: C, kind: demand, basis: capacity, price: 1}")), 60)
        == []
    )
