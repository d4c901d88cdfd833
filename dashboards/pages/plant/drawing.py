"""Step 5a. From: a one-line diagram's values. To: its drawing: boxes of text over an image. Pure.

The boxes stand in the page in the order of the supply, so that they read aloud like a list and
become one on a phone (assets/app_plant.css).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import badge, extra, link
from dashboards.figures.one_line import Box, one_line
from dashboards.figures.one_line_svg import Look, one_line_image
from dashboards.figures.one_line_tree import Part
from dashboards.formats import NOTHING
from dashboards.pages.plant.words import (
    aged,
    aged_rate,
    kind_word,
    position_word,
    short_text,
    why_rate,
)
from dashboards.queries.one_line_rows import (
    GaugeValue,
    LineNode,
    LineTie,
    OneLine,
    Position,
    StateValue,
)
from dashboards.queries.rows import Answer
from dashboards.viewer import Viewer

MOST_VALUES = 2
"""Gauges that a box has room for."""
_FIRST = (
    "residual_current",
    "winding_temperature",
    "contact_temperature",
    "cable_temperature",
    "thd_voltage",
    "power_factor",
    "temperature",
    "current",
    "voltage",
    "transformer_load",
)
"""Quantities in the order in which a box shows them."""
FULL, NEARLY_FULL = Fraction(1), Fraction(8, 10)


def diagram(
    viewer: Viewer, answer: Answer[OneLine], selected: str, base: str, *, zone: ZoneInfo
) -> Component:
    """Return the drawing.

    Args:
        viewer: Who looks.
        answer: The diagram.
        selected: Key of the selected node; "" for none.
        base: Address of this page up to the key of a node.
        zone: The site's zone.
    """
    rows = answer.rows
    plan = one_line(
        [Part(key=node.key, kind=node.kind) for node in rows.nodes],
        rows.edges,
        [(tie.key, *tie.between) for tie in rows.ties],
    )
    looks = {node.key: Look(kind=node.kind, switch=_switch(node)) for node in rows.nodes}
    looks |= {tie.key: Look(kind="tie") for tie in rows.ties}
    image = one_line_image(plan, looks, theme=viewer.theme, utility=rows.utility)
    depths = _depths(rows)
    nodes = {node.key: node for node in rows.nodes}
    boxes = [
        _node(viewer, answer, nodes[key], plan.boxes[key], depths[key], base, selected, zone=zone)
        for key in _in_order(rows)
    ]
    boxes += [_tie(viewer, tie, plan.boxes[tie.key]) for tie in rows.ties]
    return html.Div(
        html.Div(
            [html.Img(src=image, alt="", className="line-image"), *boxes],
            className="line-drawing",
            style={"width": f"{plan.wide}px", "height": f"{plan.high}px"},
        ),
        className="line-scroll",
        role="group",
        tabIndex=0,
        **extra(aria_label=viewer.say("one_line.label", name=rows.name, count=len(rows.nodes))),
    )


def _in_order(rows: OneLine) -> list[str]:
    """Return the nodes so that what a node feeds follows it."""
    below: dict[str, list[str]] = {}
    for source, target, _ in rows.edges:
        below.setdefault(source, []).append(target)
    fed = {target for _, target, _ in rows.edges}
    found: list[str] = []
    waiting = [node.key for node in rows.nodes if node.key not in fed][::-1]
    waiting = [*(node.key for node in reversed(rows.nodes)), *waiting]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.append(key)
            waiting += reversed(below.get(key, []))
    return found


def _depths(rows: OneLine) -> dict[str, int]:
    """Return how many steps each node is from where it comes in."""
    depths = {node.key: 0 for node in rows.nodes}
    for _ in rows.nodes:
        for source, target, _ in rows.edges:
            depths[target] = max(depths[target], min(depths[source] + 1, len(depths)))
    return depths


def switch_of(states: Sequence[StateValue]) -> StateValue | None:
    """Return the state of a node that is a switch's."""
    return next((each for each in states if each.position is not None), None)


def _switch(node: LineNode) -> str:
    state = switch_of(node.states)
    if state is None or state.position in {None, Position.READY}:
        return ""
    return str(state.position)


def _node(
    viewer: Viewer,
    answer: Answer[OneLine],
    node: LineNode,
    box: Box,
    depth: int,
    base: str,
    selected: str,
    *,
    zone: ZoneInfo,
) -> Component:
    words = [f"line-{node.kind}"] + ["line-alarm"] * bool(node.alerts)
    words += ["line-selected"] * (node.key == selected)
    return html.Div(
        [
            link(node.name, base + node.key, name="line-name"),
            _figure(viewer, answer, node, zone=zone),
            *_values(viewer, answer, node, zone=zone),
            _foot(viewer, node),
        ],
        className=" ".join(["line-box", *words]),
        title=f"{node.name} · {kind_word(viewer, node.kind)}",
        style=_place(box, depth),
    )


def _place(box: Box, depth: int) -> Mapping[str, str | int]:
    return {
        "left": f"{box.x}px",
        "top": f"{box.y}px",
        "width": f"{box.wide}px",
        "height": f"{box.high}px",
        "--depth": depth,
    }


def _figure(
    viewer: Viewer, answer: Answer[OneLine], node: LineNode, *, zone: ZoneInfo
) -> Component:
    rows, rate = answer.rows, node.rate
    if rate is None:
        return html.Span(NOTHING, className="line-rate")
    why = why_rate(viewer, node, rate, now=rows.now, as_of=answer.as_of)
    return aged_rate(viewer, rows, rate, zone=zone, name="line-rate", why=why)


def load_bar(load: Fraction) -> Component:
    """Return a share of a rating as a number over a bar."""
    tone = "bad" if load > FULL else "fair" if load > NEARLY_FULL else "good"
    percent = int(load * 100)
    return html.Span(
        f"{percent} %",
        className=f"line-load line-load-{tone}",
        style={"--load": f"{min(percent, 100)}%"},
    )


def _values(
    viewer: Viewer, answer: Answer[OneLine], node: LineNode, *, zone: ZoneInfo
) -> list[Component]:
    bar = None if node.load is None or node.rate is None or node.rate.stale else load_bar(node.load)
    found = [
        aged(
            viewer,
            short_text(viewer, value),
            at=value.at,
            fresh_s=value.fresh_s,
            stale=value.stale,
            now=answer.rows.now,
            zone=zone,
            name="line-value",
        )
        for value in sorted(node.values, key=_weight)[: MOST_VALUES - (bar is not None)]
        if _weight(value) < len(_FIRST)
    ]
    return found if bar is None else [bar, *found]


def _weight(value: GaugeValue) -> int:
    name = value.quantity.partition("_l")[0] if value.quantity[-3:-1] == "_l" else value.quantity
    return _FIRST.index(name) if name in _FIRST and not value.secondary else len(_FIRST)


def _foot(viewer: Viewer, node: LineNode) -> Component | None:
    state = switch_of(node.states)
    if state is None and not node.alerts and not node.below:
        return None
    position = None if state is None else state.position
    return html.Div(
        [
            None if position is None else position_word(viewer, position, state),
            badge(viewer.say("one_line.alerts", count=node.alerts), "bad") if node.alerts else None,
            viewer.say("one_line.below", count=node.below) if node.below else None,
        ],
        className="line-foot",
    )


def _tie(viewer: Viewer, tie: LineTie, box: Box) -> Component:
    return html.Div(
        [
            html.Span(tie.name, className="line-name"),
            position_word(viewer, tie.position, tie.state),
        ],
        className="line-box line-tie",
        title=tie.name,
        style=_place(box, 1),
    )
