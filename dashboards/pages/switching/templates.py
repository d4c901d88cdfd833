"""Step 5a. From: templates of switching orders. To: their list, and one with its steps. Pure.

Whoever reviews a template reads its steps here first; orders are made of what was reviewed.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import act_form
from dashboards.components.pieces import Children, badge, empty, facts, link, page, panel
from dashboards.pages.switching.acts import PATH, REVIEW
from dashboards.pages.switching.pieces import never, signed, step_words
from dashboards.queries.switching_rows import TemplatePage
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.switching.reads import TemplateRow

TEMPLATES = f"{PATH}/templates"


def templates_page(viewer: Viewer, rows: Sequence[TemplateRow]) -> Component:
    """Return the newest version of each template."""
    lines = [
        html.Li(
            [
                _state(viewer, row),
                html.Strong(link(viewer.named(row.plan.name), f"{TEMPLATES}/{row.key}")),
                html.Span(viewer.say("switching_template.steps", count=len(row.plan.steps))),
            ]
        )
        for row in rows
    ]
    body: Component = (
        html.Ul(lines, className="switching-permits")
        if lines
        else empty(viewer.say("switching_page.no_template"))
    )
    return page(
        viewer.say("switching_template.list"),
        [
            never(viewer),
            panel(viewer.say("switching_template.newest"), body, name="switching-templates"),
        ],
        name="switching-templates",
        crumbs=[link(viewer.say("nav.switching"), PATH)],
    )


def template_page(viewer: Viewer, told: TemplatePage, *, zone: ZoneInfo) -> Component:
    """Return a version of a template with its steps, and the button of who reviews it."""
    row, say = told.row, viewer.say
    pairs: list[tuple[str, Children]] = [
        (say("cli.switching_head.state"), _state(viewer, row)),
        (say("switching_template.version"), str(row.version)),
        (
            say("cli.switching_head.author"),
            signed(viewer, told.names, row.author, row.drafted_at, zone),
        ),
        (
            say("switching_template.reviewer"),
            signed(viewer, told.names, row.reviewed_by, row.reviewed_at, zone),
        ),
        (say("switching_template.in_use"), str(told.in_use) if told.in_use else ""),
    ]
    return page(
        viewer.named(row.plan.name),
        [
            never(viewer),
            _review(viewer, row),
            _steps(viewer, row),
            panel(
                say("switching_template.about"),
                facts([pair for pair in pairs if pair[1]], name="switching-facts"),
                name="switching-template",
            ),
        ],
        name="switching-template",
        crumbs=[
            link(say("nav.switching"), PATH),
            link(say("switching_template.list"), TEMPLATES),
        ],
    )


def _state(viewer: Viewer, row: TemplateRow) -> Component:
    state = "draft" if row.reviewed_by is None else "reviewed"
    return badge(viewer.say(f"cli.switching_state.{state}"), "fair" if state == "draft" else "good")


def _review(viewer: Viewer, row: TemplateRow) -> Component | None:
    if row.reviewed_by is not None:
        return None
    body: list[Component] = [html.P(viewer.say("switching_template.what"), className="subtitle")]
    if viewer.scope.may(Right.PLAN_WORK):
        if row.author == viewer.scope.person:
            words = viewer.say("switching_template.own")
            body.append(html.P(words, className="switching-wait"))
        else:
            about = f"{row.key}@{row.version}"
            body.append(act_form(viewer, REVIEW, about, [], button="switching_act.review"))
    return panel(viewer.say("switching_template.review"), body, name="switching-review")


def _steps(viewer: Viewer, row: TemplateRow) -> Component:
    items: list[Component] = []
    for number, step in enumerate(row.plan.steps, start=1):
        undo = viewer.named(step.undo) if any(step.undo.values()) else ""
        back = viewer.say("switching_template.undo", words=undo) if undo else ""
        items.append(
            html.Li(
                [
                    *step_words(viewer, number, step),
                    html.Div(back or viewer.say("switching_template.check"), className="subtitle"),
                ],
                className="switching-step",
            )
        )
        if number == row.plan.permit_after:
            words = viewer.say("switching_sheet.permit_here")
            items.append(html.Li(words, className="switching-permit-here"))
    return panel(
        viewer.say("switching_page.steps"),
        html.Ol(items, className="switching-steps"),
        name="switching-steps",
    )
