"""In: an address of data quality. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.quality.layout import quality_page
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _quality(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    queries, scope = parts.queries, viewer.scope
    return quality_page(
        viewer,
        queries.quality(scope, asked.selection),
        asked.selection,
        utilities=queries.utilities(scope),
        places=queries.places(scope),
        zone=parts.settings.zone,
    )


QUALITY_VIEWS = (view(r"/meters/quality", _quality),)
