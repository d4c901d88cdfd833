"""Bars of gateways: parts that add up, the cost at the end, currencies apart; valid for plotly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboards.figures.notice_bars import NoticeTexts, notice_bars
from dashboards.theme import Theme
from energy.alerting.notices.reports import GatewayStatistics

TEXTS = NoticeTexts(
    delivered="delivered", handed="handed", failed="failed", untaken="untaken", messages="messages"
)


def gateway(name: str, handed: int, delivered: int, failed: int, **more: Any) -> GatewayStatistics:
    told: dict[str, Any] = {"refused": 0, "down": 0, "cost": Decimal(0), "currency": "", **more}
    return GatewayStatistics(
        gateway=name,
        handed=handed,
        delivered=delivered,
        failed=failed,
        doubles=0,
        segments=handed,
        wait_s=None,
        **told,
    )


@pytest.mark.parametrize("theme", list(Theme))
def test_the_parts_of_a_bar_add_up_to_what_was_handed_and_tried(theme: Theme) -> None:
    rows = [
        gateway("a", 10, 7, 1, down=2, refused=1, cost=Decimal("0.450"), currency="CNY"),
        gateway("b", 0, 0, 0),
    ]
    figure: dict[str, Any] = notice_bars(rows, theme=theme, texts=TEXTS)
    go.Figure(figure)
    assert {each["name"]: each["x"][0] for each in figure["data"]} == {
        "delivered": 7,
        "handed": 2,
        "failed": 1,
        "untaken": 3,
    }
    assert [(each["x"], each["text"]) for each in figure["layout"]["annotations"]] == [
        (13, "0.45 CNY"),
        (0, ""),
    ]


def test_a_gateway_of_two_currencies_has_a_bar_for_each() -> None:
    rows = [gateway("a", 1, 1, 0, currency="CNY"), gateway("a", 2, 2, 0, currency="EUR")]
    figure: dict[str, Any] = notice_bars(rows, theme=Theme.LIGHT, texts=TEXTS)
    assert figure["data"][0]["y"] == ["a (CNY)", "a (EUR)"]


def test_nothing_sent_is_an_empty_figure() -> None:
    figure: dict[str, Any] = notice_bars([], theme=Theme.LIGHT, texts=TEXTS)
    go.Figure(figure)
    assert figure["data"] == []
