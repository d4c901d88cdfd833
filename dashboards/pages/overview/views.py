"""In: an address of the overview. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.overview.layout import overview
from dashboards.pages.overview.view_model import load_overview
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _overview(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    model = load_overview(parts, viewer, asked.selection.utility)
    zone, now = parts.settings.zone, parts.clock.now()
    return overview(viewer, model, asked.selection, zone=zone, now=now)


OVERVIEW_VIEWS = (view(r"/", _overview),)
