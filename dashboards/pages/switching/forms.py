"""Step 5a. From: a switching order and who looks. To: the forms of what is said in words. Pure.

They are drawn anew only where something was said, and stop only where it comes or goes: nobody's
words are lost while others go on.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import panel
from dashboards.note_words import wall_text
from dashboards.pages.switching.acts import (
    ABORT,
    BACK,
    HAND_BACK,
    PERMIT,
    SKIP,
    STOP,
    WITHDRAW,
    about_step,
)
from dashboards.pages.switching.layout import planned_fields
from dashboards.pages.switching.next import next_step, permit_due, permit_out
from dashboards.queries.switching_rows import SwitchingPage
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.switching.kinds import StepState, SwitchingState

_BEFORE = (SwitchingState.WRITTEN, SwitchingState.APPROVED, SwitchingState.RELEASED)
_TELLING = (SwitchingState.RELEASED, SwitchingState.UNDER_WAY)
_BEGUN = (SwitchingState.UNDER_WAY, SwitchingState.STOPPED)
_REASON = Field(name="reason", label="switching_act.reason")


def stop_part(viewer: Viewer, told: SwitchingPage) -> list[Component]:
    """Return the form that stops an order: of whoever works here, while it may be told."""
    row = told.story.order
    if row.state not in _TELLING or not viewer.scope.may(Right.WORK):
        return []
    why = replace(_REASON, label="switching_act.stop_reason")
    form = act_form(viewer, STOP, str(row.switching_order), [why], button="switching_act.stop")
    return [_panel(viewer, "stop", form)]


def first_part(viewer: Viewer, told: SwitchingPage, *, zone: ZoneInfo) -> list[Component | None]:
    """Return the forms of what comes next: a permit given or handed back, the order back."""
    row, person = told.story.order, viewer.scope.person
    if not viewer.scope.may(Right.WORK):
        return []
    out, hands = permit_out(told), {row.operator, row.guardian}
    aborted = row.state is SwitchingState.ABORTED and bool(row.undo)
    return [
        _permit(viewer, told, zone)
        if row.state is SwitchingState.UNDER_WAY and permit_due(told) and person in hands
        else None,
        _hand_back(viewer, told, own=person == out.holder)
        if out is not None and row.state in _BEGUN and person in {out.holder, *_approvers(told)}
        else None,
        _back(viewer, told) if aborted and (not row.back or told.back_gone) else None,
    ]


def last_part(viewer: Viewer, told: SwitchingPage) -> list[Component | None]:
    """Return the forms that end an order, or leave a step out."""
    row, person = told.story.order, viewer.scope.person
    if not viewer.scope.may(Right.WORK):
        return []
    free = permit_out(told) is None
    second = person in {row.guardian, *_approvers(told)}
    may_skip = row.state in _TELLING and free and not permit_due(told) and second
    return [
        _skip(viewer, told) if may_skip and next_step(told) is not None else None,
        _abort(viewer, told) if row.state in _BEGUN and free else None,
        _withdraw(viewer, told) if row.state in _BEFORE else None,
    ]


def _approvers(told: SwitchingPage) -> set[UUID | None]:
    return {told.story.order.approved_by, told.story.order.released_by}


def _permit(viewer: Viewer, told: SwitchingPage, zone: ZoneInfo) -> Component:
    row = told.story.order
    able = {str(who): name for who, name in told.people if who != viewer.scope.person}
    fields = [
        Field(name="what", label="switching_act.what"),
        Field(name="where", label="switching_act.where"),
        Field(name="earthed", label="switching_act.earthed"),
        Field(name="holder", label="switching_act.holder", kind=Kind.CHOICE, choices=able),
        Field(name="until", label="switching_act.until", value=wall_text(row.ends_at, zone)),
    ]
    form = act_form(
        viewer, PERMIT, str(row.switching_order), fields, button="switching_act.give_permit"
    )
    return _panel(viewer, "permit", form)


def _hand_back(viewer: Viewer, told: SwitchingPage, *, own: bool) -> Component:
    form = act_form(
        viewer,
        HAND_BACK,
        str(told.story.order.switching_order),
        [] if own else [_REASON],
        button="switching_act.hand_back",
    )
    return _panel(viewer, "hand_back", form)


def _skip(viewer: Viewer, told: SwitchingPage) -> Component:
    step = next_step(told)
    assert step is not None, "asked by last_part"
    about = about_step(told.story.order.switching_order, step.number)
    form = act_form(viewer, SKIP, about, [_REASON], button="switching_act.skip", quiet=True)
    return _panel(viewer, "skip", form, step=step.number)


def _abort(viewer: Viewer, told: SwitchingPage) -> Component:
    step = next_step(told)
    fields = [_REASON]
    if step is not None and step.state is StepState.TOLD:
        words = {each: viewer.say(f"switching_act.told_{each}") for each in ("done", "undone")}
        fields.append(
            Field(name="told", label="switching_act.became", kind=Kind.FEW, choices=words, value="")
        )
    form = act_form(
        viewer,
        ABORT,
        str(told.story.order.switching_order),
        fields,
        button="switching_act.abort",
        quiet=True,
    )
    return _panel(viewer, "abort", form)


def _withdraw(viewer: Viewer, told: SwitchingPage) -> Component:
    form = act_form(
        viewer,
        WITHDRAW,
        str(told.story.order.switching_order),
        [_REASON],
        button="switching_act.withdraw",
        quiet=True,
    )
    return _panel(viewer, "withdraw", form)


def _back(viewer: Viewer, told: SwitchingPage) -> Component:
    row = told.story.order
    seen = "" if row.back is None else f"@{row.back}"
    form = act_form(
        viewer,
        BACK,
        f"{row.switching_order}{seen}",
        planned_fields(told.people, str(row.operator), str(row.guardian)),
        button="switching_act.back",
    )
    return _panel(viewer, "back", form)


def _panel(viewer: Viewer, name: str, form: Component, **values: object) -> Component:
    return panel(
        viewer.say(f"switching_form.{name}", **values),
        [html.P(viewer.say(f"switching_form.{name}_what"), className="subtitle"), form],
        name=f"switching-{name}",
    )
