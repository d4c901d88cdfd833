"""In: an address of the load page. Out: the page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.load.layout import load_page
from dashboards.pages.load.view_model import load_model
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _load(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    model = load_model(parts, viewer, asked.selection)
    return load_page(viewer, model, asked.selection, zone=parts.settings.zone)


LOAD_VIEWS = (view(r"/load", _load),)
