"""Curves and bars: whole numbers, gaps stay gaps, no maximum is lost."""

from __future__ import annotations

from decimal import Decimal

from billing.documents.chart import HEIGHT, MOST_COLUMNS, WIDTH, bars_svg, load_svg


def test_a_curve_goes_up_to_its_highest_value_and_a_gap_ends_it() -> None:
    values = [Decimal(5), None, Decimal(10)]
    svg = load_svg(values, limit=None, top=Decimal(10), colour="#000000")
    assert svg.count("<path") == 2
    assert f"M0 {HEIGHT}V50H333V{HEIGHT}Z" in svg
    assert f"M666 {HEIGHT}V0H{WIDTH}V{HEIGHT}Z" in svg


def test_a_long_series_keeps_its_maximum() -> None:
    values: list[Decimal | None] = [Decimal(1)] * 2976
    values[1234] = Decimal(100)
    svg = load_svg(values, limit=Decimal(50), top=Decimal(100), colour="#000000")
    assert svg.count("V0H") == 1
    assert svg.count("H") == MOST_COLUMNS + 1
    assert f"M0 50H{WIDTH}" in svg


def test_bars_are_as_high_as_their_day_and_an_unknown_day_is_a_frame() -> None:
    svg = bars_svg([1000, 500, None], "#123456")
    assert "V0H" in svg
    assert "V50H" in svg
    assert svg.count("stroke-dasharray") == 1
    assert bars_svg([], "#123456").endswith("></svg>")
