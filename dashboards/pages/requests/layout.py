"""Step 5a. From: the requests of a tab. To: the page of their list. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, act_form
from dashboards.components.long_table import long_table, with_cards
from dashboards.components.pieces import Children, badge, data_age, link, page, panel, table
from dashboards.components.request_pieces import (
    ARTICLES,
    REQUESTS,
    request_cards,
    request_heads,
    request_row,
)
from dashboards.components.tabbed_list import tabbed_list
from dashboards.formats import short_instant
from dashboards.pages.requests.acts import CALLER
from dashboards.queries.request_rows import CallLine, RequestBoard, RequestTab
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer

BOARD = "request-board"


def path_of(tab: RequestTab) -> str:
    """Return the address of a tab."""
    return REQUESTS if tab is RequestTab.OPEN else f"{REQUESTS}/{tab}"


def requests_page(viewer: Viewer, answer: Answer[RequestBoard], *, zone: ZoneInfo) -> Component:
    """Return the list of requests."""
    tab = answer.rows.tab
    return page(
        viewer.say("nav.requests"),
        [
            html.P(viewer.say("request_page.what"), className="subtitle"),
            _ways(viewer),
            caller_panel(viewer),
            html.Div(
                board(viewer, answer, zone=zone),
                id={"type": BOARD, "tab": str(tab)},
                className="stack",
            ),
        ],
        name="requests",
    )


def _ways(viewer: Viewer) -> Component:
    ways = [
        link(viewer.say("request_page.to_articles"), ARTICLES, name="button quiet"),
        link(viewer.say("request_page.to_figures"), f"{REQUESTS}/figures", name="button quiet"),
    ]
    if viewer.scope.may(Right.SERVE):
        to_open = link(viewer.say("request_page.to_open"), f"{REQUESTS}/new", name="button")
        ways.insert(0, to_open)
    return html.P(ways, className="work-to-open request-ways")


def caller_panel(viewer: Viewer) -> Component:
    """Return the field for the number of who calls; it is kept nowhere."""
    field = Field(name="number", label="request_form.number", hint="020 7946 0000", first=True)
    form = act_form(viewer, CALLER, "-", [field], button="request_form.find", by_enter=True)
    hint = html.P(viewer.say("request_page.caller_what"), className="subtitle")
    return panel(viewer.say("request_page.caller"), [form, hint], name="caller")


def board(viewer: Viewer, answer: Answer[RequestBoard], *, zone: ZoneInfo) -> list[Component]:
    """Return what news change: the tabs with their counts, and the requests of one."""
    told = answer.rows
    drawn: list[Component] = []
    if told.tab is RequestTab.CALLS and told.calls:
        drawn = [_calls(viewer, told.calls, zone)]
    elif told.lines:
        rows = [request_row(viewer, line, zone) for line in told.lines]
        shown = long_table(viewer, request_heads(viewer), rows, name="request-table")
        drawn = with_cards(shown, lambda: request_cards(viewer, told.lines))
    return tabbed_list(
        viewer,
        "request",
        told,
        drawn,
        path_of=path_of,
        title="nav.requests",
        age=data_age(viewer, answer.age_s, answer.as_of),
    )


def _calls(viewer: Viewer, calls: tuple[CallLine, ...], zone: ZoneInfo) -> Component:
    heads = [viewer.say(f"request_page.head_{name}") for name in ("due", "who", "request")]
    heads.append(viewer.say("request_page.head_tenant"))
    rows: list[list[Children]] = [
        [
            [
                short_instant(viewer.language, each.row.due_at, zone),
                badge(viewer.say("cli.request_head.missed"), "bad") if each.missed else None,
            ],
            each.person_name,
            link(each.row.number, f"{REQUESTS}/{each.row.number}"),
            each.tenant_name or viewer.say("request_page.unknown"),
        ]
        for each in calls
    ]
    return table(heads, rows, name="call-table")
