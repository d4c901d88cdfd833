"""What is owed by age: sums without a float, a bar an age, nothing owed."""

from __future__ import annotations

from decimal import Decimal

import plotly.graph_objects as go
import pytest

from dashboards.figures.ageing_bars import AGES, age_sums, ageing_bars
from dashboards.theme import Theme
from tests.dashboards.fake_money import aged_account


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("numbers", [range(1, 13), range(0)])
def test_the_bars_tell_the_sums_to_the_cent(theme: Theme, numbers: range) -> None:
    sums = age_sums(map(aged_account, numbers))
    figure = ageing_bars(sums, names=AGES, currency="GBP", language="en", theme=theme)
    go.Figure(figure)
    (bars,) = figure["data"]
    assert bars["y"] == list(AGES)
    assert bars["text"][0] == ("£48,213.84" if numbers else "£0.00")
    assert all(type(value) is Decimal for value in sums.values())


def test_credit_and_dispute_are_summed_beside_the_ages() -> None:
    sums = age_sums(map(aged_account, range(1, 13)))
    assert (sums["credit"], sums["disputed"]) == (Decimal("-55.10"), Decimal("20.00"))
    assert sums["to_30"] == Decimal(120 * (3 + 6 + 9 + 12))
    assert sums["over_90"] == Decimal(1440)
