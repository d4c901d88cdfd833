"""Step 5a. From: a switching order and who looks. To: what comes next, with large buttons. Pure.

Tell, read back, done. The page decides nothing: who may say what is the domain's demand.
"""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import act_form
from dashboards.components.pieces import extra, notice, panel
from dashboards.formats import clock_text
from dashboards.pages.switching.acts import (
    APPROVE,
    COMPLETE,
    READ_BACK,
    RELEASE,
    RESUME,
    TELL,
    about_step,
)
from dashboards.queries.switching_rows import SwitchingPage
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.switching.kinds import StepState, SwitchingState
from energy.service.switching.reads import PermitRow, StepRow

_TELLING = (SwitchingState.RELEASED, SwitchingState.UNDER_WAY)


def permit_out(told: SwitchingPage) -> PermitRow | None:
    """Return the permit that is out; None where none is."""
    return next((each for each in told.story.permits if each.returned_at is None), None)


def permit_due(told: SwitchingPage) -> bool:
    """Return whether a permit is to be given before the next step."""
    row, steps = told.story.order, told.story.steps
    behind = [each for each in steps if each.number <= row.permit_after]
    over = all(each.state in {StepState.DONE, StepState.SKIPPED} for each in behind)
    return bool(row.permit_after) and over and not told.story.permits


def next_step(told: SwitchingPage) -> StepRow | None:
    """Return the step that is told or to be told next; None behind the last one."""
    ahead = (StepState.WAITING, StepState.TOLD)
    return next((each for each in told.story.steps if each.state in ahead), None)


def next_panel(viewer: Viewer, told: SwitchingPage, *, zone: ZoneInfo) -> Component:
    """Return what comes next, by whom, and the button for who may say it."""
    state = told.story.order.state
    body: list[Component | None]
    match state:
        case SwitchingState.WRITTEN | SwitchingState.APPROVED:
            body = _approval(viewer, told)
        case SwitchingState.STOPPED:
            body = _stopped(viewer, told)
        case _ if state in _TELLING:
            body = _telling(viewer, told, zone)
        case _:
            body = [_words(viewer.say(f"switching_next.{state}"))]
            if state is SwitchingState.ABORTED and told.story.order.undo:
                steps = ", ".join(str(each) for each in told.story.order.undo)
                body.append(notice(viewer.say("switching_next.undo", steps=steps), good=False))
    return panel(
        viewer.say("switching_page.next"),
        html.Div(body, className="switching-next", **extra(data_state=state)),
        name="switching-next",
    )


def _approval(viewer: Viewer, told: SwitchingPage) -> list[Component | None]:
    row, person = told.story.order, viewer.scope.person
    first = row.state is SwitchingState.WRITTEN
    right = Right.PLAN_WORK if first else Right.RELEASE_SWITCHING
    own = person in {row.author, row.operator, row.approved_by}
    act = APPROVE if first else RELEASE
    words = _words(viewer.say(f"switching_next.{row.state}"))
    if not viewer.scope.may(right):
        return [words]
    if own:
        return [words, html.P(viewer.say("switching_next.own"), className="switching-wait")]
    button = act_form(
        viewer, act, str(row.switching_order), [], button=f"switching_act.{act.partition('-')[0]}"
    )
    return [words, button]


def _stopped(viewer: Viewer, told: SwitchingPage) -> list[Component | None]:
    row, person = told.story.order, viewer.scope.person
    reason = row.words or viewer.say("switching_sheet.at_once")
    words = viewer.say("switching_next.stopped", reason=reason)
    body: list[Component | None] = [notice(words, good=False)]
    given = _vouched(told)
    if given:
        names = ", ".join(told.names.person(each) for each in given)
        body.append(_words(viewer.say("switching_next.vouched", names=names)))
    may = {row.guardian, row.approved_by, row.released_by}
    if person in may and person not in given and viewer.scope.may(Right.WORK):
        body.append(
            act_form(viewer, RESUME, str(row.switching_order), [], button="switching_act.resume")
        )
    return body


