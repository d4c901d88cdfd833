"""Step 5a. From: one supply case. To: the layout of its page. Pure."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, data_age, facts, link, page, panel, table
from dashboards.components.twin import twin
from dashboards.components.work_pieces import WORK, owner_words
from dashboards.formats import NOTHING, day_text, instant_text, number
from dashboards.pages.cases.acts import PATH
from dashboards.pages.cases.forms import next_panel, other_panel
from dashboards.pages.cases.pieces import (
    applicant_panel,
    clock_cell,
    kind_words,
    offer_panel,
    result_words,
    state_badge,
    step_words,
    turn_badge,
    used_words,
)
from dashboards.queries.case_rows import CasePage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.cases.kinds import CaseState

STANDING = "case-standing"
MOST_FACTS = 30
"""Of the page, the newest first; the table behind has all."""
_KILO = 1000
_SHA = 12


def case_page(viewer: Viewer, answer: Answer[CasePage], *, zone: ZoneInfo) -> Component:
    """Return the page of a supply case."""
    told, row = answer.rows, answer.rows.line.row
    return page(
        f"{row.number}: {kind_words(viewer, row.kind)}",
        [
            next_panel(viewer, told),
            html.Div(
                standing(viewer, answer, zone=zone),
                id={"type": STANDING, "number": row.number},
                className="stack",
            ),
            *_offers(viewer, told),
            other_panel(viewer, told),
            applicant_panel(viewer, told.seen, zone=zone, title=viewer.say("case_page.seen")),
            _papers(viewer, told, zone),
            _story(viewer, told, zone),
        ],
        name="case-of",
        crumbs=[link(viewer.say("nav.cases"), PATH), html.Span(row.number)],
    )


def standing(viewer: Viewer, answer: Answer[CasePage], *, zone: ZoneInfo) -> list[Component | None]:
    """Return what the time changes: how the case stands, and the clocks of its steps."""
    told = answer.rows
    return [
        panel(
            viewer.say("case_page.standing"),
            facts(_facts(viewer, told, zone), name="case-facts"),
            aside=data_age(viewer, answer.age_s, answer.as_of),
            name="case-state",
        ),
        _steps(viewer, told, zone),
    ]


def _facts(viewer: Viewer, told: CasePage, zone: ZoneInfo) -> list[tuple[str, Children]]:
    line, row, say = told.line, told.line.row, viewer.say
    head = "cli.case_head"
    kilowatt = (
        f"{number(viewer.language, Decimal(row.capacity_w) / _KILO)} kW" if row.capacity_w else ""
    )
    order = link(told.story.order, f"{WORK}/{told.story.order}") if told.story.order else ""
    pairs: list[tuple[str, Children]] = [
        (say(f"{head}.state"), state_badge(viewer, row.state)),
        (say(f"{head}.reason"), row.reason),
        (say(f"{head}.owner"), owner_words(viewer, line.owner, line.offered)),
        (say(f"{head}.turn"), turn_badge(viewer, line.turn)),
        (say(f"{head}.applicant"), row.applicant),
        (say(f"{head}.code"), told.code),
        (say(f"{head}.utility"), say(f"utility.{row.utility}")),
        (say(f"{head}.place"), row.place),
        (say(f"{head}.node"), row.node),
        (say(f"{head}.point"), link(row.point, f"/meters/{row.point}") if row.point else ""),
        (say(f"{head}.account"), _account(viewer, row.account)),
        (say(f"{head}.leaving"), _account(viewer, row.leaving)),
        (say(f"{head}.kilowatt"), kilowatt),
        (
            say(f"{head}.wanted"),
            day_text(viewer.language, row.wanted_on) if row.wanted_on else "",
        ),
        (say(f"{head}.asked"), instant_text(viewer.language, row.asked_at, zone)),
        (say(f"{head}.order"), order),
    ]
    return [pair for pair in pairs if pair[1]]


def _account(viewer: Viewer, key: str) -> Children:
    may = key and viewer.scope.may(Right.READ_BILLS)
    return link(key, f"/tenants/{key}") if may else key


def _steps(viewer: Viewer, told: CasePage, zone: ZoneInfo) -> Component:
    heads = [viewer.say(f"cli.case_head.{name}") for name in ("step", "owner", "clock")]
    heads += [viewer.say(f"cli.case_head.{name}") for name in ("used", "ended", "result", "words")]
    row = told.line.row
    rows: list[list[Children]] = [
        [
            html.Strong(step_words(viewer, each.step)),
            told.names.get(each.owner, "?"),
            clock_cell(viewer, clock, zone),
            used_words(viewer, clock),
            instant_text(viewer.language, each.ended_at, zone),
            result_words(viewer, each),
            each.words or NOTHING,
        ]
        for each, clock in zip(row.been, told.clocks, strict=True)
    ]
    if row.state is CaseState.OPEN:
        ahead = row.steps[len(row.been) :]
        rows += [[step_words(viewer, step), *([NOTHING] * 6)] for step in ahead]
    return panel(
        viewer.say("cli.case.steps"), table(heads, rows, name="case-steps"), name="case-steps"
    )


def _offers(viewer: Viewer, told: CasePage) -> list[Component]:
    """Return the offers, the newest first; their amounts are for who reads bills."""
    if not viewer.scope.may(Right.READ_BILLS):
        return []
    return [
        offer_panel(viewer, each, viewer.say("case_page.offer", n=each.quotation))
        for each in reversed(told.story.offers)
    ]


def _papers(viewer: Viewer, told: CasePage, zone: ZoneInfo) -> Component | None:
    if not told.story.papers:
        return None
    heads = [viewer.say(f"cli.case_head.{name}") for name in ("paper", "type", "person", "at")]
    rows: list[list[Children]] = [
        [
            each.sha256[:_SHA],
            each.media_type,
            told.names.get(each.person, "?"),
            instant_text(viewer.language, each.added_at, zone),
        ]
        for each in told.story.papers
    ]
    return panel(
        viewer.say("case_page.papers"), table(heads, rows, name="case-papers"), name="case-papers"
    )


def fact_words(viewer: Viewer, act: str, words: str) -> str:
    """Return what is said of an event; the step that ended by its name."""
    if act == "step_ended":
        return viewer.say(f"cli.case_step.{words}")
    if act == "waits":
        what, _, said = words.partition(": ")
        return f"{viewer.say(f'cli.work_waits.{what}')}: {said}"
    return words


def _story(viewer: Viewer, told: CasePage, zone: ZoneInfo) -> Component:
    lines = [
        html.Li(
            [
                html.Div(
                    [
                        html.Strong(viewer.say(f"cli.case_act.{fact.act}")),
                        html.Span(told.names.get(fact.person, "?")),
                        html.Span(
                            instant_text(viewer.language, fact.at, zone), className="work-story-at"
                        ),
                    ],
                    className="work-story-head",
                ),
                html.Div(fact_words(viewer, fact.act, fact.words), className="work-story-told")
                if fact.words
                else None,
            ]
        )
        for fact in list(reversed(told.story.facts))[:MOST_FACTS]
    ]
    name = f"case~{told.line.row.number}"
    return panel(
        viewer.say("case_page.story"),
        [html.Ol(lines, className="work-story"), twin(viewer, name, "")],
        name="case-story",
    )
