"""Step 5a. From: the flow of all utilities. To: its diagram in one unit, and its table. Pure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from billing.ledger.sheets import Sheet
from dashboards.components.pieces import chart, data_age, empty, extra, panel, table
from dashboards.components.toolbar import choice_links, span_text
from dashboards.components.twin import twin
from dashboards.figures.site_flow_sankey import (
    OTHERS,
    CommonFlow,
    amount_of,
    gathered,
    in_common,
    site_sankey,
)
from dashboards.pages.reports.words import factor_text
from dashboards.queries.rows import Answer
from dashboards.queries.site_flow_rows import OWN, TENANTS, UNACCOUNTED, SiteFlow, Stage
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.metering.conversion import ConversionFactors, Measure

MOST_NAMES = 12
_MILLI = Decimal("0.000001")


def measure_links(viewer: Viewer, selection: Selection, path: str) -> Component:
    """Return the choice of the unit: each utility in its own, or all of them in one."""
    choices = [
        (
            viewer.say(f"measure.{measure}"),
            path + replace(selection, measure=measure).search(),
            measure is selection.measure,
        )
        for measure in Measure
    ]
    return html.Div(
        choice_links(choices, "", viewer.say("site_flow.measure")), className="measure-choice"
    )


def common_panel(
    viewer: Viewer,
    answer: Answer[SiteFlow],
    selection: Selection,
    factors: ConversionFactors,
) -> Component:
    """Return the diagram of all utilities in the selected unit."""
    flow, measure = answer.rows, selection.measure
    title = viewer.say("site_flow.title", measure=viewer.say(f"measure.{measure}"))
    aside = data_age(viewer, answer.age_s, answer.as_of)
    common = in_common(flow, factors, measure)
    notes = [html.P(text, className="subtitle") for text in _notes(viewer, flow, common)]
    if not common.branches:
        key = "flow_page.nothing" if not common.lacking else "site_flow.no_factors"
        return panel(title, [empty(viewer.say(key)), *notes], aside=aside, name="site-flow")
    drawn = gathered(flow, common)
    unit = viewer.say(f"measure_unit.{measure}")
    names = node_names(viewer, flow)
    figure = site_sankey(drawn, names, unit=unit, language=viewer.language, theme=viewer.theme)
    said = viewer.say(
        "site_flow.what",
        place=flow.place or viewer.say("toolbar.site"),
        span=span_text(viewer, selection),
    )
    rows = sorted(drawn.branches, key=lambda branch: -branch.value)
    listed = table(
        [
            viewer.say("flow_table.from"),
            viewer.say("flow_table.to"),
            ">" + viewer.say("flow_table.amount", unit=unit),
        ],
        [
            [
                names[branch.source],
                names[branch.target],
                amount_of(viewer.language, branch.value, "").strip(),
            ]
            for branch in rows
        ],
        name="site-flow",
    )
    return panel(
        title,
        [
            html.P(said, className="subtitle"),
            html.Div(
                chart(figure, chart_id="site-flow", label=said, language=viewer.language),
                className="wide-only",
            ),
            html.Div(listed, className="narrow-only", **extra(aria_label=said)),
            *notes,
            twin(viewer, "site_flow", selection.search()),
        ],
        aside=aside,
        name="site-flow",
    )


def node_names(viewer: Viewer, flow: SiteFlow) -> dict[str, str]:
    """Return what the nodes of a flow are called."""
    names = {node.key: node.name for node in flow.nodes}
    for node in flow.nodes:
        if node.stage is Stage.DISTRIBUTION:
            names[node.key] = viewer.say(f"utility.{node.key.removeprefix('grid ')}")
    for key in (TENANTS, OWN, UNACCOUNTED):
        names[key] = viewer.say(f"site_flow.{key}")
    names[OTHERS] = viewer.say("site_flow.others")
    return names


def _notes(viewer: Viewer, flow: SiteFlow, common: CommonFlow) -> list[str]:
    """Return what the diagram lacks, and what it rests on."""
    said = []
    if common.lacking:
        lacking = ", ".join(viewer.say(f"utility.{utility}") for utility in common.lacking)
        said.append(viewer.say("site_flow.lacking", names=lacking))
    if flow.unknown:
        rest = len(flow.unknown) - MOST_NAMES
        more = [viewer.say("flow.others", count=rest)] if rest > 0 else []
        names = ", ".join([*flow.unknown[:MOST_NAMES], *more])
        said.append(viewer.say("site_flow.unknown", names=names))
    if common.factors:
        rows = [
            f"{viewer.say(f'utility.{each.utility}')} {factor_text(viewer, each)}"
            for each in common.factors
        ]
        said.append(viewer.say("site_flow.factors", factors="; ".join(rows)))
    return said


def common_sheet(
    viewer: Viewer, flow: SiteFlow, measure: Measure, factors: ConversionFactors
) -> Sheet:
    """Return every branch of a flow in one unit, its places all by name."""
    common = in_common(flow, factors, measure)
    names, unit = node_names(viewer, flow), viewer.say(f"measure_unit.{measure}")
    heads = ("flow_table.from", "flow_table.to", "toolbar.utility", "flow_table.amount")
    days = f"{flow.first}" if flow.first == flow.last else f"{flow.first}_{flow.last}"
    return Sheet(
        name=f"flow_{measure}_{days}",
        heads=tuple(viewer.say(head, unit=unit) for head in heads),
        rows=[
            [
                names[branch.source],
                names[branch.target],
                viewer.say(f"utility.{branch.utility}"),
                (Decimal(branch.value.numerator) / branch.value.denominator).quantize(_MILLI),
            ]
            for branch in common.branches
        ],
    )
