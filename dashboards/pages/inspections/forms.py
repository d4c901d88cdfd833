"""Step 5a. From: an inspection and who looks. To: the forms of what may be done with it. Pure.

The page decides nothing: that a third person approves is the domain's demand when it is said.
"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import link, panel
from dashboards.components.work_forms import choice_field, more, words_field
from dashboards.components.work_pieces import WORK
from dashboards.note_words import EXAMPLE
from dashboards.pages.inspections.acts import APPROVE, EVIDENCE, FINDING, PROPOSE, REFUSE
from dashboards.pages.subjects import about_seen
from dashboards.queries.inspection_rows import InspectionPage
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.inspection.desk import NODE
from energy.service.inspection.kinds import FindingKind, InspectionState
from energy.service.inspection.reads import InspectionRow
from energy.service.work.kinds import OrderState

_AT_WORK = {OrderState.UNDER_WAY, OrderState.PAUSED}
_AHEAD = {OrderState.OPEN, OrderState.TAKEN}


def next_panel(viewer: Viewer, told: InspectionPage) -> Component | None:
    """Return what is to be done next, and its form for who may do it."""
    parts = _parts(viewer, told)
    if not parts:
        return None
    return panel(viewer.say("inspection_page.next"), parts, name="inspection-next")


def _parts(viewer: Viewer, told: InspectionPage) -> list[Component | None]:
    row = told.row
    if row.state == InspectionState.PROPOSED and not row.refused:
        return _decide(viewer, row)
    if row.state == InspectionState.APPROVED:
        return []
    if row.order_state in _AHEAD:
        return [_said(viewer, "to_begin"), _to_order(viewer, row)]
    if row.order_state in _AT_WORK:
        return _at_work(viewer, row)
    if row.order_state == OrderState.DONE:
        return [_said(viewer, "to_sign"), _to_order(viewer, row)]
    if row.order_state == OrderState.ENDED and row.first_day is not None:
        return _propose(viewer, told)
    return []


def _at_work(viewer: Viewer, row: InspectionRow) -> list[Component | None]:
    """Return the forms of the two inspectors."""
    if viewer.scope.person not in row.inspectors or not viewer.scope.may(Right.WORK):
        return [_said(viewer, "they_tell")]
    about = about_seen(row.work_order, row.position)
    seen = [
        Field(
            name="readings",
            label="inspection_form.readings",
            kind=Kind.WORDS,
            hint="active_energy_import=2.0kWh",
            longest=2000,
        ),
        Field(
            name="seals",
            label="inspection_form.seals",
            kind=Kind.WORDS,
            hint="0815 broken",
            longest=2000,
        ),
        Field(name="error", label="inspection_form.test_error", hint="-20"),
        words_field("words", "inspection_form.words"),
        Field(name="at", label="inspection_form.at", hint=EXAMPLE),
    ]
    found = [
        choice_field(
            viewer,
            "finding",
            "cli.inspect_head.finding",
            FindingKind,
            "cli.inspect_finding",
            row.finding or FindingKind.CONFIRMED,
        ),
        Field(name="error", label="inspection_form.error", hint="-20"),
        Field(name="first", label="inspection_form.first_day", kind=Kind.DAY),
        Field(name="last", label="inspection_form.last_day", kind=Kind.DAY),
        words_field("words", "inspection_form.found_words"),
    ]
    return [
        html.H3(viewer.say("inspection_form.evidence_title")),
        act_form(viewer, EVIDENCE, about, seen, button="inspection_form.evidence"),
        html.H3(viewer.say("inspection_form.finding_title")),
        act_form(viewer, FINDING, about, found, button="inspection_form.finding"),
        _said(viewer, "to_end"),
        _to_order(viewer, row),
    ]


def _propose(viewer: Viewer, told: InspectionPage) -> list[Component | None]:
    """Return the form by which what was missed is proposed to be billed."""
    row = told.row
    if not viewer.scope.may(Right.STATE_READINGS) or not told.methods:
        return [_said(viewer, "clerk_proposes" if told.methods else "no_rules")]
    methods = {str(each): viewer.say(f"cli.inspect_method.{each}") for each in told.methods}
    fields = [
        Field(
            name="method",
            label="cli.inspect_head.method",
            kind=Kind.CHOICE,
            choices=methods,
            value=next(iter(methods)),
        )
    ]
    if row.about.startswith(NODE):
        fields.append(Field(name="point", label="inspection_form.fed_point"))
    fields += [
        Field(name="load", label="inspection_form.load"),
        Field(name="hours", label="inspection_form.hours"),
        Field(name="compare_from", label="inspection_form.compare_from", kind=Kind.DAY),
        Field(name="compare_to", label="inspection_form.compare_to", kind=Kind.DAY),
    ]
    about = about_seen(row.work_order, row.position)
    return [
        _said(viewer, "refused" if row.refused else "to_propose"),
        act_form(viewer, PROPOSE, about, fields, button="inspection_form.propose"),
    ]


def _decide(viewer: Viewer, row: InspectionRow) -> list[Component | None]:
    """Return the forms of a third person, and of who takes the own proposal back."""
    about, scope = about_seen(row.work_order, row.position), viewer.scope
    reason = [words_field("reason", "inspection_form.reason")]
    refuse = act_form(viewer, REFUSE, about, reason, button="inspection_form.refuse", quiet=True)
    parts: list[Component | None] = [_said(viewer, "to_approve")]
    may, third = scope.may(Right.DECIDE_READINGS), scope.person not in row.inspectors
    if may and third and scope.person != row.proposed_by:
        parts.append(act_form(viewer, APPROVE, about, [], button="inspection_form.approve"))
    if may or (scope.person == row.proposed_by and scope.may(Right.STATE_READINGS)):
        parts.append(more(viewer, "inspection_form.refuse_title", refuse))
    return parts


def _said(viewer: Viewer, key: str) -> Component:
    return html.P(viewer.say(f"inspection_page.{key}"), className="inspection-said")


def _to_order(viewer: Viewer, row: InspectionRow) -> Component:
    words = viewer.say("inspection_page.to_order", number=row.number)
    return html.P(link(words, f"{WORK}/{row.number}", name="button"))
