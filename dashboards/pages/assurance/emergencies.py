"""Step 5a. From: contingency plans, activations. To: their list, and one with its log. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
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
from dashboards.formats import day_text, instant_text
from dashboards.pages.assurance.acts import (
    ACTIVATE,
    CALL,
    CLOSE,
    DONE,
    DRAFT,
    DRILL,
    EARNEST,
    EMERGENCIES,
    FIND,
    REVIEW,
    SKIP,
)
from dashboards.queries.assurance_rows import ActivationPage, ContingencyBoard
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.contingency.reads import ActivationRow, CallRow, PlanRow, StepRow
from energy.service.contingency.steps import CallState, StepState

MOST = 40
STEPS = "contingency-steps"
"""What news change of an activation's page: no field stands in it."""
_STEP_TONE = {
    StepState.WAITING: "calm",
    StepState.LATE: "bad",
    StepState.DONE: "good",
    StepState.DONE_LATE: "fair",
    StepState.SKIPPED: "calm",
}
_CALL_TONE = {CallState.WAITING: "calm", CallState.REACHED: "good", CallState.NOT_REACHED: "bad"}


def contingency_page(
    viewer: Viewer, answer: Answer[ContingencyBoard], *, zone: ZoneInfo
) -> Component:
    """Return plans with their drills, what is activated, and the forms."""
    told = answer.rows
    open_ = [row for row in told.activations if row.closed_at is None]
    past = [row for row in told.activations if row.closed_at is not None]
    return page(
        viewer.say("nav.contingency"),
        [
            panel(
                viewer.say("contingency_page.open"),
                _activations(viewer, open_, zone),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="contingency-open",
            ),
            panel(viewer.say("contingency_page.due"), _due(viewer, told), name="contingency-due"),
            *(_plan(viewer, told, each) for each in _shown(told)),
            panel(
                viewer.say("contingency_page.past"),
                _activations(viewer, past[:MOST], zone),
                name="contingency-past",
            ),
            _draft(viewer, told) if viewer.scope.may(Right.PLAN_WORK) else None,
        ],
        name="contingency",
    )


def activation_page(viewer: Viewer, answer: Answer[ActivationPage], *, zone: ZoneInfo) -> Component:
    """Return one activation: steps with their clocks, call tree, findings, closing."""
    told = answer.rows
    row = told.story.activation
    return page(
        f"{row.number} · {viewer.named(row.steps.name)}",
        [
            _about(viewer, told, zone),
            html.Div(steps_part(viewer, told, zone), id={"type": STEPS, "order": row.number}),
            _skip(viewer, told),
            _calls(viewer, told, zone),
            _findings(viewer, told, zone),
            _close(viewer, told),
        ],
        name="activation",
        crumbs=[link(viewer.say("nav.contingency"), EMERGENCIES)],
    )


def steps_part(viewer: Viewer, told: ActivationPage, zone: ZoneInfo) -> Component:
    """Return the steps with their clocks, and a button beside each that is open."""
    lines = [_step(viewer, told, each, zone) for each in told.story.steps]
    title = viewer.say("cli.contingency.steps")
    return panel(title, html.Ol(lines, className="contingency-steps"), name="contingency-steps")


def _acts(viewer: Viewer, told: ActivationPage) -> bool:
    return told.story.activation.closed_at is None and viewer.scope.may(Right.WORK)


