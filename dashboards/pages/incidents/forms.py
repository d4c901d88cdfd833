"""Step 5a. From: an incident or an alert, and who looks. To: the forms of what may be done. Pure.

The page decides nothing: who may sign, and what must be said before, is the domain's demand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import Children, empty, facts, link, page, panel
from dashboards.components.work_forms import (
    checklist_field,
    choice_field,
    level_field,
    more,
    named_field,
    others_field,
    place_field,
    urgency_field,
    waits_field,
    words_field,
)
from dashboards.components.work_pieces import (
    INCIDENTS,
    clock_badge,
    numbered,
    owner_words,
    state_badge,
)
from dashboards.note_words import EXAMPLE, wall_text
from dashboards.pages.incidents.acts import (
    CHANGE,
    CLOSE,
    DIAGNOSE,
    FROM_ALERT,
    JOIN,
    OFFER,
    OPEN,
    ORDER,
    PAUSE,
    REOPEN,
    RESOLVE,
    RESPOND,
    RESUME,
    TAKE,
)
from dashboards.pages.subjects import about_seen
from dashboards.queries.rows import Answer, PlaceRow
from dashboards.queries.work_rows import AlertIncident, IncidentPage, WorkForms
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.alerting.causes import AlertCause
from energy.service.work.kinds import IncidentState, Problem


def acts_panel(viewer: Viewer, told: IncidentPage) -> Component | None:
    """Return the forms of an incident; None for who may not work."""
    if not viewer.scope.may(Right.WORK):
        return None
    row = told.line.row
    about = about_seen(row.incident, row.position)
    state = IncidentState(row.state)
    under_way = state in {IncidentState.UNDER_WAY, IncidentState.PAUSED}
    forms: list[Component | None] = [_next(viewer, told, about)]
    if under_way:
        if not _first_diagnose(told):
            title = "work_form.diagnose_title"
            forms.append(more(viewer, title, _diagnose(viewer, told, about)))
        forms.append(_worded(viewer, CHANGE, about, "words", "work_form.changed"))
    if state is IncidentState.UNDER_WAY:
        pause = act_form(viewer, PAUSE, about, [waits_field(viewer)], button="work_form.pause")
        forms.append(more(viewer, "work_form.pause_title", pause))
    if state is not IncidentState.CLOSED:
        forms += [
            more(viewer, "work_form.order_title", _order(viewer, told, about)),
            more(viewer, "work_form.offer_title", _offer(viewer, told, about)),
            more(viewer, "work_form.join_title", _join(viewer, told, about)),
        ]
    if state in {IncidentState.RESOLVED, IncidentState.CLOSED}:
        forms.append(_worded(viewer, REOPEN, about, "reason", "work_form.reason"))
    return panel(viewer.say("work_page.to_do"), forms, name="work-acts")


def _next(viewer: Viewer, told: IncidentPage, about: str) -> Component:
    """Return the act that is due next, and taking over what was offered."""
    row = told.line.row
    verbs = {
        IncidentState.OPEN: RESPOND,
        IncidentState.PAUSED: RESUME,
        IncidentState.UNDER_WAY: RESOLVE,
        IncidentState.RESOLVED: CLOSE,
    }
    parts: list[Component] = []
    if row.offered == viewer.scope.person:
        parts.append(act_form(viewer, TAKE, about, [], button="work_form.take"))
    verb = verbs.get(IncidentState(row.state))
    if _first_diagnose(told):
        parts.append(html.H3(viewer.say("work_form.diagnose_title"), className="work-first"))
        parts.append(_diagnose(viewer, told, about))
        parts.append(html.P(viewer.say("work_hint.diagnose"), className="subtitle"))
    elif verb is not None:
        hint = viewer.say(f"work_hint.{verb}")
        if verb == CLOSE and row.second_person:
            hint = viewer.say("work_hint.close_second")
        parts.append(act_form(viewer, verb, about, [], button=f"work_form.{verb}"))
        parts.append(html.P(hint, className="subtitle"))
    return html.Div(parts, className="work-next")


def _first_diagnose(told: IncidentPage) -> bool:
    """Return whether it is to be said what was wrong, before anybody may say that it is over."""
    row = told.line.row
    return row.state == IncidentState.UNDER_WAY and not row.problem


def _diagnose(viewer: Viewer, told: IncidentPage, about: str) -> Component:
    row = told.line.row
    fields = [
        choice_field(
            viewer,
            "problem",
            "work_form.problem",
            Problem,
            "cli.work_problem",
            row.problem or Problem.NO_SUPPLY,
        ),
        choice_field(
            viewer,
            "cause",
            "work_form.cause",
            AlertCause,
            "alert_cause",
            row.cause or AlertCause.FAULT,
        ),
        words_field("words", "work_form.words", row.words),
    ]
    return act_form(viewer, DIAGNOSE, about, fields, button="work_form.diagnose")


def _worded(viewer: Viewer, verb: str, about: str, name: str, label: str) -> Component | None:
    form = act_form(viewer, verb, about, [words_field(name, label)], button=f"work_form.{verb}")
    return more(viewer, f"work_form.{verb}_title", form)


def _order(viewer: Viewer, told: IncidentPage, about: str) -> Component:
    fields = [
        words_field("what", "work_form.to_do"),
        checklist_field(viewer, told.forms.checklists or {}),
        named_field(viewer, "equipment", "work_form.equipment", told.forms.pieces),
        Field(name="due", label="work_form.due", hint=EXAMPLE),
    ]
    return act_form(viewer, ORDER, about, fields, button="work_form.order")


def _offer(viewer: Viewer, told: IncidentPage, about: str) -> Component | None:
    field = others_field(told.forms, [told.line.row.owner])
    if field is None:
        return None
    return act_form(viewer, OFFER, about, [field], button="work_form.offer")


def _join(viewer: Viewer, told: IncidentPage, about: str) -> Component | None:
    if told.parent or told.parts or not told.forms.others:
        return None
    choices = {number: f"{number} {what}" for number, what in told.forms.others}
    field = Field(
        name="parent",
        label="work_form.parent",
        kind=Kind.CHOICE,
        choices=choices,
        value=next(iter(choices)),
    )
    return act_form(viewer, JOIN, about, [field], button="work_form.join")


def open_page(
    viewer: Viewer,
    answer: Answer[WorkForms],
    places: tuple[PlaceRow, ...],
    *,
    zone: ZoneInfo,
    now: datetime,
    at: Mapping[str, str],
) -> Component:
    """Return the page on which an incident is opened.

    Args:
        viewer: Who opens it.
        answer: What it may be opened with.
        places: Of the site.
        zone: The site's zone.
        now: The present.
        at: Key of the "point" or of the "account" that another page names.
    """
    title = viewer.say("incident_page.to_open")
    if not viewer.scope.may(Right.WORK):
        body: Component = empty(viewer.say("work_page.may_not"))
    elif not answer.rows.levels:
        body = empty(viewer.say("incident_page.no_levels"))
    else:
        fields = [
            words_field("what", "work_form.what"),
            level_field(viewer, answer.rows),
            urgency_field(viewer),
            place_field(viewer, [(each.key, each.name) for each in places]),
            named_field(
                viewer, "point", "work_form.point", answer.rows.points, at.get("point", "")
            ),
            named_field(viewer, "node", "work_form.node", answer.rows.nodes),
            *_account(viewer, answer.rows, at.get("account", "")),
            Field(name="heard", label="work_form.heard", value=wall_text(now, zone), hint=EXAMPLE),
        ]
        body = act_form(viewer, OPEN, str(answer.as_of), fields, button="work_form.open")
    return page(
        title,
        [
            panel(
                viewer.say("work_form.open_title"),
                [html.P(viewer.say("work_hint.open"), className="subtitle"), body],
                name="work-open",
            )
        ],
        name="incident-new",
        crumbs=[link(viewer.say("nav.incidents"), INCIDENTS)],
    )


def _account(viewer: Viewer, forms: WorkForms, chosen: str) -> list[Field]:
    """Return the account of who said it, for who sees accounts."""
    if not forms.accounts:
        return []
    named = [(each, each) for each in forms.accounts]
    return [named_field(viewer, "account", "work_form.account", named, chosen)]


def alert_panel(viewer: Viewer, alert: UUID, told: AlertIncident, what: str) -> Component | None:
    """Return the incident of an alert, or the form that opens it.

    Args:
        viewer: Who looks.
        alert: The alert.
        told: What work there is of it.
        what: What is wrong, as the alert says it.
    """
    title, line = viewer.say("work_form.of_alert"), told.incident
    if line is not None:
        row = line.row
        pairs: list[tuple[str, Children]] = [
            (
                viewer.say("work_page.head_incident"),
                numbered(row.number, f"{INCIDENTS}/{row.number}", row.what),
            ),
            (viewer.say("work_page.head_state"), state_badge(viewer, row.state)),
            (viewer.say("work_page.head_owner"), owner_words(viewer, line.owner, line.offered)),
            (viewer.say("work_page.head_clock"), clock_badge(viewer, line.clock)),
        ]
        return panel(title, facts(pairs, name="work-facts"), name="alert-incident")
    if not viewer.scope.may(Right.WORK):
        return None
    if not told.forms.levels:
        return panel(title, empty(viewer.say("incident_page.no_levels")), name="alert-incident")
    fields = [
        Field(name="what", label="work_form.what", value=what),
        level_field(viewer, told.forms),
        urgency_field(viewer),
    ]
    form = act_form(viewer, FROM_ALERT, str(alert), fields, button="work_form.open", quiet=True)
    hint = html.P(viewer.say("work_hint.of_alert"), className="subtitle")
    return panel(title, [hint, form], name="alert-incident")
