"""In: an address of the review queue. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.review.case import case_page
from dashboards.pages.review.layout import queue_page
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _review(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return queue_page(viewer, parts.queries.review(viewer.scope), zone=parts.settings.zone)


def _case(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.review_case(viewer.scope, asked.match[1])
    return None if answer is None else case_page(viewer, answer, zone=parts.settings.zone)


REVIEW_VIEWS = (view(r"/review", _review), view(r"/review/([0-9a-fA-F]{8,32})", _case))
