"""Step 5a. From: a request, and who looks. To: the forms of what may be done. Pure.

The page decides nothing: who may close it, and what must be said before, is the domain's demand.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import panel
from dashboards.components.request_forms import rate_form, words_field
from dashboards.components.work_forms import (
    NONE,
    checklist_field,
    choice_field,
    more,
    urgency_field,
)
from dashboards.note_words import EXAMPLE
from dashboards.pages.requests.acts import (
    ANSWER,
    CALL,
    CALLED,
    CLASS,
    CLOSE,
    ESCALATE,
    INCIDENT,
    JUDGE,
    NOTE,
    OFFER,
    ORDER,
    PAUSE,
    RATE,
    REOPEN,
    RESOLVE,
    RESUME,
    TAKE,
)
from dashboards.pages.subjects import about_seen
from dashboards.queries.request_rows import CallLine, RequestForms, RequestPage
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.requests.kinds import (
    CallOutcome,
    Channel,
    Outcome,
    RequestKind,
    RequestState,
)
from energy.service.work.named import Named

_ACTIVE = (RequestState.OPEN, RequestState.UNDER_WAY, RequestState.PAUSED)


def acts_panel(viewer: Viewer, told: RequestPage) -> Component | None:
    """Return the forms of a request; None for who may not serve."""
    if not viewer.scope.may(Right.SERVE):
        return None
    row = told.line.row
    about, state = about_seen(row.request, row.position), RequestState(row.state)
    forms: list[Component | None] = [_next(viewer, told, about)]
    if state in _ACTIVE:
        forms.append(_answer(viewer, told, about))
        if row.kind == RequestKind.COMPLAINT:
            forms += _complaint(viewer, told, about)
        forms += [
            more(viewer, "request_form.call_title", _call(viewer, told.forms, about)),
            more(viewer, "request_form.order_title", _order(viewer, told, about)),
            more(viewer, "request_form.incident_title", _incident(viewer, about)),
            more(viewer, "request_form.resolve_title", _resolve(viewer, about)),
        ]
    if state is RequestState.UNDER_WAY:
        pause = act_form(viewer, PAUSE, about, [], button="request_form.pause")
        forms.append(more(viewer, "request_form.pause_title", pause))
    if state is not RequestState.CLOSED:
        forms.append(_worded(viewer, NOTE, about, "words", "request_form.note"))
        forms.append(more(viewer, "request_form.offer_title", _offer(viewer, told, about)))
    if state in _ACTIVE:
        escalate = _offer(viewer, told, about, verb=ESCALATE)
        forms.append(more(viewer, "request_form.escalate_title", escalate))
    if state in {RequestState.RESOLVED, RequestState.CLOSED}:
        if row.score is None:
            forms.append(more(viewer, "request_form.rate_title", rate_form(viewer, RATE, about)))
        forms.append(_worded(viewer, REOPEN, about, "reason", "work_form.reason"))
    return panel(viewer.say("work_page.to_do"), forms, name="work-acts")


def _next(viewer: Viewer, told: RequestPage, about: str) -> Component:
    """Return taking it over, going on with it, closing it: what one press does."""
    row, parts = told.line.row, list[Component]()
    free = not row.claimed and row.offered is None
    if row.offered == viewer.scope.person or free:
        parts.append(act_form(viewer, TAKE, about, [], button="request_form.take"))
        if free:
            parts.append(html.P(viewer.say("request_page.free"), className="subtitle"))
    if row.state == RequestState.PAUSED:
        parts.append(act_form(viewer, RESUME, about, [], button="request_form.resume"))
    if row.state == RequestState.RESOLVED:
        parts.append(act_form(viewer, CLOSE, about, [], button="request_form.close"))
        if row.second_person:
            parts.append(html.P(viewer.say("request_page.second"), className="subtitle"))
    return html.Div(parts, className="work-next")


def _answer(viewer: Viewer, told: RequestPage, about: str) -> Component | None:
    ways = {str(each): viewer.say(f"request_form.way_{each}") for each in Channel}
    first = str(Channel.PORTAL)
    if told.line.row.enquiry is None or not viewer.scope.may(Right.ANSWER):
        del ways[first]
        first = str(Channel.PHONE)
    fields = [
        words_field("request_form.answer"),
        Field(name="way", label="request_form.way", kind=Kind.CHOICE, choices=ways, value=first),
    ]
    if told.forms.articles:
        known = {each.key: viewer.named(each.title) for each in told.forms.articles}
        choices = {NONE: viewer.say("work_form.none")} | known
        fields.append(
            Field(
                name="article",
                label="request_form.article",
                kind=Kind.CHOICE,
                choices=choices,
                value=NONE,
            )
        )
    form = act_form(viewer, ANSWER, about, fields, button="request_form.answer_it")
    if told.line.row.state == RequestState.OPEN:
        hint = html.P(viewer.say("request_page.first_answer"), className="subtitle")
        return html.Div([form, hint], className="request-answer")
    return more(viewer, "request_form.answer_title", form)


def _complaint(viewer: Viewer, told: RequestPage, about: str) -> list[Component | None]:
    forms = told.forms
    classes = _named(viewer, "complaint", "request_form.complaint", forms.complaints)
    units = _named(viewer, "unit", "request_form.unit", forms.units)
    just = Field(
        name="justified",
        label="request_form.justified",
        kind=Kind.FEW,
        choices={each: viewer.say(f"cli.work.{each}") for each in ("yes", "no")},
        value="",
    )
    found: list[Component | None] = []
    if classes is not None:
        form = act_form(viewer, CLASS, about, [classes], button="request_form.class")
        found.append(more(viewer, "request_form.class_title", form))
    if units is not None and told.line.row.complaint:
        form = act_form(viewer, JUDGE, about, [just, units], button="request_form.judge")
        found.append(more(viewer, "request_form.judge_title", form))
    return found


def _named(viewer: Viewer, name: str, label: str, known: Sequence[Named]) -> Field | None:
    if not known:
        return None
    choices = {each.key: viewer.named(each.name) for each in known}
    return Field(name=name, label=label, kind=Kind.CHOICE, choices=choices, value=known[0].key)


def _person(viewer: Viewer, forms: RequestForms, label: str, without: UUID | None) -> Field | None:
    people = {str(person): said for person, said in forms.people if person != without}
    if not people:
        return None
    own = str(viewer.scope.person)
    first = own if own in people else next(iter(people))
    return Field(name="to", label=label, kind=Kind.CHOICE, choices=people, value=first)


def _call(viewer: Viewer, forms: RequestForms, about: str) -> Component | None:
    who = _person(viewer, forms, "request_form.who", None)
    due = Field(name="due", label="request_form.due", hint=EXAMPLE)
    fields = [due, who] if who else [due]
    return act_form(viewer, CALL, about, fields, button="request_form.call")


def called_form(viewer: Viewer, told: RequestPage, call: CallLine) -> Component | None:
    """Return the form of what came of a call-back; None for who may not serve."""
    if not viewer.scope.may(Right.SERVE):
        return None
    row = told.line.row
    about = f"{about_seen(row.request, row.position)}/{call.row.call}"
    fields = [
        choice_field(
            viewer,
            "outcome",
            "request_form.outcome",
            CallOutcome,
            "cli.request_call",
            CallOutcome.REACHED,
        ),
        words_field("request_form.called"),
    ]
    return act_form(viewer, CALLED, about, fields, button="request_form.called_it")


def _order(viewer: Viewer, told: RequestPage, about: str) -> Component:
    fields = [
        Field(name="what", label="work_form.to_do", kind=Kind.WORDS, longest=500),
        checklist_field(viewer, told.forms.checklists or {}),
    ]
    return act_form(viewer, ORDER, about, fields, button="work_form.order")


def _incident(viewer: Viewer, about: str) -> Component:
    what = Field(name="what", label="work_form.what", kind=Kind.WORDS, longest=500)
    fields = [what, urgency_field(viewer)]
    return act_form(viewer, INCIDENT, about, fields, button="work_form.open")


def _resolve(viewer: Viewer, about: str) -> Component:
    outcome = choice_field(
        viewer,
        "outcome",
        "request_form.outcome",
        Outcome,
        "cli.request_outcome",
        Outcome.DONE,
    )
    fields = [outcome, words_field("request_form.words")]
    return act_form(viewer, RESOLVE, about, fields, button="request_form.resolve")


def _offer(viewer: Viewer, told: RequestPage, about: str, *, verb: str = OFFER) -> Component | None:
    to = _person(viewer, told.forms, "work_form.to", told.line.row.owner)
    if to is None:
        return None
    if verb == OFFER:
        return act_form(viewer, verb, about, [to], button="request_form.offer")
    fields = [to, words_field("work_form.reason", "reason")]
    return act_form(viewer, verb, about, fields, button="request_form.escalate")


def _worded(viewer: Viewer, verb: str, about: str, name: str, label: str) -> Component | None:
    form = act_form(viewer, verb, about, [words_field(label, name)], button=f"request_form.{verb}")
    return more(viewer, f"request_form.{verb}_title", form)
