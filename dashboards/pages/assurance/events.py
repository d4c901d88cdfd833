"""Step 5a. From: assured events. To: their list, and one with checklist, staffing, report. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.outage_pieces import span_text
from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    empty,
    facts,
    link,
    page,
    panel,
    table,
)
from dashboards.formats import instant_text
from dashboards.pages.assurance.acts import (
    ALLOW,
    APPROVE,
    CALL_OFF,
    CHANGE,
    CHECK,
    EVENTS,
    PLAN,
    SIGN,
)
from dashboards.queries.assurance_rows import EventBoard, EventPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.shift_papers.event_paper import head_key, limit_text
from dashboards.viewer import Viewer
from energy.service.assurance.kinds import EventState
from energy.service.assurance.plan import Check
from energy.service.assurance.reads import AnswerRow, EventRow
from energy.service.reports.table import Cell, Column, ReportTable
from energy.service.work.checklist import Answer as AnswerKind

MOST = 60
"""Events of the list."""
MOST_FILE = 20_000
TONE = {
    EventState.PLANNED: "fair",
    EventState.APPROVED: "calm",
    EventState.RUNNING: "bad",
    EventState.OVER: "fair",
    EventState.SIGNED: "good",
    EventState.CALLED_OFF: "calm",
}
_STANDS = frozenset({EventState.PLANNED, EventState.APPROVED, EventState.RUNNING})


def events_page(viewer: Viewer, answer: Answer[EventBoard], *, zone: ZoneInfo) -> Component:
    """Return the list of assured events, and the form of a new one."""
    told = answer.rows
    heads = [viewer.say(f"cli.event_head.{name}") for name in ("number", "state", "title", "time")]
    rows: list[list[Children]] = [
        [
            link(row.number, f"{EVENTS}/{row.number}"),
            _badge(viewer, row, told.now),
            html.Bdi(row.title),
            span_text(viewer, row.begins_at, row.ends_at, zone),
        ]
        for row in told.events[:MOST]
    ]
    body: Component = (
        table(heads, rows, name="assured-events")
        if rows
        else empty(viewer.say("assurance_page.none"))
    )
    return page(
        viewer.say("nav.assurance"),
        [
            panel(
                viewer.say("assurance_page.every"),
                body,
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="assurance-list",
            ),
            _file_form(viewer, PLAN, "-", "assurance_page.new", [])
            if viewer.scope.may(Right.PLAN_WORK)
            else None,
        ],
        name="assurance",
    )


def event_page(viewer: Viewer, answer: Answer[EventPage], *, zone: ZoneInfo) -> Component:
    """Return one event with all that may be done with it."""
    told = answer.rows
    return page(
        f"{told.event.number} · {told.event.title}",
        [
            _approve(viewer, told),
            _about(viewer, told, zone),
            _checks(viewer, told, zone),
            _limits(viewer, told),
            *(_part(viewer, told, each, zone) for each in told.report.tables if _shown(each)),
            _editions(viewer, told, zone),
            *_ends(viewer, told),
        ],
        name="assured-event",
        crumbs=[link(viewer.say("nav.assurance"), EVENTS)],
    )


def _badge(viewer: Viewer, row: EventRow, now: datetime) -> Component:
    state = row.at(now)
    return badge(viewer.say(f"cli.event_state.{state}"), TONE[state])


def _signed(
    viewer: Viewer, told: EventPage, who: UUID | None, at: datetime | None, zone: ZoneInfo
) -> str:
    if who is None or at is None:
        return ""
    return f"{told.people.name(who)}, {instant_text(viewer.language, at, zone)}"


def _about(viewer: Viewer, told: EventPage, zone: ZoneInfo) -> Component:
    row, plan = told.event, told.event.plan
    head = "cli.event_head"
    pairs: list[tuple[str, Children]] = [
        (viewer.say(f"{head}.state"), _badge(viewer, row, told.now)),
        (viewer.say(f"{head}.time"), span_text(viewer, row.begins_at, row.ends_at, zone)),
        (viewer.say(f"{head}.places"), ", ".join([*plan.places, *plan.nodes])),
        (
            viewer.say(f"{head}.approver"),
            _signed(viewer, told, row.approved_by, row.approved_at, zone),
        ),
        (viewer.say(f"{head}.reason"), html.Bdi(row.reason) if row.reason else ""),
        (viewer.say(f"{head}.signer"), _signed(viewer, told, row.signed_by, row.signed_at, zone)),
        (viewer.say(f"{head}.words"), html.Bdi(row.words) if row.words else ""),
    ]
    kept = [pair for pair in pairs if pair[1]]
    paper = html.A(
        viewer.say("assurance_page.pdf"),
        href=f"/download/assurance/{row.number}.pdf",
        download="",
        className="button quiet",
    )
    return panel(
        viewer.say("assurance_page.about"),
        [facts(kept, name="event-facts"), html.P(paper, className="event-paper")],
        name="event-about",
    )


def _approve(viewer: Viewer, told: EventPage) -> Component | None:
    row = told.event
    if row.holds == row.edition or row.at(told.now) not in _STANDS:
        return None
    words = viewer.say("assurance_page.waits", edition=row.edition)
    body: list[Component] = [html.P(words, className="subtitle")]
    if viewer.scope.may(Right.PLAN_WORK):
        if row.author == viewer.scope.person:
            body.append(html.P(viewer.say("assurance_page.own")))
        else:
            about = f"{row.assured_event}@{row.edition}"
            body.append(act_form(viewer, APPROVE, about, [], button="assurance_act.approve"))
    return panel(viewer.say("assurance_page.approval"), body, name="event-approve")


def _checks(viewer: Viewer, told: EventPage, zone: ZoneInfo) -> Component | None:
    plan = told.event.plan
    if not plan.checks:
        return None
    latest = {each.item: each for each in told.answers}
    lines = [_check(viewer, told, each, latest.get(each.item.key), zone) for each in plan.checks]
    return panel(
        viewer.say("cli.event.checklist"),
        html.Ul(lines, className="event-checks"),
        name="event-checks",
    )


def _check(
    viewer: Viewer, told: EventPage, check: Check, latest: AnswerRow | None, zone: ZoneInfo
) -> Component:
    item = check.item
    said: list[Component] = [
        badge(viewer.say(f"cli.event_phase.{check.phase}"), "good" if latest else "calm"),
        html.Strong(viewer.named(item.ask)),
    ]
    if latest is not None:
        key = f"assurance_page.{latest.value}"
        yes = item.answer is AnswerKind.YES_NO
        value = viewer.say(key) if yes else f"{latest.value} {item.unit}".strip()
        said.append(html.Bdi(value, className="event-answer"))
        who = _signed(viewer, told, latest.person, latest.told_at, zone)
        said.append(html.Span(who, className="subtitle"))
    return html.Li(
        [html.Div(said, className="event-check"), *_answering(viewer, told, check, latest)]
    )


def _answering(
    viewer: Viewer, told: EventPage, check: Check, latest: AnswerRow | None
) -> list[Component]:
    """Return how a question is answered now: two buttons, or a field."""
    state = told.event.at(told.now)
    open_ = state in {EventState.APPROVED, EventState.RUNNING, EventState.OVER}
    if not open_ or not viewer.scope.may(Right.WORK):
        return []
    seen = latest.position if latest else 0
    about = f"{told.event.assured_event}@{check.item.key}@{seen}"
    if check.item.answer is AnswerKind.YES_NO:
        return [
            html.Div(
                [
                    act_form(viewer, CHECK, f"{about}@{each}", [], button=f"assurance_page.{each}")
                    for each in ("yes", "no")
                ],
                className="event-buttons",
            )
        ]
    label = check.item.unit or viewer.say("cli.event_head.answer")
    field = Field(name="answer", label=label, plain=True)
    return [act_form(viewer, CHECK, about, [field], button="assurance_act.check")]


def _limits(viewer: Viewer, told: EventPage) -> Component | None:
    limits = told.event.plan.limits
    if not limits:
        return None
    heads = [viewer.say(f"cli.event_head.{name}") for name in ("rule", "limit", "severity")]
    rows: list[list[Children]] = [
        [
            link(each.rule, f"/rules/rule/{each.rule}"),
            limit_text(each),
            viewer.say(f"severity.{each.severity}")
            if each.severity
            else viewer.say("cli.event.one_above"),
        ]
        for each in limits
    ]
    return panel(
        viewer.say("cli.event.limits"), table(heads, rows, name="event-limits"), name="event-limits"
    )


def _shown(part: ReportTable) -> bool:
    return part.key != "event_checks" and bool(part.rows)


def _part(viewer: Viewer, told: EventPage, part: ReportTable, zone: ZoneInfo) -> Component:
    heads = [viewer.say(f"cli.event_head.{head_key(part, each)}") for each in part.columns]
    rows: list[list[Children]] = [
        [
            _cell(viewer, told, column, value, zone)
            for column, value in zip(part.columns, row, strict=True)
        ]
        for row in part.rows[:MOST]
    ]
    title = viewer.say(f"cli.event_part.{part.key}")
    return panel(title, table(heads, rows, name=part.key), name=part.key.replace("_", "-"))


def _cell(viewer: Viewer, told: EventPage, column: Column, value: Cell, zone: ZoneInfo) -> Children:
    if value is None:
        return ""
    kind = column.kind
    if column.name == "post":
        return html.Bdi(told.people.duty.post(str(value), viewer.language))
    if kind == "instant":
        return instant_text(viewer.language, datetime.fromisoformat(str(value)), zone)
    if kind == "person":
        return html.Bdi(told.people.name(UUID(str(value))))
    if kind.startswith("word:"):
        return viewer.say(f"{kind.removeprefix('word:')}.{value}")
    return html.Bdi(str(value))


def _editions(viewer: Viewer, told: EventPage, zone: ZoneInfo) -> Component:
    heads = ("edition", "author", "approver", "reason")
    rows: list[list[Children]] = [
        [
            str(each.edition),
            _signed(viewer, told, each.author, each.written_at, zone),
            _signed(viewer, told, each.approved_by, each.approved_at, zone),
            html.Bdi(each.reason),
        ]
        for each in told.editions
    ]
    named = [viewer.say(f"cli.event_head.{name}") for name in heads]
    return panel(
        viewer.say("cli.event.editions"),
        table(named, rows, name="event-editions"),
        name="event-editions",
    )


def _ends(viewer: Viewer, told: EventPage) -> list[Component | None]:
    """Return the forms of who plans: another edition, allowing, calling off, signing."""
    row, state = told.event, told.event.at(told.now)
    if not viewer.scope.may(Right.PLAN_WORK):
        return []
    about = str(row.assured_event)
    reason = Field(name="reason", label="cli.event_head.reason")
    found: list[Component | None] = []
    if state in _STANDS:
        thing = Field(name="thing", label="assurance_page.thing")
        found += [
            panel(
                viewer.say("assurance_page.allow"),
                act_form(viewer, ALLOW, about, [thing, reason], button="assurance_act.allow"),
                name="event-allow",
            ),
            _file_form(viewer, CHANGE, f"{about}@{row.edition}", "assurance_page.change", [reason]),
            panel(
                viewer.say("assurance_page.call_off"),
                act_form(viewer, CALL_OFF, about, [reason], button="assurance_act.call_off"),
                name="event-call-off",
            ),
        ]
    ran = state is EventState.CALLED_OFF and bool(row.holds)
    if (state is EventState.OVER or ran) and row.author != viewer.scope.person:
        words = Field(name="words", label="cli.event_head.words", kind=Kind.WORDS, longest=300)
        found.append(
            panel(
                viewer.say("assurance_page.sign"),
                act_form(viewer, SIGN, about, [words], button="assurance_act.sign"),
                name="event-sign",
            )
        )
    return found


def _file_form(
    viewer: Viewer, act: str, about: str, title: str, more: Sequence[Field]
) -> Component:
    field = Field(name="file", label="assurance_page.file", kind=Kind.WORDS, longest=MOST_FILE)
    what = html.P(viewer.say("assurance_page.file_what"), className="subtitle")
    form = act_form(viewer, act, about, [field, *more], button=f"assurance_act.{act}", quiet=True)
    return panel(viewer.say(title), [what, form], name=f"form-{act}")
