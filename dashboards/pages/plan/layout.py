"""Step 5a. From: the plans of a year, or one node's. To: their pages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from billing.money import exponent_of, round_half_up
from dashboards.components.long_table import long_table
from dashboards.components.notes import FIGURE, note_form, note_list, part
from dashboards.components.pieces import (
    Children,
    chart,
    data_age,
    empty,
    link,
    page,
    panel,
    quality_badge,
    table,
)
from dashboards.figures.plan_bars import PlanTexts, plan_bars
from dashboards.formats import NOTHING, exact_digits, instant_text, number, percent_text
from dashboards.queries.plan_rows import PlannedNode, PlanPage
from dashboards.queries.rows import Answer
from dashboards.viewer import Viewer
from energy.base.period import month_period
from energy.base.units import to_base
from energy.metering.plans.compare import MonthFigures
from energy.metering.plans.plan import NodeKind, PlanNode
from energy.metering.plans.table import UNIT_OF
from energy.views.plan_figures import PlanFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """The unit of a table, and digits with which all its figures are exact."""

    name: str
    per_unit: Fraction
    """[base unit]"""
    digits: int


def node_path(year: int, node: PlanNode) -> str:
    """Return the address of a node's plan."""
    return f"/plan/{year}/{node.kind}/{node.key}"


def plans_page(
    viewer: Viewer, answer: Answer[tuple[PlannedNode, ...]], year: int, *, zone: ZoneInfo
) -> Component:
    """Return the page of all nodes planned for a year."""
    title = viewer.say("plan.title", year=year)
    head = [
        viewer.say("plan.node"),
        viewer.say("plan.utility"),
        ">" + viewer.say("plan.quantity"),
        ">" + viewer.say("plan.money"),
        viewer.say("plan.approved"),
    ]
    rows: list[Sequence[Children]] = [
        [
            link(row.name, node_path(year, row.node)),
            viewer.say(f"utility.{row.utility}"),
            f"{_plainly(viewer, row.quantity)} {viewer.unit(row.unit)}",
            NOTHING
            if row.money is None
            else f"{_money(viewer, row.money, row.currency)} {row.currency}",
            f"{instant_text(viewer.language, row.approved_at, zone)} · {row.approved_by}",
        ]
        for row in answer.rows
    ]
    body: Children = (
        long_table(viewer, head, rows, name="plans") if rows else empty(viewer.say("plan.none"))
    )
    return page(
        title,
        [
            html.Div(
                [link(str(other), f"/plan/{other}") for other in (year - 1, year + 1)],
                className="years",
            ),
            panel(
                viewer.say("plan.nodes", count=len({row.node for row in answer.rows})),
                body,
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="plans",
            ),
        ],
        name="plans",
    )


def plan_page(viewer: Viewer, answer: Answer[PlanPage], *, zone: ZoneInfo) -> Component:
    """Return the page of one node's plan."""
    found = answer.rows
    about = f"plan/{found.year}/{found.node}"
    first, last = (month_period(found.year, month, zone) for month in (1, 12))
    return page(
        found.name,
        [
            html.Div(
                [
                    link(str(year), node_path(year, found.node))
                    for year in (found.year - 1, found.year + 1)
                ],
                className="years",
            ),
            html.Div(
                plan_panels(viewer, answer, zone=zone), id=part(FIGURE, about), className="stack"
            ),
            note_form(viewer, about, zone=zone, first=first.start, last=last.end)
            if found.node.kind is NodeKind.PLACE or found.point
            else None,
        ],
        name="plan",
        crumbs=[
            link(viewer.say("plan.title", year=found.year), f"/plan/{found.year}"),
            html.Span(str(found.node)),
        ],
    )


def plan_panels(viewer: Viewer, answer: Answer[PlanPage], *, zone: ZoneInfo) -> list[Component]:
    """Return a panel for each utility of the node, and the notes below."""
    found = answer.rows
    pinnable = found.node.kind is NodeKind.PLACE or bool(found.point)
    about = f"plan/{found.year}/{found.node}" if pinnable else ""
    notes = note_list(viewer, found.notes, zone=zone, about=about)
    panels = [_panel(viewer, answer, figures, zone) for figures in found.figures]
    return [*panels, *([html.Div(notes, className="panel")] if notes is not None else [])]


