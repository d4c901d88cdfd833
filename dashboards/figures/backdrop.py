"""In: spans on an axis of hours. Out: what stands behind a curve: bands, shades, names. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dashboards.queries.rows import TariffBand
from dashboards.theme import Palette, faded

GAP_OPACITY = 0.35


def hours_after(start: datetime, at: datetime) -> float:
    """Return how long after a start an instant is. [h]."""
    return (at - start) / timedelta(hours=1)


def rectangle(x0: float, x1: float, colour: str) -> dict[str, object]:
    """Return a shape from one place of the horizontal axis to another, over the whole height."""
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": x0,
        "x1": x1,
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"width": 0},
        "fillcolor": colour,
    }


def band_shapes(
    bands: Sequence[TariffBand], start: datetime, palette: Palette
) -> list[dict[str, object]]:
    """Return the tariff bands on an axis of hours since a start."""
    return [
        rectangle(
            hours_after(start, band.start),
            hours_after(start, band.end),
            faded(palette.bands[min(band.rank, len(palette.bands) - 1)], palette.band_opacity),
        )
        for band in bands
    ]


def gap_shape(x0: float, x1: float, palette: Palette) -> dict[str, object]:
    """Return the shade of a time in which nothing is known."""
    return rectangle(x0, x1, faded(palette.edge, GAP_OPACITY))


def label(x: float, y: float, text: str, palette: Palette) -> dict[str, object]:
    """Return a word on the axis: above the curve at y = 1, on it elsewhere."""
    return {
        "x": x,
        "y": y,
        "xref": "x",
        "yref": "paper",
        "yanchor": "bottom" if y == 1 else "middle",
        "showarrow": False,
        "text": text,
        "font": {"size": 11, "color": palette.faint},
    }
