"""Step 5a. From: the supply cases of a tab. To: their list, the form of a new one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.long_table import long_table
from dashboards.components.pieces import Children, data_age, empty, link, page, panel
from dashboards.components.tabbed_list import tabbed_list
from dashboards.components.toolbar import choice_links
from dashboards.components.work_pieces import owner_words
from dashboards.note_words import EXAMPLE
from dashboards.pages.cases.acts import OPEN, PATH
from dashboards.pages.cases.pieces import (
    applicant_panel,
    case_link,
    clock_cell,
    kind_words,
    offer_panel,
    state_badge,
    step_words,
    turn_badge,
    where_cell,
)
from dashboards.queries.case_rows import CaseBoard, CaseForms, CaseLine, CaseTab
from dashboards.queries.outage_rows import NodeChoice
from dashboards.queries.rows import Answer
from dashboards.viewer import Viewer
from energy.service.cases.kinds import CaseKind, CaseState
from energy.service.cases.seen import ApplicantView

BOARD = "case-board"
_HEADS = ("case", "kind", "step", "turn", "owner", "clock", "applicant")


def path_of(tab: CaseTab) -> str:
    """Return the address of a tab."""
    return PATH if tab is CaseTab.OPEN else f"{PATH}/{tab}"


def cases_page(viewer: Viewer, answer: Answer[CaseBoard], *, zone: ZoneInfo) -> Component:
    """Return the list of supply cases."""
    told = answer.rows
    new = [
        link(kind_words(viewer, kind), f"{PATH}/new/{kind}", name="button") for kind in told.kinds
    ]
    return page(
        viewer.say("nav.cases"),
        [
            html.P(viewer.say("case_page.what"), className="subtitle"),
            panel(
                viewer.say("case_page.to_open"),
                html.P(new, className="case-kinds")
                if new
                else empty(viewer.say("case_page.no_plan")),
                name="case-new",
            ),
            html.Div(
                board(viewer, answer, zone=zone),
                id={"type": BOARD, "tab": str(told.tab)},
                className="stack",
            ),
        ],
        name="cases",
    )


def board(viewer: Viewer, answer: Answer[CaseBoard], *, zone: ZoneInfo) -> list[Component]:
    """Return what news change: the tabs with their counts, and the cases of one."""
    told = answer.rows
    drawn: list[Component] = []
    if told.lines:
        heads = [viewer.say(f"cli.case_head.{name}") for name in _HEADS]
        rows = [_row(viewer, line, zone) for line in told.lines]
        drawn = [long_table(viewer, heads, rows, name="case-table")]
    return tabbed_list(
        viewer,
        "case",
        told,
        drawn,
        path_of=path_of,
        title="nav.cases",
        age=data_age(viewer, answer.age_s, answer.as_of),
    )


def _row(viewer: Viewer, line: CaseLine, zone: ZoneInfo) -> list[Children]:
    row = line.row
    state = state_badge(viewer, row.state) if row.state is not CaseState.OPEN else None
    return [
        case_link(row.number),
        [kind_words(viewer, row.kind), html.Div(where_cell(line))],
        [step_words(viewer, row.step), html.Div(state)],
        turn_badge(viewer, line.turn),
        owner_words(viewer, line.owner, line.offered),
        clock_cell(viewer, line.clock, zone),
        row.applicant,
    ]


def open_page(
    viewer: Viewer, kind: CaseKind, forms: CaseForms, nodes: Sequence[NodeChoice]
) -> Component:
    """Return the form of a new case of a kind."""
    links = [(kind_words(viewer, each), f"{PATH}/new/{each}", each is kind) for each in forms.kinds]
    words = kind_words(viewer, kind)
    body: list[Component | None]
    if kind not in forms.kinds:
        body = [empty(viewer.say("case_page.no_plan"))]
    elif kind is CaseKind.NEW_SUPPLY and not nodes:
        body = [empty(viewer.say("plant.no_station"))]
    else:
        about = f"{kind}@{forms.cases}"
        body = [
            html.P(viewer.say(f"case_page.what_{kind}"), className="subtitle"),
            act_form(viewer, OPEN, about, _fields(kind, nodes), button="case_form.open"),
        ]
    return page(
        viewer.say("case_page.to_open"),
        [
            choice_links(links, "", viewer.say("cli.case_head.kind")),
            panel(words, body, name="case-open"),
        ],
        name="case-new",
        crumbs=[link(viewer.say("nav.cases"), PATH)],
    )


def _fields(kind: CaseKind, nodes: Sequence[NodeChoice]) -> list[Field]:
    """Return what is asked of a kind: whose, where, how much, when."""
    applicant = Field(name="applicant", label="case_form.applicant", hint="party/harbour")
    kilowatt = Field(name="kilowatt", label="case_form.kilowatt", hint="40")
    fields: list[Field] = []
    if kind in {CaseKind.NEW_SUPPLY, CaseKind.TRANSFER}:
        fields.append(applicant)
    if kind is CaseKind.NEW_SUPPLY:
        named = {f"{each.utility}/{each.node}": f"{each.name} · {each.node}" for each in nodes}
        fields.append(
            Field(
                name="node",
                label="case_form.node",
                kind=Kind.CHOICE,
                choices=named,
                value=next(iter(named)),
            )
        )
    else:
        fields += [
            Field(name="point", label="case_form.point"),
            Field(
                name="account",
                label="case_form.leaving" if kind is CaseKind.TRANSFER else "case_form.account",
                hint="A-0001",
            ),
        ]
    if kind in {CaseKind.NEW_SUPPLY, CaseKind.CAPACITY_CHANGE}:
        fields.append(kilowatt)
    return [
        *fields,
        Field(name="wanted", label="case_form.wanted", kind=Kind.DAY),
        Field(name="asked", label="case_form.asked", hint=EXAMPLE),
    ]


def own_cases_page(viewer: Viewer, own: Sequence[ApplicantView], *, zone: ZoneInfo) -> Component:
    """Return the cases that a tenant applied for."""
    parts: list[Component] = []
    for seen in own:
        parts.append(applicant_panel(viewer, seen, zone=zone, title=seen.number))
        if seen.offer is not None:
            title = viewer.say("case_page.offer_of", number=seen.number)
            parts.append(offer_panel(viewer, seen.offer, title))
    return page(
        viewer.say("nav.own_cases"),
        [
            html.P(viewer.say("case_page.own_what"), className="subtitle"),
            *(parts or [empty(viewer.say("case_page.none_own"))]),
        ],
        name="own-cases",
        crumbs=[link(viewer.say("portal.title"), "/portal")],
    )
