"""In: requests of tenants. Out: their states, clocks, tenants: the pieces of their pages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, badge, extra, link
from dashboards.components.work_pieces import class_words, clock_badge, owner_words
from dashboards.formats import NOTHING, short_instant
from dashboards.queries.request_rows import RequestLine
from dashboards.viewer import Viewer
from energy.service.requests.kinds import RequestState
from energy.service.work.clock import Standing

REQUESTS, ARTICLES = "/requests", "/requests/articles"
SHORT = 160
"""Signs of what a tenant said, in a list."""
_TONE: dict[str, str] = {
    RequestState.OPEN: "fair",
    RequestState.UNDER_WAY: "calm",
    RequestState.PAUSED: "fair",
    RequestState.RESOLVED: "good",
    RequestState.CLOSED: "good",
}


def tenant_path(tenant: str) -> str:
    """Return the address of a tenant's page at the desk."""
    return f"{REQUESTS}/of/{tenant}"


def request_state(viewer: Viewer, state: str) -> Component:
    """Return how far a request is."""
    return badge(viewer.say(f"cli.request_state.{state}"), _TONE[state])


def clock_of(viewer: Viewer, standing: Standing, zone: ZoneInfo) -> list[Component | None]:
    """Return how a clock stands and when it is due."""
    due = standing.due_at
    at = html.Div(short_instant(viewer.language, due, zone), className="work-due") if due else None
    return [clock_badge(viewer, standing), at]


def tenant_words(viewer: Viewer, line: RequestLine) -> list[Component | str]:
    """Return whose request it is, who leads to the tenant's page."""
    if not line.row.tenant:
        return [viewer.say("request_page.unknown")]
    return [link(line.tenant_name or line.row.tenant, tenant_path(line.row.tenant))]


def kind_words(viewer: Viewer, line: RequestLine) -> str:
    """Return what is wanted and what it is about."""
    kind = viewer.say(f"cli.request_kind.{line.row.kind}")
    return f"{kind} · {viewer.say(f'cli.request_category.{line.row.category}')}"


def short(words: str) -> str:
    """Return words as a list has them."""
    return words if len(words) <= SHORT else f"{words[:SHORT]}…"


def request_row(viewer: Viewer, line: RequestLine, zone: ZoneInfo) -> list[Children]:
    """Return the cells of a request in a list: `HEADS`."""
    row = line.row
    return [
        html.Div(
            [link(row.number, f"{REQUESTS}/{row.number}"), html.Div(short(line.said_first))],
            className="work-what",
        ),
        [kind_words(viewer, line), html.Div(class_words(viewer, line.level), className="work-due")],
        tenant_words(viewer, line),
        request_state(viewer, row.state),
        owner_words(viewer, line.owner, line.offered),
        clock_of(viewer, line.clocks.response, zone),
        clock_of(viewer, line.clocks.resolution, zone),
    ]


HEADS = ("request", "kind", "tenant", "state", "owner", "response", "resolution")


def request_heads(viewer: Viewer) -> list[str]:
    """Return the heads of a list of requests."""
    return [viewer.say(f"request_page.head_{name}") for name in HEADS]


def request_cards(viewer: Viewer, lines: Sequence[RequestLine]) -> Component:
    """Return requests as cards, for a screen too narrow for columns."""
    return html.Div([_card(viewer, line) for line in lines], className="work-cards")


def _card(viewer: Viewer, line: RequestLine) -> Component:
    row = line.row
    clocks = [
        html.Div(
            [html.Span(viewer.say(f"request_page.head_{name}")), " ", clock_badge(viewer, clock)],
            className="request-clock",
        )
        for name, clock in (
            ("response", line.clocks.response),
            ("resolution", line.clocks.resolution),
        )
    ]
    return html.Article(
        [
            html.Div(
                [
                    link(html.Strong(row.number), f"{REQUESTS}/{row.number}"),
                    request_state(viewer, row.state),
                ],
                className="work-card-head",
            ),
            html.Div(short(line.said_first) or NOTHING, className="work-card-what"),
            *clocks,
            html.Div(tenant_words(viewer, line)),
            html.Div([kind_words(viewer, line), " · ", line.owner], className="work-due"),
        ],
        className="work-card",
        **extra(aria_label=row.number),
    )
