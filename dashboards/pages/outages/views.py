"""In: an address of the outages. Out: its page. I/O by ports."""

from __future__ import annotations

from uuid import UUID

from dash.development.base_component import Component

from dashboards.pages.outages.layout import outages_page, plan_page
from dashboards.pages.outages.story import outage_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import UUID_FORM, Asked, view
from dashboards.viewer import Viewer


def _outages(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    answer = parts.queries.outages(viewer.scope)
    return outages_page(viewer, answer, zone=parts.settings.zone, now=parts.clock.now())


def _plan(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    chosen, answer = asked.selection, None
    if chosen.node and chosen.utility is not None:
        answer = parts.queries.node_outages(viewer.scope, chosen.utility, chosen.node)
        if answer is None:
            return None
    nodes = parts.queries.outage_nodes(viewer.scope)
    return plan_page(viewer, nodes, answer, zone=parts.settings.zone, now=parts.clock.now())


def _outage(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.outage(viewer.scope, UUID(asked.match[1]))
    if answer is None:
        return None
    return outage_page(viewer, answer, zone=parts.settings.zone, now=parts.clock.now())


OUTAGE_VIEWS = (
    view(r"/outages", _outages),
    view(r"/outages/plan", _plan),
    view(rf"/outages/({UUID_FORM})", _outage),
)