def _panel(
    viewer: Viewer, answer: Answer[PlanPage], figures: PlanFigures, zone: ZoneInfo
) -> Component:
    texts = PlanTexts(
        actual=viewer.say("plan.actual"),
        partial=viewer.say("plan.partial"),
        plan=viewer.say("plan.plan"),
        last_year=viewer.say("plan.last_year"),
        barred=viewer.say("plan.barred"),
        findings={
            count: viewer.say("plan.barred_by", count=count)
            for month in figures.months
            for count in (month.barred, month.last_year_barred)
        },
    )
    figure = plan_bars(
        figures,
        answer.rows.notes,
        zone=zone,
        language=viewer.language,
        theme=viewer.theme,
        texts=texts,
    )
    scale = _scale(viewer, figures)
    summary = _summary(viewer, figures, scale)
    barred = sum(month.barred > 0 or month.last_year_barred > 0 for month in figures.months)
    return panel(
        viewer.say(f"utility.{figures.utility}"),
        [
            html.P(summary, className="subtitle"),
            html.P(viewer.say("plan.barred_hint", count=barred), className="subtitle plan-barred")
            if barred
            else None,
            chart(
                figure,
                chart_id=f"plan-chart-{figures.utility}",
                label=summary,
                language=viewer.language,
            ),
            _months(viewer, figures, scale, answer.rows.begun),
        ],
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="plan",
    )


def _scale(viewer: Viewer, figures: PlanFigures) -> _Scale:
    """Return how the figures of a year are written: in the plan's unit, as `plan show` has them."""
    unit = figures.unit or UNIT_OF[figures.utility]
    per_unit = to_base(figures.utility, unit)
    every = [
        Fraction(value) / per_unit
        for month in figures.months
        for value in (month.actual, month.plan, month.last_year)
        if value is not None
    ]
    return _Scale(name=viewer.unit(unit), per_unit=per_unit, digits=exact_digits(every))


def _summary(viewer: Viewer, figures: PlanFigures, unit: _Scale) -> str:
    total = figures.total
    if total.plan is None:
        return viewer.say("plan.summary_none", months=total.months)
    return viewer.say(
        "plan.summary",
        months=total.months,
        actual=_shown(viewer, total.actual, unit),
        plan=_shown(viewer, total.plan, unit),
        difference=_signed(viewer, total.difference, unit),
        unit=unit.name,
    )


def _months(viewer: Viewer, figures: PlanFigures, unit: _Scale, begun: int) -> Component:
    head = [
        viewer.say("plan.month"),
        f">{viewer.say('plan.actual')} [{unit.name}]",
        f">{viewer.say('plan.plan')}",
        f">{viewer.say('plan.difference')}",
        f">{viewer.say('plan.last_year')}",
        f">{viewer.say('plan.known')}",
        viewer.say("register.quality"),
        f">{viewer.say('plan.money')}",
    ]
    rows: list[Sequence[Children]] = [
        [
            f"{figures.year}-{month.month:02}",
            _shown(viewer, month.actual, unit),
            _shown(viewer, month.plan, unit),
            _signed(viewer, month.difference, unit),
            _last_year(viewer, month, unit),
            _share(month) if month.month <= begun else NOTHING,
            _quality(viewer, month) if month.month <= begun else NOTHING,
            NOTHING if month.money is None else _money(viewer, month.money, figures.currency),
        ]
        for month in figures.months
    ]
    return table(head, rows, name="plan-months")


def _quality(viewer: Viewer, month: MonthFigures) -> Children:
    """Return the word for a month's quality, and what bars it."""
    badge = quality_badge(viewer, month.quality)
    if not month.barred:
        return badge
    told = viewer.say("plan.barred_by", count=month.barred)
    return html.Span([badge, html.Span(told, className="plan-barred")])


def _last_year(viewer: Viewer, month: MonthFigures, unit: _Scale) -> Children:
    shown = _shown(viewer, month.last_year, unit)
    if not month.last_year_barred:
        return shown
    told = viewer.say("plan.barred_by", count=month.last_year_barred)
    return html.Span([shown, html.Span(told, className="plan-barred")])


def _plainly(viewer: Viewer, value: Decimal) -> str:
    """Return a number with the digits that it needs and no others."""
    return number(viewer.language, round_half_up(value, exact_digits([Fraction(value)])))


def _money(viewer: Viewer, value: Decimal, currency: str) -> str:
    return number(viewer.language, round_half_up(value, exponent_of(currency)))


def _shown(viewer: Viewer, value: int | Fraction | None, unit: _Scale) -> str:
    if value is None:
        return NOTHING
    exact = Fraction(value) / unit.per_unit
    return number(viewer.language, round_half_up(exact, unit.digits))


def _signed(viewer: Viewer, value: Fraction | None, unit: _Scale) -> str:
    sign = "+" if value is not None and value > 0 else ""
    return sign + _shown(viewer, value, unit)


def _share(month: MonthFigures) -> str:
    share = month.completeness
    if share is None:
        return NOTHING
    return percent_text(share)
