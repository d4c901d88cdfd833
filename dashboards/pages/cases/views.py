"""In: an address of supply cases. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.cases.case import case_page
from dashboards.pages.cases.layout import cases_page, open_page, own_cases_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.queries.case_rows import CaseTab
from dashboards.viewer import Viewer
from energy.service.cases.kinds import CaseKind

_TABS = "|".join(tab for tab in CaseTab if tab is not CaseTab.OPEN)
_KINDS = "|".join(CaseKind)


def _cases(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    tab = CaseTab(asked.match[1] or CaseTab.OPEN)
    answer = parts.queries.supply_cases(viewer.scope, tab)
    return cases_page(viewer, answer, zone=parts.settings.zone)


def _new(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    forms = parts.queries.case_forms(viewer.scope)
    nodes = parts.queries.outage_nodes(viewer.scope)
    return open_page(viewer, CaseKind(asked.match[1]), forms, nodes)


def _case(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.supply_case(viewer.scope, asked.match[1])
    return None if answer is None else case_page(viewer, answer, zone=parts.settings.zone)


def _own(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    own = parts.queries.own_cases(viewer.scope)
    return own_cases_page(viewer, own, zone=parts.settings.zone)


CASE_VIEWS = (
    view(rf"/cases(?:/({_TABS}))?", _cases),
    view(rf"/cases/new/({_KINDS})", _new),
    view(r"/cases/(C-[0-9]{4}-[0-9]{1,9})", _case),
    view(r"/portal/cases", _own),
)
