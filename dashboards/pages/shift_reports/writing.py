"""Step 5a. From: a report that an incident owes. To: the form it is written on. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import Children, badge, facts, link, page, panel
from dashboards.formats import instant_text
from dashboards.pages.shift_reports.acts import PATH, WRITE, about_owed
from dashboards.pages.shift_reports.pieces import stage_words
from dashboards.queries.shift_report_rows import OwedPage
from dashboards.viewer import Viewer
from energy.service.reports.incident import LONGEST


def write_page(viewer: Viewer, told: OwedPage, *, zone: ZoneInfo, now: datetime) -> Component:
    """Return the form of a report of an incident."""
    owed = told.report
    span = f"{owed.incident}/{owed.owed.name}"
    late = owed.owed.late(now)
    due = html.Span(
        [
            instant_text(viewer.language, owed.owed.due_at, zone),
            badge(viewer.say("cli.report_state.late"), "bad") if late else None,
        ],
        className="report-states",
    )
    pairs: list[tuple[str, Children]] = [
        (
            viewer.say("cli.report_head.incident"),
            link(owed.incident, f"/incidents/{owed.incident}"),
        ),
        (viewer.say("cli.report_head.what"), owed.what),
        (viewer.say("cli.report_head.class"), viewer.named(owed.name)),
        (
            viewer.say("shift_report_head.heard_at"),
            instant_text(viewer.language, told.heard_at, zone),
        ),
        (viewer.say("cli.report_head.due"), due),
    ]
    words = Field(
        name="words",
        label="shift_report_act.words",
        kind=Kind.WORDS,
        longest=LONGEST,
        value=told.said,
    )
    about = about_owed(span, told.said)
    form = act_form(viewer, WRITE, about, [words], button="shift_report_act.write")
    stage = stage_words(viewer, owed)
    return page(
        viewer.say("shift_report_page.write_title", stage=stage, number=owed.incident),
        [
            panel(
                stage,
                [
                    facts(pairs, name="shift-report-facts"),
                    html.P(viewer.say("shift_report_page.write_what"), className="subtitle"),
                    form,
                ],
                name="shift-report-write",
            )
        ],
        name="shift-report-write",
        crumbs=[link(viewer.say("nav.shift_reports"), PATH), html.Span(span)],
    )
