"""Step 5a. From: what went by each gateway. To: a plotly dictionary of bars with their cost. Pure.

One bar a gateway: what arrived, what was taken without a receipt, what failed, and tries in which
the gateway took nothing. The cost stands at the bar's end. Currencies are never added together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.theme import PALETTES, Palette, Theme, faded, figure_layout
from energy.alerting.notices.reports import GatewayStatistics

BAR_PX = 44


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTexts:
    """The words of the chart."""

    delivered: str
    handed: str
    """Taken, of which no receipt tells."""
    failed: str
    untaken: str
    """Tries in which a gateway took nothing."""
    messages: str


def notice_bars(
    rows: Sequence[GatewayStatistics], *, theme: Theme, texts: NoticeTexts
) -> dict[str, object]:
    """Return the figure of what went by each gateway."""
    palette = PALETTES[theme]
    names = [_name(row, rows) for row in rows]
    parts = (
        (texts.delivered, [row.delivered for row in rows], palette.bands[0], ""),
        (texts.handed, [unreceipted(row) for row in rows], palette.bands[1], ""),
        (texts.failed, [row.failed for row in rows], palette.bands[3], "x"),
        (texts.untaken, [row.refused + row.down for row in rows], palette.bands[2], "/"),
    )
    layout = figure_layout(theme, height=110 + BAR_PX * max(len(rows), 1))
    layout["margin"] = {"l": 12, "r": 90, "t": 34, "b": 44}
    layout["hovermode"] = "closest"
    for axis, more in (
        ("xaxis", {"rangemode": "tozero", "title": {"text": texts.messages}}),
        ("yaxis", {"autorange": "reversed", "automargin": True, "type": "category"}),
    ):
        known = layout[axis]
        assert isinstance(known, dict), "an axis is a dictionary"
        layout[axis] = known | more
    layout |= {"barmode": "stack", "bargap": 0.35, "showlegend": True}
    layout["legend"] = {
        "orientation": "h",
        "x": 0,
        "y": 1.02,
        "yanchor": "bottom",
        "traceorder": "normal",
    }
    layout["annotations"] = [
        _cost_label(name, row, palette) for name, row in zip(names, rows, strict=True)
    ]
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": said,
            "x": list(values),
            "y": names,
            "marker": {
                "color": faded(colour, 0.85),
                "pattern": {
                    "shape": shape,
                    "fillmode": "overlay",
                    "solidity": 0.25,
                    "fgcolor": palette.paper,
                },
            },
            "hovertemplate": "%{y}: %{x}",
        }
        for said, values, colour, shape in parts
        if any(values)
    ]
    return {"data": data, "layout": layout}


def unreceipted(row: GatewayStatistics) -> int:
    """Return how many messages were taken of which no receipt tells."""
    return max(row.handed - row.delivered - row.failed, 0)


def _name(row: GatewayStatistics, rows: Sequence[GatewayStatistics]) -> str:
    """Return a gateway's name, with its currency where it has several."""
    several = sum(each.gateway == row.gateway for each in rows) > 1
    return f"{row.gateway} ({row.currency})" if several and row.currency else row.gateway


def _cost(row: GatewayStatistics) -> str:
    return f"{row.cost.normalize():f} {row.currency}".strip() if row.cost else ""


def _cost_label(name: str, row: GatewayStatistics, palette: Palette) -> dict[str, object]:
    return {
        "x": row.handed + row.refused + row.down,
        "y": name,
        "xanchor": "left",
        "xshift": 6,
        "showarrow": False,
        "text": _cost(row),
        "font": {"size": 12, "color": palette.text},
    }
