"""Step 5a. From: one work order. To: the layout of its page, on a screen and on paper. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.file_form import file_field, file_form
from dashboards.components.outage_pieces import span_text
from dashboards.components.pieces import Children, data_age, facts, link, page, panel, table
from dashboards.components.work_pieces import (
    INCIDENTS,
    WORK,
    class_words,
    due_cell,
    kept_papers,
    kind_words,
    numbered,
    owner_words,
    state_badge,
    where_words,
)
from dashboards.components.work_story import story_panel
from dashboards.formats import instant_text
from dashboards.pages.work.forms import AT_WORK, acts_panel, check_panel
from dashboards.queries.rows import Answer
from dashboards.queries.work_rows import OrderPage
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from dashboards.work_commands import MOST_PHOTO

KINDS = "image/jpeg,image/png,image/webp,image/heic,application/pdf"
"""What a browser offers to choose; what is taken says the content."""


def order_page(
    viewer: Viewer,
    answer: Answer[OrderPage],
    *,
    zone: ZoneInfo,
    now: datetime,
    home: str = WORK,
) -> Component:
    """Return the page of a work order.

    Args:
        viewer: Who looks.
        answer: The order.
        zone: The site's zone.
        now: The present instant.
        home: Address of the list that it stands in: of work orders, or a phone's.
    """
    told, row = answer.rows, answer.rows.line.row
    phone = home != WORK
    return page(
        f"{row.number}: {row.what}",
        [
            _standing(viewer, answer, zone),
            acts_panel(viewer, told, zone=zone, now=now),
            check_panel(viewer, told),
            _used(viewer, told, zone),
            _papers(viewer, told, zone),
            story_panel(viewer, told.history, told.names, zone=zone, links={}, items=row.items),
            _signatures(viewer),
        ],
        name="phone-order" if phone else "order",
        crumbs=[
            link(viewer.say("work_page.mine" if phone else "nav.work"), home),
            html.Span(row.number),
        ],
    )


def _standing(viewer: Viewer, answer: Answer[OrderPage], zone: ZoneInfo) -> Component:
    return panel(
        viewer.say("work_page.standing"),
        facts(_facts(viewer, answer.rows, zone), name="work-facts"),
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="order-state",
    )


def _facts(viewer: Viewer, told: OrderPage, zone: ZoneInfo) -> list[tuple[str, Children]]:
    line, row = told.line, told.line.row
    state: list[Component | str] = [state_badge(viewer, row.state)]
    if row.waits_for and row.state == "paused":
        waits = viewer.say(f"cli.work_waits.{row.waits_for}")
        state.append(f" {viewer.say('cli.work_head.waits_for')}: {waits}")
    pairs: list[tuple[str, Children]] = [
        (viewer.say("work_page.head_state"), state),
        (viewer.say("work_page.head_owner"), owner_words(viewer, line.owner, line.assigned)),
        (viewer.say("work_page.head_due"), due_cell(viewer, line, zone)),
        (
            viewer.say("work_page.head_kind"),
            f"{kind_words(viewer, row.kind)} · {class_words(viewer, told.level)}",
        ),
        (viewer.say("work_page.head_where"), where_words(line.where)),
    ]
    if row.equipment:
        pairs.append((viewer.say("work_page.equipment"), row.equipment))
    if told.incident is not None:
        number = told.incident.number
        of = numbered(number, f"{INCIDENTS}/{number}", told.incident.what)
        pairs.append((viewer.say("work_page.head_incident"), of))
    if row.plan:
        pairs.append((viewer.say("work_page.plan"), row.plan))
    since = instant_text(viewer.language, row.since, zone)
    pairs.append((viewer.say("work_page.since"), since))
    if row.begun_at is not None:
        begun = instant_text(viewer.language, row.begun_at, zone)
        pairs.append((viewer.say("work_page.begun"), begun))
    return pairs + _ends(viewer, told)


def _ends(viewer: Viewer, told: OrderPage) -> list[tuple[str, Children]]:
    """Return who did and signed it, why it was sent back, and whether another person signs."""
    row = told.line.row
    pairs: list[tuple[str, Children]] = []
    for name, person in (("doer", row.done_by), ("signer", row.signed_by)):
        if person is not None:
            pairs.append((viewer.say(f"work_page.{name}"), told.names.get(person, "?")))
    if row.reason:
        pairs.append((viewer.say("work_page.reason"), row.reason))
    if row.second_person and row.signed_by is None:
        pairs.append((viewer.say("work_page.signature"), viewer.say("work_page.second")))
    return pairs


def _used(viewer: Viewer, told: OrderPage, zone: ZoneInfo) -> Component | None:
    """Return the parts that were used and the time that was spent."""
    body: list[Component] = []
    if told.parts:
        heads = [viewer.say("order_form.item"), f">{viewer.say('order_form.number')}"]
        heads.append(viewer.say("order_form.person"))
        parts: list[list[Children]] = [
            [each.item, f"{each.number} {each.unit}", told.names.get(each.person, "?")]
            for each in told.parts
        ]
        body.append(table(heads, parts, name="work-parts"))
    if told.times:
        heads = [viewer.say("order_form.person"), viewer.say("order_page.span")]
        heads.append(f">{viewer.say('order_page.minutes')}")
        times: list[list[Children]] = [
            [
                told.names.get(each.person, "?"),
                span_text(viewer, each.began_at, each.ended_at, zone),
                str(each.minutes),
            ]
            for each in told.times
        ]
        whole = sum(each.minutes for each in told.times)
        times.append([html.Strong(viewer.say("order_page.sum")), "", html.Strong(str(whole))])
        body.append(table(heads, times, name="work-times"))
    return panel(viewer.say("order_page.used"), body, name="work-used") if body else None


def _papers(viewer: Viewer, told: OrderPage, zone: ZoneInfo) -> Component | None:
    """Return photos and papers, and where one is handed in while it is worked on."""
    row = told.line.row
    body: list[Component | None] = []
    if told.papers:
        body.append(kept_papers(viewer, row.number, told.papers, told.names, zone))
    if row.state in AT_WORK and viewer.scope.may(Right.WORK):
        choose = file_field(viewer, "file", "order_form.choose_photo", KINDS)
        href = f"/upload/work/{row.work_order}"
        form = file_form(viewer, href, [choose], most=MOST_PHOTO, send="order_form.photo")
        body.append(form)
    return panel(viewer.say("cli.work.papers"), body, name="work-papers") if body else None


def _signatures(viewer: Viewer) -> Component:
    """Return the lines on which the printed order is signed."""
    names = [viewer.say(f"work_page.{name}") for name in ("doer", "signer")]
    lines = [html.Div([html.Span(name), html.Span(className="work-line")]) for name in names]
    return html.Div(lines, className="work-signatures")
