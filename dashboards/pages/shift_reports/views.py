"""In: an address of reports. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.shift_reports.acts import INCIDENT, KINDS, PATH, SPAN, STAGE
from dashboards.pages.shift_reports.layout import reports_page
from dashboards.pages.shift_reports.report import report_page
from dashboards.pages.shift_reports.writing import write_page
from dashboards.pages.view import Asked, view
from dashboards.queries.shift_report_rows import ReportTab
from dashboards.viewer import Viewer


def _list(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    tab = ReportTab(asked.match[1] or ReportTab.WAITING)
    answer = parts.queries.shift_reports(viewer.scope, tab)
    names = parts.queries.duty_names(viewer.scope)
    return reports_page(viewer, answer, names, zone=parts.settings.zone, now=parts.clock.now())


def _report(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    kind, span, edition = asked.match.groups()
    number = int(edition) if edition else None
    answer = parts.queries.shift_report(viewer.scope, kind, span, number)
    if answer is None:
        return None
    names = parts.queries.duty_names(viewer.scope)
    return report_page(viewer, answer, names, parts.settings, now=parts.clock.now())


def _write(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    number, stage = asked.match.groups()
    answer = parts.queries.owed_report(viewer.scope, number, stage)
    if answer is None:
        return None
    return write_page(viewer, answer.rows, zone=parts.settings.zone, now=parts.clock.now())


SHIFT_REPORT_VIEWS = (
    view(rf"{PATH}(?:/({KINDS}))?", _list),
    view(rf"{PATH}/write/({INCIDENT})/({STAGE})", _write),
    view(rf"{PATH}/({KINDS})/({SPAN})(?:/edition/([0-9]{{1,6}}))?", _report),
)
