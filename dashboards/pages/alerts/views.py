"""In: an address of the alerts or of one. Out: its page. I/O by ports."""

from __future__ import annotations

from uuid import UUID

from dash.development.base_component import Component

from dashboards.pages.alerts.layout import alerts_page
from dashboards.pages.alerts.story import story_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import UUID_FORM, Asked, view
from dashboards.queries.alert_rows import AlertTab
from dashboards.viewer import Viewer


def _alerts(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    tab = AlertTab(asked.match[1] or AlertTab.OPEN)
    answer = parts.queries.alert_board(viewer.scope, tab, asked.selection)
    zone, now = parts.settings.zone, parts.clock.now()
    return alerts_page(viewer, answer, asked.selection, zone=zone, now=now)


def _alert(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.alert(viewer.scope, UUID(asked.match[1]))
    if answer is None:
        return None
    work = parts.queries.incident_of_alert(viewer.scope, answer.rows.row.alert)
    return story_page(viewer, answer, work, zone=parts.settings.zone, now=parts.clock.now())


ALERT_VIEWS = (
    view(r"/alerts(?:/(shelved|suppressed|closed))?", _alerts),
    view(rf"/alerts/({UUID_FORM})", _alert),
)
