"""Step 5a. From: one slot of a roster, who looks. To: who is there, who may be. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import Children, badge, empty, facts, page, panel, table
from dashboards.formats import short_instant
from dashboards.pages.duty.acts import CHANGE, NOBODY, SWAP, about_slot
from dashboards.pages.duty.pieces import (
    cause_badge,
    crumb,
    name_of,
    shift_text,
    slot_words,
    wrong_badge,
)
from dashboards.queries.leave_rows import SlotPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.duty.names import DutyNames


def slot_page(
    viewer: Viewer, answer: Answer[SlotPage], names: DutyNames, *, zone: ZoneInfo
) -> Component:
    """Return a slot of a published roster."""
    told, cell = answer.rows, answer.rows.cell
    who: Children = badge(viewer.say("duty_page.nobody"), "bad")
    if cell.who is not None:
        who = [*name_of(viewer, cell.who), cause_badge(viewer, cell.cause, cell.instead)]
    pairs: list[tuple[str, Children]] = [
        (viewer.say("duty_slot.person"), who),
        (
            viewer.say("duty_slot.shift"),
            shift_text(viewer, cell.slot.shift, told.period, zone, names),
        ),
    ]
    if cell.wrong:
        marks = [wrong_badge(viewer, kind) for kind in cell.wrong]
        pairs.append((viewer.say("duty_page.table_wrong"), html.Span(marks)))
    return page(
        slot_words(viewer, cell.slot, names),
        [
            panel(viewer.say("duty_slot.now"), facts(pairs, name="slot-facts"), name="slot"),
            None if cell.over else _fit(viewer, told),
            None if cell.over else _change(viewer, told),
            None if cell.over else _swap(viewer, answer, names),
            _changes(viewer, told, zone),
        ],
        name="duty-slot",
        crumbs=crumb(viewer),
    )


def _fit(viewer: Viewer, told: SlotPage) -> Component:
    inside: Component = (
        html.Ol(
            [html.Li(name_of(viewer, who), className="duty-face") for who in told.fit],
            className="duty-fit",
        )
        if told.fit
        else empty(viewer.say("duty_slot.no_fit"))
    )
    what = html.P(viewer.say("duty_slot.fit_what"), className="subtitle")
    return panel(viewer.say("duty_slot.fit"), [what, inside], name="slot-fit")


def _change(viewer: Viewer, told: SlotPage) -> Component | None:
    if not viewer.scope.may(Right.PLAN_WORK):
        return None
    choices = {str(who.person): who.name for who in told.fit}
    choices[NOBODY] = viewer.say("duty_leave.on_purpose")
    first = str(told.fit[0].person) if told.fit else ""
    return panel(
        viewer.say("duty_slot.change"),
        [
            html.P(viewer.say("duty_slot.change_what"), className="subtitle"),
            act_form(
                viewer,
                CHANGE,
                about_slot(told.cell.slot, len(told.changes)),
                [
                    Field(
                        name="who",
                        label="duty_slot.person",
                        kind=Kind.CHOICE,
                        value=first,
                        choices=choices,
                    ),
                    Field(name="reason", label="duty_slot.reason"),
                ],
                button="duty_act.change",
            ),
        ],
        name="slot-change",
    )


def _swap(viewer: Viewer, answer: Answer[SlotPage], names: DutyNames) -> Component | None:
    """Return the form by which whoever is there offers the slot to another."""
    told, who = answer.rows, answer.rows.cell.who
    mine = who is not None and who.person == viewer.scope.person
    if not mine or not viewer.scope.may(Right.OWN_DUTY):
        return None
    choices = {str(each.person): viewer.say("duty_slot.gives", name=each.name) for each in told.fit}
    for slot, other in told.backs:
        where = slot_words(viewer, slot, names)
        words = viewer.say("duty_slot.for", name=other.name, slot=where)
        choices[f"{other.person}@{slot}"] = words
    return panel(
        viewer.say("duty_slot.swap"),
        [
            html.P(viewer.say("duty_slot.swap_what"), className="subtitle"),
            act_form(
                viewer,
                SWAP,
                about_slot(told.cell.slot, answer.as_of),
                [Field(name="with", label="duty_slot.with", kind=Kind.CHOICE, choices=choices)],
                button="duty_act.offer_swap",
            ),
        ],
        name="slot-swap",
    )


def _changes(viewer: Viewer, told: SlotPage, zone: ZoneInfo) -> Component:
    title = viewer.say("duty_slot.changes")
    if not told.changes:
        return panel(title, empty(viewer.say("duty_slot.no_changes")), name="slot-changes")
    nobody = viewer.say("cli.duty.nobody")
    rows: list[list[Children]] = [
        [
            short_instant(viewer.language, each.at, zone),
            html.Bdi(each.by),
            html.Bdi(each.before or nobody),
            html.Bdi(each.after or nobody),
            cause_badge(viewer, each.cause, ""),
            html.Bdi(each.reason),
        ]
        for each in told.changes
    ]
    keys = ("at", "by", "before", "after", "cause", "reason")
    heads = [viewer.say(f"duty_slot.head_{key}") for key in keys]
    return panel(title, table(heads, rows, name="slot-changes"), name="slot-changes")
