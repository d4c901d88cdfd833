"""In: an address of the overview. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.overview.layout import overview
from dashboards.pages.overview.view_model import load_overview
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _overview(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    model = load_overview(parts, viewer)
    return overview(viewer, model, zone=parts.settings.zone, now=parts.clock.now())


OVERVIEW_VIEWS = (view(r"/", _overview),)