def _vouched(told: SwitchingPage) -> list[UUID]:
    """Return who said since the last stop that it goes on."""
    given: list[UUID] = []
    for fact in told.story.facts:
        if fact.act == "stopped":
            given = []
        elif fact.act == "vouched":
            given.append(fact.person)
    return given


def _telling(viewer: Viewer, told: SwitchingPage, zone: ZoneInfo) -> list[Component | None]:
    row, names = told.story.order, told.names
    out, step = permit_out(told), next_step(told)
    if out is not None:
        words = viewer.say(
            "switching_next.permit_out", permit=out.permit, holder=names.person(out.holder)
        )
        return [notice(words, good=False)]
    if permit_due(told):
        words = viewer.say("switching_next.permit_due", step=row.permit_after)
        return [_words(words)]
    if step is None:
        return [
            _words(viewer.say("switching_next.all_done")),
            _button(viewer, told, COMPLETE, str(row.switching_order), "complete", both=True),
        ]
    about = about_step(row.switching_order, step.number)
    if step.state is StepState.TOLD and step.told_at is not None:
        clock = clock_text(viewer.language, step.told_at, zone)
        words = viewer.say(
            "switching_next.told",
            step=step.number,
            at=clock,
            operator=names.person(row.operator),
            guardian=names.person(row.guardian),
        )
        said = _button(viewer, told, READ_BACK, about, "read_back", person=row.operator)
        return [_phases(viewer, 1), _said(viewer, step), _words(words), said]
    if told.held_by:
        held = [
            notice(
                viewer.say(
                    "switching_next.held",
                    number=each.number,
                    permit=each.permit.permit,
                    node=each.about.partition("/")[2],
                ),
                good=False,
            )
            for each in told.held_by
        ]
        return [_said(viewer, step), *held]
    words = viewer.say("switching_next.tell", step=step.number, guardian=names.person(row.guardian))
    said = _button(viewer, told, TELL, about, "tell", person=row.guardian)
    return [_phases(viewer, 0), _said(viewer, step), _words(words), said]


def _button(
    viewer: Viewer,
    told: SwitchingPage,
    act: str,
    about: str,
    words: str,
    *,
    person: UUID | None = None,
    both: bool = False,
) -> Component | None:
    row = told.story.order
    mine = {row.operator, row.guardian} if both else {person}
    if viewer.scope.person not in mine or not viewer.scope.may(Right.WORK):
        return None
    return act_form(viewer, act, about, [], button=f"switching_act.{words}")


def _phases(viewer: Viewer, reached: int) -> Component:
    """Return the way of a step: told, read back, done."""
    names = ("tell", "read_back", "done")
    return html.Ol(
        [
            html.Li(
                viewer.say(f"switching_phase.{name}"),
                className="phase-done"
                if n < reached
                else "phase-now"
                if n == reached
                else "phase-ahead",
                **(extra(aria_current="step") if n == reached else {}),
            )
            for n, name in enumerate(names)
        ],
        className="switching-phases",
    )


def _said(viewer: Viewer, row: StepRow) -> Component:
    """Return a step in the size in which it is read out."""
    step = row.step
    safety = viewer.named(step.safety) if any(step.safety.values()) else ""
    return html.Div(
        [
            html.Div(
                f"{row.number} · {viewer.named(step.device)}", className="switching-said-device"
            ),
            html.Div(viewer.named(step.do), className="switching-said-do"),
            html.Div(viewer.say("switching_page.expect", words=viewer.named(step.expect))),
            html.Div(viewer.say("switching_sheet.mind", safety=safety), className="switching-mind")
            if safety
            else None,
        ],
        className="switching-said",
    )


def _words(text: str) -> Component:
    return html.P(text, className="switching-next-words", role="status")
