"""In: an address of the savings. Out: the page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.savings.layout import savings_page
from dashboards.pages.savings.view_model import savings_model
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _savings(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    model = savings_model(parts, viewer, asked.selection)
    return savings_page(viewer, model, asked.selection, zone=parts.settings.zone)


SAVINGS_VIEWS = (view(r"/savings", _savings),)
