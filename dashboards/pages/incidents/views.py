"""In: an address of the incidents. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.incidents.forms import open_page
from dashboards.pages.incidents.layout import incidents_page
from dashboards.pages.incidents.story import incident_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import KEY_FORM, Asked, view
from dashboards.queries.work_rows import IncidentTab
from dashboards.viewer import Viewer


def _incidents(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    tab = IncidentTab(asked.match[1] or IncidentTab.OPEN)
    answer = parts.queries.incidents(viewer.scope, tab)
    return incidents_page(viewer, answer, zone=parts.settings.zone)


def _new(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    answer = parts.queries.work_forms(viewer.scope)
    places = parts.queries.places(viewer.scope)
    zone, now = parts.settings.zone, parts.clock.now()
    at = {asked.match[1]: asked.match[2]} if asked.match[1] else {}
    return open_page(viewer, answer, places, zone=zone, now=now, at=at)


def _incident(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.incident(viewer.scope, asked.match[1])
    if answer is None:
        return None
    return incident_page(viewer, answer, zone=parts.settings.zone)


INCIDENT_VIEWS = (
    view(r"/incidents(?:/(mine|overdue|ended))?", _incidents),
    view(rf"/incidents/new(?:/(point|account)/({KEY_FORM}))?", _new),
    view(r"/incidents/(I-\d{4}-\d{5,9})", _incident),
)
