"""Step 5a. From: the outages of a site, a node. To: their list, and the page to plan one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.outage_pieces import PATH, outage_cards
from dashboards.components.pieces import Children, data_age, empty, icon, link, page, panel
from dashboards.components.twin import twin
from dashboards.pages.outages.affected import affected_panel, called_panel
from dashboards.pages.outages.forms import plan_form
from dashboards.pages.plant.words import kind_word
from dashboards.queries.outage_rows import NodeChoice, NodeOutages, OutageBoard, OutageLine
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.base.units import Utility

BOARD, NODE_FIELD = "outages-board", "outage-node"
MOST_PAST = 12
"""Outages that are over; the table has all."""


def outages_page(
    viewer: Viewer, answer: Answer[OutageBoard], *, zone: ZoneInfo, now: datetime
) -> Component:
    """Return the list of outages."""
    return page(
        viewer.say("nav.outages"),
        [
            html.P(viewer.say("outage_page.what"), className="subtitle"),
            _to_plan(viewer),
            html.Div(board(viewer, answer, zone=zone, now=now), id=BOARD, className="stack"),
            panel(
                viewer.say("outage_page.every"),
                twin(viewer, "outages", ""),
                name="outage-table",
            ),
        ],
        name="outages",
    )


def board(
    viewer: Viewer, answer: Answer[OutageBoard], *, zone: ZoneInfo, now: datetime
) -> list[Component | None]:
    """Return what news change: the outages that run, are to come, are past."""
    rows = answer.rows
    age = data_age(viewer, answer.age_s, answer.as_of)
    return [
        _part(viewer, "running", rows.running, zone, now, age) if rows.running else None,
        _part(viewer, "ahead", rows.ahead, zone, now, None if rows.running else age),
        _part(viewer, "past", rows.past[:MOST_PAST], zone, now, None, len(rows.past) - MOST_PAST),
    ]


def _part(
    viewer: Viewer,
    name: str,
    lines: Sequence[OutageLine],
    zone: ZoneInfo,
    now: datetime,
    aside: Children,
    more: int = 0,
) -> Component:
    body: list[Component | None] = [
        outage_cards(viewer, lines, zone=zone, now=now)
        if lines
        else empty(viewer.say(f"outage_page.none_{name}")),
        html.P(viewer.say("outage_page.more", count=more), className="subtitle")
        if more > 0
        else None,
    ]
    return panel(viewer.say(f"outage_page.{name}"), body, aside=aside, name=f"outages-{name}")


def _to_plan(viewer: Viewer) -> Component | None:
    if not viewer.scope.may(Right.ACKNOWLEDGE):
        return None
    words = viewer.say("outage_page.plan")
    return html.P(link(words, f"{PATH}/plan", name="button"), className="outage-to-plan")


def plan_page(
    viewer: Viewer,
    nodes: Sequence[NodeChoice],
    chosen: Answer[NodeOutages] | None,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> Component:
    """Return the page of a node: what goes dark without it, and the form that plans it."""
    body: list[Component | None] = [_choose(viewer, nodes, chosen)]
    if chosen is not None:
        look = chosen.rows.look
        body += [
            _planned(viewer, chosen.rows.lines, zone, now),
            plan_form(viewer, look, chosen.as_of),
            affected_panel(
                viewer,
                look,
                twin_name=f"node_affected~{look.utility}~{look.node}",
                aside=data_age(viewer, chosen.age_s, chosen.as_of),
            ),
            called_panel(viewer, look.called, look.unreached, title="outage_page.would_be_called"),
        ]
    return page(
        viewer.say("outage_page.plan_title"),
        body,
        name="outage-plan",
        crumbs=[link(viewer.say("nav.outages"), PATH)],
    )


def _planned(
    viewer: Viewer, lines: Sequence[OutageLine], zone: ZoneInfo, now: datetime
) -> Component | None:
    if not lines:
        return None
    cards = outage_cards(viewer, lines, zone=zone, now=now)
    return panel(viewer.say("outage_page.of_node"), cards, name="outages-of-node")


def _choose(
    viewer: Viewer, nodes: Sequence[NodeChoice], chosen: Answer[NodeOutages] | None
) -> Component:
    if not nodes:
        return panel(
            viewer.say("outage_page.node"),
            empty(viewer.say("plant.no_station")),
            name="outage-node",
        )
    groups = [
        {
            "group": viewer.say(f"utility.{utility}"),
            "items": [
                {"value": f"{each.utility}/{each.node}", "label": _label(viewer, each)}
                for each in nodes
                if each.utility == utility
            ],
        }
        for utility in Utility
        if any(each.utility == utility for each in nodes)
    ]
    look = None if chosen is None else chosen.rows.look
    field = dmc.Select(
        id=NODE_FIELD,
        label=viewer.say("outage_page.node"),
        placeholder=viewer.say("outage_page.choose"),
        value=None if look is None else f"{look.utility}/{look.node}",
        data=groups,
        searchable=True,
        allowDeselect=False,
        size="sm",
        className="outage-node",
        maxDropdownHeight=320,
    )
    drawn: Component | None = None
    if look is not None:
        to = f"/plant/{look.node}?utility={look.utility}&node={look.node}"
        drawn = link([icon("nav-plant"), viewer.say("outage_page.drawn")], to, name="outage-drawn")
    return panel(
        viewer.say("outage_page.node_title"),
        [
            html.P(viewer.say("outage_page.node_what"), className="subtitle"),
            html.Div([field, drawn], className="outage-choose"),
        ],
        name="outage-node",
    )


def _label(viewer: Viewer, node: NodeChoice) -> str:
    return f"{node.name} · {node.node} · {kind_word(viewer, node.kind)}"
