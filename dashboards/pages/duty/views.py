"""In: an address of duty. Out: its page. I/O by ports."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from dash.development.base_component import Component

from dashboards.handover_sheet import SheetPart, sheet_paper, sheet_parts
from dashboards.note_words import wall_instant
from dashboards.pages.duty.handover import HOURS, handover_page
from dashboards.pages.duty.layout import duty_page
from dashboards.pages.duty.leave import leave_page, request_page
from dashboards.pages.duty.log import log_page
from dashboards.pages.duty.pieces import HANDOVER, LEAVE, LOG, PATH
from dashboards.pages.duty.slot import slot_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import UUID_FORM, Asked, view
from dashboards.queries.alert_rows import AlertTab
from dashboards.selection import Selection, Span, selection_of
from dashboards.viewer import Viewer
from energy.base.errors import EnergyError
from energy.base.period import local_day
from energy.service.duty.errors import DutyError


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
        parts.queries.duty_names(viewer.scope),
        chosen=asked.selection,
        path=asked.match[0],
        zone=parts.settings.zone,
        now=parts.clock.now(),
    )


def _leave(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    names = parts.queries.duty_names(viewer.scope)
    return leave_page(viewer, parts.queries.duty_leave(viewer.scope), names)


def _request(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.duty_request(viewer.scope, UUID(asked.match[1]))
    names = parts.queries.duty_names(viewer.scope)
    return None if answer is None else request_page(viewer, answer, names, zone=parts.settings.zone)


def _slot(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    try:
        answer = parts.queries.duty_slot(viewer.scope, asked.match[1])
    except DutyError:
        return None
    names = parts.queries.duty_names(viewer.scope)
    return None if answer is None else slot_page(viewer, answer, names, zone=parts.settings.zone)


def _log(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    answer = parts.queries.shift_log(viewer.scope)
    return log_page(viewer, answer, zone=parts.settings.zone)


def _handover(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    answer = parts.queries.handovers(viewer.scope)
    names = parts.queries.duty_names(viewer.scope)
    return handover_page(viewer, answer, names, sheet_of(parts, viewer), zone=parts.settings.zone)


def sheet_of(parts: Parts, viewer: Viewer) -> list[SheetPart]:
    """Return the parts of the sheet of handover as things stand."""
    now, zone = parts.clock.now(), parts.settings.zone
    today = selection_of("", local_day(now, zone))
    found = sheet_parts(
        viewer,
        parts.queries.handover_facts(viewer.scope, timedelta(hours=HOURS)),
        parts.queries.alert_board(viewer.scope, AlertTab.OPEN, today).rows,
        parts.queries.alert_board(viewer.scope, AlertTab.SHELVED, today).rows,
        parts.queries.duty_names(viewer.scope),
        zone=zone,
        now=now,
    )
    return list(found)


def paper_of(parts: Parts, viewer: Viewer) -> bytes:
    """Return the sheet to sign, as PDF.

    Raises:
        DocumentError: It cannot be set.
    """
    return sheet_paper(
        viewer,
        sheet_of(parts, viewer),
        HOURS,
        site=parts.settings.site_name,
        zone=parts.settings.zone,
        now=parts.clock.now(),
    )


DUTY_VIEWS = (
    view(PATH, _duty),
    view(LEAVE, _leave),
    view(rf"{LEAVE}/({UUID_FORM})", _request),
    view(LOG, _log),
    view(HANDOVER, _handover),
    view(rf"{PATH}/slots/(\d{{4}}-\d{{2}}-\d{{2}}/[a-z0-9_-]{{1,40}}/[a-z0-9_-]{{1,40}})", _slot),
    view(rf"{PATH}/at/(\d{{4}}-\d{{2}}-\d{{2}})/(\d{{4}})", _at),
)
