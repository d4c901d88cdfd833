"""In: an address of inspections. Out: its page. I/O by ports."""

from __future__ import annotations

from uuid import UUID

from dash.development.base_component import Component

from dashboards.pages.inspections.inspection import inspection_page
from dashboards.pages.inspections.layout import inspections_page
from dashboards.pages.inspections.suspicion import suspicion_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.queries.inspection_rows import InspectionTab
from dashboards.viewer import Viewer

_TABS = "|".join(tab for tab in InspectionTab if tab is not InspectionTab.SUSPECTED)


def _inspections(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    tab = InspectionTab(asked.match[1] or InspectionTab.SUSPECTED)
    return inspections_page(viewer, parts.queries.inspections(viewer.scope, tab))


def _suspicion(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.suspicion(viewer.scope, UUID(asked.match[1]))
    if answer is None:
        return None
    return suspicion_page(viewer, answer, asked.selection.today, zone=parts.settings.zone)


def _inspection(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.inspection(viewer.scope, asked.match[1])
    if answer is None:
        return None
    return inspection_page(viewer, answer, asked.selection.today, zone=parts.settings.zone)


INSPECTION_VIEWS = (
    view(rf"/inspections(?:/({_TABS}))?", _inspections),
    view(r"/inspections/suspicion/([0-9a-f]{32})", _suspicion),
    view(r"/inspections/(W-[0-9]{4}-[0-9]{1,9})", _inspection),
)
