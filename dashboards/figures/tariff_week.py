"""In: the week of a tariff in one season. Out: a plotly heat map of its bands. Pure.

A band's colour says its rank by price, a letter in the middle of each stretch which band it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from billing.tariffs.week import CELL, Week
from dashboards.theme import PALETTES, Theme, figure_layout

ROW_PX = 30
MINUTES = 60


def stretches(cells: str) -> list[tuple[str, int, int]]:
    """Return letter, first and last-but-one cell of each stretch of equal letters."""
    found: list[tuple[str, int, int]] = []
    at = 0
    for letter, run in groupby(cells):
        width = len(list(run))
        found.append((letter, at, at + width))
        at += width
    return found


def clock(cell: int) -> str:
    """Return the time of day at which a cell begins."""
    hour, minute = divmod(cell * CELL, MINUTES)
    return f"{hour:02}:{minute:02}"


def tariff_week(
    week: Week, ranks: Mapping[str, int], days: Sequence[str], *, theme: Theme
) -> dict[str, object]:
    """Return the week drawn, Monday on top.

    Args:
        week: The week.
        ranks: Price rank of each letter, 0 for the cheapest.
        days: Name of each row.
        theme: Light or dark.
    """
    palette = PALETTES[theme]
    many = len(palette.bands)
    layout = figure_layout(theme, height=ROW_PX * len(week.rows) + 60)
    layout["margin"] = {"l": 56, "r": 12, "t": 8, "b": 32}
    layout["hovermode"] = "closest"
    layout["xaxis"] |= {  # type: ignore[operator]  # a dict
        "tickvals": list(range(0, 49, 6)),
        "ticktext": [clock(cell)[:2] for cell in range(0, 49, 6)],
        "range": [0, 48],
        "showgrid": False,
    }
    layout["yaxis"] |= {"autorange": "reversed", "showgrid": False, "automargin": True}  # type: ignore[operator]
    parts = [
        (row, letter, first, after)
        for row, (_, cells) in enumerate(week.rows)
        for letter, first, after in stretches(cells)
    ]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": [days[row] for row, *_ in parts],
        "base": [first for _, _, first, _ in parts],
        "x": [after - first for _, _, first, after in parts],
        "text": [letter for _, letter, *_ in parts],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"color": "#FFFFFF" if theme is Theme.LIGHT else "#14161A", "size": 12},
        "marker": {
            "color": [
                palette.bands[min(ranks.get(letter, 0), many - 1)]
                if letter in ranks
                else palette.grid
                for _, letter, *_ in parts
            ],
            "line": {"color": palette.paper, "width": 1},
        },
        "hovertext": [
            f"{letter} {clock(first)}–{clock(after)}" for _, letter, first, after in parts
        ],
        "hoverinfo": "text",
    }
    layout["bargap"] = 0.15
    return {"data": [trace], "layout": layout}
