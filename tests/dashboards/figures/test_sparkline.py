"""The small bars of a tile: as high as the days' usage, none for an unknown day."""

from __future__ import annotations

from base64 import b64decode
from xml.etree import ElementTree as ET

import pytest

from dashboards.figures.sparkline import HIGH, sparkline, sparkline_svg
from dashboards.theme import PALETTES, Theme
from energy.base.units import Utility

_RECT = "{http://www.w3.org/2000/svg}rect"


def _bars(trend: tuple[int | None, ...]) -> list[tuple[int, int]]:
    """Return left edge and height of each bar."""
    tree = ET.fromstring(sparkline_svg(trend, utility=Utility.GAS, theme=Theme.LIGHT))
    return [(int(each.attrib["x"]), int(each.attrib["height"])) for each in tree.iter(_RECT)]


@pytest.mark.parametrize("trend", [(), (None, None), (0, 0), (1000, None, 3000), (-5, 10)])
def test_any_trend_is_an_image_with_a_bar_for_each_known_day(trend: tuple[int | None, ...]) -> None:
    bars = _bars(trend)
    assert len(bars) == sum(usage is not None for usage in trend)
    assert all(0 < high < HIGH for _, high in bars)


def test_an_unknown_day_is_no_zero() -> None:
    assert [left for left, _ in _bars((1000, None, 3000))] == [2, 42]
    assert _bars((0, 100)) == [(2, 1), (22, 42)]


def test_heights_go_with_usage() -> None:
    assert [high for _, high in _bars((1000, 2000, 4000))] == [10, 21, 42]


def test_the_source_is_the_image_in_the_colour_of_its_utility() -> None:
    kind, _, packed = sparkline((1,), utility=Utility.GAS, theme=Theme.DARK).partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert PALETTES[Theme.DARK].utilities[Utility.GAS] in b64decode(packed).decode()
