"""Step 5a. From: the selected node, events. To: the panels below a one-line diagram. Pure."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.alert_list import alert_what
from dashboards.components.notes import note_list
from dashboards.components.outage_pieces import plan_path
from dashboards.components.pieces import (
    Children,
    age_text,
    empty,
    facts,
    link,
    panel,
    severity_badge,
    table,
)
from dashboards.formats import NOTHING, gauge_text, short_instant, significant
from dashboards.pages.meters.layout import quantity_name
from dashboards.pages.plant.drawing import load_bar
from dashboards.pages.plant.words import (
    aged,
    aged_rate,
    kind_word,
    position_word,
    state_text,
    value_text,
    why_rate,
)
from dashboards.queries.one_line_rows import BelowRow, Downstream, LineNode, OneLine, StateValue
from dashboards.queries.rows import AlertRow, Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer

MOST_TENANTS = 12
"""Tenants that the page lists; their page has all."""


def node_panel(viewer: Viewer, answer: Answer[OneLine], *, zone: ZoneInfo) -> Component:
    """Return what the selected node says and feeds."""
    rows = answer.rows
    title = viewer.say("one_line.node")
    down = rows.downstream
    node = None if down is None else next((n for n in rows.nodes if n.key == down.node), None)
    if down is None or node is None:
        return panel(title, empty(viewer.say("one_line.choose")), name="line-node")
    return panel(
        f"{title}: {node.name}",
        [
            facts(_facts(viewer, answer, node, zone=zone), name="line-facts"),
            html.H3(viewer.say("one_line.values")),
            _values(viewer, rows, node, zone=zone),
            html.H3(viewer.say("one_line.below_title")),
            _below(viewer, rows, down, zone=zone),
            *_tenants(viewer, down),
        ],
        name="line-node",
    )


def _facts(
    viewer: Viewer, answer: Answer[OneLine], node: LineNode, *, zone: ZoneInfo
) -> list[tuple[str, Children]]:
    rows, rate = answer.rows, node.rate
    pairs: list[tuple[str, Children]] = [
        (viewer.say("one_line.kind"), kind_word(viewer, node.kind))
    ]
    if rate is None:
        pairs.append((viewer.say("one_line.rate"), NOTHING))
    else:
        why = why_rate(viewer, node, rate, now=rows.now, as_of=answer.as_of)
        told = aged_rate(viewer, rows, rate, zone=zone, why=why)
        how = viewer.say(f"one_line_from.{rate.known}", count=rate.meters)
        pairs.append((viewer.say("one_line.rate"), [told, html.Div(how, className="subtitle")]))
    if node.full_w is None:
        pairs.append((viewer.say("one_line.full"), viewer.say("one_line.unrated")))
    else:
        full_kw = Decimal(node.full_w.numerator) / node.full_w.denominator / 1000
        text = gauge_text(viewer.language, significant(full_kw), "kW")
        pairs.append((viewer.say("one_line.full"), text))
        share: Children = NOTHING
        if node.load is not None and rate is not None and not rate.stale:
            share = load_bar(node.load)
        pairs.append((viewer.say("one_line.share"), share))
    ways: list[str | Component | None] = [
        link(viewer.say("one_line.draw"), f"/plant/{node.key}?utility={rows.utility}"),
        link(viewer.say("one_line.flow"), f"/flows?utility={rows.utility}&node={node.key}"),
        link(viewer.say("outage_ways.from_node"), plan_path(rows.utility, node.key)),
    ]
    if node.point is not None:
        ways.insert(0, link(viewer.say("one_line.meter"), f"/meters/{node.point}"))
        if viewer.scope.may(Right.WORK):
            here = f"/incidents/new/point/{node.point}"
            ways.append(link(viewer.say("work_form.here"), here))
    pairs.append(("", html.Span(ways, className="line-ways")))
    return pairs


def _values(viewer: Viewer, rows: OneLine, node: LineNode, *, zone: ZoneInfo) -> Component:
    if not node.values and not node.states:
        return empty(viewer.say("one_line.no_values"))
    cells: list[list[Children]] = [
        [
            quantity_name(viewer, state.quantity),
            _state(viewer, state),
            link(state.meter, f"/meters/{state.point}"),
            _age(viewer, rows, state),
        ]
        for state in node.states
    ]
    for value in node.values:
        name = quantity_name(viewer, value.quantity)
        cells.append(
            [
                f"{name} ({viewer.say('one_line.secondary')})" if value.secondary else name,
                aged(
                    viewer,
                    value_text(viewer, value),
                    at=value.at,
                    fresh_s=value.fresh_s,
                    stale=value.stale,
                    now=rows.now,
                    zone=zone,
                ),
                link(value.meter, f"/meters/{value.point}"),
                age_text(viewer, int((rows.now - value.at).total_seconds())),
            ]
        )
    heads = [viewer.say(f"one_line.{name}") for name in ("quantity", "value", "source", "told")]
    return table(heads, cells, name="told-values")


def _state(viewer: Viewer, state: StateValue) -> Component | str:
    if state.position is None:
        return state_text(viewer, state)
    return position_word(viewer, state.position, state)


def _age(viewer: Viewer, rows: OneLine, state: StateValue) -> str:
    if state.at is None:
        return viewer.say("age.none")
    return age_text(viewer, int((rows.now - state.at).total_seconds()))


def _below(viewer: Viewer, rows: OneLine, down: Downstream, *, zone: ZoneInfo) -> Component:
    if not down.meters:
        return empty(viewer.say("one_line.no_below"))
    listed = table(
        [viewer.say("plant.meters"), ">" + viewer.say("one_line.rate")],
        [
            [link(row.name, f"/meters/{row.point}"), _rate(viewer, rows, row, zone=zone)]
            for row in down.meters
        ],
        name="told-below",
    )
    more = viewer.say("one_line.below_more", count=down.more)
    return html.Div(
        [listed, html.P(more, className="subtitle") if down.more else None], className="line-below"
    )


def _rate(viewer: Viewer, rows: OneLine, row: BelowRow, *, zone: ZoneInfo) -> Component | str:
    if row.rate is None:
        return NOTHING
    return aged_rate(viewer, rows, row.rate, zone=zone)


def _tenants(viewer: Viewer, down: Downstream) -> list[Component]:
    """Return the tenants that are supplied; nothing for who may not read bills."""
    if down.tenants is None:
        return []
    rows = [
        html.Li(
            [
                link(each.name or each.account, f"/tenants/{each.account}"),
                f" · {each.account} · {viewer.say('one_line.points', count=each.meters)}",
            ]
        )
        for each in down.tenants[:MOST_TENANTS]
    ]
    listed = html.Ul(rows, className="line-tenants")
    more = len(down.tenants) - len(rows)
    said = html.P(viewer.say("one_line.below_more", count=more), className="subtitle")
    return [
        html.H3(viewer.say("one_line.tenants")),
        listed if rows else empty(viewer.say("one_line.no_tenants")),
        *([said] if more else []),
    ]


def events_panel(viewer: Viewer, rows: OneLine, *, zone: ZoneInfo) -> Component:
    """Return the alerts and notes of what is drawn."""
    heads = ("severity", "event_what", "event_at", "event_state")
    nothing = empty(viewer.say("one_line.no_events"))
    listed = table(
        [viewer.say(f"one_line.{name}") for name in heads],
        [_event(viewer, row, zone) for row in rows.alerts],
        name="told-events",
    )
    return panel(
        viewer.say("one_line.events"),
        [
            html.Div(listed, className="line-below") if rows.alerts else nothing,
            note_list(viewer, rows.notes, zone=zone),
        ],
        name="line-events",
    )


def _event(viewer: Viewer, row: AlertRow, zone: ZoneInfo) -> list[Children]:
    cleared = short_instant(viewer.language, row.cleared_at, zone)
    state = "standing" if row.cleared_at is None else "cleared"
    return [
        severity_badge(viewer, row.severity),
        [
            link(alert_what(viewer, row), f"/alerts/{row.alert}"),
            html.Div(row.meter, className="subtitle"),
        ],
        short_instant(viewer.language, row.raised_at, zone),
        viewer.say(f"one_line.event_{state}", at=cleared),
    ]
