"""Step 5a. From: the incidents of a tab. To: the page of their list. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.long_table import long_table, with_cards
from dashboards.components.pieces import Children, data_age, empty, link, page, panel, table
from dashboards.components.tabbed_list import tabbed_list
from dashboards.components.work_pieces import (
    INCIDENTS,
    class_words,
    clock_cell,
    incident_cards,
    origin_cell,
    owner_words,
    state_badge,
    urgency_badge,
    where_words,
)
from dashboards.formats import day_text
from dashboards.queries.rows import Answer
from dashboards.queries.work_rows import IncidentBoard, IncidentLine, IncidentTab
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.work.reads import LevelsRow

BOARD = "incident-board"
_HEADS = ("incident", "class", "where", "state", "owner", "clock", "origin")


def path_of(tab: IncidentTab) -> str:
    """Return the address of a tab."""
    return INCIDENTS if tab is IncidentTab.OPEN else f"{INCIDENTS}/{tab}"


def incidents_page(viewer: Viewer, answer: Answer[IncidentBoard], *, zone: ZoneInfo) -> Component:
    """Return the list of incidents."""
    tab = answer.rows.tab
    return page(
        viewer.say("nav.incidents"),
        [
            html.P(viewer.say("incident_page.what"), className="subtitle"),
            _to_open(viewer),
            html.Div(
                board(viewer, answer, zone=zone),
                id={"type": BOARD, "tab": str(tab)},
                className="stack",
            ),
            levels_panel(viewer, answer.rows.levels),
        ],
        name="incidents",
    )


def _to_open(viewer: Viewer) -> Component | None:
    if not viewer.scope.may(Right.WORK):
        return None
    words = viewer.say("incident_page.to_open")
    return html.P(link(words, f"{INCIDENTS}/new", name="button"), className="work-to-open")


def board(viewer: Viewer, answer: Answer[IncidentBoard], *, zone: ZoneInfo) -> list[Component]:
    """Return what news change: the tabs with their counts, and the incidents of one."""
    told = answer.rows
    drawn: list[Component] = []
    if told.lines:
        heads = [viewer.say(f"work_page.head_{name}") for name in _HEADS]
        rows = [_row(viewer, line, zone) for line in told.lines]
        shown = long_table(viewer, heads, rows, name="incident-table")
        drawn = with_cards(shown, lambda: incident_cards(viewer, told.lines, zone))
    return tabbed_list(
        viewer,
        "incident",
        told,
        drawn,
        path_of=path_of,
        title="nav.incidents",
        age=data_age(viewer, answer.age_s, answer.as_of),
    )


def _row(viewer: Viewer, line: IncidentLine, zone: ZoneInfo) -> list[Children]:
    row = line.row
    return [
        html.Div(
            [link(row.number, f"{INCIDENTS}/{row.number}"), html.Div(row.what)],
            className="work-what",
        ),
        [class_words(viewer, line.level), html.Div(urgency_badge(viewer, row.urgency))],
        where_words(line.where),
        state_badge(viewer, row.state),
        owner_words(viewer, line.owner, line.offered),
        clock_cell(viewer, line, zone),
        origin_cell(viewer, line),
    ]


def levels_panel(viewer: Viewer, levels: LevelsRow | None) -> Component:
    """Return what is promised of each class, and when that is counted."""
    title = viewer.say("incident_page.levels")
    if levels is None:
        return panel(title, empty(viewer.say("incident_page.no_levels")), name="service-levels")
    heads = [viewer.say("work_page.head_class")]
    heads += [f">{viewer.say(f'cli.work_head.{name}')}" for name in ("response", "resolution")]
    heads += [viewer.say(f"cli.work_head.{name}") for name in ("counting", "second_person")]
    rows: list[list[Children]] = [
        [
            class_words(viewer, each),
            str(each.response_min),
            str(each.resolution_min),
            viewer.say(f"cli.work.{each.counting}"),
            viewer.say(f"cli.work.{'yes' if each.second_person else 'no'}"),
        ]
        for each in levels.levels.levels
    ]
    words = viewer.say(
        "incident_page.levels_what",
        version=levels.version,
        day=day_text(viewer.language, levels.valid_from),
        days=levels.levels.reopen_days,
    )
    return panel(
        title,
        [html.P(words, className="subtitle"), table(heads, rows, name="service-levels")],
        name="service-levels",
    )
