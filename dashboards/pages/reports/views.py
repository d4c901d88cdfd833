"""In: an address of the reports. Out: the page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.reports.layout import report_page
from dashboards.pages.reports.view_model import report_model
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _report(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    model = report_model(parts, viewer, asked.selection)
    return report_page(viewer, model, asked.selection, parts.settings)


REPORT_VIEWS = (view(r"/reports", _report),)
