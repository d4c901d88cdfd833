"""In: supply cases. Out: their states, clocks and results: the pieces of pages. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, badge, facts, link, panel, table
from dashboards.components.work_pieces import WORK, clock_badge, span_words
from dashboards.formats import NOTHING, day_text, instant_text, money
from dashboards.pages.cases.acts import PATH
from dashboards.queries.case_rows import CaseLine, StepClock
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.cases.kinds import CaseState, CaseStep, Turn
from energy.service.cases.progress import StepRow
from energy.service.cases.reads import OfferRow
from energy.service.cases.seen import ApplicantView

_STATE_TONE = {
    CaseState.OPEN: "calm",
    CaseState.DONE: "good",
    CaseState.REFUSED: "bad",
    CaseState.WITHDRAWN: "calm",
}
_TURN_TONE = {Turn.OURS: "fair", Turn.APPLICANT: "calm", Turn.NOBODY: "calm"}
_CODED = {"capacity": "case_capacity", "how": "case_how"}
"""What a step came to that has words of its own."""


def case_link(number: str) -> Component:
    """Return a link to a case."""
    return link(number, f"{PATH}/{number}")


def kind_words(viewer: Viewer, kind: str) -> str:
    """Return what is asked for."""
    return viewer.say(f"cli.case_kind.{kind}")


def step_words(viewer: Viewer, step: CaseStep) -> str:
    """Return what a step is called."""
    return viewer.say(f"cli.case_step.{step}")


def state_badge(viewer: Viewer, state: CaseState) -> Component:
    """Return how far a case is."""
    return badge(viewer.say(f"cli.case_state.{state}"), _STATE_TONE[state])


def turn_badge(viewer: Viewer, turn: Turn) -> Component:
    """Return whose turn it is."""
    return badge(viewer.say(f"cli.case_turn.{turn}"), _TURN_TONE[turn])


def clock_cell(viewer: Viewer, clock: StepClock, zone: ZoneInfo) -> list[Component]:
    """Return how the clock of a step stands, and when it is due."""
    due = clock.standing.due_at
    counting = viewer.say(f"cli.work.{clock.counting}")
    words = viewer.say("case_page.due", at=instant_text(viewer.language, due, zone)) if due else ""
    return [
        clock_badge(viewer, clock.standing),
        html.Div(f"{words} {counting}".strip(), className="work-due"),
    ]


def used_words(viewer: Viewer, clock: StepClock) -> str:
    """Return how much of its time a step has used."""
    return span_words(viewer, clock.standing.used, working=clock.standing.working)


def where_cell(line: CaseLine) -> Children:
    """Return what a case is about: its point, else its node or place; and its account."""
    row = line.row
    point = link(row.point, f"/meters/{row.point}") if row.point else row.node or row.place
    return [html.Div(point or NOTHING), html.Div(row.account or row.leaving, className="work-due")]


def result_words(viewer: Viewer, row: StepRow) -> Children:
    """Return what a step came to, each thing with its name."""
    found: list[Component] = []
    for name, value in row.result.items():
        shown: str | Component = value
        if name in _CODED:
            shown = viewer.say(f"cli.{_CODED[name]}.{value}")
        elif name == "order":
            shown = link(value, f"{WORK}/{value}")
        elif name == "switching" and viewer.scope.may(Right.READ_ENERGY):
            shown = link(value, f"/switching/{value}")
        elif name == "point":
            shown = link(value, f"/meters/{value}")
        label = viewer.say(f"cli.case_result.{name}")
        found.append(html.Div([html.Span(f"{label}: ", className="work-due"), shown]))
    return found or NOTHING


def offer_panel(viewer: Viewer, offer: OfferRow, title: str) -> Component:
    """Return an offer with its items and sums."""
    heads = [viewer.say("cli.case_head.what"), f">{offer.currency}"]
    tax = viewer.say("cli.case_head.tax", percent=offer.tax_percent)
    sums = (("net", offer.net), ("tax", offer.tax), ("total", offer.total))
    rows: list[list[Children]] = [
        [what, money(viewer.language, amount, offer.currency)] for what, amount in offer.items
    ]
    rows += [
        [
            html.Strong(tax if name == "tax" else viewer.say(f"cli.case_head.{name}")),
            html.Strong(money(viewer.language, amount, offer.currency)),
        ]
        for name, amount in sums
    ]
    until = viewer.say("case_page.offer_until", day=day_text(viewer.language, offer.valid_until))
    state = viewer.say(f"cli.case.{'accepted' if offer.accepted_at else 'offered'}")
    tone = "good" if offer.accepted_at else "fair"
    return panel(
        title,
        [html.P([badge(state, tone), f" {until}"]), table(heads, rows, name="case-offer")],
        name="case-offer",
    )


def applicant_panel(
    viewer: Viewer, seen: ApplicantView, *, zone: ZoneInfo, title: str
) -> Component:
    """Return what an applicant is told of a case: no person, and no word of the office."""
    say, at_step = viewer.say, seen.state is CaseState.OPEN
    step_at, whole_at = seen.promised.step_at, seen.promised.whole_at
    turn: list[Component | str] = [turn_badge(viewer, seen.turn)]
    if seen.waits_for:
        turn.append(f" {say('case_page.waits')}: {say(f'cli.work_waits.{seen.waits_for}')}")
    pairs: list[tuple[str, Children]] = [
        (say("cli.case_head.kind"), kind_words(viewer, seen.kind)),
        (say("cli.case_head.utility"), say(f"utility.{seen.utility}")),
        (say("cli.case_head.state"), state_badge(viewer, seen.state)),
        (say("cli.case_head.reason"), seen.reason),
        (say("cli.case_head.turn"), turn if at_step else ""),
        (say("cli.case_head.step"), step_words(viewer, seen.step) if at_step else ""),
        (
            say("cli.case_head.step_due"),
            instant_text(viewer.language, step_at, zone) if step_at else "",
        ),
        (
            say("cli.case_head.whole"),
            instant_text(viewer.language, whole_at, zone) if whole_at else "",
        ),
        (
            say("cli.case_head.wanted"),
            day_text(viewer.language, seen.wanted_on) if seen.wanted_on else "",
        ),
    ]
    return panel(
        title,
        [
            facts([pair for pair in pairs if pair[1]], name="case-facts"),
            way(viewer, seen, zone),
        ],
        name="case-seen",
    )


def way(viewer: Viewer, seen: ApplicantView, zone: ZoneInfo) -> Component:
    """Return the steps of a case in order: done with their time, the one it is at, those ahead."""
    done = [
        html.Li(
            [
                html.Strong(step_words(viewer, step)),
                html.Span(instant_text(viewer.language, at, zone), className="work-due"),
            ],
            className="case-done",
        )
        for step, at in seen.done
    ]
    now = (
        [html.Li(html.Strong(step_words(viewer, seen.step)), className="case-now")]
        if seen.state is CaseState.OPEN
        else []
    )
    ahead = [html.Li(step_words(viewer, step), className="case-ahead") for step in seen.to_come]
    return html.Ol([*done, *now, *ahead], className="case-way")
