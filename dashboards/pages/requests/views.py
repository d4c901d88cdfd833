"""In: an address of the service desk. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.requests.figures import figures_page
from dashboards.pages.requests.layout import requests_page
from dashboards.pages.requests.story import request_page
from dashboards.pages.requests.tenant import new_page, tenant_page
from dashboards.pages.view import KEY_FORM, Asked, view
from dashboards.queries.request_rows import RequestTab
from dashboards.viewer import Viewer


def _requests(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    tab = RequestTab(asked.match[1] or RequestTab.OPEN)
    answer = parts.queries.requests(viewer.scope, tab)
    return requests_page(viewer, answer, zone=parts.settings.zone)


def _request(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.request(viewer.scope, asked.match[1])
    if answer is None:
        return None
    return request_page(viewer, answer, zone=parts.settings.zone)


def _new(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    answer = parts.queries.request_forms(viewer.scope)
    places = parts.queries.places(viewer.scope)
    return new_page(viewer, answer, places, now=parts.clock.now())


def _tenant(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.tenant_desk(viewer.scope, f"{asked.match[1]}/{asked.match[2]}")
    if answer is None:
        return None
    places = parts.queries.places(viewer.scope)
    zone, now = parts.settings.zone, parts.clock.now()
    return tenant_page(viewer, answer, places, zone=zone, now=now)


def _figures(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    return figures_page(viewer, parts.queries.request_figures(viewer.scope, asked.selection.first))


REQUEST_VIEWS = (
    view(r"/requests(?:/(mine|waiting|late|calls|ended))?", _requests),
    view(r"/requests/new", _new),
    view(r"/requests/figures", _figures),
    view(r"/requests/(R-\d{4}-\d{5,9})", _request),
    view(rf"/requests/of/(party|account)/({KEY_FORM})", _tenant),
)
