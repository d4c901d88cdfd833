"""What a number says of itself."""

from __future__ import annotations

from dataclasses import replace

from dashboards.components.figure_number import Why, figure_number, why_text
from energy.base.quality import Quality
from tests.dashboards.components.test_meter_grid import VIEWER

WHY = Why(
    source="Register 1\tof\nHall",
    formula="count × 0.01 kWh",
    quality=Quality.ESTIMATED,
    age_s=41,
    as_of=48_213,
)


def test_a_number_tells_source_formula_quality_age_and_position_row_by_row() -> None:
    rows = [row.split("\t") for row in why_text(VIEWER, WHY).split("\n")]
    assert [text for _, text in rows] == [
        "Register 1 of Hall",
        "count × 0.01 kWh",
        "estimated",
        "41 s",
        "48213",
    ]
    assert all(len(row) == 2 for row in rows), "a name cannot start a row of its own"


def test_what_is_not_known_is_left_out_and_a_number_without_ground_asks_nobody() -> None:
    assert len(why_text(VIEWER, replace(WHY, quality=None)).split("\n")) == 4
    assert not hasattr(figure_number(VIEWER, "5", "kWh", None), "tabIndex")
