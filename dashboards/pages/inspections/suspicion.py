"""Step 5a. From: one suspicion. To: its page, with what may be done with it. Pure."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import Children, data_age, facts, link, page, panel
from dashboards.components.work_forms import more, words_field
from dashboards.formats import instant_text
from dashboards.pages.inspections.acts import DISMISS, ORDER, PATH
from dashboards.pages.inspections.course import course_panel
from dashboards.pages.inspections.pieces import (
    about_link,
    days_words,
    inspection_link,
    kind_words,
    missing_text,
    suspicion_badge,
    usage_link,
    why_words,
)
from dashboards.pages.subjects import about_seen
from dashboards.queries.inspection_rows import SuspicionPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.inspection.kinds import SuspicionState


def suspicion_page(
    viewer: Viewer, answer: Answer[SuspicionPage], today: date, *, zone: ZoneInfo
) -> Component:
    """Return the page of a suspicion."""
    told, row = answer.rows, answer.rows.row
    where = row.about.partition(":")[2]
    return page(
        f"{where}: {kind_words(viewer, row)}",
        [
            panel(
                viewer.say("inspection_page.suspicion"),
                [
                    facts(suspicion_facts(viewer, told, zone), name="inspection-facts"),
                    html.P(usage_link(viewer, row, today)),
                ],
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="suspicion",
            ),
            course_panel(viewer, told.course, row.suspicion.hex),
            _order(viewer, told),
            _dismiss(viewer, told),
        ],
        name="suspicion",
        crumbs=[link(viewer.say("nav.inspections"), PATH), html.Span(where)],
    )


def suspicion_facts(
    viewer: Viewer, told: SuspicionPage, zone: ZoneInfo
) -> list[tuple[str, Children]]:
    """Return what is suspected and what became of it, each thing with its name."""
    row, head = told.row, "cli.inspect_head"
    noted = f"{told.names.get(row.noted_by) or viewer.say('inspection_page.by_itself')} · "
    settled = f"{told.names.get(row.settled_by, '?') if row.settled_by else ''} · "
    pairs: list[tuple[str, Children]] = [
        (viewer.say(f"{head}.state"), suspicion_badge(viewer, row)),
        (viewer.say(f"{head}.about"), about_link(row.about, row.utility)),
        (
            viewer.say("inspection_head.days"),
            days_words(viewer, row.first_day, row.last_day),
        ),
        (viewer.say(f"{head}.missing"), missing_text(viewer, row)),
        (viewer.say(f"{head}.why"), why_words(viewer, row)),
        (
            viewer.say("inspection_head.noted"),
            noted + instant_text(viewer.language, row.noted_at, zone),
        ),
        (
            viewer.say("inspection_head.settled"),
            settled + instant_text(viewer.language, row.settled_at, zone) if row.settled_at else "",
        ),
        (viewer.say("inspection_head.reason"), row.reason),
        (viewer.say(f"{head}.number"), inspection_link(told.number) if told.number else ""),
    ]
    return [pair for pair in pairs if pair[1]]


def _order(viewer: Viewer, told: SuspicionPage) -> Component | None:
    """Return the form that orders the inspection."""
    row = told.row
    if row.state != SuspicionState.OPEN or not viewer.scope.may(Right.WORK):
        return None
    title = viewer.say("inspection_form.order_title")
    if not told.levels:
        words = html.P(viewer.say("incident_page.no_levels"), className="empty")
        return panel(title, words, name="inspection-order")
    people = {str(who): name for who, name in told.people}
    levels = {each.key: viewer.named(each.name) for each in told.levels}
    two = [*people, "", ""][:2]
    fields = [
        *(
            Field(
                name=name,
                label=f"inspection_form.{name}",
                kind=Kind.CHOICE,
                choices=people,
                value=chosen,
            )
            for name, chosen in zip(("first", "second"), two, strict=True)
        ),
        Field(
            name="level",
            label="work_form.level",
            kind=Kind.CHOICE,
            choices=levels,
            value=next(iter(levels)),
        ),
        words_field("what", "inspection_form.what", kind_words(viewer, row)),
    ]
    about = about_seen(row.suspicion, row.in_vain)
    form = act_form(viewer, ORDER, about, fields, button="inspection_form.order")
    return panel(title, form, name="inspection-order")


def _dismiss(viewer: Viewer, told: SuspicionPage) -> Component | None:
    """Return the form that dismisses it with a reason."""
    row = told.row
    if row.state != SuspicionState.OPEN or not viewer.scope.may(Right.PLAN_WORK):
        return None
    fields = [words_field("reason", "inspection_form.reason")]
    about = about_seen(row.suspicion, row.in_vain)
    form = act_form(viewer, DISMISS, about, fields, button="inspection_form.dismiss", quiet=True)
    return panel(
        viewer.say("inspection_page.otherwise"),
        more(viewer, "inspection_form.dismiss_title", form),
        name="inspection-dismiss",
    )
