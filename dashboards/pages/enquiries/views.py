"""In: an address of enquiries. Out: the office's page, or the tenant's. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.enquiries.layout import enquiries_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _office(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    asked = parts.queries.enquiries(viewer.scope)
    return enquiries_page(viewer, asked, zone=parts.settings.zone, own=False)


def _own(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    asked = parts.queries.own_enquiries(viewer.scope)
    return enquiries_page(viewer, asked, zone=parts.settings.zone, own=True)


ENQUIRY_VIEWS = (view(r"/enquiries", _office), view(r"/portal/enquiries", _own))
