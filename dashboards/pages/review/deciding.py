"""In: a case and who looks at it. Out: the forms by which it is decided. Pure.

The page decides nothing: each form is a command with a person and a reason, and the domain asks
for the second person.
"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import empty
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.metering.review_case import Case, CaseState

METHODS = ("hour_of_week", "similar_day", "linear")
"""Methods of estimating that need nothing but what was measured."""
REASON = Field(name="reason", label="review.why")
_WHO = {
    "accept": Right.STATE_READINGS,
    "second": Right.DECIDE_READINGS,
    "hold": Right.DECIDE_READINGS,
    "release": Right.STATE_READINGS,
    "correct": Right.STATE_READINGS,
    "without": Right.STATE_READINGS,
    "estimate": Right.DECIDE_READINGS,
    "approve": Right.DECIDE_READINGS,
    "reject": Right.DECIDE_READINGS,
}


def decide_forms(viewer: Viewer, case: Case) -> Component:
    """Return what this person may do about a case that waits, each as a form to be opened."""
    about = _about(case)
    forms = [
        html.Details(
            [
                html.Summary(viewer.say(f"review.do_{act}")),
                act_form(
                    viewer,
                    f"review-{act}",
                    about,
                    _fields(viewer, act),
                    button=f"review.button_{act}",
                ),
            ],
            className=f"decide-act decide-{act}",
        )
        for act in acts_on(case)
        if _may(viewer, act)
    ]
    if not forms:
        return empty(viewer.say("review.decide_who"))
    return html.Div([html.P(viewer.say("review.decide_what"), className="subtitle"), *forms])


def state_form(viewer: Viewer, point: str) -> Component | None:
    """Return the form that states what the register of a point showed; None who may not."""
    if not viewer.scope.may(Right.STATE_READINGS):
        return None
    fields = _fields(viewer, "correct")
    return act_form(viewer, "review-state", point, fields, button="review.button_correct")


def second_forms(viewer: Viewer, correction: str) -> list[Component]:
    """Return how a proposed correction is decided by another person; nothing who may not."""
    if not viewer.scope.may(Right.DECIDE_READINGS):
        return []
    return [
        act_form(
            viewer,
            f"review-{act}",
            correction,
            _fields(viewer, act),
            button=f"review.button_{act}",
            quiet=act == "reject",
        )
        for act in ("approve", "reject")
    ]


def acts_on(case: Case) -> list[str]:
    """Return what may be done about a case that waits, by its state and cause."""
    if case.state is CaseState.CORRECTION and case.decision and case.decision.correction:
        return ["approve", "reject"]
    if case.state is CaseState.ACCEPTANCE:
        return ["second", "release"]
    found = ["accept"]
    if case.point is not None:
        found += ["correct"]
        found += {"step": ["without"], "missing": ["estimate"]}.get(case.cause, [])
    return [*found, "release" if case.state is CaseState.HELD else "hold"]


def _may(viewer: Viewer, act: str) -> bool:
    decides = viewer.scope.may(Right.DECIDE_READINGS)
    return viewer.scope.may(_WHO[act]) or (decides and act in {"accept", "release"})


def _about(case: Case) -> str:
    if case.state is CaseState.CORRECTION and case.decision and case.decision.correction:
        return str(case.decision.correction)
    return str(case.case)


def _fields(viewer: Viewer, act: str) -> list[Field]:
    match act:
        case "approve":
            return []
        case "hold":
            return [Field(name="until", label="review.until", kind=Kind.DAY), REASON]
        case "correct":
            return [Field(name="readings", label="review.stated", kind=Kind.WORDS), REASON]
        case "without":
            return [Field(name="instants", label="review.without", kind=Kind.WORDS), REASON]
        case "estimate":
            choices = {name: viewer.say(f"review.method_{name}") for name in METHODS}
            return [
                Field(
                    name="method",
                    label="review.method",
                    kind=Kind.CHOICE,
                    value=METHODS[0],
                    choices=choices,
                ),
                REASON,
            ]
    return [REASON]
