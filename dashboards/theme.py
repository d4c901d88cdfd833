"""In: light or dark. Out: colours, the plotly layout that goes with them, Mantine's theme. Pure.

The six utility colours of each theme were searched for the largest distance under normal sight
and three colour-vision deficiencies; tests/dashboards/test_theme.py recalculates it.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum

from energy.base.units import Utility

FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", '
    '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif'
)
"""The machine's own fonts; Chinese falls back to whatever it has."""


class Theme(StrEnum):
    """Light or dark."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours of one theme."""

    paper: str
    """Behind figures."""
    text: str
    faint: str
    """Text that steps back; still 4.5:1."""
    grid: str
    edge: str
    """Borders of nodes and cards."""
    utilities: dict[Utility, str]
    bands: tuple[str, ...]
    """Tariff bands, the cheapest first."""
    band_opacity: float
    flow_opacity: float
    warn: str


PALETTES: dict[Theme, Palette] = {
    Theme.LIGHT: Palette(
        paper="#FFFFFF",
        text="#1F2933",
        faint="#56616D",
        grid="#E4E8EC",
        edge="#8A94A0",
        utilities={
            Utility.ELECTRICITY: "#AD9100",
            Utility.WATER: "#002C85",
            Utility.GAS: "#7F13EC",
            Utility.HEATING: "#A51D34",
            Utility.COOLING: "#129DD9",
            Utility.STEAM: "#14141A",
        },
        bands=("#1B7F5C", "#5B6B7B", "#C4620A", "#B3261E"),
        band_opacity=0.12,
        flow_opacity=0.32,
        warn="#B3261E",
    ),
    Theme.DARK: Palette(
        paper="#1A1B1E",
        text="#E6E9EC",
        faint="#A6AFB8",
        grid="#33363B",
        edge="#6B747E",
        utilities={
            Utility.ELECTRICITY: "#FFC766",
            Utility.WATER: "#5FB5F2",
            Utility.GAS: "#AA00FF",
            Utility.HEATING: "#FF2814",
            Utility.COOLING: "#1A7F93",
            Utility.STEAM: "#F8F8FE",
        },
        bands=("#2FA57C", "#8794A1", "#E88A3A", "#FF6B5E"),
        band_opacity=0.22,
        flow_opacity=0.38,
        warn="#FF6B5E",
    ),
}


def faded(colour: str, opacity: float) -> str:
    """Return a colour `#RRGGBB` as CSS rgba with an opacity. [1]."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def figure_layout(theme: Theme, *, height: int) -> dict[str, object]:
    """Return the layout that all charts of a theme share.

    Args:
        theme: Light or dark.
        height: Height of the chart. [px]
    """
    palette = PALETTES[theme]
    axis = {
        "gridcolor": palette.grid,
        "linecolor": palette.grid,
        "zeroline": False,
        "tickfont": {"color": palette.faint, "size": 12},
        "title": {"font": {"color": palette.faint, "size": 12}},
        "fixedrange": True,
    }
    return {
        "height": height,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "color": palette.text, "size": 13},
        "margin": {"l": 56, "r": 12, "t": 28, "b": 32},
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": palette.paper,
            "bordercolor": palette.edge,
            "font": {"color": palette.text},
        },
        "showlegend": False,
        "xaxis": deepcopy(axis),
        "yaxis": deepcopy(axis) | {"rangemode": "tozero"},
    }


def chart_config(language: str) -> dict[str, object]:
    """Return plotly's configuration: its language, no buttons, nothing that leaves the site."""
    return {
        "displayModeBar": False,
        "displaylogo": False,
        "responsive": True,
        "locale": "zh-CN" if language == "zh" else "en",
    }


MANTINE: dict[str, object] = {
    "fontFamily": FONT,
    "primaryColor": "teal",
    "primaryShade": {"light": 8, "dark": 8},
    "defaultRadius": "md",
    "headings": {"fontWeight": "600"},
}
