"""Step 5a. From: the switching orders of a site. To: their board, the form of a new one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import badge, data_age, empty, link, page, panel
from dashboards.components.twin import twin
from dashboards.formats import instant_text
from dashboards.note_words import EXAMPLE
from dashboards.pages.switching.acts import NOBODY_ASKED, PATH, WRITE
from dashboards.pages.switching.pieces import never, order_card, permit_line
from dashboards.queries.outage_rows import NodeChoice
from dashboards.queries.rows import Answer
from dashboards.queries.switching_rows import SwitchingBoard, SwitchingChoices, WaitingRequest
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.switching.kinds import SwitchingState
from energy.service.switching.reads import SwitchingRow

BOARD = "switching-board"
MOST_CARDS = 40
"""Cards of a part; the table behind has all."""
MOST_PAST = 12
_PARTS: tuple[tuple[str, tuple[SwitchingState, ...]], ...] = (
    ("running", (SwitchingState.UNDER_WAY, SwitchingState.STOPPED)),
    ("released", (SwitchingState.RELEASED,)),
    ("approved", (SwitchingState.APPROVED,)),
    ("written", (SwitchingState.WRITTEN,)),
)


def switching_page(
    viewer: Viewer, answer: Answer[SwitchingBoard], *, zone: ZoneInfo, now: datetime
) -> Component:
    """Return the board of switching orders and permits."""
    return page(
        viewer.say("nav.switching"),
        [
            never(viewer),
            _to_write(viewer),
            html.Div(board(viewer, answer, zone=zone, now=now), id=BOARD, className="stack"),
            panel(
                viewer.say("switching_page.every"),
                twin(viewer, "switching", ""),
                name="switching-table",
            ),
        ],
        name="switching",
    )


def board(
    viewer: Viewer, answer: Answer[SwitchingBoard], *, zone: ZoneInfo, now: datetime
) -> list[Component | None]:
    """Return what news change: permits out, orders by state, requests that wait."""
    told = answer.rows
    age = data_age(viewer, answer.age_s, answer.as_of)
    by_state = [
        (name, [row for row in told.orders if row.state in states]) for name, states in _PARTS
    ]
    shown = [(name, rows) for name, rows in by_state if rows]
    return [
        _permits(viewer, told, zone=zone, now=now),
        *(
            _orders(viewer, name, rows, told, zone, age if n == 0 else None)
            for n, (name, rows) in enumerate(shown)
        ),
        None
        if shown
        else panel(
            viewer.say("switching_page.running"),
            empty(viewer.say("switching_page.none_open")),
            aside=age,
            name="switching-none",
        ),
        _waiting(viewer, told.waiting, zone),
        _orders(viewer, "past", told.past, told, zone, None, most=MOST_PAST) if told.past else None,
    ]


def _orders(
    viewer: Viewer,
    name: str,
    rows: Sequence[SwitchingRow],
    told: SwitchingBoard,
    zone: ZoneInfo,
    age: Component | None,
    most: int = MOST_CARDS,
) -> Component:
    cards = [order_card(viewer, row, told.names, zone) for row in rows[:most]]
    more = len(rows) - most
    return panel(
        viewer.say(f"switching_page.{name}"),
        [
            html.Div(cards, className="switching-cards"),
            html.P(viewer.say("switching_page.more", count=more), className="subtitle")
            if more > 0
            else None,
        ],
        aside=age,
        name=f"switching-{name}",
    )


def _permits(
    viewer: Viewer, told: SwitchingBoard, *, zone: ZoneInfo, now: datetime
) -> Component | None:
    if not told.permits:
        return None
    lines = [
        permit_line(viewer, out, told.names, zone=zone, now=now)
        for out in told.permits[:MOST_CARDS]
    ]
    return panel(
        viewer.say("switching_page.permits"),
        [
            html.P(viewer.say("switching_page.permits_what"), className="subtitle"),
            html.Ul(lines, className="switching-permits"),
        ],
        name="switching-permits",
    )


def _waiting(
    viewer: Viewer, waiting: Sequence[WaitingRequest] | None, zone: ZoneInfo
) -> Component | None:
    if waiting is None:
        return None
    if not waiting:
        body: Component = empty(viewer.say("switching_page.none_waiting"))
    else:
        lines = [_request(viewer, each, zone) for each in waiting[:MOST_CARDS]]
        body = html.Ul(lines, className="switching-permits")
    return panel(
        viewer.say("switching_page.waiting"),
        [html.P(viewer.say("switching_page.waiting_what"), className="subtitle"), body],
        name="switching-waiting",
    )


def _request(viewer: Viewer, asked: WaitingRequest, zone: ZoneInfo) -> Component:
    words = viewer.say(f"cli.switching_request.{asked.kind}", reference=asked.reference)
    state = "ready" if asked.ready else "not_ready"
    until = (
        viewer.say(
            "switching_page.until", at=instant_text(viewer.language, asked.valid_until, zone)
        )
        if asked.valid_until
        else None
    )
    return html.Li(
        [
            badge(viewer.say(f"switching_page.request_{state}"), "calm" if asked.ready else "fair"),
            html.Strong(words),
            html.Span([link(point, f"/meters/{point}") for point in asked.points]),
            html.Span(until) if until else None,
            link(viewer.say("switching_page.write_it"), f"{PATH}/write/{asked.reference}")
            if viewer.scope.may(Right.WORK)
            else None,
        ]
    )


def _to_write(viewer: Viewer) -> Component | None:
    words = viewer.say("switching_page.write")
    return html.P(
        [
            link(words, f"{PATH}/write", name="button") if viewer.scope.may(Right.WORK) else None,
            link(viewer.say("switching_template.list"), f"{PATH}/templates", name="button quiet"),
        ],
        className="switching-to-write",
    )


def write_page(
    viewer: Viewer,
    choices: SwitchingChoices,
    nodes: Sequence[NodeChoice],
    *,
    seen: int,
    request: str = "",
) -> Component:
    """Return the form of a new order.

    Args:
        viewer: Who writes it.
        choices: Templates, people, requests.
        nodes: Of the supply graphs as they hold now.
        seen: How many orders there are.
        request: What billing asked for that it is written for; the node that feeds its points is
            proposed.
    """
    title = viewer.say("switching_page.write")
    body: Component
    if not choices.templates:
        body = empty(viewer.say("switching_page.no_template"))
    elif not nodes:
        body = empty(viewer.say("plant.no_station"))
    else:
        body = act_form(
            viewer,
            WRITE,
            str(seen),
            _fields(viewer, choices, nodes, request),
            button="switching_act.write",
        )
    return page(
        title,
        [
            never(viewer),
            panel(
                viewer.say("switching_page.write_panel"),
                [html.P(viewer.say("switching_page.write_what"), className="subtitle"), body],
                name="switching-write",
            ),
        ],
        name="switching-write",
        crumbs=[link(viewer.say("nav.switching"), PATH)],
    )


def _fields(
    viewer: Viewer, choices: SwitchingChoices, nodes: Sequence[NodeChoice], request: str
) -> list[Field]:
    templates = {each.key: viewer.named(each.plan.name) for each in choices.templates}
    named = {f"{each.utility}/{each.node}": f"{each.name} · {each.node}" for each in nodes}
    asked = {
        NOBODY_ASKED: viewer.say("switching_act.nobody_asked"),
        **{
            each.reference: viewer.say(
                f"cli.switching_request.{each.kind}", reference=each.reference
            )
            for each in choices.waiting
        },
    }
    points = {p for each in choices.waiting if each.reference == request for p in each.points}
    feeding = next((f"{each.utility}/{each.node}" for each in nodes if each.point in points), "")
    return [
        _choice("template", templates),
        _choice("node", named, feeding),
        *planned_fields(choices.people, "", ""),
        Field(
            name="request",
            label="switching_act.request",
            kind=Kind.CHOICE,
            choices=asked,
            value=request if request in asked else NOBODY_ASKED,
        ),
    ]


def planned_fields(
    people: Sequence[tuple[object, str]], operator: str, guardian: str
) -> list[Field]:
    """Return the fields of when, why and who.

    Args:
        people: Who works at the site, by name.
        operator: Id of who is proposed; "" proposes nobody.
        guardian: The same.
    """
    able = {str(person): name for person, name in people}
    return [
        Field(name="first", label="switching_act.first", hint=EXAMPLE),
        Field(name="last", label="switching_act.last", hint=EXAMPLE),
        Field(name="reason", label="switching_act.why"),
        _choice("operator", able, operator),
        _choice("guardian", able, guardian),
    ]


def _choice(name: str, choices: dict[str, str], value: str = "") -> Field:
    return Field(
        name=name,
        label=f"switching_act.{name}",
        kind=Kind.CHOICE,
        choices=choices,
        value=value if value in choices else "",
    )
