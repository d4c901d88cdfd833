"""In: an address of the work orders. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.pages.work.layout import orders_page
from dashboards.queries.work_rows import OrderTab
from dashboards.viewer import Viewer


def _orders(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    tab = OrderTab(asked.match[1] or OrderTab.OPEN)
    answer = parts.queries.work_orders(viewer.scope, tab)
    return orders_page(viewer, answer, zone=parts.settings.zone, now=parts.clock.now())


WORK_VIEWS = (view(r"/work(?:/(mine|overdue|planned|ended))?", _orders),)
