"""Step 5a. From: all that is known of a case. To: its page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from billing.money import exact_text
from billing.views.case_story import CaseStory
from billing.views.evidence import named_proof
from dashboards.components.long_table import long_table
from dashboards.components.notes import note_list
from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    empty,
    facts,
    link,
    page,
    panel,
    quality_badge,
)
from dashboards.formats import NOTHING, day_text, instant_text, money
from dashboards.pages.review.deciding import decide_forms
from dashboards.pages.review.layout import (
    SHORT,
    cause_text,
    severity_word,
    span_text,
    stake_text,
    state_word,
)
from dashboards.queries.review_rows import CasePage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.metering.review_case import LAST_YEAR, Decision, DecisionKind


def case_page(viewer: Viewer, answer: Answer[CasePage], *, zone: ZoneInfo) -> Component:
    """Return the page of one case."""
    found, story = answer.rows, answer.rows.story
    cause = story.row.case.cause if story.row is not None else story.decisions[0].cause
    notes = note_list(viewer, found.notes, zone=zone)
    age = data_age(viewer, answer.age_s, answer.as_of)
    return page(
        cause_text(viewer, cause),
        [
            html.Div(
                [
                    panel(
                        viewer.say("review.case"),
                        _facts(viewer, story, zone),
                        aside=age,
                        name="case",
                    ),
                    panel(viewer.say("review.decide"), _decide(viewer, story), name="decide"),
                ],
                className="columns columns-meter",
            ),
            panel(
                viewer.say("cli.review.part_findings"),
                _findings(viewer, story, zone),
                name="findings",
            ),
            panel(
                viewer.say("review.readings"), _readings(viewer, story, zone), name="case-readings"
            ),
            _usage(viewer, story),
            panel(
                viewer.say("cli.review.part_notes"),
                notes if notes is not None else empty(viewer.say("review.no_notes")),
                name="case-notes",
            ),
            _decisions(viewer, found, zone),
        ],
        name="case",
        crumbs=[link(viewer.say("review.title"), "/review"), html.Span(_short(story))],
    )


def _short(story: CaseStory) -> str:
    case = story.row.case.case if story.row is not None else story.decisions[0].case
    return case.hex[:SHORT]


def _facts(viewer: Viewer, story: CaseStory, zone: ZoneInfo) -> Component:
    row = story.row
    if row is None:
        last = story.decisions[0]
        pairs: list[tuple[str, Children]] = [
            (viewer.say("findings.point"), _point(last.point, last.source)),
            (viewer.say("runs.state"), badge(_became(viewer, last), "good")),
        ]
        return facts(pairs, name="case")
    place = " · ".join(part for part in (row.name, row.place) if part)
    pairs = [
        (viewer.say("findings.point"), _point(row.case.point, row.case.source)),
        (viewer.say("plate.place"), place or NOTHING),
        (viewer.say("review.span"), span_text(viewer, row.case, zone)),
        (viewer.say("findings.weight"), severity_word(viewer, row.case.severity)),
        (viewer.say("runs.state"), state_word(viewer, row.case)),
    ]
    if viewer.scope.may(Right.READ_BILLS):
        payers = ", ".join(row.stake.accounts) if row.stake is not None else ""
        pairs += [
            (viewer.say("review.stake"), stake_text(viewer, row.stake)),
            (viewer.say("review.payers"), payers or NOTHING),
        ]
    return facts(pairs, name="case")


def _point(point: str | None, source: str) -> Children:
    return source or NOTHING if point is None else link(point, f"/meters/{point}")


def _decide(viewer: Viewer, story: CaseStory) -> Children:
    """Return the forms by which the case is decided."""
    if story.row is None:
        return empty(viewer.say("review.decided"))
    return decide_forms(viewer, story.row.case)


def _findings(viewer: Viewer, story: CaseStory, zone: ZoneInfo) -> Component:
    head = [
        viewer.say("findings.what"),
        viewer.say("findings.weight"),
        viewer.say("findings.from"),
        viewer.say("findings.to"),
        viewer.say("review.proof"),
    ]
    rows: list[Sequence[Children]] = [
        [
            [
                html.Div(cause_text(viewer, row.key.code)),
                html.Div(html.Code(row.key.code), className="card-what"),
            ],
            severity_word(viewer, row.severity),
            _instant(viewer, row.key.start, zone),
            _instant(viewer, row.end, zone),
            _proof(named_proof(viewer.language, row, story)),
        ]
        for row in story.findings
    ]
    return long_table(viewer, head, rows, name="case-findings")


def _proof(said: Sequence[tuple[str, str]]) -> Children:
    if not said:
        return NOTHING
    return [html.Div(f"{name}: {value}") for name, value in said]


def _readings(viewer: Viewer, story: CaseStory, zone: ZoneInfo) -> Component:
    """Return the readings with their neighbours; those in doubt are marked."""
    if not story.readings:
        return empty(viewer.say("review.no_readings"))
    head = [
        viewer.say("register.at"),
        ">" + viewer.say("register.last"),
        viewer.say("register.quality"),
        viewer.say("review.standing"),
        viewer.say("review.learned"),
        ">" + viewer.say("reading.position"),
    ]
    rows: list[Sequence[Children]] = []
    for number, row in enumerate(story.readings):
        if story.skips(number):
            rows.append(["…", *("",) * (len(head) - 1)])
        shown = f"{exact_text(row.value)} {viewer.unit(row.unit)}"
        rows.append(
            [
                _instant(viewer, row.at, zone),
                html.Strong(shown, className="doubted") if story.doubts(row) else shown,
                quality_badge(viewer, row.quality),
                viewer.say(f"cli.word.{row.standing}"),
                _instant(viewer, row.learned_at, zone),
                str(row.position),
            ]
        )
    return html.Div(
        [
            html.P(viewer.say("review.readings_what"), className="subtitle"),
            long_table(viewer, head, rows, name="case-readings"),
        ]
    )


def _usage(viewer: Viewer, story: CaseStory) -> Component | None:
    """Return the usage as known ahead of the doubt or decision, and now."""
    if not story.usage:
        return None
    head = [
        viewer.say("review.day"),
        f">{viewer.say('review.before')} [{viewer.unit(story.unit)}]",
        f">{viewer.say('review.after')} [{viewer.unit(story.unit)}]",
        ">" + viewer.say("review.known"),
        viewer.say("register.quality"),
    ]
    rows: list[Sequence[Children]] = [
        [
            day_text(viewer.language, each.start.date()),
            exact_text(each.before),
            exact_text(each.after),
            f"{each.known_before} → {each.known_after} / {each.expected}",
            quality_badge(viewer, each.quality_after),
        ]
        for each in story.usage
    ]
    title = viewer.say("cli.review.part_usage", before=story.before, after=story.after)
    return panel(title, long_table(viewer, head, rows, name="case-usage"), name="case-usage")


def _decisions(viewer: Viewer, found: CasePage, zone: ZoneInfo) -> Component | None:
    """Return what was decided, the newest first; None while nobody decided anything."""
    if not found.story.decisions:
        return None
    priced = viewer.scope.may(Right.READ_BILLS)
    head = [
        viewer.say("review.decided_at"),
        viewer.say("review.decision"),
        viewer.say("review.reason"),
        viewer.say("review.people"),
        *([">" + viewer.say("review.stake")] if priced else []),
        ">" + viewer.say("reading.position"),
    ]
    rows: list[Sequence[Children]] = [
        [
            _instant(viewer, each.decided_at, zone),
            _became(viewer, each),
            html.Span(each.reason, className="review-note"),
            _people(each, found),
            *([_stake(viewer, each)] if priced else []),
            str(each.position),
        ]
        for each in found.story.decisions
    ]
    return panel(
        viewer.say("review.decisions"),
        long_table(viewer, head, rows, name="decisions"),
        name="decisions",
    )


def _stake(viewer: Viewer, decision: Decision) -> str:
    if decision.stake is None:
        return NOTHING
    return money(viewer.language, decision.stake, decision.currency)


def _people(decision: Decision, found: CasePage) -> str:
    """Return who decided, the first of two ahead of the second."""
    second = decision.settled_by or decision.decided_by
    first = decision.decided_by if decision.settled_by is not None else decision.proposed_by
    return ", ".join(found.people.get(each, "?") for each in (first, second) if each is not None)


def _became(viewer: Viewer, decision: Decision) -> str:
    if (
        decision.kind is DecisionKind.CORRECTION_PROPOSED
        and decision.correction_state != "proposed"
    ):
        return viewer.say(f"cli.review.correction_{decision.correction_state}")
    if decision.kind is DecisionKind.HELD and decision.until is not None:
        day = day_text(viewer.language, decision.until)
        return viewer.say("cli.review.held_until", until=day)
    return viewer.say(f"cli.review.kind_{decision.kind}")


def _instant(viewer: Viewer, at: datetime | None, zone: ZoneInfo) -> str:
    if at is None or not 1970 < at.year < LAST_YEAR:
        return NOTHING
    return instant_text(viewer.language, at, zone)
