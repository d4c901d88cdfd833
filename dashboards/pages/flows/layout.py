"""Step 5a. From: the flow page's answers. To: its layout. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from dash import html
from dash.development.base_component import Component

from dashboards.components.figure_number import Why, told_by
from dashboards.components.flow_list import flow_list
from dashboards.components.pieces import (
    Children,
    badge,
    chart,
    data_age,
    empty,
    link,
    page,
    panel,
    table,
)
from dashboards.components.toolbar import span_text, toolbar
from dashboards.components.twin import twin
from dashboards.figures.energy_flow import FlowTexts, energy_flow
from dashboards.formats import NOTHING, Unit, amount_in, number, percent_text, unit_for
from dashboards.pages.flows.common import common_panel, measure_links
from dashboards.pages.flows.view_model import FlowModel
from dashboards.queries.flow_rows import BalanceRow, BalanceState, FlowPage
from dashboards.queries.rows import Answer
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.metering.conversion import ConversionFactors

PATH = "/flows"
CHART = "flow-range"
MOST_NAMES = 12
"""Names that a sentence lists."""
MOST_ROWS = 60
"""Balances that the page carries, the worst first; the files have all."""
TONES = {
    BalanceState.WITHIN: "good",
    BalanceState.OVER: "bad",
    BalanceState.NO_LIMIT: "calm",
    BalanceState.UNMETERED: "calm",
    BalanceState.UNKNOWN: "fair",
}

_ORDER = (
    BalanceState.OVER,
    BalanceState.UNKNOWN,
    BalanceState.NO_LIMIT,
    BalanceState.WITHIN,
    BalanceState.UNMETERED,
)


def flow_page(
    viewer: Viewer, model: FlowModel, selection: Selection, factors: ConversionFactors
) -> Component:
    """Return the page."""
    bar = toolbar(viewer, selection, PATH, utilities=model.utilities, places=model.places)
    title = viewer.say("flow_page.title")
    if model.flow is None:
        said = "flow_page.nowhere" if model.utilities else "overview.no_meters"
        return page(title, [bar, empty(viewer.say(said))], name="flows")
    if model.site is not None:
        diagram = common_panel(viewer, model.site, selection, factors)
    else:
        diagram = _diagram(viewer, model.flow, selection)
    units = measure_links(viewer, selection, PATH)
    return page(
        title,
        [bar, units, diagram, _balance(viewer, model.flow, selection)],
        name="flows",
    )


def _diagram(viewer: Viewer, answer: Answer[FlowPage], selection: Selection) -> Component:
    rows = answer.rows
    title = viewer.say("nav.flows")
    aside = data_age(viewer, answer.age_s, answer.as_of)
    said = viewer.say(
        "flow_page.what",
        utility=viewer.say(f"utility.{rows.utility}"),
        place=rows.place or viewer.say("toolbar.site"),
        span=span_text(viewer, selection),
    )
    crumbs = _crumbs(viewer, rows, selection)
    if not any(edge.amount for edge in rows.flow.edges):
        key = "flow_page.nothing" if rows.flow.edges else "flow_page.no_graph"
        return panel(title, [crumbs, empty(viewer.say(key))], aside=aside, name="flow")
    texts = FlowTexts(others=viewer.say("flow.others"), unaccounted=viewer.say("flow.unaccounted"))
    figure = energy_flow(rows.flow, language=viewer.language, theme=viewer.theme, texts=texts)
    return panel(
        title,
        [
            html.P(said, className="subtitle"),
            crumbs,
            html.Div(
                [
                    chart(figure, chart_id=CHART, label=said, language=viewer.language),
                    html.P(viewer.say("flow_page.click"), className="subtitle"),
                ],
                className="wide-only",
            ),
            html.Div(flow_list(viewer, rows.flow), className="narrow-only"),
            *_gaps(viewer, rows),
            twin(viewer, "flows", selection.search()),
        ],
        aside=aside,
        name="flow",
    )


def _crumbs(viewer: Viewer, rows: FlowPage, selection: Selection) -> Component | None:
    """Return the way from the whole graph to the node shown."""
    if not rows.trail:
        return None
    here = rows.trail[-1]
    parts: list[Component] = [
        link(viewer.say("flow_page.whole"), PATH + replace(selection, node="").search()),
        *(_drill(node.key, node.name, selection) for node in rows.trail[:-1]),
        html.Strong(here.name),
    ]
    return html.Nav(parts, className="crumbs")


def _drill(key: str, name: str, selection: Selection) -> Component:
    return link(name, PATH + replace(selection, node=key).search())


def _gaps(viewer: Viewer, rows: FlowPage) -> list[Component]:
    """Return the names of meters of which not all is known, with the known part."""
    names = {node.key: node.name for node in rows.flow.nodes}
    unknown = [names.get(e.target, e.target) for e in rows.flow.edges if e.amount is None]
    partly = [f"{name} {percent_text(share)}" for name, share in rows.partly]
    return [
        html.P(viewer.say(f"flow_page.{key}", names=_listed(viewer, found)), className="subtitle")
        for key, found in (("unknown", unknown), ("partly", partly))
        if found
    ]


def _listed(viewer: Viewer, names: Sequence[str]) -> str:
    rest = len(names) - MOST_NAMES
    more = [viewer.say("flow.others", count=rest)] if rest > 0 else []
    return ", ".join([*names[:MOST_NAMES], *more])


def _balance(viewer: Viewer, answer: Answer[FlowPage], selection: Selection) -> Component:
    rows = answer.rows
    title = viewer.say("flow_page.balance")
    if not rows.balances:
        key = "flow_page.too_long" if rows.balances is None else "flow_page.no_balance"
        return panel(title, empty(viewer.say(key)), name="balance")
    largest = max((row.into or 0 for row in rows.balances), default=0)
    unit = unit_for(rows.utility, largest)
    heads = ("in", "out", "unaccounted", "loss", "share", "limit", "known")
    worst = sorted(rows.balances, key=_badness)[:MOST_ROWS]
    return panel(
        title,
        [
            html.P(viewer.say("flow_page.balance_what"), className="subtitle"),
            table(
                [
                    viewer.say("flow_table.node", unit=unit.name),
                    viewer.say("flow_table.state", unit=unit.name),
                    *(">" + viewer.say(f"flow_table.{name}", unit=unit.name) for name in heads),
                ],
                [_cells(viewer, answer, row, unit, selection) for row in worst],
                name="balance",
            ),
            twin(viewer, "balance", selection.search()),
        ],
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="balance",
    )


def _badness(row: BalanceRow) -> tuple[int, Fraction, str]:
    """Return a key that sorts what is over its limit first, the largest share before others."""
    return _ORDER.index(row.state), -abs(row.share or Fraction(0)), row.name


def _cells(
    viewer: Viewer, answer: Answer[FlowPage], row: BalanceRow, unit: Unit, selection: Selection
) -> Sequence[Children]:
    def said(value: int | None) -> str:
        if value is None:
            return NOTHING
        return amount_in(viewer.language, unit, value).removesuffix(unit.name).strip()

    def told(name: str, shown: str) -> Children:
        """Return a figure that says what it rests on; a dash rests on nothing."""
        why = Why(
            source=viewer.say("why.node", node=row.name, count=row.children),
            formula=viewer.say(f"why.balance_{name}"),
            age_s=answer.age_s,
            as_of=answer.as_of,
        )
        return shown if shown == NOTHING else told_by(viewer, shown, why)

    return [
        _drill(row.node, row.name, selection),
        badge(viewer.say(f"flow_state.{row.state}"), TONES[row.state]),
        told("in", said(row.into)),
        told("out", said(row.out)),
        told("unaccounted", said(row.unaccounted)),
        viewer.say("flow_page.measured") if row.measured else told("loss", said(row.loss)),
        told("share", _percent(viewer, row.share)),
        _percent(viewer, row.limit),
        told("known", NOTHING if row.known is None else percent_text(row.known)),
    ]


def _percent(viewer: Viewer, share: Fraction | None) -> str:
    if share is None:
        return NOTHING
    value = Decimal(share.numerator) / share.denominator
    return f"{number(viewer.language, value.quantize(Decimal('0.01')))} %"
