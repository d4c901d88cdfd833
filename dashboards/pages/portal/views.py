"""In: an address of the portal. Out: its page. I/O by ports."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from dash.development.base_component import Component

from billing.enquiries.enquiry import Subject
from dashboards.pages.parts import Parts
from dashboards.pages.portal.layout import own_bill_page, own_meter_page, portal_page
from dashboards.pages.view import KEY_FORM, UUID_FORM, Asked, view
from dashboards.queries.portal_rows import AskedRow
from dashboards.selection import Span
from dashboards.viewer import Viewer


def _portal(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    own = parts.queries.own_page(viewer.scope).rows
    return portal_page(viewer, own, parts.queries.own_enquiries(viewer.scope))


def _meter(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    chosen = asked.selection
    if chosen.span is Span.DAY:
        chosen = replace(chosen, span=Span.MONTH)
    own = parts.queries.own_usage(viewer.scope, asked.match[1], chosen.first, chosen.last)
    if own is None:
        return None
    told = _asked(parts, viewer, Subject.METER, own.meter.point)
    return own_meter_page(viewer, own, chosen, told, zone=parts.settings.zone)


def _bill(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    own = parts.queries.own_bill(viewer.scope, UUID(asked.match[1]))
    if own is None:
        return None
    told = _asked(parts, viewer, Subject.BILL, own.bill.number)
    return own_bill_page(viewer, own, told, zone=parts.settings.zone)


def _asked(parts: Parts, viewer: Viewer, subject: Subject, key: str) -> list[AskedRow]:
    """Return one's own enquiries about something."""
    own = parts.queries.own_enquiries(viewer.scope)
    return [each for each in own if (each.subject, each.key) == (subject, key)]


PORTAL_VIEWS = (
    view(r"/portal", _portal),
    view(rf"/portal/meters/({KEY_FORM})", _meter),
    view(rf"/portal/bills/({UUID_FORM})", _bill),
)
