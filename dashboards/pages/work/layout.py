"""Step 5a. From: the work orders of a tab. To: the page of their list. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.long_table import long_table, with_cards
from dashboards.components.pieces import Children, data_age, empty, link, page, panel
from dashboards.components.toolbar import choice_links
from dashboards.components.twin import twin
from dashboards.components.work_pieces import (
    WORK,
    asset_words,
    due_cell,
    kind_words,
    order_cards,
    order_from,
    owner_words,
    state_badge,
    where_words,
)
from dashboards.queries.rows import Answer
from dashboards.queries.work_rows import OrderBoard, OrderLine, OrderTab
from dashboards.security.scope import Right
from dashboards.viewer import Viewer

BOARD = "order-board"
_HEADS = ("order", "kind", "where", "state", "owner", "due", "origin")


def path_of(tab: OrderTab) -> str:
    """Return the address of a tab."""
    return WORK if tab is OrderTab.OPEN else f"{WORK}/{tab}"


def orders_page(
    viewer: Viewer, answer: Answer[OrderBoard], *, zone: ZoneInfo, now: datetime
) -> Component:
    """Return the list of work orders."""
    tab = answer.rows.tab
    return page(
        viewer.say("nav.work"),
        [
            html.P(viewer.say("order_page.what"), className="subtitle"),
            _to_open(viewer),
            html.Div(
                board(viewer, answer, zone=zone, now=now),
                id={"type": BOARD, "tab": str(tab)},
                className="stack",
            ),
        ],
        name="work",
    )


def _to_open(viewer: Viewer) -> Component | None:
    if not viewer.scope.may(Right.WORK):
        return None
    words = viewer.say("order_page.to_open")
    return html.P(link(words, f"{WORK}/new", name="button"), className="work-to-open")


def board(
    viewer: Viewer, answer: Answer[OrderBoard], *, zone: ZoneInfo, now: datetime
) -> list[Component | None]:
    """Return what news change: the tabs with their counts, and the orders of one."""
    told = answer.rows
    tabs = [
        (f"{viewer.say(f'order_tab.{tab}')} {told.counts[tab]}", path_of(tab), tab is told.tab)
        for tab in OrderTab
    ]
    body: list[Component | None] = [empty(viewer.say(f"order_page.none_{told.tab}"))]
    if told.lines:
        heads = [viewer.say(f"work_page.head_{name}") for name in _HEADS]
        rows = [_row(viewer, line, zone, now) for line in told.lines]
        shown = long_table(viewer, heads, rows, name="order-table")
        body = [*with_cards(shown, lambda: order_cards(viewer, told.lines, zone=zone, now=now))]
        more = told.counts[told.tab] - len(told.lines)
        if more > 0:
            words = viewer.say("work_page.more", shown=len(told.lines), count=more)
            body.append(html.P(words, className="subtitle"))
        body.append(twin(viewer, f"orders_{told.tab}", ""))
    return [
        choice_links(tabs, "", viewer.say("nav.work")),
        panel(
            viewer.say(f"order_tab.{told.tab}"),
            body,
            aside=data_age(viewer, answer.age_s, answer.as_of),
            name="order-list",
        ),
    ]


def _row(viewer: Viewer, line: OrderLine, zone: ZoneInfo, now: datetime) -> list[Children]:
    row = line.row
    return [
        html.Div(
            [link(row.number, f"{WORK}/{row.number}"), html.Div(row.what)], className="work-what"
        ),
        kind_words(viewer, row.kind),
        [*where_words(line.where), *asset_words(line)],
        state_badge(viewer, row.state),
        owner_words(viewer, line.owner, line.assigned),
        due_cell(viewer, row, now, zone),
        order_from(viewer, line),
    ]
