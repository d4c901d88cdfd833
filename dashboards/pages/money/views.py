"""In: the address of payments and receivables. Out: their page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.money.layout import money_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _money(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    return money_page(viewer, parts.queries.money(viewer.scope), asked.selection.search())


MONEY_VIEWS = (view(r"/money", _money),)
