"""In: equipment, plans, certificates. Out: their words, badges and cards: the pieces. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import Children, badge, link
from dashboards.components.toolbar import choice_links
from dashboards.components.work_forms import checklist_field, level_field
from dashboards.components.work_pieces import WORK
from dashboards.formats import day_text, instant_text
from dashboards.queries.equipment_rows import DueLine
from dashboards.queries.work_rows import WorkForms
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.equipment.maintenance import DueState, PlanSpec
from energy.service.equipment.plan_reads import DueRow
from energy.service.equipment.words import CHANNEL, PIECE, Relation

PATH = "/equipment"
OUT, DUE, PLANS, NEW = f"{PATH}/out", f"{PATH}/due", f"{PATH}/plans", f"{PATH}/new"
NEW_PLAN = f"{PLANS}/new"
ORDER = "order-due"
_NEAR_DAYS = 30
"""A certificate that holds no longer is near its end. [d]"""


def tabs(viewer: Viewer, counts: Mapping[str, int], here: str) -> Component:
    """Return the tabs of the pages of equipment, with how many things stand behind each."""
    paths = {"in": PATH, "out": OUT, "due": DUE, "plans": PLANS}
    choices = [
        (f"{viewer.say(f'equipment_tab.{name}')} {counts[name]}", path, name == here)
        for name, path in paths.items()
    ]
    return choice_links(choices, "", viewer.say("nav.equipment"))


def class_words(viewer: Viewer, kind: str) -> str:
    """Return the word for a class."""
    return viewer.say(f"cli.equipment_class.{kind}")


def due_badge(viewer: Viewer, row: DueRow) -> Component:
    """Return how a plan stands for a piece."""
    tone = {DueState.DUE: "bad", DueState.UNKNOWN: "fair"}.get(row.due.state, "calm")
    return badge(due_words(viewer, row), tone)


def due_words(viewer: Viewer, row: DueRow) -> str:
    """Return how a plan stands for a piece, in words."""
    due = row.due
    if due.state is DueState.UNKNOWN:
        return viewer.say("equipment_page.due_unknown")
    if due.left_h is not None:
        key = "over_hours" if due.state is DueState.DUE else "left_hours"
        return viewer.say(f"equipment_page.{key}", hours=round(abs(due.left_h)))
    if due.on is None:
        return viewer.say("equipment_page.on_alert")
    key = "due_since" if due.state is DueState.DUE else "due_on"
    return viewer.say(f"equipment_page.{key}", day=day_text(viewer.language, due.on))


def every_words(viewer: Viewer, spec: PlanSpec) -> str:
    """Return how often something is done."""
    return viewer.say(f"cli.equipment_every.{spec.every}", number=spec.number, rule=spec.rule)


def whom_words(viewer: Viewer, spec: PlanSpec, names: Mapping[str, str]) -> Children:
    """Return whom a plan is for; a piece leads to its page."""
    if not spec.equipment:
        return viewer.say("equipment_page.every_of", kind=class_words(viewer, spec.of_class))
    name = names.get(spec.equipment, "")
    return [link(spec.equipment, f"{PATH}/{spec.equipment}"), f" {name}"]


def certificate_badge(viewer: Viewer, days: int) -> Component:
    """Return how long a certificate still holds."""
    if days < 0:
        return badge(viewer.say("equipment_page.ended_ago", days=-days), "bad")
    tone = "fair" if days <= _NEAR_DAYS else "good"
    return badge(viewer.say("equipment_page.days_left", days=days), tone)


def end_words(about: str, pieces: Mapping[str, str]) -> Children:
    """Return the other end of a relation; what has a page leads there."""
    if about.startswith(PIECE):
        number = about.removeprefix(PIECE)
        return [link(number, f"{PATH}/{number}"), f" {pieces.get(number, '')}"]
    for relation in (Relation.METER_OF, Relation.RUNS_BY):
        if about.startswith(relation.to):
            point = about.removeprefix(relation.to)
            return link(point, f"/meters/{point.partition('/')[0]}")
    return about.partition(":")[2] if not about.startswith(CHANNEL) else about


def due_card(viewer: Viewer, line: DueLine, forms: WorkForms, zone: ZoneInfo) -> Component:
    """Return what a plan asks of a piece, and how its order is made."""
    row = line.row
    number = row.piece.number
    return html.Article(
        [
            html.Div(
                [link(html.Strong(number), f"{PATH}/{number}"), due_badge(viewer, row)],
                className="work-card-head",
            ),
            html.Div(f"{row.piece.name} · {line.place}", className="work-card-what"),
            html.Div([html.Strong(row.plan.spec.name), f" · {every_words(viewer, row.plan.spec)}"]),
            html.Div(link(row.plan.number, f"{PLANS}/{row.plan.number}")),
            html.Div(
                viewer.say(
                    "equipment_page.last_done",
                    at=instant_text(viewer.language, row.last_done, zone),
                ),
                className="work-due",
            ),
            order_part(viewer, line, forms),
        ],
        className="work-card",
    )


def order_part(viewer: Viewer, line: DueLine, forms: WorkForms) -> Component | None:
    """Return the order of what is due, or the form that makes it; None where neither is."""
    if line.order is not None:
        words = viewer.say(f"cli.work_state.{line.order.state}")
        number = line.order.number
        return html.Div([html.Div(link(number, f"{WORK}/{number}")), html.Div(words)])
    row = line.row
    if row.due.state is not DueState.DUE or not viewer.scope.may(Right.WORK):
        return None
    about = f"{row.plan.number}@{row.piece.number}"
    fields: Sequence[Field] = ()
    if not row.plan.spec.level:
        if not forms.levels:
            return html.Div(viewer.say("incident_page.no_levels"), className="subtitle")
        fields = [level_field(viewer, forms), checklist_field(viewer, forms.checklists or {})]
    return act_form(viewer, ORDER, about, fields, button="equipment_form.order-due", quiet=True)


def day_field(name: str, label: str, value: str = "") -> Field:
    """Return a field for a day."""
    return Field(name=name, label=label, kind=Kind.DAY, value=value)
