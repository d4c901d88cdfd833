"""In: an address of a meter or of all. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.meters.layout import meter_page, registry
from dashboards.pages.meters.life import life_panels
from dashboards.pages.parts import Parts
from dashboards.pages.view import KEY_FORM, Asked, view
from dashboards.viewer import Viewer


def _meters(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    answer = parts.queries.meters(viewer.scope)
    return registry(viewer, answer, asked.selection, zone=parts.settings.zone)


def _meter(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    point, zone = asked.match[1], parts.settings.zone
    answer = parts.queries.meter(viewer.scope, point)
    life = parts.queries.meter_life(viewer.scope, point, asked.selection)
    if answer is None or life is None:
        return None
    panels = life_panels(viewer, life, asked.selection, zone=zone)
    return meter_page(viewer, answer, panels, zone=zone)


METER_VIEWS = (view(r"/meters", _meters), view(rf"/meters/({KEY_FORM})", _meter))
