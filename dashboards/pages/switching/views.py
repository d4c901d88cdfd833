"""In: an address of switching orders. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.switching.layout import switching_page, write_page
from dashboards.pages.switching.order import order_page
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _switching(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    answer = parts.queries.switching(viewer.scope)
    return switching_page(viewer, answer, zone=parts.settings.zone, now=parts.clock.now())


def _write(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    choices = parts.queries.switching_choices(viewer.scope)
    nodes = parts.queries.outage_nodes(viewer.scope)
    told = parts.queries.switching(viewer.scope).rows
    return write_page(viewer, choices, nodes, seen=len(told.orders) + len(told.past))


def _order(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.switching_order(viewer.scope, asked.match[1])
    if answer is None:
        return None
    return order_page(viewer, answer, zone=parts.settings.zone, now=parts.clock.now())


SWITCHING_VIEWS = (
    view(r"/switching", _switching),
    view(r"/switching/write", _write),
    view(r"/switching/(S-[0-9]{4}-[0-9]{1,9})", _order),
)
