"""In: an address of the portal. Out: its page. I/O by ports."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.portal.layout import own_bill_page, own_meter_page, portal_page
from dashboards.pages.view import KEY_FORM, UUID_FORM, Asked, view
from dashboards.selection import Span
from dashboards.viewer import Viewer


def _portal(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return portal_page(viewer, parts.queries.own_page(viewer.scope).rows)


def _meter(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    chosen = asked.selection
    if chosen.span is Span.DAY:
        chosen = replace(chosen, span=Span.MONTH)
    own = parts.queries.own_usage(viewer.scope, asked.match[1], chosen.first, chosen.last)
    return None if own is None else own_meter_page(viewer, own, chosen)


def _bill(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    own = parts.queries.own_bill(viewer.scope, UUID(asked.match[1]))
    return None if own is None else own_bill_page(viewer, own)


PORTAL_VIEWS = (
    view(r"/portal", _portal),
    view(rf"/portal/meters/({KEY_FORM})", _meter),
    view(rf"/portal/bills/({UUID_FORM})", _bill),
)
