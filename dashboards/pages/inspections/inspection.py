"""Step 5a. From: one inspection. To: the layout of its page. Pure."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import (
    Children,
    data_age,
    empty,
    facts,
    link,
    page,
    panel,
    table,
)
from dashboards.components.twin import twin
from dashboards.components.work_pieces import WORK, kept_papers
from dashboards.formats import NOTHING, day_text, instant_text
from dashboards.pages.inspections.acts import PATH, suspicion_path
from dashboards.pages.inspections.course import course_panel
from dashboards.pages.inspections.forms import next_panel
from dashboards.pages.inspections.pieces import (
    about_link,
    days_words,
    energy_text,
    error_text,
    how_words,
    kind_words,
    state_badge,
    usage_link,
    why_words,
)
from dashboards.queries.inspection_rows import InspectionPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.inspection.kinds import InspectionState


def inspection_page(
    viewer: Viewer, answer: Answer[InspectionPage], today: date, *, zone: ZoneInfo
) -> Component:
    """Return the page of an inspection."""
    told, row = answer.rows, answer.rows.row
    return page(
        f"{row.number}: {kind_words(viewer, told.suspicion)}",
        [
            next_panel(viewer, told),
            panel(
                viewer.say("inspection_page.standing"),
                [
                    facts(_facts(viewer, told), name="inspection-facts"),
                    html.P(usage_link(viewer, told.suspicion, today)),
                ],
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="inspection-state",
            ),
            course_panel(viewer, told.course, row.number),
            _missed(viewer, told),
            _evidence(viewer, told, zone),
            _papers(viewer, told, zone),
        ],
        name="inspection",
        crumbs=[link(viewer.say("nav.inspections"), PATH), html.Span(row.number)],
    )


def _facts(viewer: Viewer, told: InspectionPage) -> list[tuple[str, Children]]:
    row, suspicion, head = told.row, told.suspicion, "cli.inspect_head"
    order: list[Component | str] = [
        link(row.number, f"{WORK}/{row.number}"),
        f" {viewer.say(f'cli.work_state.{row.order_state}')}",
    ]
    finding = viewer.say(f"cli.inspect_finding.{row.finding}") if row.finding else ""
    pairs: list[tuple[str, Children]] = [
        (viewer.say(f"{head}.state"), state_badge(viewer, row)),
        (viewer.say(f"{head}.order"), order),
        (
            viewer.say(f"{head}.suspicion"),
            link(kind_words(viewer, suspicion), suspicion_path(suspicion.suspicion)),
        ),
        (viewer.say(f"{head}.about"), about_link(row.about, suspicion.utility)),
        (viewer.say(f"{head}.why"), why_words(viewer, suspicion)),
        (
            viewer.say(f"{head}.inspectors"),
            " · ".join(told.names.get(each, "?") for each in row.inspectors),
        ),
        (viewer.say(f"{head}.finding"), finding),
        (viewer.say(f"{head}.error"), error_text(row.error_percent)),
        (viewer.say("inspection_head.found_days"), days_words(viewer, row.first_day, row.last_day)),
        (viewer.say(f"{head}.words"), row.words),
        (viewer.say(f"{head}.finder"), told.names.get(row.found_by, "?") if row.found_by else ""),
    ]
    return [pair for pair in pairs if pair[1]]


def _missed(viewer: Viewer, told: InspectionPage) -> Component | None:
    """Return what is billed in addition: by which method, how much of each day, by whom."""
    row, missed = told.row, told.row.missed
    if missed is None:
        return None
    head, utility = "cli.inspect_head", missed["utility"]
    pairs: list[tuple[str, Children]] = [
        (
            viewer.say(f"{head}.point"),
            link(missed["point"], f"/meters/{missed['point']}"),
        ),
        (viewer.say(f"{head}.method"), viewer.say(f"cli.inspect_method.{missed['method']}")),
        (viewer.say("inspection_head.how"), how_words(viewer, missed)),
        (viewer.say(f"{head}.rules"), str(missed["rules"])),
        (
            viewer.say(f"{head}.proposer"),
            told.names.get(row.proposed_by, "?") if row.proposed_by else "",
        ),
        (
            viewer.say(f"{head}.approver"),
            told.names.get(row.approved_by, "?") if row.approved_by else "",
        ),
    ]
    total = energy_text(utility, missed["total"])
    rows: list[list[Children]] = [
        [day_text(viewer.language, day), energy_text(utility, amount)] for day, amount in told.days
    ]
    rows.append([html.Strong(viewer.say("inspection_head.total")), html.Strong(total)])
    heads = [viewer.say("inspection_head.day"), f">{viewer.say(f'{head}.added')}"]
    counts = row.state == InspectionState.APPROVED
    then = html.P(viewer.say("inspection_page.counts"), className="subtitle") if counts else None
    bills = (
        html.P(link(viewer.say("inspection_page.to_corrections"), "/bills/corrections"))
        if counts and viewer.scope.may(Right.READ_BILLS)
        else None
    )
    return panel(
        viewer.say("inspection_page.missed"),
        [
            facts([pair for pair in pairs if pair[1]], name="inspection-facts"),
            table(heads, rows, name="inspection-days"),
            twin(viewer, f"inspection_days~{row.number}", ""),
            then,
            bills,
        ],
        name="inspection-missed",
    )


def _evidence(viewer: Viewer, told: InspectionPage, zone: ZoneInfo) -> Component:
    title = viewer.say("cli.inspect.evidence")
    if not told.evidence:
        words = empty(viewer.say("inspection_page.no_evidence"))
        return panel(title, words, name="inspection-evidence")
    keys = ("seen", "person", "readings", "seals", "error", "words")
    heads = [viewer.say(f"cli.inspect_head.{key}") for key in keys]
    rows: list[list[Children]] = [
        [
            instant_text(viewer.language, each.seen_at, zone),
            told.names.get(each.person, "?"),
            ", ".join(each.readings) or NOTHING,
            ", ".join(each.seals) or NOTHING,
            error_text(each.error_percent) or NOTHING,
            each.words or NOTHING,
        ]
        for each in told.evidence
    ]
    return panel(title, table(heads, rows, name="inspection-seen"), name="inspection-evidence")


def _papers(viewer: Viewer, told: InspectionPage, zone: ZoneInfo) -> Component | None:
    """Return the papers of its work order."""
    if not told.papers:
        return None
    return panel(
        viewer.say("inspection_page.papers"),
        kept_papers(viewer, told.row.number, told.papers, told.names, zone),
        name="work-papers",
    )
