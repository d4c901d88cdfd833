"""Step 5a. From: one request. To: the layout of its page. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    facts,
    link,
    page,
    panel,
    table,
)
from dashboards.components.request_pieces import (
    ARTICLES,
    REQUESTS,
    kind_words,
    request_state,
    tenant_words,
)
from dashboards.components.work_pieces import INCIDENTS, WORK, class_words, owner_words
from dashboards.components.work_pieces import state_badge as work_state
from dashboards.components.work_story import clocks_panel
from dashboards.formats import instant_text
from dashboards.pages.requests.forms import acts_panel, called_form
from dashboards.queries.request_rows import CallLine, RequestPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.requests.kinds import MadeKind
from energy.service.requests.reads import RequestFact

STANDING = "request-standing"
_TONES = {
    "opened": "calm",
    "answered": "good",
    "went_on": "fair",
    "paused": "fair",
    "offered": "fair",
    "escalated": "bad",
    "reopened": "bad",
    "resolved": "good",
    "closed": "good",
    "rated": "good",
}
_PATHS = {MadeKind.INCIDENT: INCIDENTS, MadeKind.WORK_ORDER: WORK}


def request_page(viewer: Viewer, answer: Answer[RequestPage], *, zone: ZoneInfo) -> Component:
    """Return the page of a request."""
    told, line = answer.rows, answer.rows.line
    row = line.row
    return page(
        f"{row.number}: {viewer.say(f'cli.request_kind.{row.kind}')}",
        [
            html.Div(
                standing(viewer, answer, zone=zone),
                id={"type": STANDING, "number": row.number},
                className="stack",
            ),
            acts_panel(viewer, told),
            _calls(viewer, told, zone),
            _made(viewer, told),
            _history(viewer, told, zone),
        ],
        name="request",
        crumbs=[link(viewer.say("nav.requests"), REQUESTS), html.Span(row.number)],
    )


def standing(
    viewer: Viewer, answer: Answer[RequestPage], *, zone: ZoneInfo
) -> list[Component | None]:
    """Return what the time changes: what was said, how the request stands, and its clocks."""
    told, line = answer.rows, answer.rows.line
    return [
        panel(
            viewer.say("work_page.standing"),
            [
                html.P(line.said_first, className="request-words"),
                facts(_facts(viewer, told, zone), name="work-facts"),
            ],
            aside=data_age(viewer, answer.age_s, answer.as_of),
            name="request-state",
        ),
        clocks_panel(viewer, line, version=told.levels.version, zone=zone, aside=None),
    ]


def _facts(viewer: Viewer, told: RequestPage, zone: ZoneInfo) -> list[tuple[str, Children]]:
    line, row = told.line, told.line.row
    heard = instant_text(viewer.language, row.heard_at, zone)
    came = f"{viewer.say(f'cli.request_channel.{row.channel}')} · {heard}"
    pairs: list[tuple[str, Children]] = [
        (viewer.say("work_page.head_state"), request_state(viewer, row.state)),
        (viewer.say("work_page.head_owner"), owner_words(viewer, line.owner, line.offered)),
        (viewer.say("request_page.head_tenant"), tenant_words(viewer, line)),
        (viewer.say("request_page.head_kind"), kind_words(viewer, line)),
        (viewer.say("work_page.head_class"), class_words(viewer, line.level)),
        (viewer.say("request_page.came"), came),
    ]
    if row.invoice and viewer.scope.may(Right.READ_BILLS):
        bill: Children = row.invoice
        if told.invoice is not None:
            bill = link(row.invoice, f"/bills/{told.invoice}")
        pairs.append((viewer.say("cli.request_head.invoice"), bill))
    if row.point:
        meter = link(row.point, f"/meters/{row.point}")
        pairs.append((viewer.say("cli.request_head.point"), meter))
    where = " · ".join(each for each in (row.place, row.node) if each)
    if where:
        pairs.append((viewer.say("work_page.head_where"), where))
    if row.escalations:
        pairs.append((viewer.say("cli.request_head.escalations"), str(row.escalations)))
    return pairs + _judged(viewer, told) + _ended(viewer, told)


def _judged(viewer: Viewer, told: RequestPage) -> list[tuple[str, Children]]:
    """Return of what class a complaint is, against whom, and its points."""
    row = told.line.row
    if not row.complaint:
        return []
    named = {each.key: viewer.named(each.name) for each in told.levels.levels.complaints}
    units = {each.key: viewer.named(each.name) for each in told.levels.levels.units}
    words = [named.get(row.complaint, row.complaint)]
    if row.justified is not None:
        just = "justified" if row.justified else "unjustified"
        words += [viewer.say(f"cli.request.{just}"), units.get(row.unit, row.unit)]
        words.append(viewer.say("request_page.points", points=row.points))
    return [(viewer.say("cli.request_head.complaint"), " · ".join(words))]


def _ended(viewer: Viewer, told: RequestPage) -> list[tuple[str, Children]]:
    row, names = told.line.row, told.names
    pairs: list[tuple[str, Children]] = []
    if row.outcome:
        outcome = viewer.say(f"cli.request_outcome.{row.outcome}")
        who = names.get(row.resolved_by, "?") if row.resolved_by else ""
        pairs.append((viewer.say("cli.request_head.outcome"), f"{outcome} · {who}"))
    if row.closed_by:
        pairs.append((viewer.say("work_page.closer"), names.get(row.closed_by, "?")))
    elif row.second_person:
        pairs.append((viewer.say("work_page.signature"), viewer.say("request_page.second")))
    if row.score is not None:
        pairs.append((viewer.say("cli.request_head.score"), stars(viewer, row.score)))
    return pairs


def stars(viewer: Viewer, score: int) -> str:
    """Return how content a tenant is."""
    return viewer.say("request_page.score", score=score)


def _calls(viewer: Viewer, told: RequestPage, zone: ZoneInfo) -> Component | None:
    if not told.calls:
        return None
    shown = [_call(viewer, told, each, zone) for each in told.calls]
    return panel(viewer.say("cli.request.calls"), shown, name="request-calls")


def _call(viewer: Viewer, told: RequestPage, call: CallLine, zone: ZoneInfo) -> Component:
    row = call.row
    outcome = viewer.say(f"cli.request_call.{row.outcome or 'waits'}")
    return html.Div(
        [
            html.Div(
                [
                    html.Strong(instant_text(viewer.language, row.due_at, zone)),
                    html.Span(call.person_name),
                    badge(outcome, "good" if row.outcome else "fair"),
                    badge(viewer.say("cli.request_head.missed"), "bad") if call.missed else None,
                ],
                className="request-call-head",
            ),
            None if row.outcome else called_form(viewer, told, call),
        ],
        className="request-call",
    )


def _made(viewer: Viewer, told: RequestPage) -> Component | None:
    if not told.made:
        return None
    heads = [viewer.say(f"cli.request_head.{name}") for name in ("number", "kind", "state")]
    rows: list[list[Children]] = [
        [
            link(each.number, f"{_PATHS[MadeKind(each.kind)]}/{each.number}"),
            viewer.say(f"cli.request_made.{each.kind}"),
            work_state(viewer, each.state),
        ]
        for each in told.made
    ]
    title = viewer.say("cli.request.made_from")
    return panel(title, table(heads, rows, name="request-made"), name="request-made")


def _history(viewer: Viewer, told: RequestPage, zone: ZoneInfo) -> Component:
    rows = [_fact(viewer, told, fact, words, zone) for fact, words in told.history]
    return panel(
        viewer.say("cli.work.history"), html.Ol(rows, className="work-story"), name="work-story"
    )


def _fact(
    viewer: Viewer, told: RequestPage, fact: RequestFact, words: str, zone: ZoneInfo
) -> Component:
    act = fact.act.partition(".")[2]
    parts = _told(viewer, told, fact)
    if words and act != "opened":
        parts.append(html.Span(words, className="request-said"))
    said = [part for each in parts for part in (" · ", each)][1:]
    return html.Li(
        [
            html.Div(
                [
                    html.Strong(viewer.say(f"cli.request_act.{act}")),
                    html.Span(told.names.get(fact.person, "?")),
                    html.Span(
                        instant_text(viewer.language, fact.at, zone), className="work-story-at"
                    ),
                ],
                className="work-story-head",
            ),
            html.Div(said, className="work-story-told") if said else None,
        ],
        className=f"work-fact work-fact-{_TONES.get(act, 'plain')}",
    )


def _told(viewer: Viewer, told: RequestPage, fact: RequestFact) -> list[Component | str]:
    """Return what an act was about, besides its words."""
    said, found = fact.told, list[Component | str]()
    if "way" in said:
        found.append(viewer.say(f"cli.request_channel.{said['way']}"))
    if "outcome" in said:
        part = "call" if fact.act.endswith("call_done") else "outcome"
        found.append(viewer.say(f"cli.request_{part}.{said['outcome']}"))
    if "justified" in said:
        just = "justified" if said["justified"] else "unjustified"
        found.append(viewer.say(f"cli.request.{just}"))
    known = (*told.levels.levels.complaints, *told.levels.levels.units)
    names = {each.key: viewer.named(each.name) for each in known}
    keys = [str(said[name]) for name in ("complaint", "unit") if said.get(name)]
    found += [names.get(key, key) for key in keys]
    if said.get("score"):
        found.append(stars(viewer, int(said["score"])))
    if fact.act.endswith(".made"):
        path = _PATHS[MadeKind(said["kind"])]
        found.append(link(said["number"], f"{path}/{said['number']}"))
    found += [link(key, f"{ARTICLES}/{key}") for key in said.get("articles", ())]
    found += [_person(told, said[name]) for name in ("to", "person") if name in said]
    return found


def _person(told: RequestPage, person: str) -> str:
    return next((name for each, name in told.names.items() if str(each) == person), "?")
