"""Step 5a. From: the overview's answers. To: the layout of a wall display. Pure.

What the clock, the data's age and the link say is written by assets/wall.js, which goes on when
the server is gone: nothing here may be needed to say that it is old.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.alert_list import alert_what
from dashboards.components.flow_list import flow_list
from dashboards.components.kpi_tile import by_weight, change_text
from dashboards.components.pieces import chart, empty, extra, icon, severity_badge
from dashboards.components.sound import holder
from dashboards.figures.load_profile import load_profile
from dashboards.formats import (
    NOTHING,
    RATE_NAMES,
    amount,
    clock_text,
    number,
    rate_of,
    significant,
)
from dashboards.pages.overview.layout import load_texts
from dashboards.pages.wall.alarm import alarm_panel
from dashboards.pages.wall.strips import strips
from dashboards.pages.wall.view_model import WallModel
from dashboards.queries.rows import AlertRow, LoadProfile, UtilityTile
from dashboards.settings import WebSettings
from dashboards.theme import Theme
from dashboards.viewer import Viewer

PANELS = "wall-panels"
TEXT_PX = 24
"""Smallest text: a wall is read from six metres."""
MOST_ALERTS = 5
MOST_BRANCHES = 10
CHART_PX = 560


def wall_page(
    watcher: Viewer, model: WallModel, settings: WebSettings, *, name: str, now: datetime
) -> Component:
    """Return the whole screen; it is dark whatever the viewer chose."""
    viewer = replace(watcher, theme=Theme.DARK)
    age = model.tiles.age_s
    return html.Div(
        [
            html.Header(
                [
                    html.H1(settings.site_name),
                    holder(screen_name(viewer.scope.screen, name)),
                    html.Span(id="wall-link", className="wall-link"),
                    html.Span(id="wall-age", className="wall-age"),
                    html.Span(id="wall-clock", className="wall-clock"),
                ],
                className="wall-head",
            ),
            html.Div(
                panels(viewer, model, zone=settings.zone, now=now),
                id={"type": PANELS, "name": name},
                className="wall-main",
            ),
            html.Div(id="wall-stale", className="wall-stale", role="alert"),
        ],
        className="page-wall",
        id="wall",
        **extra(
            data_ready="wall",
            data_mantine_color_scheme="dark",
            data_now=str(int(now.timestamp() * 1000)),
            data_age="" if age is None else str(age),
            data_version=settings.version,
            data_zone=settings.zone.key,
            data_stale=viewer.say("wall.stale"),
            data_old=viewer.say("wall.age"),
            data_up=viewer.say("wall.link_up"),
            data_down=viewer.say("wall.link_down"),
            data_behind=viewer.say("wall.link_behind"),
        ),
    )


def panels(watcher: Viewer, model: WallModel, *, zone: ZoneInfo, now: datetime) -> list[Component]:
    """Return what news change: demand, flow, alerts, outages, assured events, tiles."""
    viewer = replace(watcher, theme=Theme.DARK)
    usual = [
        html.Section(_demand(viewer, model, zone), className="wall-panel wall-demand"),
        html.Section(_flow(viewer, model), className="wall-panel wall-flow"),
    ]
    return [
        *(usual if model.alarm is None else [alarm_panel(viewer, model.alarm, zone)]),
        html.Section(_alerts(viewer, model.alerts.rows, zone), className="wall-panel wall-alerts"),
        *strips(viewer, model, zone, now),
        html.Footer([_tile(viewer, tile) for tile in model.tiles.rows], className="wall-foot"),
    ]


def screen_name(screen: str, name: str) -> str:
    """Return what the wall's sound is called: as it was bound, else by its address."""
    return screen if screen.startswith("wall/") else f"wall/{name}"


def newest_rate(profile: LoadProfile) -> tuple[int, int] | None:
    """Return number and usage of the newest interval in which every meter is known."""
    whole = [
        (n, usage)
        for n, (usage, known) in enumerate(zip(profile.usage, profile.known, strict=True))
        if usage is not None and known == profile.meters
    ]
    return whole[-1] if whole else None


