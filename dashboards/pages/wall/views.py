"""In: the address of a wall display. Out: its screen. I/O by ports.

A wall is named by the utility whose demand it shows; `main` shows the site's first.
"""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.pages.wall.layout import wall_page
from dashboards.pages.wall.view_model import wall_model
from dashboards.viewer import Viewer
from energy.base.units import Utility

NAMES = "|".join(("main", *Utility))


def _wall(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    name = asked.match[1]
    model = wall_model(parts, viewer, name)
    return wall_page(viewer, model, parts.settings, name=name, now=parts.clock.now())


WALL_VIEWS = (view(rf"/wall/({NAMES})", _wall),)
