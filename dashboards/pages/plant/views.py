"""In: an address of the plant pages. Out: the page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.plant.layout import index_page, one_line_page
from dashboards.pages.view import KEY_FORM, Asked, view
from dashboards.viewer import Viewer


def _index(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return index_page(viewer, parts.queries.stations(viewer.scope))


def _one_line(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    chosen = asked.selection
    answer = parts.queries.one_line(viewer.scope, chosen.utility, asked.match[1], chosen.node)
    if answer is None:
        return None
    return one_line_page(viewer, answer, chosen.node, zone=parts.settings.zone)


PLANT_VIEWS = (view(r"/plant", _index), view(rf"/plant/({KEY_FORM})", _one_line))
