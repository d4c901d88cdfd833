"""In: an address of corrections. Out: their list or one's page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.corrections.layout import correction_page, corrections_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import KEY_FORM, Asked, view
from dashboards.viewer import Viewer


def _corrections(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    answer = parts.queries.corrections(viewer.scope)
    return corrections_page(viewer, answer, zone=parts.settings.zone)


def _correction(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.correction(viewer.scope, asked.match[1])
    return None if answer is None else correction_page(viewer, answer, zone=parts.settings.zone)


CORRECTION_VIEWS = (
    view(r"/bills/corrections", _corrections),
    view(rf"/bills/corrections/({KEY_FORM}/\d{{1,4}})", _correction),
)
