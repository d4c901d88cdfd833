"""In: a selection. Out: the way between the registry of meters and how they are known. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dash.development.base_component import Component

from dashboards.components.toolbar import choice_links
from dashboards.selection import Selection, Span
from dashboards.viewer import Viewer

DAYS = 31
"""Days of the map where none were chosen. [d]"""


def meter_tabs(viewer: Viewer, selection: Selection, path: str) -> Component:
    """Return the tabs of the meters' pages: quality as it is selected, else of the last days."""
    days = selection
    if not selection.search():
        first = selection.today - timedelta(days=DAYS - 1)
        days = replace(selection, span=Span.FREE, at=first, until=selection.today)
    quality = "/meters/quality"
    return choice_links(
        [
            (viewer.say("meter_tabs.registry"), "/meters", path == "/meters"),
            (viewer.say("meter_tabs.quality"), quality + days.search(), path == quality),
        ],
        "",
        viewer.say("meter_tabs.title"),
    )
