"""Step 5a. From: whom each post calls at an instant. To: the circles, in their order. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import badge, link, notice, panel
from dashboards.formats import short_instant
from dashboards.note_words import wall_text
from dashboards.pages.duty.pieces import PATH, at_path, name_of, shift_text
from dashboards.queries.duty_rows import CalledPost, DutyBoard
from dashboards.viewer import Viewer
from energy.base.period import local_day
from energy.service.duty.names import DutyNames

WHEN = "duty-when"
NIGHT = time(3)


def called_panel(
    viewer: Viewer, board: DutyBoard, names: DutyNames, *, zone: ZoneInfo, now: datetime
) -> Component:
    """Return whom an alert for each post would call at the chosen instant."""
    called = board.called
    aside = (
        shift_text(viewer, called.shift.shift, called.shift.period, zone, names)
        if called.shift.period
        else badge(viewer.say("cli.duty_why.no_roster"), "bad")
    )
    return panel(
        viewer.say("duty_page.called", at=short_instant(viewer.language, called.at, zone)),
        [
            html.P(viewer.say("duty_page.called_what"), className="subtitle"),
            _choose(viewer, board, zone=zone, now=now),
            html.Ul(
                [_post(viewer, e, names.post(e.post, viewer.language)) for e in called.posts],
                className="duty-called",
            ),
        ],
        aside=html.Span(aside, className="duty-shift"),
        name="duty-called",
    )


def _choose(viewer: Viewer, board: DutyBoard, *, zone: ZoneInfo, now: datetime) -> Component:
    wanted = [("at_now", PATH), ("at_night", at_path(next_night(now, zone), zone))]
    if board.now.period is not None:
        wanted.append(("at_next", at_path(board.now.period.end, zone)))
    field = dmc.TextInput(
        id=WHEN,
        label=viewer.say("duty_page.called_when"),
        value=wall_text(board.called.at, zone),
        debounce=True,
        size="sm",
        className="duty-when",
    )
    links = [link(viewer.say(f"duty_page.{key}"), path, name="seg duty-at") for key, path in wanted]
    return html.Div([field, html.Div(links, className="duty-ats")], className="duty-choose")


def next_night(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the next 03:00 by the clock on the wall."""
    today = local_day(now, zone)
    tonight = datetime.combine(today, NIGHT, tzinfo=zone)
    return tonight if tonight > now else datetime.combine(today + timedelta(days=1), NIGHT, zone)


def _post(viewer: Viewer, called: CalledPost, name: str) -> Component:
    first = called.first
    return html.Li(
        [
            html.Strong(html.Bdi(name), className="duty-post"),
            html.Ol(
                [
                    html.Li(
                        [
                            html.Span(_circle(viewer, number, called), className="duty-circle"),
                            html.Span(
                                [
                                    html.Span(name_of(viewer, who), className="duty-face")
                                    for who in circle
                                ],
                                className="duty-faces",
                            ),
                        ],
                        className="duty-calls" if number == first else None,
                    )
                    for number, circle in enumerate(called.circles)
                ],
                className="duty-circles",
            ),
            notice(viewer.say("duty_page.nobody_told"), good=False) if first is None else None,
            html.P(viewer.say("duty_page.not_named", post=name), className="duty-why")
            if not called.named
            else None,
        ],
        className="duty-call",
    )


def _circle(viewer: Viewer, number: int, called: CalledPost) -> Component:
    if number == called.first:
        return badge(viewer.say("duty_page.circle_called"), "good")
    words = viewer.say("duty_page.circle", number=number + 1)
    plain: Component = html.Span(words, className="duty-later")
    return plain
