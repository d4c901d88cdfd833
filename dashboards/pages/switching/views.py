"""In: an address of switching orders. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.switching.layout import switching_page, write_page
from dashboards.pages.switching.order import order_page
from dashboards.pages.switching.templates import template_page, templates_page
from dashboards.pages.view import KEY_FORM, Asked, view
from dashboards.viewer import Viewer


def _switching(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    answer = parts.queries.switching(viewer.scope)
    return switching_page(viewer, answer, zone=parts.settings.zone, now=parts.clock.now())


def _write(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return _write_for(parts, viewer, "")


def _write_asked(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    return _write_for(parts, viewer, f"{asked.match[1]}/{asked.match[2]}")


def _write_for(parts: Parts, viewer: Viewer, request: str) -> Component:
    choices = parts.queries.switching_choices(viewer.scope)
    nodes = parts.queries.outage_nodes(viewer.scope)
    told = parts.queries.switching(viewer.scope).rows
    seen = len(told.orders) + len(told.past)
    return write_page(viewer, choices, nodes, seen=seen, request=request)


def _templates(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return templates_page(viewer, parts.queries.switching_templates(viewer.scope))


def _template(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    told = parts.queries.switching_template(viewer.scope, asked.match[1])
    return None if told is None else template_page(viewer, told, zone=parts.settings.zone)


def _order(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.switching_order(viewer.scope, asked.match[1])
    if answer is None:
        return None
    return order_page(viewer, answer, zone=parts.settings.zone, now=parts.clock.now())


SWITCHING_VIEWS = (
    view(r"/switching", _switching),
    view(r"/switching/write", _write),
    view(rf"/switching/write/({KEY_FORM})/([0-9]{{1,9}})", _write_asked),
    view(r"/switching/templates", _templates),
    view(rf"/switching/templates/({KEY_FORM})", _template),
    view(r"/switching/(S-[0-9]{4}-[0-9]{1,9})", _order),
)
