"""In: an address of the incidents. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.incidents.layout import incidents_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.queries.work_rows import IncidentTab
from dashboards.viewer import Viewer


def _incidents(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    tab = IncidentTab(asked.match[1] or IncidentTab.OPEN)
    answer = parts.queries.incidents(viewer.scope, tab)
    return incidents_page(viewer, answer, zone=parts.settings.zone)


INCIDENT_VIEWS = (view(r"/incidents(?:/(mine|overdue|ended))?", _incidents),)
