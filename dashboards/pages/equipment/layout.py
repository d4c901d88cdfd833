"""Step 5a. From: the register, what is due, plans. To: the lists of equipment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.long_table import long_table, with_cards
from dashboards.components.pieces import Children, badge, data_age, empty, link, page, panel
from dashboards.components.twin import twin
from dashboards.formats import NOTHING, day_text, instant_text
from dashboards.pages.equipment.pieces import (
    NEW,
    NEW_PLAN,
    PATH,
    PLANS,
    certificate_badge,
    class_words,
    due_badge,
    due_card,
    due_words,
    every_words,
    tabs,
    whom_words,
)
from dashboards.queries.equipment_rows import DueBoard, DueLine, PieceLine, PlanBoard, Register
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.equipment.maintenance import DueState
from energy.service.equipment.plan_reads import PlanRow

MOST_CARDS = 40
"""Cards with forms; the table behind has all."""
_PIECE_HEADS = ("number", "name", "class", "place", "state", "next")
_DUE_HEADS = ("state", "plan", "what", "piece", "place", "last_done")
_PLAN_HEADS = ("number", "what", "whom", "every", "orders", "state")


def register_page(viewer: Viewer, answer: Answer[Register]) -> Component:
    """Return the register: the pieces in service, or those that are out."""
    told = answer.rows
    name = "out" if told.out else "in"
    body: list[Component | None] = [empty(viewer.say(f"equipment_page.none_{name}"))]
    if told.lines:
        heads = [viewer.say(f"equipment_page.head_{each}") for each in _PIECE_HEADS]
        rows = [_piece(viewer, line) for line in told.lines]
        shown = long_table(viewer, heads, rows, name="equipment-table")
        body = [*with_cards(shown, lambda: _piece_cards(viewer, told.lines))]
        body.append(twin(viewer, f"equipment_{name}", ""))
    return page(
        viewer.say("nav.equipment"),
        [
            html.P(viewer.say("equipment_page.what"), className="subtitle"),
            _to_make(viewer, NEW, "equipment_page.to_register"),
            tabs(viewer, told.counts, name),
            panel(
                viewer.say(f"equipment_tab.{name}"),
                body,
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="equipment-list",
            ),
        ],
        name="equipment",
    )


def _to_make(viewer: Viewer, path: str, words: str) -> Component | None:
    if not viewer.scope.may(Right.PLAN_WORK):
        return None
    return html.P(link(viewer.say(words), path, name="button"), className="work-to-open")


def _piece(viewer: Viewer, line: PieceLine) -> list[Children]:
    row = line.row
    return [
        link(row.number, f"{PATH}/{row.number}"),
        html.Div(row.name, className="work-what"),
        class_words(viewer, row.kind),
        line.place,
        _state(viewer, line),
        NOTHING if line.next is None else [_next_badge(viewer, line), _next_name(line)],
    ]


def _next_badge(viewer: Viewer, line: PieceLine) -> Component | None:
    return None if line.next is None else due_badge(viewer, line.next)


def _next_name(line: PieceLine) -> Component | None:
    if line.next is None:
        return None
    return html.Div(line.next.plan.spec.name, className="work-due")


def _state(viewer: Viewer, line: PieceLine) -> Children:
    """Return whether a piece is in service, and whether a certificate of it has ended."""
    row = line.row
    if row.out_on is not None:
        day = day_text(viewer.language, row.out_on)
        return badge(viewer.say("equipment_page.out_since", day=day), "calm")
    there = badge(viewer.say("equipment_page.in_service"), "good")
    if not line.ended:
        return there
    ended = viewer.say("equipment_page.certificates_ended", count=line.ended)
    return [there, badge(ended, "bad")]


def _piece_cards(viewer: Viewer, lines: Sequence[PieceLine]) -> Component:
    cards = []
    for line in lines:
        row = line.row
        state = _state(viewer, line)
        badges = state if isinstance(state, list) else [state]
        head = [link(html.Strong(row.number), f"{PATH}/{row.number}"), *badges]
        cards.append(
            html.Article(
                [
                    html.Div(head, className="work-card-head"),
                    html.Div(row.name, className="work-card-what"),
                    html.Div(f"{class_words(viewer, row.kind)} · {line.place}"),
                    html.Div([_next_badge(viewer, line), _next_name(line)]),
                ],
                className="work-card",
            )
        )
    return html.Div(cards, className="work-cards")


def due_page(viewer: Viewer, answer: Answer[DueBoard], *, zone: ZoneInfo) -> Component:
    """Return what is due, what is to come, and the certificates that end."""
    told = answer.rows
    due = [line for line in told.lines if line.row.due.state is DueState.DUE]
    later = [line for line in told.lines if line.row.due.state is not DueState.DUE]
    body: list[Component | None] = [empty(viewer.say("equipment_page.none_due"))]
    if due:
        cards = [due_card(viewer, line, told.forms, zone) for line in due[:MOST_CARDS]]
        body = [html.Div(cards, className="work-cards")]
    if len(due) > MOST_CARDS:
        words = viewer.say("equipment_page.more_due", count=len(due) - MOST_CARDS)
        body.append(html.P(words, className="subtitle"))
    body.append(twin(viewer, "equipment_due", ""))
    return page(
        viewer.say("equipment_page.due_title"),
        [
            html.P(viewer.say("equipment_page.due_what"), className="subtitle"),
            tabs(viewer, told.counts, "due"),
            panel(
                viewer.say("equipment_tab.due"),
                body,
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="equipment-due",
            ),
            _later(viewer, later, zone),
            _certificates(viewer, told),
        ],
        name="equipment-due",
        crumbs=[link(viewer.say("nav.equipment"), PATH)],
    )


def _later(viewer: Viewer, lines: Sequence[DueLine], zone: ZoneInfo) -> Component | None:
    if not lines:
        return None
    heads = [viewer.say(f"equipment_page.head_{each}") for each in _DUE_HEADS]
    rows: list[list[Children]] = []
    for line in lines:
        row = line.row
        rows.append(
            [
                due_words(viewer, row),
                link(row.plan.number, f"{PLANS}/{row.plan.number}"),
                html.Div(row.plan.spec.name, className="work-what"),
                link(f"{row.piece.number} {row.piece.name}", f"{PATH}/{row.piece.number}"),
                line.place,
                instant_text(viewer.language, row.last_done, zone),
            ]
        )
    table = long_table(viewer, heads, rows, name="equipment-later")
    return panel(viewer.say("equipment_page.later"), table, name="equipment-later")


def _certificates(viewer: Viewer, told: DueBoard) -> Component:
    title = viewer.say("equipment_page.certificates_due")
    if not told.certificates:
        none = empty(viewer.say("equipment_page.none_certificates"))
        return panel(title, none, name="equipment-certificates")
    heads = [viewer.say(f"equipment_page.head_{each}") for each in ("left", "piece")]
    heads += [viewer.say(f"cli.equipment_head.{each}") for each in ("kind", "certificate")]
    heads.append(viewer.say("cli.equipment_head.valid_until"))
    rows: list[list[Children]] = [
        [
            certificate_badge(viewer, due.days_left),
            link(f"{row.number} {row.name}", f"{PATH}/{row.number}"),
            html.Div(due.certificate.kind, className="work-what"),
            html.Div(due.certificate.number, className="work-what"),
            day_text(viewer.language, due.ends_on),
        ]
        for row, due in told.certificates
    ]
    table = long_table(viewer, heads, rows, name="equipment-ending")
    return panel(title, table, name="equipment-certificates")


def plans_page(viewer: Viewer, answer: Answer[PlanBoard]) -> Component:
    """Return the plans of maintenance."""
    told = answer.rows
    body: Component = empty(viewer.say("equipment_page.none_plans"))
    if told.plans:
        heads = [viewer.say(f"equipment_page.head_{each}") for each in _PLAN_HEADS]
        rows = [_plan(viewer, row, told) for row in told.plans]
        body = long_table(viewer, heads, rows, name="equipment-plans")
    return page(
        viewer.say("equipment_page.plans_title"),
        [
            html.P(viewer.say("equipment_page.plans_what"), className="subtitle"),
            _to_make(viewer, NEW_PLAN, "equipment_page.to_plan"),
            tabs(viewer, told.counts, "plans"),
            panel(
                viewer.say("equipment_tab.plans"),
                body,
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="equipment-plans",
            ),
        ],
        name="equipment-plans",
        crumbs=[link(viewer.say("nav.equipment"), PATH)],
    )


def _plan(viewer: Viewer, row: PlanRow, told: PlanBoard) -> list[Children]:
    spec = row.spec
    kind = viewer.say(f"cli.equipment_plan_kind.{spec.kind}")
    ended = row.ended_on
    return [
        link(row.number, f"{PLANS}/{row.number}"),
        [html.Div(spec.name, className="work-what"), html.Div(kind, className="work-due")],
        whom_words(viewer, spec, told.names),
        every_words(viewer, spec),
        orders_words(viewer, row, told.names.get(spec.owner, "?")),
        badge(viewer.say("equipment_page.version", version=row.version), "calm")
        if ended is None
        else badge(
            viewer.say("equipment_page.ended_on", day=day_text(viewer.language, ended)), "calm"
        ),
    ]


def orders_words(viewer: Viewer, row: PlanRow, owner: str) -> str:
    """Return who makes the orders of a plan, and whose they are."""
    spec = row.spec
    if not spec.level:
        return viewer.say("equipment_page.by_hand")
    whose = owner if spec.owner else viewer.say("equipment_page.on_duty")
    return viewer.say("equipment_page.by_itself", level=spec.level, owner=whose)
