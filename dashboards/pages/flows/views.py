"""In: an address of the flow page. Out: the page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.flows.layout import flow_page
from dashboards.pages.flows.view_model import flow_model
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _flows(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    model = flow_model(parts, viewer, asked.selection)
    return flow_page(viewer, model, asked.selection, parts.settings.factors)


FLOW_VIEWS = (view(r"/flows", _flows),)
