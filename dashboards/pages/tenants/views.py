"""In: an address of tenants. Out: their list or one's page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.tenants.layout import tenant_page, tenants_page
from dashboards.pages.view import KEY_FORM, Asked, view
from dashboards.viewer import Viewer


def _tenants(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return tenants_page(viewer, parts.queries.tenants(viewer.scope))


def _tenant(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.tenant(viewer.scope, asked.match[1])
    return None if answer is None else tenant_page(viewer, answer, today=asked.selection.today)


TENANT_VIEWS = (view(r"/tenants", _tenants), view(rf"/tenants/({KEY_FORM})", _tenant))
