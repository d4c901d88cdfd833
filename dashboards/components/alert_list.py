"""In: open alerts. Out: a list with a button for those who may acknowledge. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import empty, link, notice, severity_badge
from dashboards.formats import gauge_text, instant_text, short_instant
from dashboards.queries.rows import AlertRow
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.alerting import words
from energy.alerting.flood import GROUPS

ACKNOWLEDGE = "acknowledge"
MOST = 12
"""Alerts shown at once; the heading tells the whole number."""


def alert_list(
    viewer: Viewer,
    rows: tuple[AlertRow, ...],
    *,
    zone: ZoneInfo,
    refusal: str | None,
    meters: str = "/meters",
) -> list[Component]:
    """Return the alerts, not yet acknowledged ones first.

    Args:
        viewer: Who looks.
        rows: The alerts.
        zone: The site's zone.
        refusal: Why a command was refused, if any.
        meters: Path below which the pages of meters stand.
    """
    newest = sorted(rows, key=lambda row: row.raised_at, reverse=True)
    ordered = sorted(newest, key=lambda row: row.acknowledged_at is not None)
    shown = [_alert(viewer, row, zone, meters) for row in ordered[:MOST]]
    more = len(rows) - len(shown)
    return [
        *([notice(refusal, good=False)] if refusal else []),
        *(shown or [empty(viewer.say("alerts.none"))]),
        *([html.P(viewer.say("alerts.more", count=more), className="empty")] if more else []),
    ]


def _alert(viewer: Viewer, row: AlertRow, zone: ZoneInfo, meters: str) -> Component:
    return html.Article(
        [
            html.Div(
                [
                    severity_badge(viewer, row.severity),
                    link(html.Strong(alert_what(viewer, row)), f"/alerts/{row.alert}"),
                ],
                className="alert-head",
            ),
            html.Div(
                [link(row.meter, f"{meters}/{row.point}") if row.point else row.meter],
                className="alert-meter",
            ),
            html.Div(alert_why(viewer, row), className="alert-value"),
            html.Div(
                [
                    instant_text(viewer.language, row.raised_at, zone),
                    viewer.say("alerts.historic") if row.historic else "",
                ],
                className="alert-time",
            ),
            _incident(row),
            _state(viewer, row, zone),
        ],
        className="alert",
    )


def alert_what(viewer: Viewer, row: AlertRow) -> str:
    """Return the rule that was crossed, or what was found."""
    return what_of(viewer, row.rule, row.code)


def what_of(viewer: Viewer, rule: str, code: str) -> str:
    """Return a rule's name, the words for a finding's code, or those for many alerts."""
    return words.what_of(viewer.language, rule, code)


def alert_why(viewer: Viewer, row: AlertRow) -> str:
    """Return value and limit, or where the findings stand."""
    if row.code in GROUPS:
        return viewer.say("alert_page.children", count=row.children)
    if row.code:
        return viewer.say("alerts.finding")
    unit = viewer.unit(row.unit)
    value = gauge_text(viewer.language, row.value, unit)
    limit = gauge_text(viewer.language, row.limit, unit)
    return viewer.say("alerts.value", value=value, limit=limit)


def alert_state(viewer: Viewer, row: AlertRow, zone: ZoneInfo) -> str:
    """Return how an alert stands, in words."""

    def at(instant: datetime) -> str:
        return short_instant(viewer.language, instant, zone)

    if row.closed_at is not None:
        return viewer.say("alert_page.closed_at", at=at(row.closed_at))
    if row.cleared_at is not None:
        return viewer.say("alert_state.cleared")
    if row.lost_at is not None:
        return viewer.say("alert_state.unknown")
    if row.shelved_until is not None:
        return viewer.say("alert_state.shelved", at=at(row.shelved_until))
    if row.suppressed:
        why = viewer.say(f"suppression_why.{row.suppressed[0]}")
        return viewer.say("alert_state.suppressed", why=why)
    if row.parent is not None:
        return viewer.say("alert_state.told")
    seen = row.acknowledged_at is not None
    return viewer.say("alert_state.acknowledged" if seen else "alert_state.stands")


def state_and_incident(viewer: Viewer, row: AlertRow, zone: ZoneInfo) -> str:
    """Return how an alert stands, and the number of its incident where there is one."""
    state = alert_state(viewer, row, zone)
    return f"{state} · {row.incident}" if row.incident else state


def owner_of(row: AlertRow) -> str | None:
    """Return whose an alert is: the owner of its incident, else to whom it was given."""
    return row.incident_owner or row.assigned_to or row.acknowledged_by


def _incident(row: AlertRow) -> Component | None:
    if not row.incident:
        return None
    number = link(row.incident, f"/incidents/{row.incident}")
    return html.Div([number, f" · {row.incident_owner or '?'}"], className="alert-time")


def _state(viewer: Viewer, row: AlertRow, zone: ZoneInfo) -> Component | None:
    quiet = row.shelved_until is not None or bool(row.suppressed)
    if row.cleared_at is not None or quiet:
        return html.Div(alert_state(viewer, row, zone), className="alert-acknowledged")
    if row.acknowledged_at is not None:
        return html.Div(
            viewer.say(
                "alerts.acknowledged",
                person=row.acknowledged_by or "?",
                at=instant_text(viewer.language, row.acknowledged_at, zone),
            ),
            className="alert-acknowledged",
        )
    return acknowledge_button(viewer, row)


def acknowledge_button(viewer: Viewer, row: AlertRow) -> Component | None:
    """Return the button of an alert that nobody has seen; None for who may not acknowledge."""
    if not viewer.scope.may(Right.ACKNOWLEDGE):
        return None
    return html.Button(
        viewer.say("alerts.acknowledge"),
        id={"type": ACKNOWLEDGE, "alert": str(row.alert)},
        className="button acknowledge",
        n_clicks=0,
    )
