"""In: a theme or a viewer. Out: what every grid shares: its looks and its words. Pure."""

from __future__ import annotations

from dashboards.theme import FONT, PALETTES, Theme
from dashboards.viewer import Viewer

_WORDS = (
    "noRowsToShow",
    "filterOoo",
    "contains",
    "notContains",
    "equals",
    "notEqual",
    "startsWith",
    "endsWith",
    "blank",
    "notBlank",
    "andCondition",
    "orCondition",
    "ariaFilterInput",
)


def grid_theme(theme: Theme) -> dict[str, str]:
    """Return the looks of grids in a theme."""
    palette = PALETTES[theme]
    header = "#F4F6F8" if theme is Theme.LIGHT else "#232529"
    font = FONT.replace('"', "")
    return {
        "function": (
            "themeQuartz.withParams({"
            f"backgroundColor: '{palette.paper}', foregroundColor: '{palette.text}', "
            f"headerBackgroundColor: '{header}', borderColor: '{palette.grid}', "
            f"browserColorScheme: '{theme}', fontFamily: '{font}', fontSize: 12, spacing: 5"
            "})"
        )
    }


def by_number(field: str) -> dict[str, object]:
    """Return what orders a column by a number that its rows have beside what they show.

    Args:
        field: Of the number; rows without one come first. A field of ours, never a name.
    """
    return {"comparator": {"function": f"byNumber('{field}')"}}


def grid_words(viewer: Viewer) -> dict[str, str]:
    """Return the grid's own words in the viewer's language."""
    return {word: viewer.say(f"grid.{word}") for word in _WORDS}
