"""In: an address of the equipment. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.equipment.forms import plan_form_page, register_form_page
from dashboards.pages.equipment.layout import due_page, plans_page, register_page
from dashboards.pages.equipment.piece import piece_page, plan_page
from dashboards.pages.equipment.pieces import DUE, NEW, NEW_PLAN, PLANS
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer
from energy.base.period import local_day


def _register(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    out = asked.match[1] is not None
    return register_page(viewer, parts.queries.equipment(viewer.scope, out=out))


def _piece(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.equipment_piece(viewer.scope, asked.match[1])
    if answer is None:
        return None
    zone, now = parts.settings.zone, parts.clock.now()
    return piece_page(viewer, answer, zone=zone, now=now, today=local_day(now, zone))


def _due(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    answer = parts.queries.equipment_due(viewer.scope)
    return due_page(viewer, answer, zone=parts.settings.zone)


def _plans(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return plans_page(viewer, parts.queries.equipment_plans(viewer.scope))


def _plan(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.equipment_plan(viewer.scope, asked.match[1])
    if answer is None:
        return None
    zone = parts.settings.zone
    return plan_page(viewer, answer, zone=zone, today=local_day(parts.clock.now(), zone))


def _new(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    today = local_day(parts.clock.now(), parts.settings.zone)
    return register_form_page(viewer, parts.queries.equipment_forms(viewer.scope), today=today)


def _new_plan(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    today = local_day(parts.clock.now(), parts.settings.zone)
    return plan_form_page(viewer, parts.queries.equipment_forms(viewer.scope), today=today)


EQUIPMENT_VIEWS = (
    view(r"/equipment(?:/(out))?", _register),
    view(NEW, _new),
    view(DUE, _due),
    view(PLANS, _plans),
    view(NEW_PLAN, _new_plan),
    view(r"/equipment/plans/(M-\d{4}-\d{5,9})", _plan),
    view(r"/equipment/(E-\d{4}-\d{5,9})", _piece),
)
