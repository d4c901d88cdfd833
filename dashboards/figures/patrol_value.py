"""Step 5a. From: a log value over some days. To: a plotly dictionary with its limits. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import cast
from zoneinfo import ZoneInfo

from dashboards.queries.patrol_rows import PatrolCourse
from dashboards.theme import PALETTES, Theme, figure_layout


def patrol_value(
    course: PatrolCourse, *, zone: ZoneInfo, theme: Theme, texts: dict[str, str]
) -> dict[str, object]:
    """Return the figure of a number that was read on rounds.

    Args:
        course: The number; its limits. [unit]
        zone: The site's.
        theme: Light or dark.
        texts: Words for "value", "limit".
    """
    palette = PALETTES[theme]
    layout = figure_layout(theme, height=300)
    axis = cast("dict[str, object]", layout["yaxis"])
    layout["yaxis"] = axis | {"title": {"text": course.item.unit}, "rangemode": "normal"}
    times = [f"{each.read_at.astimezone(zone):%Y-%m-%d %H:%M}" for each in course.values]
    colours = [palette.warn if each.outside else palette.text for each in course.values]
    data: list[dict[str, object]] = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": texts["value"],
            "x": times,
            "y": [float(Decimal(each.said)) for each in course.values],
            "line": {"color": palette.faint, "width": 1},
            "marker": {"color": colours, "size": 7},
            "hovertemplate": "%{x} %{y}",
        }
    ]
    data += [
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"{texts['limit']} {limit}",
            "x": [f"{course.first} 00:00", f"{course.last} 23:59"],
            "y": [float(Decimal(limit))] * 2,
            "line": {"color": palette.warn, "width": 2, "dash": "dash"},
            "hovertemplate": "%{y}",
        }
        for limit in filter(None, (course.item.low, course.item.high))
    ]
    return {"data": data, "layout": layout}
