"""Step 5a. From: requests for leave, swaps, who looks. To: their lists, a request's page. Pure.

What a request does to the roster and to whom an alert calls is shown before anybody decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import (
    Children,
    badge,
    empty,
    facts,
    link,
    notice,
    page,
    panel,
    table,
)
from dashboards.formats import day_text
from dashboards.pages.duty.acts import (
    APPROVE,
    ASK,
    NOBODY,
    REFUSE,
    SWAP_OFF,
    TAKE,
    WITHDRAW,
)
from dashboards.pages.duty.pieces import (
    LEAVE,
    crumb,
    name_of,
    parts_of,
    shift_text,
    slot_path,
    slot_words,
)
from dashboards.queries.duty_rows import Who
from dashboards.queries.leave_rows import LeaveBoard, LeaveEffect, LeaveLine, LeavePage, SwapLine
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.duty.leave import LeaveState
from energy.service.duty.names import DutyNames
from energy.service.duty.swap import SwapState

LEAVE_TONE = {"asked": "fair", "approved": "good", "refused": "bad", "withdrawn": "calm"}
SWAP_TONE = {"offered": "fair", "taken": "good", "withdrawn": "calm"}
MOST = 30
"""Requests and swaps that are over; `duty leave` and `duty swaps` list all."""


def leave_page(viewer: Viewer, answer: Answer[LeaveBoard], names: DutyNames) -> Component:
    """Return the requests for leave and the swaps that a person may see."""
    board = answer.rows
    return page(
        viewer.say("duty_leave.title"),
        [
            parts_of(viewer, LEAVE),
            _ask(viewer, answer.as_of),
            panel(
                viewer.say("duty_leave.waiting"),
                _lines(viewer, board.waiting, "none_waiting"),
                name="leave-waiting",
            ),
            panel(
                viewer.say("duty_leave.swaps"),
                _swaps(viewer, board.swaps, names),
                name="leave-swaps",
            ),
            panel(
                viewer.say("duty_leave.others"),
                _lines(viewer, board.others[:MOST], "none_others"),
                name="leave-others",
            ),
        ],
        name="duty-leave",
        crumbs=crumb(viewer),
    )


def _ask(viewer: Viewer, as_of: int) -> Component | None:
    if not viewer.scope.may(Right.OWN_DUTY):
        return None
    return panel(
        viewer.say("duty_leave.ask"),
        [
            html.P(viewer.say("duty_leave.ask_what"), className="subtitle"),
            act_form(
                viewer,
                ASK,
                str(as_of),
                [
                    Field(name="first", label="duty_leave.first", kind=Kind.DAY),
                    Field(name="last", label="duty_leave.last", kind=Kind.DAY),
                ],
                button="duty_act.ask",
            ),
        ],
        name="leave-ask",
    )


def _lines(viewer: Viewer, lines: Sequence[LeaveLine], none: str) -> Component:
    if not lines:
        return empty(viewer.say(f"duty_leave.{none}"))
    rows: list[list[Children]] = [
        [
            link(_days(viewer, each), f"{LEAVE}/{each.leave}"),
            html.Bdi(each.who.name),
            _state(viewer, each),
            html.Bdi(each.decided_by or "–"),
        ]
        for each in lines
    ]
    heads = [viewer.say(f"duty_leave.{key}") for key in ("days", "person", "state", "decided_by")]
    return table(heads, rows, name="leave-lines")


def _days(viewer: Viewer, line: LeaveLine) -> str:
    first, last = (day_text(viewer.language, day) for day in (line.first, line.last))
    return first if first == last else f"{first} – {last}"


def _state(viewer: Viewer, line: LeaveLine) -> Component:
    return badge(viewer.say(f"cli.duty_leave.{line.state}"), LEAVE_TONE[str(line.state)])


def _swaps(viewer: Viewer, swaps: Sequence[SwapLine], names: DutyNames) -> Component:
    if not swaps:
        return empty(viewer.say("duty_leave.none_swaps"))
    cards = [_swap(viewer, each, names) for each in swaps[:MOST]]
    return html.Ul(cards, className="cards duty-swaps")


def _swap(viewer: Viewer, line: SwapLine, names: DutyNames) -> Component:
    person = viewer.scope.person
    back = viewer.say("duty_leave.swap_nothing")
    if line.back is not None:
        back = viewer.say("duty_leave.swap_back", slot=slot_words(viewer, line.back, names))
    words = viewer.say("duty_leave.swap", gives=line.gives.name, takes=line.takes.name)
    waits = line.state is SwapState.OFFERED and viewer.scope.may(Right.OWN_DUTY)
    about = str(line.swap)
    return html.Li(
        [
            html.Div(
                [
                    link(slot_words(viewer, line.slot, names), slot_path(line.slot)),
                    badge(viewer.say(f"cli.duty_swap.{line.state}"), SWAP_TONE[str(line.state)]),
                ],
                className="card-head",
            ),
            html.Div([words, " · ", back], className="card-what"),
            act_form(viewer, TAKE, about, [], button="duty_act.take_swap")
            if waits and person == line.takes.person
            else None,
            act_form(viewer, SWAP_OFF, about, [], button="duty_act.swap_not", quiet=True)
            if waits and line.belongs_to(person)
            else None,
        ]
    )


def request_page(
    viewer: Viewer, answer: Answer[LeavePage], names: DutyNames, *, zone: ZoneInfo
) -> Component:
    """Return a request: who, when, what it does, and what may be done."""
    told, line = answer.rows, answer.rows.line
    pairs: list[tuple[str, Children]] = [
        (viewer.say("duty_leave.person"), html.Bdi(line.who.name)),
        (viewer.say("duty_leave.days"), _days(viewer, line)),
        (viewer.say("duty_leave.state"), _state(viewer, line)),
        (viewer.say("duty_leave.asked_by"), html.Bdi(line.author)),
    ]
    if line.decided_by:
        pairs.append((viewer.say("duty_leave.decided_by"), html.Bdi(line.decided_by)))
    waits = line.state is LeaveState.ASKED
    return page(
        viewer.say("duty_leave.request", name=line.who.name),
        [
            panel(viewer.say("duty_leave.what"), facts(pairs, name="leave-facts"), name="leave"),
            _effects(viewer, told.effects, names, zone) if waits else None,
            _decide(viewer, told, names) if waits else None,
            _withdraw(viewer, line),
        ],
        name="duty-request",
        crumbs=[*crumb(viewer), link(viewer.say("duty_leave.title"), LEAVE)],
    )


def _effects(
    viewer: Viewer, effects: Sequence[LeaveEffect], names: DutyNames, zone: ZoneInfo
) -> Component:
    """Return what it does, slot by slot: who stands in, whom an alert calls before and after."""
    if not effects:
        inside: Component = empty(viewer.say("duty_leave.no_effect"))
    else:
        heads = [
            viewer.say(f"duty_leave.{key}") for key in ("slot", "stands_in", "before", "after")
        ]
        rows: list[list[Children]] = [
            [
                [
                    link(slot_words(viewer, each.slot, names), slot_path(each.slot)),
                    html.Div(
                        shift_text(viewer, each.slot.shift, each.period, zone, names),
                        className="card-what",
                    ),
                ],
                html.Div(name_of(viewer, each.proposed))
                if each.proposed
                else badge(viewer.say("duty_page.nobody"), "bad"),
                _circles(viewer, each.calls_before),
                _circles(viewer, each.calls_after),
            ]
            for each in effects
        ]
        inside = table(heads, rows, name="leave-effects")
    return panel(
        viewer.say("duty_leave.effect"),
        [html.P(viewer.say("duty_leave.effect_what"), className="subtitle"), inside],
        name="leave-effect",
    )


def _circles(viewer: Viewer, circles: Sequence[Sequence[Who]]) -> Component:
    """Return the circles of people that an alert calls, in their order."""
    return html.Ol(
        [
            html.Li(
                [html.Span(name_of(viewer, who), className="duty-face") for who in circle],
                className="duty-faces",
            )
            for circle in circles
        ],
        className="duty-path",
    )


def _decide(viewer: Viewer, told: LeavePage, names: DutyNames) -> Component | None:
    """Return the forms of whoever may decide: nobody about leave of their own."""
    line = told.line
    title = viewer.say("duty_leave.decide")
    if line.belongs_to(viewer.scope.person):
        words = viewer.say("duty_leave.decide_other")
        return panel(title, html.P(words, className="outage-wait"), name="leave-decide")
    if not viewer.scope.may(Right.PLAN_WORK):
        return None
    about = str(line.leave)
    uncovered = [each for each in told.effects if each.proposed is None]
    return panel(
        title,
        [
            html.P(viewer.say("duty_leave.decide_what"), className="subtitle"),
            notice(viewer.say("duty_leave.nobody_may", count=len(uncovered)), good=False)
            if uncovered
            else None,
            act_form(
                viewer,
                APPROVE,
                about,
                [_stand_in(viewer, each, names) for each in told.effects],
                button="duty_act.approve",
            ),
            act_form(viewer, REFUSE, about, [], button="duty_act.refuse", quiet=True),
        ],
        name="leave-decide",
    )


def _stand_in(viewer: Viewer, effect: LeaveEffect, names: DutyNames) -> Field:
    choices = {str(who.person): who.name for who in effect.fit}
    choices[NOBODY] = viewer.say("duty_leave.on_purpose")
    return Field(
        name=str(effect.slot),
        label=slot_words(viewer, effect.slot, names),
        plain=True,
        kind=Kind.CHOICE,
        value=str(effect.proposed.person) if effect.proposed else "",
        choices=choices,
    )


def _withdraw(viewer: Viewer, line: LeaveLine) -> Component | None:
    open_ = line.state in {LeaveState.ASKED, LeaveState.APPROVED}
    if (
        not open_
        or not line.belongs_to(viewer.scope.person)
        or not viewer.scope.may(Right.OWN_DUTY)
    ):
        return None
    return panel(
        viewer.say("duty_leave.withdraw"),
        [
            html.P(viewer.say("duty_leave.withdraw_what"), className="subtitle"),
            act_form(viewer, WITHDRAW, str(line.leave), [], button="duty_act.withdraw", quiet=True),
        ],
        name="leave-withdraw",
    )
