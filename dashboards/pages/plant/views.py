"""In: an address of the plant pages. Out: the page. I/O by ports."""

from __future__ import annotations

from datetime import timedelta

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.plant.layout import index_page, one_line_page
from dashboards.pages.plant.works import plant_page, plants_page
from dashboards.pages.view import KEY_FORM, Asked, view
from dashboards.selection import Selection, Span
from dashboards.viewer import Viewer

WEEK = 7
"""Days before today over which the list of the first page looks. [d]"""


def _index(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    today = asked.selection.today
    week = Selection(
        today=today,
        span=Span.FREE,
        at=today - timedelta(days=WEEK),
        until=today - timedelta(days=1),
    )
    queries, factors = parts.queries, parts.settings.factors
    return index_page(
        viewer, queries.stations(viewer.scope), queries.plants(viewer.scope, week, factors), week
    )


def _one_line(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    chosen = asked.selection
    answer = parts.queries.one_line(viewer.scope, chosen.utility, asked.match[1], chosen.node)
    if answer is None:
        return None
    return one_line_page(viewer, answer, chosen.node, zone=parts.settings.zone)


def _plants(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    chosen, factors = asked.selection, parts.settings.factors
    every = parts.queries.plants(viewer.scope, chosen, factors)
    one = parts.queries.plant(viewer.scope, chosen, factors) if chosen.place else None
    if one is None:
        return plants_page(viewer, every, chosen)
    return plant_page(viewer, one, every.rows, chosen, zone=parts.settings.zone)


PLANT_VIEWS = (
    view(r"/plant", _index),
    view(rf"/plant/({KEY_FORM})", _one_line),
    view(r"/plants", _plants),
)
