"""Step 5a. From: one switching order. To: the layout of its page. Pure."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.outage_pieces import span_text
from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    extra,
    facts,
    link,
    page,
    panel,
    table,
)
from dashboards.components.twin import twin
from dashboards.formats import NOTHING, clock_text, instant_text
from dashboards.pages.switching.acts import PATH
from dashboards.pages.switching.forms import first_part, last_part, stop_part
from dashboards.pages.switching.next import next_panel
from dashboards.pages.switching.pieces import (
    never,
    order_link,
    permit_badge,
    request_word,
    signed,
    state_badge,
    step_words,
)
from dashboards.queries.rows import Answer
from dashboards.queries.switching_rows import SwitchingPage
from dashboards.viewer import Viewer
from energy.service.switching.kinds import Confirmation, StepState, SwitchingState
from energy.service.switching.reads import StepRow

NEXT, STOP, STATE, SEEN = (f"switching-{name}" for name in ("next", "stop", "state", "seen"))
"""Parts of the page that news change, and what they show."""
MOST_FACTS = 30
"""Of the page, the newest first; the table behind has all."""
_STEP_TONE = {
    StepState.WAITING: "calm",
    StepState.TOLD: "fair",
    StepState.DONE: "good",
    StepState.SKIPPED: "calm",
}
_PROOF_TONE = {
    Confirmation.CONFIRMED: "good",
    Confirmation.NOT_YET: "fair",
    Confirmation.CONTRADICTED: "bad",
}


def order_page(
    viewer: Viewer, answer: Answer[SwitchingPage], *, zone: ZoneInfo, now: datetime
) -> Component:
    """Return the page of a switching order."""
    told = answer.rows
    number = told.story.order.number
    return page(
        viewer.say("switching_page.title", number=number),
        [
            never(viewer),
            dcc.Store(id={"type": SEEN, "order": number}, data=seen_of(told, now)),
            _holder(NEXT, number, next_part(viewer, told, zone=zone)),
            _holder(STOP, number, [*stop_part(viewer, told)]),
            _holder(STATE, number, state_part(viewer, answer, zone=zone, now=now)),
        ],
        name="switching-order",
        crumbs=[link(viewer.say("nav.switching"), PATH), html.Span(number)],
    )


def _holder(name: str, number: str, part: list[Component | None]) -> Component:
    return html.Div(part, id={"type": name, "order": number}, className="stack")


def seen_of(told: SwitchingPage, now: datetime) -> str:
    """Return what changes when a page says something else: by people, readings or the time."""
    late = [each.permit for each in told.story.permits if each.overdue(now)]
    return repr((len(told.story.facts), told.story.confirmation, late, told.back_gone))


def next_part(viewer: Viewer, told: SwitchingPage, *, zone: ZoneInfo) -> list[Component | None]:
    """Return what comes next, with its button or form."""
    return [next_panel(viewer, told, zone=zone), *first_part(viewer, told, zone=zone)]


def state_part(
    viewer: Viewer, answer: Answer[SwitchingPage], *, zone: ZoneInfo, now: datetime
) -> list[Component | None]:
    """Return the steps, what the order is, its permits, what ends it, and its story."""
    told = answer.rows
    age = data_age(viewer, answer.age_s, answer.as_of)
    return [
        _steps(viewer, told, zone),
        _what(viewer, told, age, zone),
        _proof(viewer, told),
        _permits(viewer, told, zone=zone, now=now),
        *last_part(viewer, told),
        _story(viewer, told, zone),
    ]


def _what(viewer: Viewer, told: SwitchingPage, age: Component, zone: ZoneInfo) -> Component:
    row, names, say = told.story.order, told.names, viewer.say
    utility, _, node = row.about.removeprefix("node:").partition("/")
    drawn = f"/plant/{node}?utility={utility}&node={node}"
    head = "cli.switching_head"
    template = say("switching_sheet.version", name=viewer.named(row.name), version=row.version)
    pairs: list[tuple[str, Children]] = [
        (say(f"{head}.state"), state_badge(viewer, row)),
        (say(f"{head}.words"), row.words),
        (say(f"{head}.node"), link(names.node(row.about), drawn)),
        (say("switching_sheet.planned"), span_text(viewer, row.begins_at, row.ends_at, zone)),
        (say(f"{head}.template"), template),
        (say(f"{head}.reason"), row.reason),
        (say(f"{head}.author"), signed(viewer, names, row.author, row.written_at, zone)),
        (say(f"{head}.operator"), names.person(row.operator)),
        (say(f"{head}.guardian"), names.person(row.guardian)),
        (say(f"{head}.approver"), signed(viewer, names, row.approved_by, row.approved_at, zone)),
        (say(f"{head}.releaser"), signed(viewer, names, row.released_by, row.released_at, zone)),
        (say(f"{head}.undo"), ", ".join(str(each) for each in row.undo)),
        (say(f"{head}.undoes"), _related(told, row.undoes)),
        (say(f"{head}.back"), _related(told, row.back)),
    ]
    return panel(
        say("switching_page.order"),
        [
            facts([pair for pair in pairs if pair[1]], name="switching-facts"),
            html.P(
                html.A(
                    say("switching_page.paper"),
                    href=f"/download/switching/{row.number}.pdf",
                    download="",
                    className="button quiet",
                ),
                className="switching-paper",
            ),
        ],
        aside=age,
        name="switching-what",
    )


def _related(told: SwitchingPage, order: UUID | None) -> Component | None:
    number = "" if order is None else told.related.get(order, "")
    return order_link(number) if number else None


def _steps(viewer: Viewer, told: SwitchingPage, zone: ZoneInfo) -> Component:
    story = told.story
    after = story.order.permit_after
    items: list[Component] = []
    for step in story.steps:
        items.append(_step(viewer, told, step, zone))
        if step.number == after:
            words = viewer.say("switching_sheet.permit_here")
            items.append(html.Li(words, className="switching-permit-here"))
    return panel(
        viewer.say("switching_page.steps"),
        html.Ol(items, className="switching-steps"),
        name="switching-steps",
    )


def _step(viewer: Viewer, told: SwitchingPage, row: StepRow, zone: ZoneInfo) -> Component:
    current = row.number == current_step(told)
    state = badge(viewer.say(f"cli.switching_step.{row.state}"), _STEP_TONE[row.state])
    return html.Li(
        [*step_words(viewer, row.number, row.step, state), _times(viewer, told, row, zone)],
        className=f"switching-step step-{row.state}{' step-current' if current else ''}",
        **(extra(aria_current="step") if current else {}),
    )


def current_step(told: SwitchingPage) -> int:
    """Return the number of the step that is told or next; 0 where nothing may be told."""
    if told.story.order.state not in {
        SwitchingState.RELEASED,
        SwitchingState.UNDER_WAY,
        SwitchingState.STOPPED,
    }:
        return 0
    ahead = (StepState.WAITING, StepState.TOLD)
    return next((each.number for each in told.story.steps if each.state in ahead), 0)


def _times(viewer: Viewer, told: SwitchingPage, row: StepRow, zone: ZoneInfo) -> Component | None:
    """Return who told and read a step back, and when; or who left it out, and why."""
    said: list[str] = []
    for key, person, at in (
        ("told_at", row.told_by, row.told_at),
        ("read_back_at", row.read_back_by, row.read_back_at),
        ("skipped_at", row.skipped_by, row.skipped_at),
    ):
        if at is not None and person is not None:
            clock = clock_text(viewer.language, at, zone)
            name = told.names.person(person)
            said.append(viewer.say(f"switching_page.{key}", at=clock, person=name))
    if row.reason:
        said.append(row.reason)
    return (
        html.Div([html.Span(each) for each in said], className="switching-times") if said else None
    )


def _proof(viewer: Viewer, told: SwitchingPage) -> Component | None:
    """Return what billing asked for, and what readings say of it."""
    row, proof = told.story.order, told.story.confirmation
    if not row.request:
        return None
    kind = row.request["kind"]
    state = badge(
        viewer.say(f"cli.switching_confirmation.{proof}")
        if proof
        else viewer.say("switching_page.proof_later"),
        _PROOF_TONE[proof] if proof else "calm",
    )
    return panel(
        viewer.say("switching_page.proof"),
        [
            html.P([html.Strong(request_word(viewer, row)), " ", state], role="status"),
            html.P(viewer.say(f"switching_page.proof_{kind}"), className="subtitle"),
            html.P(
                [link(point, f"/meters/{point}") for point in row.request["points"]],
                className="switching-points",
            )
            if row.request["points"]
            else None,
        ],
        name="switching-proof",
    )


def _permits(
    viewer: Viewer, told: SwitchingPage, *, zone: ZoneInfo, now: datetime
) -> Component | None:
    if not told.story.permits:
        return None
    heads = ("permit", "what", "place", "earthed", "holder", "until", "given", "returned")
    rows: list[list[Children]] = [
        [
            [str(each.permit), " ", permit_badge(viewer, each, now)],
            each.what,
            each.place,
            each.earthed_at,
            told.names.person(each.holder),
            instant_text(viewer.language, each.valid_until, zone),
            signed(viewer, told.names, each.given_by, each.given_at, zone),
            [
                signed(viewer, told.names, each.returned_by, each.returned_at, zone) or NOTHING,
                f" · {each.reason}" if each.reason else None,
            ],
        ]
        for each in told.story.permits
    ]
    return panel(
        viewer.say("switching_page.permits_of"),
        table([viewer.say(f"cli.switching_head.{head}") for head in heads], rows, name="permits"),
        name="switching-permits",
    )


def _story(viewer: Viewer, told: SwitchingPage, zone: ZoneInfo) -> Component:
    number = told.story.order.number
    newest = list(reversed(told.story.facts))[:MOST_FACTS]
    lines = [
        html.Li(
            [
                html.Span(instant_text(viewer.language, fact.at, zone), className="switching-who"),
                html.Strong(viewer.say(f"cli.switching_act.{fact.act}")),
                html.Span(viewer.say("switching_page.of_step", step=fact.step))
                if fact.step
                else None,
                html.Span(told.names.person(fact.person)),
                html.Span(fact.words, className="switching-words") if fact.words else None,
            ]
        )
        for fact in newest
    ]
    return panel(
        viewer.say("switching_page.story"),
        [html.Ul(lines, className="switching-story"), twin(viewer, f"switching~{number}", "")],
        name="switching-story",
    )
