"""Step 5a. From: one incident. To: the layout of its page. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.alert_list import alert_what
from dashboards.components.pieces import (
    Children,
    data_age,
    facts,
    link,
    page,
    panel,
    severity_badge,
    table,
)
from dashboards.components.work_pieces import (
    INCIDENTS,
    WORK,
    class_words,
    numbered,
    owner_words,
    state_badge,
    urgency_badge,
    where_words,
)
from dashboards.components.work_story import clocks_panel, story_panel
from dashboards.formats import instant_text
from dashboards.pages.incidents.forms import acts_panel
from dashboards.queries.rows import Answer
from dashboards.queries.work_rows import IncidentPage
from dashboards.viewer import Viewer
from energy.service.work.reads import IncidentRow

STANDING = "incident-standing"


def incident_page(viewer: Viewer, answer: Answer[IncidentPage], *, zone: ZoneInfo) -> Component:
    """Return the page of an incident."""
    told, row = answer.rows, answer.rows.line.row
    return page(
        f"{row.number}: {row.what}",
        [
            html.Div(
                standing(viewer, answer, zone=zone),
                id={"type": STANDING, "number": row.number},
                className="stack",
            ),
            acts_panel(viewer, told),
            _orders(viewer, told),
            story_panel(viewer, told.history, told.names, zone=zone, links=_links(told)),
        ],
        name="incident",
        crumbs=[link(viewer.say("nav.incidents"), INCIDENTS), html.Span(row.number)],
    )


def standing(
    viewer: Viewer, answer: Answer[IncidentPage], *, zone: ZoneInfo
) -> list[Component | None]:
    """Return what the time changes: how the incident stands, and its clocks."""
    told, line = answer.rows, answer.rows.line
    return [
        panel(
            viewer.say("work_page.standing"),
            facts(_facts(viewer, told, zone), name="work-facts"),
            aside=data_age(viewer, answer.age_s, answer.as_of),
            name="incident-state",
        ),
        clocks_panel(viewer, line, version=told.levels.version, zone=zone, aside=None),
    ]


def _facts(viewer: Viewer, told: IncidentPage, zone: ZoneInfo) -> list[tuple[str, Children]]:
    line, row = told.line, told.line.row
    state: list[Component | str] = [state_badge(viewer, row.state)]
    if row.waits_for and row.state == "paused":
        waits = viewer.say(f"cli.work_waits.{row.waits_for}")
        state.append(f" {viewer.say('cli.work_head.waits_for')}: {waits}")
    pairs: list[tuple[str, Children]] = [
        (viewer.say("work_page.head_state"), state),
        (viewer.say("work_page.head_owner"), owner_words(viewer, line.owner, line.offered)),
        (
            viewer.say("work_page.head_class"),
            [class_words(viewer, line.level), " ", urgency_badge(viewer, row.urgency)],
        ),
        (viewer.say("work_page.head_where"), where_words(line.where)),
        (viewer.say("work_page.head_origin"), _origin(viewer, told)),
        (viewer.say("work_page.heard"), instant_text(viewer.language, row.heard_at, zone)),
    ]
    if row.problem:
        words = [
            viewer.say(f"cli.work_problem.{row.problem}"),
            viewer.say(f"alert_cause.{row.cause}"),
            row.words,
        ]
        pairs.append((viewer.say("work_page.diagnosis"), " · ".join(words)))
    if row.changed:
        pairs.append((viewer.say("work_page.changed"), row.changed))
    if told.parent is not None:
        pairs.append((viewer.say("work_page.part_of"), _linked(told.parent)))
    if told.parts:
        whole = [html.Div(_linked(each)) for each in told.parts]
        pairs.append((viewer.say("work_page.parts_of_it"), whole))
    return pairs + _ends(viewer, told)


def _ends(viewer: Viewer, told: IncidentPage) -> list[tuple[str, Children]]:
    """Return who resolved and closed it, and whether another person must."""
    row = told.line.row
    pairs: list[tuple[str, Children]] = []
    for name, person in (("resolver", row.resolved_by), ("closer", row.closed_by)):
        if person is not None:
            pairs.append((viewer.say(f"work_page.{name}"), told.names.get(person, "?")))
    if row.second_person and row.closed_by is None:
        pairs.append((viewer.say("work_page.signature"), viewer.say("work_page.second")))
    return pairs


def _origin(viewer: Viewer, told: IncidentPage) -> Children:
    words = viewer.say(f"cli.work_origin.{told.line.row.origin}")
    if told.alert is not None:
        to = link(alert_what(viewer, told.alert), f"/alerts/{told.alert.alert}")
        return [severity_badge(viewer, told.alert.severity), html.Div(to)]
    if told.line.row.origin == "alert":
        return link(words, f"/alerts/{told.line.row.about}")
    return f"{words} {told.account}".strip()


def _linked(row: IncidentRow) -> list[Component]:
    return numbered(row.number, f"{INCIDENTS}/{row.number}", row.what)


def _orders(viewer: Viewer, told: IncidentPage) -> Component | None:
    if not told.orders:
        return None
    heads = [viewer.say(f"work_page.head_{name}") for name in ("order", "state", "owner")]
    rows: list[list[Children]] = [
        [
            html.Div(
                [link(each.row.number, f"{WORK}/{each.row.number}"), html.Div(each.row.what)],
                className="work-what",
            ),
            state_badge(viewer, each.row.state),
            owner_words(viewer, each.owner, each.assigned),
        ]
        for each in told.orders
    ]
    return panel(
        viewer.say("cli.work.orders"),
        table(heads, rows, name="order-table"),
        name="incident-orders",
    )


def _links(told: IncidentPage) -> dict[str, tuple[str, str]]:
    """Return where the orders and incidents lead that its story names."""
    found = {
        str(each.row.work_order): (each.row.number, f"{WORK}/{each.row.number}")
        for each in told.orders
    }
    whole = [told.parent] if told.parent else []
    for each in (*whole, *told.parts):
        found[str(each.incident)] = (each.number, f"{INCIDENTS}/{each.number}")
    return found
