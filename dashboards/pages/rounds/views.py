"""In: an address of patrol rounds. Out: its page. I/O by ports."""

from __future__ import annotations

from uuid import UUID

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.rounds.layout import (
    board_page,
    course_page,
    day_named,
    day_page,
    walks_page,
)
from dashboards.pages.rounds.paths import (
    DAY_FORM,
    PATH,
    STOP_FORM,
    SURE_FORM,
    WALKED,
    sure_values,
)
from dashboards.pages.rounds.walk import stop_page, walk_page
from dashboards.pages.view import UUID_FORM, Asked, view
from dashboards.viewer import Viewer
from energy.base.period import local_day
from energy.service.rounds.errors import PatrolError


def _board(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return board_page(viewer, parts.queries.patrol(viewer.scope), zone=parts.settings.zone)


def _walks(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return walks_page(viewer, parts.queries.patrol(viewer.scope), zone=parts.settings.zone)


def _day(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    zone, now = parts.settings.zone, parts.clock.now()
    day = day_named(asked.match[2]) if asked.match[2] else local_day(now, zone)
    answer = None if day is None else parts.queries.patrol_day(viewer.scope, asked.match[1], day)
    return None if answer is None else day_page(viewer, answer, zone=zone, now=now)


def _course(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    key, named, stop, value = asked.match.groups()
    day = day_named(named)
    if day is None:
        return None
    answer = parts.queries.patrol_course(viewer.scope, key, stop, value, day)
    return None if answer is None else course_page(viewer, answer, zone=parts.settings.zone)


def _walk(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.patrol_walk(viewer.scope, UUID(asked.match[1]))
    if answer is None:
        return None
    levels = parts.queries.work_forms(viewer.scope).rows.levels
    return walk_page(viewer, answer.rows, levels, zone=parts.settings.zone)


def _stop(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.patrol_walk(viewer.scope, UUID(asked.match[1]))
    if answer is None:
        return None
    try:
        stop = answer.rows.row.spec.stop(asked.match[2])
        told = sure_values(asked.match[3] or "")
        known = {item.key: item for item in stop.items}
        sure = {key: known[key].fitting(value) for key, value in told.items() if key in known}
    except PatrolError:  # an address that no page of ours made
        return None
    return stop_page(viewer, answer.rows, stop, sure, zone=parts.settings.zone)


ROUND_VIEWS = (
    view(PATH, _board),
    view(rf"{PATH}/({STOP_FORM})(?:/({DAY_FORM}))?", _day),
    view(rf"{PATH}/({STOP_FORM})/({DAY_FORM})/({STOP_FORM})/({STOP_FORM})", _course),
    view(WALKED, _walks),
    view(rf"{WALKED}/({UUID_FORM})", _walk),
    view(rf"{WALKED}/({UUID_FORM})/({STOP_FORM})(?:/({SURE_FORM}))?", _stop),
)
