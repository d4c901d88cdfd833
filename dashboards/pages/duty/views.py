"""In: an address of duty. Out: its page. I/O by ports."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dash.development.base_component import Component

from dashboards.note_words import wall_instant
from dashboards.pages.duty.layout import duty_page
from dashboards.pages.duty.pieces import PATH
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.selection import Selection, Span
from dashboards.viewer import Viewer
from energy.base.errors import EnergyError


def week_of(selection: Selection) -> Selection:
    """Return the week of the selected day."""
    return replace(selection, span=Span.WEEK)


def _duty(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    return _board(parts, viewer, asked, parts.clock.now())


def _at(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    day, clock = asked.match[1], asked.match[2]
    try:
        at = wall_instant(f"{day} {clock[:2]}:{clock[2:]}", parts.settings.zone)
    except EnergyError:
        return None
    return _board(parts, viewer, asked, at)


def _board(parts: Parts, viewer: Viewer, asked: Asked, at: datetime) -> Component:
    week = week_of(asked.selection)
    return duty_page(
        viewer,
        parts.queries.duty(viewer.scope, week.first, at),
        chosen=asked.selection,
        path=asked.match[0],
        zone=parts.settings.zone,
        now=parts.clock.now(),
    )


DUTY_VIEWS = (
    view(PATH, _duty),
    view(rf"{PATH}/at/(\d{{4}}-\d{{2}}-\d{{2}})/(\d{{4}})", _at),
)
