"""In: a number and what it rests on. Out: the number, which tells it when asked. Pure.

The telling is done in the browser (assets/why.js): by a key held over the number, or by moving to
it with Tab.
"""

from __future__ import annotations

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, age_text, extra
from dashboards.formats import NOTHING
from dashboards.viewer import Viewer
from energy.base.quality import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What a number rests on."""

    source: str
    """The meters or the register behind it, in the reader's words."""
    formula: str
    """How it follows from them, with its interval."""
    age_s: int | None
    """Age of the newest reading behind it; None where there is none. [s]"""
    as_of: int
    """Journal position that it reflects."""
    quality: Quality | None = None
    """The worst behind it; None where the formula tells what is known."""


def why_text(viewer: Viewer, why: Why) -> str:
    """Return what a number rests on: one row each, name and text parted by a tabulator."""
    quality = "" if why.quality is None else viewer.say(f"quality.{why.quality.name.lower()}")
    pairs = [
        ("source", why.source),
        ("formula", why.formula),
        ("quality", quality),
        ("age", age_text(viewer, why.age_s)),
        ("position", str(why.as_of)),
    ]
    rows = [(viewer.say(f"why.{name}"), " ".join(text.split())) for name, text in pairs if text]
    return "\n".join(f"{name}\t{text}" for name, text in rows)


def figure_number(
    viewer: Viewer, value: str, unit: str, why: Why | None, *, name: str = ""
) -> Component:
    """Return a number with its unit that says where it comes from.

    Args:
        viewer: Who looks.
        value: The number as it is written.
        unit: Its unit; left out where nothing is known.
        why: What it rests on; None where it cannot tell.
        name: "tile" for the large number of a tile, "" within a table.
    """
    prefix = f"{name}-" if name else "figure-"
    parts = [
        html.Span(value, className=f"{prefix}number"),
        html.Span(unit if value != NOTHING else "", className=f"{prefix}unit"),
    ]
    return html.Span(parts) if why is None else told_by(viewer, parts, why)


def told_by(viewer: Viewer, shown: Children, why: Why, *, leads: bool = False) -> Component:
    """Return what is shown, so that it tells what it rests on.

    Args:
        viewer: Who looks.
        shown: A number as it is written, or a link of it.
        why: What it rests on.
        leads: Whether it is a link: that takes the focus by itself.
    """
    told = extra(data_why=why_text(viewer, why))
    return html.Span(shown, className="figure-why", tabIndex=None if leads else 0, **told)