def rate_text(language: str, profile: LoadProfile) -> tuple[str, str]:
    """Return the newest demand and its unit; a dash where none is known."""
    newest = newest_rate(profile)
    unit = RATE_NAMES[profile.utility]
    if newest is None:
        return NOTHING, unit
    rate = rate_of(profile.utility, newest[1], profile.step_s)
    return number(language, significant(Decimal(repr(rate)))), unit


def _demand(viewer: Viewer, model: WallModel, zone: ZoneInfo) -> list[Component]:
    if model.load is None:
        return [empty(viewer.say("overview.no_meters"))]
    profile = model.load.rows
    value, unit = rate_text(viewer.language, profile)
    figure = load_profile(
        profile,
        zone=zone,
        language=viewer.language,
        theme=viewer.theme,
        texts=load_texts(viewer),
    )
    title = f"{viewer.say('wall.demand')} · {viewer.say(f'utility.{profile.utility}')}"
    return [
        html.H2(title),
        _figure_text(value, unit),
        chart(for_wall(figure), chart_id="wall-load", label=title, language=viewer.language),
    ]


def _flow(viewer: Viewer, model: WallModel) -> list[Component]:
    title = html.H2(viewer.say("overview.flow"))
    if model.flow is None or not any(edge.amount for edge in model.flow.rows.edges):
        return [title, empty(viewer.say("overview.no_flow"))]
    return [title, flow_list(viewer, model.flow.rows, most=MOST_BRANCHES)]


def for_wall(figure: dict[str, Any]) -> dict[str, Any]:
    """Return a figure whose texts are read from afar: nothing to point at, no legend."""
    layout = dict(figure["layout"])
    layout["font"] = {**layout.get("font", {}), "size": TEXT_PX}
    layout |= {"height": CHART_PX, "showlegend": False, "hovermode": False, "annotations": []}
    layout["margin"] = {"l": 88, "r": 24, "t": 16, "b": 48}
    for name in ("xaxis", "yaxis"):
        if name in layout:
            axis = dict(cast("dict[str, Any]", layout[name]))
            layout[name] = axis | {
                "tickfont": {**axis.get("tickfont", {}), "size": TEXT_PX},
                "title": {"text": ""},
            }
    return {"data": figure["data"], "layout": layout}


def _alerts(viewer: Viewer, rows: tuple[AlertRow, ...], zone: ZoneInfo) -> list[Component]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.severity] = counts.get(row.severity, 0) + 1
    newest = sorted(rows, key=lambda row: row.raised_at, reverse=True)
    ordered = sorted(newest, key=lambda row: row.acknowledged_at is not None)
    return [
        html.H2(viewer.say("alert_page.standing")),
        html.Div(
            [
                html.Div([html.Strong(str(count)), severity_badge(viewer, severity)])
                for severity, count in sorted(counts.items(), key=by_weight)
            ]
            or html.Strong("0"),
            className="wall-counts",
        ),
        html.Ul([_alert(viewer, row, zone) for row in ordered[:MOST_ALERTS]]),
    ]


def _alert(viewer: Viewer, row: AlertRow, zone: ZoneInfo) -> Component:
    seen = row.acknowledged_at is not None
    return html.Li(
        [
            severity_badge(viewer, row.severity),
            html.Span(clock_text(viewer.language, row.raised_at, zone), className="wall-time"),
            html.Div(alert_what(viewer, row), className="wall-what"),
            html.Div(
                f"{viewer.say('alert_state.acknowledged')} · {row.acknowledged_by}"
                if seen
                else row.place or row.meter,
                className="wall-faint",
            ),
        ],
        className="wall-seen" if seen else "wall-unseen",
    )


def _tile(viewer: Viewer, tile: UtilityTile) -> Component:
    value, unit = amount(viewer.language, tile.utility, tile.today)
    return html.Article(
        [
            html.H2([icon(f"utility-{tile.utility}"), viewer.say(f"utility.{tile.utility}")]),
            _figure_text(value, unit),
            html.Div(change_text(viewer, tile) or "\u00a0", className="wall-faint"),
        ],
        className=f"wall-tile tile-{tile.utility}",
    )


def _figure_text(value: str, unit: str) -> Component:
    return html.P(
        [html.Strong(value, className="wall-number"), html.Span(f" {unit}")], className="wall-value"
    )
