"""Step 5a. From: the suspicions or inspections of a tab. To: their list. Pure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, act_form
from dashboards.components.long_table import long_table
from dashboards.components.pieces import Children, data_age, empty, link, notice, page, panel
from dashboards.components.toolbar import choice_links
from dashboards.components.twin import twin
from dashboards.components.work_forms import more, words_field
from dashboards.formats import NOTHING
from dashboards.pages.inspections.acts import PATH, SEAL, suspicion_path
from dashboards.pages.inspections.pieces import (
    about_link,
    days_words,
    energy_text,
    inspection_link,
    kind_words,
    missing_text,
    state_badge,
    why_words,
)
from dashboards.queries.inspection_rows import InspectionBoard, InspectionTab
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.inspection.reads import InspectionRow, SuspicionRow

_SUSPICION_HEADS = ("kind", "about", "days", "missing", "why")
_INSPECTION_HEADS = ("number", "state", "order", "about", "inspectors", "finding", "added")


def path_of(tab: InspectionTab) -> str:
    """Return the address of a tab."""
    return PATH if tab is InspectionTab.SUSPECTED else f"{PATH}/{tab}"


def inspections_page(viewer: Viewer, answer: Answer[InspectionBoard]) -> Component:
    """Return the list of a tab."""
    told = answer.rows
    tabs = [
        (f"{viewer.say(f'inspection_tab.{tab}')} {told.counts[tab]}", path_of(tab), tab is told.tab)
        for tab in InspectionTab
    ]
    return page(
        viewer.say("nav.inspections"),
        [
            html.P(viewer.say("inspection_page.what"), className="subtitle"),
            None if told.rules else notice(viewer.say("inspection_page.no_rules"), good=False),
            choice_links(tabs, "", viewer.say("nav.inspections")),
            panel(
                viewer.say(f"inspection_tab.{told.tab}"),
                _body(viewer, told),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="inspection-list",
            ),
            _seal(viewer) if told.tab is InspectionTab.SUSPECTED else None,
        ],
        name="inspections",
    )


def _body(viewer: Viewer, told: InspectionBoard) -> list[Component | None]:
    heads: list[str]
    rows: list[list[Children]]
    if told.tab.of_suspicions:
        heads = [viewer.say(f"inspection_head.{name}") for name in _SUSPICION_HEADS]
        rows = [_suspicion(viewer, row, told.tab) for row in told.suspicions]
    else:
        heads = [viewer.say(f"cli.inspect_head.{name}") for name in _INSPECTION_HEADS]
        heads[-1] = f">{heads[-1]}"
        rows = [_inspection(viewer, row, told) for row in told.inspections]
    if not rows:
        return [empty(viewer.say(f"inspection_page.none_{told.tab}"))]
    beyond = told.counts[told.tab] - len(rows)
    words = viewer.say("work_page.more", shown=len(rows), count=told.counts[told.tab])
    return [
        long_table(viewer, heads, rows, name="inspection-table"),
        html.P(words, className="subtitle") if beyond > 0 else None,
        twin(viewer, f"inspections_{told.tab}", ""),
    ]


def _suspicion(viewer: Viewer, row: SuspicionRow, tab: InspectionTab) -> list[Children]:
    why: list[Component | str] = [why_words(viewer, row)]
    if tab is InspectionTab.DISMISSED:
        words = viewer.say("inspection_page.because", reason=row.reason)
        why.append(html.Div(words, className="work-due"))
    return [
        link(kind_words(viewer, row), suspicion_path(row.suspicion)),
        about_link(row.about, row.utility),
        days_words(viewer, row.first_day, row.last_day),
        missing_text(viewer, row),
        why,
    ]


def _inspection(viewer: Viewer, row: InspectionRow, told: InspectionBoard) -> list[Children]:
    missed = row.missed
    utility = missed["utility"] if missed else ""
    return [
        inspection_link(row.number),
        state_badge(viewer, row),
        viewer.say(f"cli.work_state.{row.order_state}"),
        row.about.partition(":")[2],
        " · ".join(told.names.get(each, "?") for each in row.inspectors),
        viewer.say(f"cli.inspect_finding.{row.finding}") if row.finding else NOTHING,
        energy_text(utility, missed["total"]) if missed else NOTHING,
    ]


def _seal(viewer: Viewer) -> Component | None:
    """Return the form of who saw a broken seal."""
    if not viewer.scope.may(Right.WORK):
        return None
    fields = [
        Field(name="point", label="inspection_form.point"),
        words_field("words", "inspection_form.seen_words"),
    ]
    form = act_form(viewer, SEAL, "site", fields, button="inspection_form.seal")
    return panel(
        viewer.say("cli.inspect_kind.seal"),
        more(viewer, "inspection_form.seal_title", form),
        name="inspection-seal",
    )
