"""Step 5a. From: a critical alert that nobody has seen. To: what a wall shows then. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.alert_list import alert_what, alert_why
from dashboards.components.pieces import extra, severity_badge
from dashboards.formats import NOTHING, clock_text, gauge_text
from dashboards.pages.wall.view_model import WallAlarm
from dashboards.queries.rows import AlertRow
from dashboards.queries.sound_rows import Called
from dashboards.viewer import Viewer


def alarm_panel(viewer: Viewer, alarm: WallAlarm, zone: ZoneInfo) -> Component:
    """Return place, value now with the age of its reading, limit, and who was told."""
    row = alarm.row
    made: Component = html.Section(
        [
            html.Div(
                [
                    severity_badge(viewer, row.severity),
                    html.Span(
                        f"{viewer.say('alarm.raised')} "
                        f"{clock_text(viewer.language, row.raised_at, zone)}"
                    ),
                    html.Span(
                        viewer.say("alarm.more", count=alarm.more) if alarm.more else "",
                        className="wall-alarm-more",
                    ),
                ],
                className="wall-alarm-head",
            ),
            html.P(row.place or row.meter or NOTHING, className="wall-alarm-place"),
            html.P(alert_what(viewer, row), className="wall-alarm-what"),
            *([html.P(row.meter, className="wall-faint")] if row.place and row.meter else []),
            _values(viewer, row),
            html.H2(viewer.say("alarm.called")),
            _called(viewer, alarm.called, zone),
        ],
        className="wall-panel wall-alarm",
        **extra(data_alert=str(row.alert)),
    )
    return made


def _values(viewer: Viewer, row: AlertRow) -> Component:
    """Return the value now beside the limit; a finding has neither."""
    if row.code:
        return html.P(alert_why(viewer, row), className="wall-alarm-what")
    unit = viewer.unit(row.unit)
    lost = row.lost_at is not None
    value = NOTHING if row.now_value is None else gauge_text(viewer.language, row.now_value, unit)
    now: Component = html.Strong(
        viewer.say("alarm.unknown") if lost else value,
        className="wall-alarm-unknown" if lost else "wall-number",
    )
    age: Component = (
        html.Strong("", **extra(data_aged=str(int(row.now_at.timestamp() * 1000))))
        if row.now_at is not None
        else html.Strong(NOTHING)
    )
    limit = html.Strong(gauge_text(viewer.language, row.limit, unit))
    return html.Dl(
        [
            html.Div([html.Dt(viewer.say(f"alarm.{name}")), html.Dd(value)])
            for name, value in (("now", now), ("limit", limit), ("age", age))
        ],
        className="wall-alarm-values",
    )


def _called(viewer: Viewer, called: tuple[Called, ...], zone: ZoneInfo) -> Component:
    if not called:
        return html.P(viewer.say("alarm.nobody"), className="wall-faint")
    return html.Ul(
        [
            html.Li(
                [
                    html.Strong(each.name),
                    html.Span(viewer.say(f"notice_way.{each.way}")),
                    html.Span(viewer.say(f"notice_state.{each.state}")),
                    html.Span(clock_text(viewer.language, each.at, zone)),
                ]
            )
            for each in called
        ],
        className="wall-called",
    )
