"""Step 5a. From: the cases that wait. To: the page of the review queue. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from billing.rating.stake import Stake
from billing.views.review_queue import QueuedCase
from dashboards.components.long_table import long_table, with_cards
from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    empty,
    icon,
    link,
    page,
    panel,
)
from dashboards.formats import NOTHING, clock_text, day_text, money, short_instant
from dashboards.queries.review_rows import QueueRow, ReviewQueue
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.base.finding import Severity
from energy.base.period import local_day
from energy.base.text import catalogue
from energy.metering.review_case import LAST_YEAR, Case, CaseState

SHORT = 8
"""Digits of an id that are shown, as the commands show them."""
LONGEST_NOTE = 60
"""Characters of a note in the list; its page shows all of it."""
STATE_TONE = {
    CaseState.OPEN: "fair",
    CaseState.HELD: "calm",
    CaseState.ACCEPTANCE: "calm",
    CaseState.CORRECTION: "calm",
}


def queue_page(viewer: Viewer, answer: Answer[ReviewQueue], *, zone: ZoneInfo) -> Component:
    """Return the page of all cases that wait."""
    queue = answer.rows
    body: Children
    if queue.rows:
        body = [
            html.P(_summary(viewer, queue), className="subtitle"),
            *with_cards(_table(viewer, queue.rows, zone), lambda: _cards(viewer, queue.rows, zone)),
            _more(viewer, queue),
        ]
    else:
        body = html.Div(
            [icon("complete"), html.P(viewer.say("review.none"))], className="empty review-empty"
        )
    return page(
        viewer.say("review.title"),
        [
            panel(
                viewer.say("review.cases", count=queue.cases),
                body,
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="review",
            )
        ],
        name="review",
    )


def _summary(viewer: Viewer, queue: ReviewQueue) -> str:
    """Return how many cases wait, and the money that hangs on them where the viewer reads it."""
    waiting = sum(row.queued.case.state is CaseState.OPEN for row in queue.rows)
    said = viewer.say("review.waiting", waiting=waiting)
    stakes = [row.queued.stake for row in queue.rows if row.queued.stake is not None]
    if not stakes:
        return said
    total = sum((stake.amount for stake in stakes), Decimal(0))
    sums = viewer.say("review.total", total=money(viewer.language, total, stakes[0].currency))
    marks = any(stake.expected or stake.unknown for stake in stakes)
    tilde = viewer.say("review.tilde") if marks else ""
    gap = " " if viewer.language == "en" else ""
    return gap.join(part for part in (said, sums, tilde) if part)


def _more(viewer: Viewer, queue: ReviewQueue) -> Component | None:
    hidden = queue.cases - len(queue.rows)
    return empty(viewer.say("review.more", count=hidden)) if hidden else None


def _table(viewer: Viewer, rows: Sequence[QueueRow], zone: ZoneInfo) -> Component:
    priced = viewer.scope.may(Right.READ_BILLS)
    head = [
        viewer.say("review.cause"),
        viewer.say("findings.point"),
        viewer.say("review.span"),
        viewer.say("findings.weight"),
        *([">" + viewer.say("review.stake")] if priced else []),
        viewer.say("runs.state"),
        viewer.say("notes.title"),
    ]
    cells: list[Sequence[Children]] = [
        [
            case_link(viewer, row.queued.case),
            where(row.queued),
            span_text(viewer, row.queued.case, zone),
            severity_word(viewer, row.queued.case.severity),
            *([stake_text(viewer, row.queued.stake)] if priced else []),
            state_word(viewer, row.queued.case),
            _notes(viewer, row),
        ]
        for row in rows
    ]
    return long_table(viewer, head, cells, name="review-cases")


def _cards(viewer: Viewer, rows: Sequence[QueueRow], zone: ZoneInfo) -> Component:
    """Return one card a case, for screens too narrow for columns."""
    cards = [
        html.Li(
            [
                html.Div(
                    [
                        case_link(viewer, row.queued.case),
                        html.Span(stake_text(viewer, row.queued.stake)),
                    ],
                    className="card-head",
                ),
                html.Div(where(row.queued)),
                html.Div(
                    [
                        span_text(viewer, row.queued.case, zone),
                        " ",
                        severity_word(viewer, row.queued.case.severity),
                        " ",
                        state_word(viewer, row.queued.case),
                    ],
                    className="card-what",
                ),
            ]
        )
        for row in rows
    ]
    return html.Ul(cards, className="cards")


def _notes(viewer: Viewer, row: QueueRow) -> Children:
    """Return the beginning of the first note, and how many more there are."""
    if not row.notes:
        return NOTHING
    first = " ".join(row.notes[0].split())
    short = first if len(first) <= LONGEST_NOTE else first[: LONGEST_NOTE - 1] + "…"
    more = len(row.notes) - 1
    said = viewer.say("review.note_more", note=short, count=more) if more else short
    return html.Span(said, className="review-note")


def case_link(viewer: Viewer, case: Case) -> Component:
    """Return the cause of a case as the way to its page."""
    return link(cause_text(viewer, case.cause), f"/review/{case.case.hex[:SHORT]}", name="case")


def where(row: QueuedCase) -> Children:
    """Return what a case is about: the point with its name, or the whole source."""
    if row.case.point is None:
        return row.case.source or NOTHING
    name = " · ".join(part for part in (row.name, row.place) if part)
    return [
        html.Div(name or row.case.point),
        html.Div(row.case.point, className="card-what") if name else None,
    ]


def cause_text(viewer: Viewer, cause: str) -> str:
    """Return the words for a cause; the text of the code where it is one."""
    for key in (f"cli.cause.{cause}", f"finding.{cause}"):
        if key in catalogue():
            return viewer.say(key)
    return cause


def severity_word(viewer: Viewer, severity: Severity | str) -> Component:
    """Return what a finding means for a bill."""
    tone = "bad" if severity == Severity.DO_NOT_BILL else "fair"
    return badge(viewer.say(f"findings.{severity}"), tone)


def state_word(viewer: Viewer, case: Case) -> Component:
    """Return what a case waits for."""
    decision, until = case.decision, None if case.decision is None else case.decision.until
    key = f"state_{case.state}"
    if decision is not None and until is not None and case.state is CaseState.HELD:
        key = "held_until"
    elif decision is not None and until is not None and case.state is CaseState.OPEN:
        key = "due_since"
    day = "" if until is None else day_text(viewer.language, until)
    return badge(viewer.say(f"cli.review.{key}", until=day), STATE_TONE[case.state])


def stake_text(viewer: Viewer, stake: Stake | None) -> str:
    """Return money at stake: ~ where part of it is expected, + where part is unknown."""
    if stake is None:
        return NOTHING
    sign = "~" if stake.expected else ""
    amount = money(viewer.language, stake.amount, stake.currency)
    return f"{sign}{amount}{'+' if stake.unknown else ''}"


def span_text(viewer: Viewer, case: Case, zone: ZoneInfo) -> str:
    """Return the first and last instant of a case; one that lasts has no last."""
    first = bound(viewer, case.start, zone)
    last = viewer.say("review.lasts") if case.lasts else bound(viewer, case.end, zone)
    if not case.lasts and local_day(case.start, zone) == local_day(case.end, zone):
        last = last if first == last else clock_text(viewer.language, case.end, zone)
    return first if first == last else f"{first} – {last}"  # a span


def bound(viewer: Viewer, at: datetime | None, zone: ZoneInfo) -> str:
    """Return an instant; nothing where there is no bound on that side."""
    if at is None or not 1970 < at.year < LAST_YEAR:
        return NOTHING
    return short_instant(viewer.language, at, zone)
