"""The week of a tariff is drawn as its file says it: bands, times, ranks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import plotly.graph_objects as go
import pytest

from billing.tariffs.tariff_file import parse_tariff
from billing.tariffs.week import weeks_of
from dashboards.figures.tariff_week import clock, stretches, tariff_week
from dashboards.queries.tariff_rows import bands_of_week
from dashboards.theme import PALETTES, Theme
from tests.billing.samples import TARIFFS

TARIFF = parse_tariff((TARIFFS / "campus-electricity.toml").read_text(encoding="utf-8"))


def test_bands_have_their_letter_price_and_rank() -> None:
    bands = {band.letter: band for band in bands_of_week(TARIFF)}
    assert [band.names["en"].split()[0] for band in bands.values()] == ["Night", "Day", "Winter"]
    assert sorted(bands, key=lambda letter: bands[letter].rank) == ["A", "B", "C"]
    prices = [band.price for band in bands.values()]
    assert all(isinstance(price, Decimal) for price in prices)


@pytest.mark.parametrize("theme", list(Theme))
def test_a_winter_monday_has_its_evening_peak_and_a_sunday_none(theme: Theme) -> None:
    winter = weeks_of(TARIFF)[0]
    ranks = {band.letter: band.rank for band in bands_of_week(TARIFF)}
    figure: Any = tariff_week(winter, ranks, list("1234567"), theme=theme)
    go.Figure(figure)
    (trace,) = figure["data"]
    rows = list(zip(trace["y"], trace["text"], trace["base"], trace["x"], strict=True))
    assert ("1", "C", 32, 6) in rows
    assert not [row for row in rows if row[0] == "7" and row[1] == "C"]
    assert all(sum(x for y, _, _, x in rows if y == day) == 48 for day in "1234567")
    peak = trace["marker"]["color"][trace["text"].index("C")]
    assert peak == PALETTES[theme].bands[2]


def test_times_of_a_stretch() -> None:
    assert stretches("AABBB") == [("A", 0, 2), ("B", 2, 5)]
    assert (clock(0), clock(33), clock(48)) == ("00:00", "16:30", "24:00")
