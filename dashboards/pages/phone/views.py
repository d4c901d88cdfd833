"""In: an address below /m. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.components.work_pieces import WORK
from dashboards.pages.parts import Parts
from dashboards.pages.phone.layout import HOME, phone_page
from dashboards.pages.phone.meter import meter_page
from dashboards.pages.phone.view_model import phone_model
from dashboards.pages.view import KEY_FORM, Asked, view
from dashboards.pages.work.sheet import order_page
from dashboards.pages.work.views import ORDER_FORM
from dashboards.viewer import Viewer


def _phone(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return phone_page(viewer, phone_model(parts, viewer), zone=parts.settings.zone)


def _meter(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.phone_meter(viewer.scope, asked.match[1])
    if answer is None:
        return None
    return meter_page(
        viewer,
        answer,
        zone=parts.settings.zone,
        today=asked.selection.today,
        form=parts.clock.now().isoformat(),
    )


def _order(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.work_order(viewer.scope, asked.match[1])
    if answer is None:
        return None
    now = parts.clock.now()
    return order_page(viewer, answer, zone=parts.settings.zone, now=now, home=HOME)


PHONE_VIEWS = (
    view(r"/m", _phone),
    view(rf"/m/meters/({KEY_FORM})", _meter),
    view(rf"{HOME}{WORK}/({ORDER_FORM})", _order),
)