def _step(viewer: Viewer, told: ActivationPage, step: StepRow, zone: ZoneInfo) -> Component:
    told_of = {"at": instant_text(viewer.language, step.due_at, zone)}
    until = viewer.say("contingency_page.until", **told_of)
    if step.at is None:
        left = int((step.due_at - told.now).total_seconds() // 60)
        until = viewer.say("contingency_page.left", **told_of, left=left)
    said: list[Component] = [
        badge(viewer.say(f"cli.contingency_step.{step.state}"), _STEP_TONE[step.state]),
        html.Strong(viewer.named(step.do)),
        html.Bdi(told.people.duty.post(step.post, viewer.language)),
        html.Span(until),
    ]
    if step.at is not None:
        who = told.people.name(step.person)
        said.append(html.Bdi(f"{who}, {instant_text(viewer.language, step.at, zone)}"))
    if step.words:
        said.append(html.Bdi(step.words))
    open_ = step.state in {StepState.WAITING, StepState.LATE} and _acts(viewer, told)
    about = f"{told.story.activation.activation}@{step.step}"
    form = act_form(viewer, DONE, about, [], button="assurance_act.done") if open_ else None
    return html.Li([html.Div(said, className="event-check"), form])


def _shown(told: ContingencyBoard) -> list[PlanRow]:
    """Return of each plan the newest version, and the one that is activated where it is another."""
    newest: dict[str, int] = {}
    for row in told.plans:
        newest.setdefault(row.key, row.version)
    holding = {each.key: each.version for each in told.due}
    return [row for row in told.plans if row.version in {newest[row.key], holding.get(row.key)}]


def _activations(viewer: Viewer, rows: list[ActivationRow], zone: ZoneInfo) -> Component:
    if not rows:
        return empty(viewer.say("cli.none.activations"))
    heads = [
        viewer.say(f"cli.contingency_head.{name}")
        for name in ("number", "kind", "name", "at", "reason")
    ]
    lines: list[list[Children]] = [
        [
            link(row.number, f"{EMERGENCIES}/{row.number}"),
            _kind(viewer, row),
            viewer.named(row.steps.name),
            instant_text(viewer.language, row.activated_at, zone),
            html.Bdi(row.reason),
        ]
        for row in rows
    ]
    return table(heads, lines, name="activations")


def _kind(viewer: Viewer, row: ActivationRow) -> Component:
    key = "of_drill" if row.drill else "of_earnest"
    return badge(viewer.say(f"cli.contingency.{key}"), "calm" if row.drill else "bad")


def _due(viewer: Viewer, told: ContingencyBoard) -> Component:
    if not told.due:
        return empty(viewer.say("contingency_page.no_plan"))
    heads = [viewer.say(f"cli.contingency_head.{name}") for name in ("due", "name", "drilled")]
    rows: list[list[Children]] = [
        [
            badge(day_text(viewer.language, each.due_on), "bad" if each.overdue else "calm"),
            viewer.named(each.name),
            day_text(viewer.language, each.drilled_on) if each.drilled_on else "",
        ]
        for each in told.due
    ]
    return table(heads, rows, name="drills")


def _plan(viewer: Viewer, told: ContingencyBoard, row: PlanRow) -> Component:
    """Return the newest version of a plan: steps, calls, its review or its activation."""
    steps, duty = row.steps, told.people.duty
    lines = []
    for each in steps.steps:
        post, what = duty.post(each.post, viewer.language), viewer.named(each.do)
        lines.append(html.Li(f"{post}: {what} ({each.within_min} min)"))
    called = [each.contact or duty.post(each.post, viewer.language) for each in steps.calls]
    calls = " → ".join(called)
    body: list[Component | None] = [
        html.Ol(lines),
        html.P(f"{viewer.say('cli.contingency.tree')}: {calls}"),
    ]
    reviewed = row.reviewed_by is not None
    if not reviewed:
        body.append(badge(viewer.say("contingency_page.draft", version=row.version), "fair"))
        if viewer.scope.may(Right.PLAN_WORK) and row.author != viewer.scope.person:
            about = f"{row.key}@{row.version}"
            body.append(act_form(viewer, REVIEW, about, [], button="assurance_act.review"))
    holds = any((each.key, each.version) == (row.key, row.version) for each in told.due)
    if holds and viewer.scope.may(Right.WORK):
        kinds = {EARNEST: "of_earnest", DRILL: "of_drill"}
        choices = {key: viewer.say(f"cli.contingency.{name}") for key, name in kinds.items()}
        fields = [
            Field(
                name="kind",
                label="cli.contingency_head.kind",
                kind=Kind.FEW,
                value=DRILL,
                choices=choices,
            ),
            Field(name="reason", label="cli.contingency_head.reason"),
            Field(name="incident", label="contingency_page.incident"),
        ]
        about = f"{row.key}@{len(told.activations)}"
        body.append(act_form(viewer, ACTIVATE, about, fields, button="assurance_act.activate"))
    title = f"{viewer.named(steps.name)} · {row.version}"
    return panel(title, body, name=f"contingency-plan plan-{row.key}")


def _draft(viewer: Viewer, told: ContingencyBoard) -> Component:
    field = Field(name="file", label="assurance_page.file", kind=Kind.WORDS, longest=20_000)
    about = str(len(told.plans))
    what = html.P(viewer.say("contingency_page.file_what"), className="subtitle")
    form = act_form(viewer, DRAFT, about, [field], button="assurance_act.draft", quiet=True)
    return panel(viewer.say("contingency_page.new"), [what, form], name="contingency-draft")


def _about(viewer: Viewer, told: ActivationPage, zone: ZoneInfo) -> Component:
    row, head = told.story.activation, "cli.contingency_head"
    pairs: list[tuple[str, Children]] = [
        (viewer.say(f"{head}.kind"), _kind(viewer, row)),
        (viewer.say(f"{head}.at"), instant_text(viewer.language, row.activated_at, zone)),
        (viewer.say(f"{head}.person"), html.Bdi(told.people.name(row.activated_by))),
        (viewer.say(f"{head}.reason"), html.Bdi(row.reason)),
    ]
    if row.incident:
        pairs.append(
            (viewer.say(f"{head}.incident"), link(row.incident, f"/incidents/{row.incident}"))
        )
    if row.closed_at is not None:
        at = instant_text(viewer.language, row.closed_at, zone)
        pairs.append((viewer.say(f"{head}.closed"), f"{told.people.name(row.closed_by)}, {at}"))
        pairs.append((viewer.say(f"{head}.words"), html.Bdi(row.words)))
    title = viewer.say("assurance_page.about")
    return panel(title, facts(pairs, name="activation-facts"), name="activation-about")


def _skip(viewer: Viewer, told: ActivationPage) -> Component | None:
    open_ = [each for each in told.story.steps if each.state in {StepState.WAITING, StepState.LATE}]
    if not open_ or not _acts(viewer, told):
        return None
    choices = {str(each.step): f"{each.step}. {viewer.named(each.do)}" for each in open_}
    fields = [
        Field(
            name="step",
            label="cli.contingency_head.step",
            kind=Kind.CHOICE,
            value=str(open_[0].step),
            choices=choices,
        ),
        Field(name="reason", label="cli.contingency_head.reason"),
    ]
    about = str(told.story.activation.activation)
    form = act_form(viewer, SKIP, about, fields, button="assurance_act.skip", quiet=True)
    return panel(viewer.say("contingency_page.skip"), form, name="contingency-skip")


def _calls(viewer: Viewer, told: ActivationPage, zone: ZoneInfo) -> Component:
    lines = [_call(viewer, told, each, zone) for each in told.story.calls]
    title = viewer.say("cli.contingency.tree")
    return panel(title, html.Ol(lines, className="contingency-steps"), name="contingency-calls")


def _call(viewer: Viewer, told: ActivationPage, call: CallRow, zone: ZoneInfo) -> Component:
    people = " · ".join(told.people.name(who) for who in call.people[:4])
    said: list[Component] = [
        badge(viewer.say(f"cli.contingency_call.{call.state}"), _CALL_TONE[call.state]),
        html.Strong(call.contact or told.people.duty.post(call.post, viewer.language)),
        html.Bdi(people),
    ]
    if call.at is not None:
        who = told.people.name(call.person)
        said.append(html.Bdi(f"{who}, {instant_text(viewer.language, call.at, zone)} {call.words}"))
    forms: list[Component] = []
    if _acts(viewer, told):
        seen = "-" if call.at is None else str(int(call.at.timestamp() * 1000))
        about = f"{told.story.activation.activation}@{call.call}@{seen}"
        for each in (CallState.REACHED, CallState.NOT_REACHED):
            button = f"cli.contingency_call.{each}"
            forms.append(act_form(viewer, CALL, f"{about}@{each}", [], button=button))
    return html.Li(
        [
            html.Div(said, className="event-check"),
            html.Div(forms, className="event-buttons") if forms else None,
        ]
    )


def _findings(viewer: Viewer, told: ActivationPage, zone: ZoneInfo) -> Component | None:
    lines = [
        html.Li(
            html.Bdi(
                f"{told.people.name(each.person)}, "
                f"{instant_text(viewer.language, each.told_at, zone)}: {each.words}"
            )
        )
        for each in told.story.findings
    ]
    body: list[Component] = [html.Ul(lines)] if lines else []
    if viewer.scope.may(Right.WORK):
        words = Field(
            name="words", label="cli.contingency_head.words", kind=Kind.WORDS, longest=300
        )
        about = str(told.story.activation.activation)
        body.append(act_form(viewer, FIND, about, [words], button="assurance_act.find", quiet=True))
    if not body:
        return None
    return panel(viewer.say("cli.contingency.findings"), body, name="contingency-findings")


def _close(viewer: Viewer, told: ActivationPage) -> Component | None:
    if not _acts(viewer, told):
        return None
    words = Field(name="words", label="cli.contingency_head.words", kind=Kind.WORDS, longest=300)
    about = str(told.story.activation.activation)
    form = act_form(viewer, CLOSE, about, [words], button="assurance_act.close")
    return panel(viewer.say("contingency_page.close"), form, name="contingency-close")
