"""Step 5a. From: one piece of equipment, or one plan. To: the layout of its page. Pure."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.long_table import long_table
from dashboards.components.pieces import Children, badge, data_age, empty, facts, link, page, panel
from dashboards.components.twin import twin
from dashboards.components.work_pieces import INCIDENTS, WORK, state_badge
from dashboards.formats import NOTHING, day_text, instant_text
from dashboards.pages.equipment.forms import acts_panel, plan_acts
from dashboards.pages.equipment.layout import orders_words
from dashboards.pages.equipment.pieces import (
    PATH,
    PLANS,
    certificate_badge,
    class_words,
    due_badge,
    due_card,
    end_words,
    every_words,
    whom_words,
)
from dashboards.queries.equipment_rows import PiecePage, PlanPage
from dashboards.queries.rows import Answer
from dashboards.viewer import Viewer
from energy.service.equipment.reads import HappenedRow
from energy.service.equipment.told import details_of

MOST_TOLD = 200
"""Things that happened, the newest; the table behind has all."""


def piece_page(
    viewer: Viewer, answer: Answer[PiecePage], *, zone: ZoneInfo, now: datetime, today: date
) -> Component:
    """Return the page of a piece of equipment."""
    told, row = answer.rows, answer.rows.row
    return page(
        f"{row.number}: {row.name}",
        [
            panel(
                viewer.say("equipment_page.facts"),
                facts(_facts(viewer, told), name="work-facts"),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="equipment-facts",
            ),
            _plans(viewer, told, zone),
            acts_panel(viewer, told, today=today, now=now, zone=zone),
            _relations(viewer, told),
            _certificates(viewer, told),
            _work(viewer, told, zone),
            _tests(viewer, told, zone),
            _history(viewer, told, zone),
        ],
        name="piece",
        crumbs=[link(viewer.say("nav.equipment"), PATH), html.Span(row.number)],
    )


def _facts(viewer: Viewer, told: PiecePage) -> list[tuple[str, Children]]:
    row = told.row
    pairs: list[tuple[str, Children]] = [
        (viewer.say("cli.equipment_head.class"), class_words(viewer, row.kind)),
        (viewer.say("cli.equipment_head.place"), told.place),
    ]
    pairs += [
        (viewer.say(f"cli.equipment_head.{name}"), value)
        for name, value in (("maker", row.maker), ("type", row.type), ("serial", row.serial))
        if value
    ]
    since = day_text(viewer.language, row.in_service_since)
    pairs.append((viewer.say("cli.equipment_head.since"), since))
    if row.out_on is not None:
        day = day_text(viewer.language, row.out_on)
        pairs.append((viewer.say("cli.equipment_head.out_on"), badge(day, "calm")))
        pairs.append((viewer.say("cli.equipment_head.reason"), row.out_reason))
    return pairs


def _plans(viewer: Viewer, told: PiecePage, zone: ZoneInfo) -> Component:
    body: Component = empty(viewer.say("equipment_page.nothing_planned"))
    if told.due:
        cards = [due_card(viewer, line, told.forms.work, zone) for line in told.due]
        body = html.Div(cards, className="work-cards")
    return panel(viewer.say("equipment_page.planned"), body, name="equipment-planned")


def _relations(viewer: Viewer, told: PiecePage) -> Component | None:
    if not told.relations:
        return None
    heads = [viewer.say(f"cli.equipment_head.{name}") for name in ("number", "relation", "to")]
    heads += [viewer.say(f"cli.equipment_head.{name}") for name in ("from", "until")]
    rows: list[list[Children]] = [
        [
            link(each.number, f"{PATH}/{each.number}")
            if each.number != told.row.number
            else each.number,
            viewer.say(f"cli.equipment_relation.{each.relation}"),
            end_words(each.about, told.pieces),
            day_text(viewer.language, each.valid_from),
            NOTHING if each.valid_to is None else day_text(viewer.language, each.valid_to),
        ]
        for each in told.relations
    ]
    table = long_table(viewer, heads, rows, name="equipment-relations")
    return panel(viewer.say("equipment_page.relations"), table, name="equipment-relations")


def _certificates(viewer: Viewer, told: PiecePage) -> Component | None:
    if not told.certificates:
        return None
    left = {each.certificate.certificate: each.days_left for each in told.ending}
    names = ("kind", "certificate", "issued_on", "valid_until", "filed_by")
    heads = [viewer.say(f"cli.equipment_head.{name}") for name in names]
    heads.insert(4, viewer.say("equipment_page.head_left"))
    rows: list[list[Children]] = [
        [
            html.Div(each.kind, className="work-what"),
            html.Div(each.number, className="work-what"),
            day_text(viewer.language, each.issued_on),
            NOTHING if each.valid_until is None else day_text(viewer.language, each.valid_until),
            certificate_badge(viewer, left[each.certificate])
            if each.certificate in left
            else NOTHING,
            told.names.get(each.filed_by, "?"),
        ]
        for each in told.certificates
    ]
    table = long_table(viewer, heads, rows, name="equipment-certificates")
    return panel(viewer.say("equipment_page.certificates"), table, name="equipment-certificates")


def _work(viewer: Viewer, told: PiecePage, zone: ZoneInfo) -> Component | None:
    """Return the work orders about a piece and the incidents that it had a part in."""
    rows: list[list[Children]] = [
        [
            link(each.number, f"{WORK}/{each.number}"),
            html.Div(each.what, className="work-what"),
            state_badge(viewer, each.state),
            instant_text(viewer.language, each.since, zone),
        ]
        for each in reversed(told.orders)
    ]
    rows += [
        [
            link(each.number, f"{INCIDENTS}/{each.number}"),
            html.Div(each.what, className="work-what"),
            state_badge(viewer, each.state),
            NOTHING,
        ]
        for each in told.incidents
    ]
    if not rows:
        return None
    heads = [viewer.say(f"equipment_page.head_{name}") for name in ("number", "what", "state")]
    heads.append(viewer.say("work_page.since"))
    table = long_table(viewer, heads, rows, name="equipment-work")
    return panel(viewer.say("equipment_page.work"), table, name="equipment-work")


def _tests(viewer: Viewer, told: PiecePage, zone: ZoneInfo) -> Component | None:
    """Return the results of tests and change-overs, the newest first."""
    tested = [each for each in reversed(told.history) if "started" in each.told]
    if not tested:
        return None
    heads = [viewer.say(f"equipment_page.head_{name}") for name in ("plan", "at", "result")]
    heads += [f">{viewer.say('equipment_form.minutes')}", viewer.say("cli.equipment_head.by")]
    rows: list[list[Children]] = []
    for each in tested[:MOST_TOLD]:
        said = each.told
        name = "load" if said["took_load"] else "started" if said["started"] else "failed"
        tone = "good" if said["passed"] else "bad"
        plan = str(said["number"])
        rows.append(
            [
                link(plan, f"{PLANS}/{plan}"),
                instant_text(viewer.language, datetime.fromisoformat(said["at"]), zone),
                badge(viewer.say(f"equipment_form.{name}"), tone),
                str(said["minutes"]),
                told.names.get(each.person, "?"),
            ]
        )
    table = long_table(viewer, heads, rows, name="equipment-tests")
    return panel(viewer.say("equipment_page.tests"), table, name="equipment-tests")


def _history(viewer: Viewer, told: PiecePage, zone: ZoneInfo) -> Component:
    names = ("recorded", "day", "what", "details", "by")
    heads = [viewer.say(f"cli.equipment_head.{name}") for name in names]
    rows: list[list[Children]] = [
        [
            instant_text(viewer.language, each.at, zone),
            NOTHING if each.day is None else day_text(viewer.language, each.day),
            viewer.say(f"cli.equipment_what.{each.what}"),
            html.Div(details(viewer, each, zone), className="work-what"),
            told.names.get(each.person, "?"),
        ]
        for each in reversed(told.history[-MOST_TOLD:])
    ]
    return panel(
        viewer.say("equipment_page.history"),
        [
            long_table(viewer, heads, rows, name="equipment-history"),
            twin(viewer, f"equipment_history~{told.row.number}", ""),
        ],
        name="equipment-history",
    )


def details(viewer: Viewer, each: HappenedRow, zone: ZoneInfo) -> str:
    """Return what is said of something that happened."""

    def when(text: str) -> str:
        return instant_text(viewer.language, datetime.fromisoformat(text), zone)

    return details_of(viewer.language, each, when)


def plan_page(
    viewer: Viewer, answer: Answer[PlanPage], *, zone: ZoneInfo, today: date
) -> Component:
    """Return the page of a plan of maintenance."""
    told, row = answer.rows, answer.rows.row
    spec = row.spec
    names = {each.row.piece.number: each.row.piece.name for each in told.due}
    owner = next((name for person, name in told.names.items() if str(person) == spec.owner), "?")
    pairs: list[tuple[str, Children]] = [
        (
            viewer.say("equipment_form.plan_kind"),
            viewer.say(f"cli.equipment_plan_kind.{spec.kind}"),
        ),
        (viewer.say("equipment_form.whom"), whom_words(viewer, spec, names)),
        (viewer.say("equipment_page.head_every"), every_words(viewer, spec)),
    ]
    if spec.first_on is not None:
        first = day_text(viewer.language, spec.first_on)
        pairs.append((viewer.say("equipment_form.first"), first))
    pairs.append((viewer.say("equipment_page.head_orders"), orders_words(viewer, row, owner)))
    pairs.append((viewer.say("cli.equipment_head.version"), str(row.version)))
    if row.ended_on is not None:
        ended = day_text(viewer.language, row.ended_on)
        pairs.append((viewer.say("cli.equipment_head.ended_on"), badge(ended, "calm")))
    return page(
        f"{row.number}: {spec.name}",
        [
            panel(
                viewer.say("equipment_page.plan"),
                facts(pairs, name="work-facts"),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="equipment-plan",
            ),
            plan_acts(viewer, told, today=today),
            _stands_for(viewer, told, zone),
            _past(viewer, told, zone),
        ],
        name="maintenance-plan",
        crumbs=[
            link(viewer.say("nav.equipment"), PATH),
            link(viewer.say("equipment_tab.plans"), PLANS),
            html.Span(row.number),
        ],
    )


def _stands_for(viewer: Viewer, told: PlanPage, zone: ZoneInfo) -> Component | None:
    if told.row.ended_on is not None:
        return None
    if not told.due:
        none = empty(viewer.say("equipment_page.for_none"))
        return panel(viewer.say("equipment_page.stands"), none, name="equipment-stands")
    heads = [viewer.say(f"equipment_page.head_{each}") for each in ("piece", "place", "state")]
    heads += [viewer.say("equipment_page.head_last_done"), viewer.say("work_page.head_order")]
    rows: list[list[Children]] = [
        [
            link(f"{line.row.piece.number} {line.row.piece.name}", _address(line.row.piece.number)),
            line.place,
            due_badge(viewer, line.row),
            instant_text(viewer.language, line.row.last_done, zone),
            NOTHING
            if line.order is None
            else link(line.order.number, f"{WORK}/{line.order.number}"),
        ]
        for line in told.due
    ]
    table = long_table(viewer, heads, rows, name="equipment-stands")
    return panel(viewer.say("equipment_page.stands"), table, name="equipment-stands")


def _address(number: str) -> str:
    return f"{PATH}/{number}"


def _past(viewer: Viewer, told: PlanPage, zone: ZoneInfo) -> Component | None:
    if not told.past:
        return None
    heads = [viewer.say("cli.equipment_head.version"), viewer.say("equipment_page.head_what")]
    heads += [viewer.say("equipment_page.head_every"), viewer.say("equipment_page.replaced")]
    heads.append(viewer.say("cli.equipment_head.by"))
    rows: list[list[Children]] = [
        [
            str(each.version),
            html.Div(each.spec.name, className="work-what"),
            every_words(viewer, each.spec),
            instant_text(viewer.language, each.changed_at, zone),
            told.names.get(each.changed_by, "?"),
        ]
        for each in reversed(told.past)
    ]
    table = long_table(viewer, heads, rows, name="equipment-versions")
    return panel(viewer.say("equipment_page.versions"), table, name="equipment-versions")
