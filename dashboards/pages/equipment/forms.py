"""Step 5a. From: a piece or a plan, and who looks. To: the forms of what may be done. Pure.

The page decides nothing: what holds of a day, and who may say it, is the domain's demand.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import empty, link, page, panel
from dashboards.components.work_forms import NONE, checklist_field, choice_field, more, words_field
from dashboards.note_words import EXAMPLE, wall_text
from dashboards.pages.equipment.acts import (
    CERTIFY,
    CHANGE,
    CHANGE_PLAN,
    DONE,
    END_PLAN,
    MAKE_PLAN,
    OF_CLASS,
    REGISTER,
    RELATE,
    RESULTS,
    TAKE_OUT,
    UNRELATE,
)
from dashboards.pages.equipment.pieces import PATH, PLANS, day_field
from dashboards.pages.subjects import about_seen
from dashboards.queries.equipment_rows import DueLine, PieceForms, PiecePage, PlanForm, PlanPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.equipment.maintenance import Every, PlanKind, PlanSpec
from energy.service.equipment.reads import EquipmentRow
from energy.service.equipment.words import EquipmentClass


def acts_panel(
    viewer: Viewer, told: PiecePage, *, today: date, now: datetime, zone: ZoneInfo
) -> Component | None:
    """Return the forms of a piece; None for who may do nothing, and where it is out."""
    row = told.row
    if not viewer.scope.may(Right.WORK) or row.out_on is not None:
        return None
    about, day = about_seen(row.equipment, row.position), today.isoformat()
    forms: list[Component | None] = [_done(viewer, line, now, zone) for line in told.due]
    forms.append(_certify(viewer, about, day))
    if viewer.scope.may(Right.PLAN_WORK):
        forms += [
            _change(viewer, about, row, told.forms, day),
            _relate(viewer, about, told.forms, day),
            _unrelate(viewer, about, told, day),
            _take_out(viewer, about, day),
        ]
    return panel(viewer.say("work_page.to_do"), forms, name="equipment-acts")


def _done(viewer: Viewer, line: DueLine, now: datetime, zone: ZoneInfo) -> Component | None:
    """Return the form by which it is recorded that a plan was done."""
    plan = line.row.plan
    at = Field(name="at", label="equipment_form.at", value=wall_text(now, zone), hint=EXAMPLE)
    fields = [at]
    if plan.spec.kind.tested:
        fields += [
            Field(
                name="result",
                label="equipment_form.result",
                kind=Kind.FEW,
                choices={name: viewer.say(f"equipment_form.{name}") for name in RESULTS},
            ),
            Field(name="minutes", label="equipment_form.minutes", kind=Kind.COUNT),
        ]
    about = f"{plan.number}@{line.row.piece.number}"
    form = act_form(viewer, DONE, about, fields, button="equipment_form.plan-done")
    title = viewer.say("equipment_form.done_title", plan=plan.number, what=plan.spec.name)
    return html.Details([html.Summary(title), form], className="work-more")


def _facts(viewer: Viewer, forms: PieceForms, row: EquipmentRow | None = None) -> list[Field]:
    said = {name: "" if row is None else str(getattr(row, name)) for name in ("name", "maker")}
    said |= {name: "" if row is None else str(getattr(row, name)) for name in ("type", "serial")}
    kind = EquipmentClass.TRANSFORMER if row is None else EquipmentClass(row.kind)
    places = dict(forms.places)
    if row is not None:
        places.setdefault(row.place, row.place)
    return [
        Field(name="name", label="equipment_form.name", value=said["name"]),
        choice_field(
            viewer, "kind", "equipment_form.kind", EquipmentClass, "cli.equipment_class", kind
        ),
        Field(
            name="place",
            label="work_form.place",
            kind=Kind.SOUGHT,
            choices=places,
            value=next(iter(places), "") if row is None else row.place,
        ),
        *(
            Field(name=name, label=f"equipment_form.{name}", value=said[name])
            for name in ("maker", "type", "serial")
        ),
    ]


def _change(
    viewer: Viewer, about: str, row: EquipmentRow, forms: PieceForms, day: str
) -> Component | None:
    fields = [*_facts(viewer, forms, row), day_field("day", "equipment_form.from", day)]
    form = act_form(viewer, CHANGE, about, fields, button="equipment_form.change-piece")
    return more(viewer, "equipment_form.change_title", form)


def _relate(viewer: Viewer, about: str, forms: PieceForms, day: str) -> Component | None:
    if not forms.ends:
        return None
    choices = {
        f"{relation}|{to}": f"{viewer.say(f'cli.equipment_relation.{relation}')}: {words}"
        for relation, to, words in forms.ends
    }
    end = Field(name="to", label="equipment_form.to", kind=Kind.SOUGHT, choices=choices)
    fields = [end, day_field("day", "equipment_form.from", day)]
    form = act_form(viewer, RELATE, about, fields, button="equipment_form.relate-piece")
    return more(viewer, "equipment_form.relate_title", form)


def _unrelate(viewer: Viewer, about: str, told: PiecePage, day: str) -> Component | None:
    choices = {
        f"{each.relation}|{each.about}": (
            f"{viewer.say(f'cli.equipment_relation.{each.relation}')}: "
            f"{each.about.partition(':')[2]}"
        )
        for each in told.relations
        if each.number == told.row.number and each.valid_to is None
    }
    if not choices:
        return None
    end = Field(name="to", label="equipment_form.to", kind=Kind.CHOICE, choices=choices)
    fields = [end, day_field("day", "equipment_form.until", day)]
    form = act_form(viewer, UNRELATE, about, fields, button="equipment_form.unrelate-piece")
    return more(viewer, "equipment_form.unrelate_title", form)


def _certify(viewer: Viewer, about: str, day: str) -> Component | None:
    fields = [
        Field(name="kind", label="equipment_form.certified"),
        Field(name="number", label="equipment_form.certificate"),
        day_field("issued", "equipment_form.issued", day),
        day_field("until", "equipment_form.valid_until"),
    ]
    form = act_form(viewer, CERTIFY, about, fields, button="equipment_form.certify-piece")
    return more(viewer, "equipment_form.certify_title", form)


def _take_out(viewer: Viewer, about: str, day: str) -> Component | None:
    fields = [
        words_field("reason", "work_form.reason"),
        day_field("day", "equipment_form.out_from", day),
    ]
    form = act_form(
        viewer, TAKE_OUT, about, fields, button="equipment_form.take-out-piece", quiet=True
    )
    return more(viewer, "equipment_form.take_out_title", form)


def register_form_page(viewer: Viewer, answer: Answer[PlanForm], *, today: date) -> Component:
    """Return the page on which a piece is registered."""
    body: Component = empty(viewer.say("equipment_page.may_not"))
    if viewer.scope.may(Right.PLAN_WORK):
        since = day_field("since", "equipment_form.since", today.isoformat())
        fields = [*_facts(viewer, answer.rows.forms), since]
        about = str(answer.as_of)
        body = act_form(viewer, REGISTER, about, fields, button="equipment_form.register-piece")
    return page(
        viewer.say("equipment_page.to_register"),
        [
            panel(
                viewer.say("equipment_form.register_title"),
                [html.P(viewer.say("equipment_form.register_hint"), className="subtitle"), body],
                name="equipment-register",
            )
        ],
        name="equipment-new",
        crumbs=[link(viewer.say("nav.equipment"), PATH)],
    )


def plan_form_page(viewer: Viewer, answer: Answer[PlanForm], *, today: date) -> Component:
    """Return the page on which maintenance is planned."""
    body: Component = empty(viewer.say("equipment_page.may_not"))
    if viewer.scope.may(Right.PLAN_WORK):
        forms = answer.rows.forms
        whom = {f"{OF_CLASS}{each}": _every_of(viewer, each) for each in EquipmentClass}
        whom |= {number: f"{number} · {name}" for number, name in forms.pieces}
        fields = [
            Field(name="name", label="equipment_form.what"),
            choice_field(
                viewer,
                "kind",
                "equipment_form.plan_kind",
                PlanKind,
                "cli.equipment_plan_kind",
                PlanKind.MAINTENANCE,
            ),
            Field(name="whom", label="equipment_form.whom", kind=Kind.SOUGHT, choices=whom),
            *_planned(viewer, forms, None, today),
        ]
        about = str(answer.rows.plans)
        body = act_form(viewer, MAKE_PLAN, about, fields, button="equipment_form.make-plan")
    return page(
        viewer.say("equipment_page.to_plan"),
        [
            panel(
                viewer.say("equipment_form.plan_title"),
                [html.P(viewer.say("equipment_form.plan_hint"), className="subtitle"), body],
                name="equipment-plan-new",
            )
        ],
        name="equipment-plan-new",
        crumbs=[
            link(viewer.say("nav.equipment"), PATH),
            link(viewer.say("equipment_tab.plans"), PLANS),
        ],
    )


def _every_of(viewer: Viewer, kind: EquipmentClass) -> str:
    words = viewer.say(f"cli.equipment_class.{kind}")
    return viewer.say("equipment_page.every_of", kind=words)


def plan_acts(viewer: Viewer, told: PlanPage, *, today: date) -> Component | None:
    """Return the forms of a plan; None for who may not plan, and where it ended."""
    row = told.row
    if not viewer.scope.may(Right.PLAN_WORK) or row.ended_on is not None:
        return None
    name = Field(name="name", label="equipment_form.what", value=row.spec.name)
    fields = [name, *_planned(viewer, told.forms, row.spec, today)]
    about = f"{row.number}@{row.position}"
    change = act_form(viewer, CHANGE_PLAN, about, fields, button="equipment_form.change-plan")
    end = act_form(
        viewer, END_PLAN, str(row.plan), [], button="equipment_form.end-plan", quiet=True
    )
    forms = [
        more(viewer, "equipment_form.change_plan_title", change),
        more(viewer, "equipment_form.end_plan_title", end),
    ]
    return panel(viewer.say("work_page.to_do"), forms, name="equipment-acts")


def _planned(viewer: Viewer, forms: PieceForms, spec: PlanSpec | None, today: date) -> list[Field]:
    """Return how often it is done, and by whom the orders of it are made."""
    first = today if spec is None or spec.first_on is None else spec.first_on
    rules = {NONE: viewer.say("work_form.none"), **dict(forms.rules)}
    levels = {NONE: viewer.say("equipment_page.by_hand")}
    levels |= {each.key: viewer.named(each.name) for each in forms.work.levels}
    owners = {NONE: viewer.say("equipment_page.on_duty")}
    owners |= {str(person): name for person, name in forms.work.people}
    checklist = checklist_field(viewer, forms.work.checklists or {})
    said = {"rule": "", "level": "", "owner": "", "checklist": ""}
    if spec is not None:
        said = {name: getattr(spec, name) for name in said}
    every, number = (Every.MONTHS, 1) if spec is None else (spec.every, spec.number)

    def offered(name: str, choices: dict[str, str]) -> Field:
        value = said[name] or NONE
        return Field(
            name=name,
            label=f"equipment_form.{name}",
            kind=Kind.CHOICE,
            choices=choices if value in choices else {**choices, value: value},
            value=value,
        )

    return [
        Field(name="every", label="equipment_form.every", kind=Kind.COUNT, value=str(number)),
        choice_field(viewer, "unit", "equipment_form.unit", Every, "equipment_unit", str(every)),
        day_field("first", "equipment_form.first", first.isoformat()),
        offered("rule", rules),
        offered("level", levels),
        offered("checklist", dict(checklist.choices or {})),
        offered("owner", owners),
    ]
