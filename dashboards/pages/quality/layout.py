"""Step 5a. From: how meters are known. To: the page of data quality. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.alert_list import what_of
from dashboards.components.figure_number import Why, figure_number
from dashboards.components.meter_tabs import meter_tabs
from dashboards.components.pieces import (
    Children,
    age_text,
    data_age,
    empty,
    link,
    page,
    panel,
    table,
    tile,
)
from dashboards.components.quality_grid import (
    counts_text,
    legend,
    quality_cards,
    quality_grid,
    share_text,
)
from dashboards.components.toolbar import toolbar, utility_links
from dashboards.components.twin import twin
from dashboards.formats import NOTHING, instant_text
from dashboards.queries.quality_rows import QualityPage
from dashboards.queries.rows import Answer, PlaceRow
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.base.units import Utility
from energy.metering.checks.catalogue import FALL_CODES
from energy.metering.usage import BREAK_CODES, TOO_MUCH

PATH = "/meters/quality"
JUMPS = {*BREAK_CODES, *FALL_CODES, TOO_MUCH}
"""Findings of a register that jumped or fell, or of an interval that holds too much."""
MOST_SILENT = 30
"""Silent meters that the page tells; the table behind has all."""


def quality_page(
    viewer: Viewer,
    answer: Answer[QualityPage] | None,
    selection: Selection,
    *,
    utilities: Sequence[Utility],
    places: Sequence[PlaceRow],
    zone: ZoneInfo,
) -> Component:
    """Return the page; of a place that does not exist it says so."""
    head: list[Component | None] = [
        meter_tabs(viewer, selection, PATH),
        toolbar(viewer, selection, PATH, places=places),
    ]
    if len(utilities) > 1:
        head.append(utility_links(viewer, selection, PATH, utilities, every=True))
    title = viewer.say("quality_page.title")
    if answer is None:
        return page(title, [*head, empty(viewer.say("quality_page.no_place"))], name="quality")
    return page(
        title,
        [
            *head,
            html.Div(_tiles(viewer, answer), className="tiles"),
            _map(viewer, answer, selection),
            html.Div(
                [
                    html.Div(_silent(viewer, answer, selection, zone)),
                    html.Div(_found(viewer, answer, selection)),
                ],
                className="columns columns-even",
            ),
        ],
        name="quality",
    )


def _tiles(viewer: Viewer, answer: Answer[QualityPage]) -> list[Component]:
    rows, total = answer.rows, answer.rows.total
    lacking = sum(meter.whole.missing > 0 for meter in rows.meters)
    silent = sum(meter.silent for meter in rows.meters)
    jumps = [each for each in rows.found if each.code in JUMPS]
    many = len(rows.meters)

    def number(text: str, formula: str) -> Component:
        source = viewer.say("quality_page.source_all", count=many)
        why = Why(source=source, formula=formula, age_s=answer.age_s, as_of=answer.as_of)
        return figure_number(viewer, text, "", why, name="tile")

    counts = counts_text(viewer, total)
    shaped = viewer.say("quality_page.shaped", share=share_text(total, total.shaped))
    waiting = sum(each.waiting for each in jumps)
    return [
        tile(
            viewer.say("quality_page.known"),
            number(share_text(total, total.measured + total.shaped), counts),
            shaped if total.shaped else "",
        ),
        tile(
            viewer.say("quality_page.missing"),
            number(share_text(total, total.missing), counts),
            viewer.say("quality_page.lacking", count=lacking, meters=many),
        ),
        tile(
            viewer.say("quality_page.estimated"),
            number(share_text(total, total.estimated), counts),
            viewer.say("quality_page.estimated_what"),
        ),
        tile(
            viewer.say("quality_page.silent"),
            number(str(silent), viewer.say("quality_page.why_silent")),
            viewer.say("quality_page.silent_of", meters=many),
        ),
        tile(
            viewer.say("quality_page.jumps"),
            number(str(sum(each.found for each in jumps)), viewer.say("quality_page.why_jumps")),
            viewer.say("quality_page.waiting", count=waiting),
        ),
        tile(
            viewer.say("quality_page.refused"),
            number(str(rows.refused), viewer.say("quality_page.why_refused")),
            viewer.say("quality_page.parked", count=rows.parked),
        ),
    ]


def _map(viewer: Viewer, answer: Answer[QualityPage], selection: Selection) -> Component:
    rows = answer.rows
    title = viewer.say("quality_page.map")
    if not rows.meters or not rows.steps:
        return panel(title, empty(viewer.say("quality_page.no_meters")), name="quality")
    more = viewer.say("quality_page.computed", count=rows.computed) if rows.computed else None
    return panel(
        title,
        [
            html.P(viewer.say(f"quality_page.what_{rows.step_days}"), className="subtitle"),
            legend(viewer),
            html.Div(quality_grid(viewer, answer, selection), className="wide-only"),
            html.Div(quality_cards(viewer, rows, selection), className="narrow-only"),
            html.P(more, className="subtitle") if more else None,
            twin(viewer, "quality", selection.search()),
        ],
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="quality",
    )


def _silent(
    viewer: Viewer, answer: Answer[QualityPage], selection: Selection, zone: ZoneInfo
) -> Component:
    silent = [meter for meter in answer.rows.meters if meter.silent]
    title = viewer.say("quality_page.silent")
    if not silent:
        return panel(title, empty(viewer.say("quality_page.silent_none")), name="silent")
    # The longest silent first: one that never told anything before all others.
    silent.sort(key=lambda meter: (meter.age_s is not None, -(meter.age_s or 0), meter.name))
    head = ("quality_table.meter", "quality_table.place", "quality_page.last_seen")
    rows: list[Sequence[Children]] = [
        [
            link(meter.name, f"/meters/{meter.point}"),
            meter.place,
            instant_text(viewer.language, meter.last_at, zone)
            if meter.last_at
            else viewer.say("quality_page.never"),
            age_text(viewer, meter.age_s) if meter.last_at else NOTHING,
        ]
        for meter in silent[:MOST_SILENT]
    ]
    heads = [*(viewer.say(key) for key in head), ">" + viewer.say("quality_page.age")]
    more = len(silent) - MOST_SILENT
    note = viewer.say("quality_page.more_rows", count=more)
    return panel(
        title,
        [
            table(heads, rows, name="silent"),
            html.P(note, className="subtitle") if more > 0 else None,
            twin(viewer, "quality_silent", selection.search()),
        ],
        name="silent",
    )


def _found(viewer: Viewer, answer: Answer[QualityPage], selection: Selection) -> Component:
    title = viewer.say("quality_page.found")
    if not answer.rows.found:
        return panel(title, empty(viewer.say("quality_page.found_none")), name="found")
    rows: list[Sequence[Children]] = [
        [what_of(viewer, "", each.code), str(each.found), str(each.waiting)]
        for each in answer.rows.found
    ]
    head = [
        viewer.say("quality_page.finding"),
        ">" + viewer.say("quality_page.found_count"),
        ">" + viewer.say("quality_page.waiting_count"),
    ]
    return panel(
        title,
        [table(head, rows, name="found"), twin(viewer, "quality_found", selection.search())],
        aside=link(viewer.say("quality_page.review"), "/review"),
        name="found",
    )
