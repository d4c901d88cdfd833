"""Step 5a. From: a work order, and who looks. To: the forms of what may be done with it. Pure.

The page decides nothing: who does it and who may sign is the domain's demand.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import empty, link, page, panel
from dashboards.components.work_forms import (
    checklist_field,
    choice_field,
    level_field,
    more,
    named_field,
    others_field,
    person_field,
    place_field,
    waits_field,
    words_field,
)
from dashboards.components.work_pieces import WORK
from dashboards.note_words import EXAMPLE, wall_text
from dashboards.pages.subjects import about_seen
from dashboards.pages.work.acts import (
    ASSIGN,
    BEGIN,
    CANCEL,
    CHECK,
    FINISH,
    ITEM,
    OPEN,
    PART,
    PAUSE,
    REFUSE,
    RESUME,
    SIGN,
    TAKE,
    TIME,
)
from dashboards.queries.rows import Answer, PlaceRow
from dashboards.queries.work_rows import OrderPage, WorkForms
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.work.checklist import Answer as Asks
from energy.service.work.checklist import CheckItem
from energy.service.work.job import LONGEST_STRETCH
from energy.service.work.kinds import OrderKind, OrderState

AT_WORK = (OrderState.UNDER_WAY, OrderState.PAUSED)
_OPEN = (OrderState.OPEN, OrderState.TAKEN, *AT_WORK)


def acts_panel(
    viewer: Viewer, told: OrderPage, *, zone: ZoneInfo, now: datetime
) -> Component | None:
    """Return the forms of an order; None for who may not work, and where nothing is to be done."""
    row = told.line.row
    state = OrderState(row.state)
    if not viewer.scope.may(Right.WORK) or state in {OrderState.ENDED, OrderState.CANCELLED}:
        return None
    about = about_seen(row.work_order, row.position)
    forms: list[Component | None] = [_next(viewer, told, about)]
    if state in AT_WORK:
        forms += [
            more(viewer, "order_form.part_title", _part(viewer, about)),
            more(viewer, "order_form.time_title", _time(viewer, told, about, zone, now)),
        ]
    if state is OrderState.UNDER_WAY:
        pause = act_form(viewer, PAUSE, about, [waits_field(viewer)], button="work_form.pause")
        forms.append(more(viewer, "order_form.pause_title", pause))
    if state in _OPEN:
        forms += [
            more(viewer, "order_form.assign_title", _assign(viewer, told, about)),
            more(viewer, "order_form.cancel_title", _reasoned(viewer, CANCEL, about)),
        ]
    return panel(viewer.say("work_page.to_do"), forms, name="work-acts")


def _next(viewer: Viewer, told: OrderPage, about: str) -> Component:
    """Return the act that is due next, by how far the order is."""
    row = told.line.row
    parts: list[Component | None] = []
    offered = row.assigned == viewer.scope.person
    match OrderState(row.state):
        case OrderState.OPEN:
            parts.append(act_form(viewer, TAKE, about, [], button="order_form.take"))
        case OrderState.TAKEN:
            when = Field(name="at", label="order_form.at", hint=EXAMPLE)
            parts.append(act_form(viewer, BEGIN, about, [when], button="order_form.begin"))
        case OrderState.UNDER_WAY:
            parts.append(act_form(viewer, FINISH, about, [], button="order_form.finish"))
        case OrderState.PAUSED:
            parts.append(act_form(viewer, RESUME, about, [], button="work_form.resume-incident"))
        case OrderState.DONE:
            parts.append(act_form(viewer, SIGN, about, [], button="order_form.sign"))
            parts.append(more(viewer, "order_form.refuse_title", _reasoned(viewer, REFUSE, about)))
        case _:
            """Over."""
    if offered and row.state != OrderState.OPEN:
        take = act_form(viewer, TAKE, about, [], button="order_form.take", quiet=True)
        parts.insert(0, take)
    parts.append(html.P(viewer.say(f"order_hint.{row.state}"), className="subtitle"))
    return html.Div(parts, className="work-next")


def check_panel(viewer: Viewer, told: OrderPage) -> Component | None:
    """Return the checklist with its answers; while it is worked on, to be answered."""
    row = told.line.row
    if not row.items:
        return None
    open_ = row.state in AT_WORK and viewer.scope.may(Right.WORK)
    title = viewer.say("order_page.checklist", done=len(row.answers), all=len(row.items))
    if open_:
        fields = [_asked(viewer, item, row.answers.get(item.key, "")) for item in row.items]
        about = about_seen(row.work_order, row.position)
        form = act_form(viewer, CHECK, about, fields, button="order_form.check")
        return panel(title, [form, _sheet(viewer, told, name="work-on-paper")], name="work-check")
    return panel(title, _sheet(viewer, told, name="work-checked"), name="work-check")


def _asked(viewer: Viewer, item: CheckItem, answer: str) -> Field:
    label = question(viewer, item)
    if item.answer is Asks.YES_NO:
        choices = {each: viewer.say(f"cli.work.{each}") for each in ("yes", "no")}
        return Field(
            name=ITEM + item.key,
            label=label,
            kind=Kind.FEW,
            value=answer,
            choices=choices,
            plain=True,
        )
    return Field(name=ITEM + item.key, label=label, value=answer, plain=True)


def question(viewer: Viewer, item: CheckItem) -> str:
    """Return what is asked, with its unit, and whether it may stay open."""
    unit = f" [{item.unit}]" if item.unit else ""
    optional = f" ({viewer.say('order_page.optional')})" if item.optional else ""
    return f"{viewer.named(item.ask)}{unit}{optional}"


def _sheet(viewer: Viewer, told: OrderPage, *, name: str) -> Component:
    """Return the questions with a tick or a value each, an empty box where there is none."""
    row = told.line.row
    items = []
    for item in row.items:
        said = row.answers.get(item.key, "")
        words = viewer.say(f"cli.work.{said}") if item.answer is Asks.YES_NO and said else said
        unit = f" {item.unit}" if item.unit and said else ""
        items.append(
            html.Li(
                [
                    html.Span(question(viewer, item), className="work-asked"),
                    html.Strong(f"{words}{unit}"),
                ],
                className="work-item work-item-said" if said else "work-item",
            )
        )
    return html.Ul(items, className=f"work-items {name}")


def _part(viewer: Viewer, about: str) -> Component:
    fields = [
        Field(name="item", label="order_form.item"),
        Field(name="number", label="order_form.number", kind=Kind.COUNT, value="1"),
        Field(name="unit", label="order_form.unit", kind=Kind.COUNT, value="pcs"),
    ]
    return act_form(viewer, PART, about, fields, button="order_form.part")


def _time(viewer: Viewer, told: OrderPage, about: str, zone: ZoneInfo, now: datetime) -> Component:
    """Return the form of time spent: in it stands what is not told yet, up to now."""
    known = [each.ended_at for each in told.times if each.person == viewer.scope.person]
    begun = max([*known, told.line.row.begun_at or now])
    open_ = timedelta(minutes=1) <= now - begun <= LONGEST_STRETCH
    span = [wall_text(at, zone) if open_ else "" for at in (begun, now)]
    fields = [
        person_field(viewer, told.forms, "order_form.person", "person"),
        Field(name="first", label="order_form.first", value=span[0], hint=EXAMPLE),
        Field(name="last", label="order_form.last", value=span[1], hint=EXAMPLE),
    ]
    return act_form(viewer, TIME, about, fields, button="order_form.time")


def _assign(viewer: Viewer, told: OrderPage, about: str) -> Component | None:
    row = told.line.row
    field = others_field(told.forms, [] if row.state == OrderState.OPEN else [row.owner])
    if field is None:
        return None
    return act_form(viewer, ASSIGN, about, [field], button="order_form.assign")


def _reasoned(viewer: Viewer, verb: str, about: str) -> Component:
    reason = words_field("reason", "work_form.reason")
    return act_form(viewer, verb, about, [reason], button=f"order_form.{verb}", quiet=True)


def open_page(viewer: Viewer, answer: Answer[WorkForms], places: tuple[PlaceRow, ...]) -> Component:
    """Return the page on which a work order is made that is of no incident."""
    if not viewer.scope.may(Right.WORK):
        body: Component = empty(viewer.say("work_page.may_not"))
    elif not answer.rows.levels:
        body = empty(viewer.say("incident_page.no_levels"))
    else:
        kind = choice_field(
            viewer, "kind", "order_form.kind", OrderKind, "cli.work_kind", OrderKind.CORRECTIVE
        )
        fields = [
            words_field("what", "work_form.to_do"),
            kind,
            level_field(viewer, answer.rows),
            place_field(viewer, [(each.key, each.name) for each in places]),
            named_field(viewer, "point", "work_form.point", answer.rows.points),
            named_field(viewer, "node", "work_form.node", answer.rows.nodes),
            named_field(viewer, "equipment", "work_form.equipment", answer.rows.pieces),
            named_field(viewer, "plan", "order_form.plan", answer.rows.plans),
            checklist_field(viewer, answer.rows.checklists or {}),
            Field(name="due", label="work_form.due", hint=EXAMPLE),
        ]
        body = act_form(viewer, OPEN, str(answer.as_of), fields, button="order_form.open")
    return page(
        viewer.say("order_page.to_open"),
        [
            panel(
                viewer.say("order_form.open_title"),
                [html.P(viewer.say("order_hint.new"), className="subtitle"), body],
                name="work-open",
            )
        ],
        name="order-new",
        crumbs=[link(viewer.say("nav.work"), WORK)],
    )
