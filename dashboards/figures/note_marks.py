"""In: where notes stand on an axis. Out: their small numbered marks on a figure. Pure.

The number stands at the beginning of a note's span, a bar beneath it as long as the span; the text
of the note stands in the list below the figure, under the same number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.theme import Palette, faded

Place = float | str
"""A place on the axis: a number, or a date."""
ROWS = 3
"""Marks that begin at one place stand below each other in so many rows."""
_HIGH = 0.07
"""Height of a row, as a part of the figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteMark:
    """Where a note stands on a figure."""

    number: int
    """Of the note in the list, from 1."""
    first: Place
    last: Place


def note_shapes(marks: Sequence[NoteMark], palette: Palette) -> list[dict[str, object]]:
    """Return a thin bar over each note's span."""
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": mark.first,
            "x1": mark.last,
            "y0": _top(mark) - 0.012,
            "y1": _top(mark),
            "line": {"width": 1, "color": palette.text},
            "fillcolor": faded(palette.text, 0.55),
        }
        for mark in marks
    ]


def note_labels(marks: Sequence[NoteMark], palette: Palette) -> list[dict[str, object]]:
    """Return each note's number at the beginning of its span."""
    return [
        {
            "x": mark.first,
            "y": _top(mark),
            "xref": "x",
            "yref": "paper",
            "xanchor": "left",
            "yanchor": "top",
            "showarrow": False,
            "text": str(mark.number),
            "font": {"size": 11, "color": palette.paper},
            "bgcolor": palette.text,
            "borderpad": 2,
        }
        for mark in marks
    ]


def _top(mark: NoteMark) -> float:
    return 1 - _HIGH * ((mark.number - 1) % ROWS)
