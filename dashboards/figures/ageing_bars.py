"""Step 5a. From: what accounts owe by age. To: a plotly dictionary of bars. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from billing.receivables.ageing import AgedAccount
from dashboards.formats import money
from dashboards.theme import PALETTES, Theme, faded, figure_layout

AGES = ("not_due", "to_30", "to_60", "to_90", "over_90")
"""Fields of what an account owes, the youngest first."""


def age_sums(rows: Iterable[AgedAccount]) -> dict[str, Decimal]:
    """Return what all accounts owe by age, and their unused credit. [currency]."""
    sums = dict.fromkeys((*AGES, "credit", "disputed"), Decimal(0))
    for row in rows:
        for age in sums:
            sums[age] += getattr(row, age)
    return sums


def ageing_bars(
    sums: dict[str, Decimal],
    *,
    names: Sequence[str],
    currency: str,
    language: str,
    theme: Theme,
) -> dict[str, Any]:
    """Return the figure of what is owed by age, one bar an age.

    Args:
        sums: What `age_sums` gives. [currency]
        names: Words of the ages, in their order.
        currency: Of the sums.
        language: Whose digits.
        theme: Light or dark.
    """
    palette = PALETTES[theme]
    calm, warn = palette.bands[1], palette.warn
    colours = [calm, *(faded(warn, opacity) for opacity in (0.4, 0.6, 0.8)), warn]
    layout: dict[str, Any] = figure_layout(theme, height=220)
    layout["xaxis"] |= {"rangemode": "tozero", "showticklabels": False, "showgrid": False}
    layout["yaxis"] |= {"type": "category", "autorange": "reversed", "automargin": True}
    layout["margin"] = {"l": 8, "r": 96, "t": 8, "b": 8}
    texts = [money(language, sums[age], currency) for age in AGES]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(names),
        "x": [float(sums[age]) for age in AGES],  # for the length alone; the text has the digits
        "marker": {"color": colours},
        "text": texts,
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{y}<br>%{text}<extra></extra>",
    }
    return {"data": [bars], "layout": {**layout, "bargap": 0.35, "hovermode": "closest"}}
