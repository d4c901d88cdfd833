"""Step 5a. From: the work orders of a tab. To: the page of their list. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.long_table import long_table, with_cards
from dashboards.components.pieces import Children, data_age, link, page
from dashboards.components.tabbed_list import tabbed_list
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


def orders_page(viewer: Viewer, answer: Answer[OrderBoard], *, zone: ZoneInfo) -> Component:
    """Return the list of work orders."""
    tab = answer.rows.tab
    return page(
        viewer.say("nav.work"),
        [
            html.P(viewer.say("order_page.what"), className="subtitle"),
            _to_open(viewer),
            html.Div(
                board(viewer, answer, zone=zone),
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


def board(viewer: Viewer, answer: Answer[OrderBoard], *, zone: ZoneInfo) -> list[Component]:
    """Return what news change: the tabs with their counts, and the orders of one."""
    told = answer.rows
    drawn: list[Component] = []
    if told.lines:
        heads = [viewer.say(f"work_page.head_{name}") for name in _HEADS]
        rows = [_row(viewer, line, zone) for line in told.lines]
        shown = long_table(viewer, heads, rows, name="order-table")
        drawn = with_cards(shown, lambda: order_cards(viewer, told.lines, zone=zone))
    return tabbed_list(
        viewer,
        "order",
        told,
        drawn,
        path_of=path_of,
        title="nav.work",
        age=data_age(viewer, answer.age_s, answer.as_of),
    )


def _row(viewer: Viewer, line: OrderLine, zone: ZoneInfo) -> list[Children]:
    row = line.row
    return [
        html.Div(
            [link(row.number, f"{WORK}/{row.number}"), html.Div(row.what)], className="work-what"
        ),
        kind_words(viewer, row.kind),
        [*where_words(line.where), *asset_words(line)],
        state_badge(viewer, row.state),
        owner_words(viewer, line.owner, line.assigned),
        due_cell(viewer, line, zone),
        order_from(viewer, line),
    ]
