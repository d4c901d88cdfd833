"""In: an address of enquiries. Out: the office's page, or the tenant's. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from billing.enquiries.enquiry import Subject
from dashboards.pages.enquiries.layout import enquiries_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer

MOST_BILLS = 12
"""To choose from; every bill's own page has the field, too."""


def _office(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    asked = parts.queries.enquiries(viewer.scope)
    return enquiries_page(viewer, asked, zone=parts.settings.zone, own=False)


def _own(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    asked = parts.queries.own_enquiries(viewer.scope)
    own = parts.queries.own_page(viewer.scope).rows
    said = {
        Subject.ACCOUNT: [(each.account, each.account) for each in own.accounts],
        Subject.METER: [(each.point, each.name) for each in own.meters],
        Subject.BILL: [(each.number, each.number) for each in own.bills[:MOST_BILLS]],
    }
    subjects = {
        f"{subject}/{key}": viewer.say(f"enquiries.about_{subject}", about=words)
        for subject, known in said.items()
        for key, words in known
    }
    zone = parts.settings.zone
    return enquiries_page(viewer, asked, zone=zone, own=True, subjects=subjects)


ENQUIRY_VIEWS = (view(r"/enquiries", _office), view(r"/portal/enquiries", _own))
