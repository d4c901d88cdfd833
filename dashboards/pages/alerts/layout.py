"""Step 5a. From: the alerts of a tab and a time. To: the page's layout. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.alert_grid import alert_grid
from dashboards.components.alert_list import alert_list, what_of
from dashboards.components.kpi_tile import by_weight
from dashboards.components.pieces import (
    data_age,
    empty,
    link,
    notice,
    page,
    panel,
    severity_badge,
    table,
)
from dashboards.components.toolbar import choice_links, span_text, toolbar
from dashboards.components.twin import twin
from dashboards.formats import clock_text, number, short_instant
from dashboards.queries.alert_rows import AlertBoard, AlertTab, BadActor
from dashboards.queries.rows import Answer
from dashboards.selection import Selection
from dashboards.viewer import Viewer

SUMMARY, CARDS, SAID = "alerts-summary", "alerts-cards", "alerts-said"


def path_of(tab: AlertTab) -> str:
    """Return the address of a tab."""
    return "/alerts" if tab is AlertTab.OPEN else f"/alerts/{tab}"


def alerts_page(
    viewer: Viewer,
    answer: Answer[AlertBoard],
    selection: Selection,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> Component:
    """Return the page of a tab."""
    board = answer.rows
    what = "alert_page.closed_in" if board.tab is AlertTab.CLOSED else "alert_page.now"
    return page(
        viewer.say("alert_page.title"),
        [
            html.P(link(viewer.say("sound.title"), "/alerts/sound"), className="page-time"),
            toolbar(viewer, selection, path_of(board.tab)),
            html.Div(summary(viewer, board, selection, zone=zone), id=SUMMARY, className="stack"),
            panel(
                viewer.say(f"alert_tab.{board.tab}"),
                [
                    html.P(viewer.say(what), className="subtitle"),
                    html.Div(id=SAID),
                    html.Div(
                        alert_grid(
                            viewer, board.tab, board.rows, zone=zone, now=now, as_of=answer.as_of
                        ),
                        className="wide-only",
                    ),
                    html.Div(cards(viewer, board, zone=zone), id=CARDS, className="narrow-only"),
                    _more(viewer, board),
                    twin(viewer, f"alerts_{board.tab}", selection.search()),
                ],
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="alert-list",
            ),
            _actors(viewer, board, selection),
        ],
        name="alerts",
    )


def summary(
    viewer: Viewer, board: AlertBoard, selection: Selection, *, zone: ZoneInfo
) -> list[Component]:
    """Return counts by severity, the alarm rate, and the tabs with their counts."""
    tabs = [
        (f"{viewer.say(f'alert_tab.{tab}')} {board.counts[tab]}", path_of(tab), tab is board.tab)
        for tab in AlertTab
    ]
    return [
        html.Div(
            [_standing(viewer, board), _rate(viewer, board, selection, zone)], className="tiles"
        ),
        choice_links(tabs, selection.search(), viewer.say("alert_page.title")),
    ]


def cards(
    viewer: Viewer, board: AlertBoard, *, zone: ZoneInfo, refusal: str | None = None
) -> list[Component]:
    """Return the alerts as cards, for a screen too narrow for columns."""
    if not board.rows:
        return [empty(viewer.say("alert_page.none"))]
    return alert_list(viewer, board.rows, zone=zone, refusal=refusal)


def said(refusal: str | None) -> Component | None:
    """Return the refusal of a command, where there is one."""
    return notice(refusal, good=False) if refusal else None


def _standing(viewer: Viewer, board: AlertBoard) -> Component:
    counted = sorted(board.severities, key=by_weight)
    whole = sum(count for _, count in counted)
    return html.Article(
        [
            html.P(viewer.say("alert_page.standing"), className="tile-what"),
            html.P(html.Span(str(whole), className="tile-number"), className="tile-value"),
            html.P(
                [html.Span([severity_badge(viewer, name), f" {count}"]) for name, count in counted],
                className="tile-foot tile-last",
            ),
        ],
        className="tile",
    )


def _rate(viewer: Viewer, board: AlertBoard, selection: Selection, zone: ZoneInfo) -> Component:
    mean = Decimal(board.raised) / max(board.tens, 1)
    digits = 2 if mean < 10 else 1
    at = board.busiest_at
    time = clock_text if selection.days == 1 else short_instant
    busiest = (
        viewer.say("alert_page.busiest_none")
        if at is None
        else viewer.say(
            "alert_page.busiest", count=board.busiest, at=time(viewer.language, at, zone)
        )
    )
    return html.Article(
        [
            html.P(viewer.say("alert_page.rate"), className="tile-what"),
            html.P(
                [
                    html.Span(
                        number(viewer.language, mean, digits=digits), className="tile-number"
                    ),
                    html.Span(busiest, className="tile-change"),
                ],
                className="tile-value",
            ),
            html.P(
                f"{viewer.say('alert_page.raised')}: {board.raised}"
                f" ({span_text(viewer, selection)})",
                className="tile-before",
            ),
            html.P(viewer.say("alert_page.rate_what"), className="tile-foot tile-last"),
        ],
        className="tile",
    )


def _more(viewer: Viewer, board: AlertBoard) -> Component | None:
    whole = board.counts[board.tab]
    if whole <= len(board.rows):
        return None
    text = viewer.say("alert_page.more", shown=len(board.rows), count=whole)
    return html.P(text, className="subtitle")


def _actors(viewer: Viewer, board: AlertBoard, selection: Selection) -> Component:
    heads = [viewer.say("alert_grid.what"), viewer.say("alert_grid.meter")]
    heads += [f">{viewer.say('alert_page.count')}", f">{viewer.say('alert_page.share')}"]
    rows = [
        [
            what_of(viewer, actor.rule, actor.code),
            link(actor.meter, f"/meters/{actor.point}") if actor.point else actor.meter,
            str(actor.raised),
            number(viewer.language, share_of(actor, board), digits=1),
        ]
        for actor in board.actors
    ]
    body = table(heads, rows, name="bad-actors") if rows else empty(viewer.say("alert_page.none"))
    return panel(
        viewer.say("alert_page.actors"),
        [
            html.P(viewer.say("alert_page.actors_what"), className="subtitle"),
            html.P(link(viewer.say("rules_page.to_rules"), "/rules")),
            body,
            twin(viewer, "alert_actors", selection.search()) if rows else None,
        ],
        name="actors",
    )


def share_of(actor: BadActor, board: AlertBoard) -> Decimal:
    """Return a bad actor's part of all alerts. [%]."""
    return Decimal(100 * actor.raised) / max(board.raised, 1)
