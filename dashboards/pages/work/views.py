"""In: an address of the work orders. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.components.work_pieces import WORK
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.pages.work.forms import open_page
from dashboards.pages.work.layout import orders_page
from dashboards.pages.work.sheet import order_page
from dashboards.queries.work_rows import OrderTab
from dashboards.viewer import Viewer


def _orders(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    tab = OrderTab(asked.match[1] or OrderTab.OPEN)
    answer = parts.queries.work_orders(viewer.scope, tab)
    return orders_page(viewer, answer, zone=parts.settings.zone)


def _new(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    answer = parts.queries.work_forms(viewer.scope)
    return open_page(viewer, answer, parts.queries.places(viewer.scope))


def _order(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.work_order(viewer.scope, asked.match[1])
    if answer is None:
        return None
    return order_page(viewer, answer, zone=parts.settings.zone, now=parts.clock.now())


ORDER_FORM = r"W-\d{4}-\d{5,9}"
"""Form of a work order's number."""
WORK_VIEWS = (
    view(r"/work(?:/(mine|overdue|planned|ended))?", _orders),
    view(rf"{WORK}/new", _new),
    view(rf"{WORK}/({ORDER_FORM})", _order),
)
