"""Step 5a. From: an edition of a report. To: the layout of its page. Pure."""

from __future__ import annotations

from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import act_form
from dashboards.components.paper_blocks import block_panels
from dashboards.components.pieces import Children, data_age, facts, link, notice, page, panel
from dashboards.components.toolbar import choice_links
from dashboards.formats import instant_text
from dashboards.pages.shift_reports.acts import (
    PATH,
    REVIEW,
    SEND,
    about_edition,
    address_of,
)
from dashboards.pages.shift_reports.pieces import kind_word, state_badge
from dashboards.queries.rows import Answer
from dashboards.queries.shift_report_rows import ReportFile, ReportPage
from dashboards.security.scope import Right
from dashboards.settings import WebSettings
from dashboards.shift_papers.cells import Reader
from dashboards.shift_papers.paper import Paper
from dashboards.shift_papers.told import about_rows
from dashboards.viewer import Viewer
from energy.service.duty.names import DutyNames
from energy.service.reports.kinds import ReportKind


def report_page(
    viewer: Viewer,
    answer: Answer[ReportPage],
    duty: DutyNames,
    settings: WebSettings,
    *,
    now: datetime,
) -> Component:
    """Return the page of an edition: what it is, what is to be done, what it tells."""
    told = answer.rows
    row = told.row
    reader = Reader(
        language=viewer.language,
        zone=settings.zone,
        name_of=told.name,
        duty=duty,
        classes=told.classes,
    )
    paper = Paper(row, told.contents, reader, settings.site_name)
    title = viewer.say(f"shift_report.title_{row.kind}")
    span = reader.span(row.kind, row.span)
    return page(
        f"{title} {span}",
        [
            _older(viewer, told),
            _about(viewer, answer, reader, settings, now=now),
            _next(viewer, told),
            *block_panels(viewer, paper.blocks(money=told.money), name="shift-report-part"),
            html.P(viewer.say("shift_report.how"), className="subtitle"),
        ],
        name="shift-report",
        crumbs=[
            link(viewer.say("nav.shift_reports"), PATH),
            link(kind_word(viewer, row.kind), f"{PATH}/{row.kind}"),
            html.Span(span),
        ],
    )


def _older(viewer: Viewer, told: ReportPage) -> Component | None:
    """Return that there is a later edition."""
    if told.newest:
        return None
    newest = told.editions[0].edition
    return notice(viewer.say("shift_report_page.older", edition=newest), good=False)


def _about(
    viewer: Viewer,
    answer: Answer[ReportPage],
    reader: Reader,
    settings: WebSettings,
    *,
    now: datetime,
) -> Component:
    told = answer.rows
    row, zone = told.row, settings.zone
    pairs: list[tuple[str, Children]] = [
        (viewer.say("cli.report_head.state"), state_badge(viewer, row, told.remind_min, now)),
        *((str(name), str(value)) for name, value in about_rows(row, told.contents, reader)),
    ]
    for key, person, at in (
        ("made", row.made_by, row.made_at),
        ("reviewed", row.reviewed_by, row.reviewed_at),
        ("sent", row.sent_by, row.sent_at),
    ):
        if person is not None and at is not None:
            who = told.name(person) or person.hex[:8]
            said = f"{who}, {instant_text(viewer.language, at, zone)}"
            pairs.append((viewer.say(f"shift_report_page.{key}_by"), said))
    files = [
        html.A(
            viewer.say(f"shift_report_page.{form}"),
            href=f"/download/shift-reports/{row.kind}/{row.span}/{row.edition}.{form}",
            download="",
            className="button quiet",
        )
        for form in ReportFile
    ]
    return panel(
        viewer.say("shift_report_page.edition", edition=row.edition),
        [
            _editions(viewer, told),
            facts(pairs, name="shift-report-facts"),
            html.P(files, className="shift-report-files"),
        ],
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="shift-report-about",
    )


def _editions(viewer: Viewer, told: ReportPage) -> Component | None:
    if len(told.editions) == 1:
        return None
    address = address_of(told.row.kind, told.row.span)
    links = [
        (
            viewer.say("shift_report_page.edition", edition=each.edition),
            f"{address}/edition/{each.edition}",
            each.edition == told.row.edition,
        )
        for each in told.editions
    ]
    return choice_links(links, "", viewer.say("cli.report_head.edition"))


def _next(viewer: Viewer, told: ReportPage) -> Component | None:
    """Return what is to be done with the newest edition, of whoever may."""
    row = told.row
    if not told.newest or not viewer.scope.may(Right.WORK) or row.sent_at is not None:
        return None
    about = about_edition(row.kind, row.span, row.edition)
    body: list[Component]
    if row.reviewed_at is not None:
        body = [act_form(viewer, SEND, about, [], button="shift_report_act.send")]
        what = "send_what"
    elif row.kind == ReportKind.INCIDENT and row.made_by == viewer.scope.person:
        body, what = [], "own"
    else:
        body = [act_form(viewer, REVIEW, about, [], button="shift_report_act.review")]
        what = "review_what"
    again = [_write_again(viewer, row.span)] if row.kind == ReportKind.INCIDENT else []
    return panel(
        viewer.say("shift_report_page.next"),
        [
            html.P(viewer.say(f"shift_report_page.{what}"), className="subtitle"),
            html.Div([*body, *again], className="shift-report-next"),
        ],
        name="shift-report-next",
    )


def _write_again(viewer: Viewer, span: str) -> Component:
    words = viewer.say("shift_report_page.write_again")
    return link(words, f"{PATH}/write/{span}", name="button quiet")
