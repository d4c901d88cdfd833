"""In: how meters are known, day by day. Out: a grid of coloured cells, and cards for a phone. Pure.

A row carries three counts of each cell; what a cell says, its colour and where it leads is made in
the browser (assets/dashAgGridComponentFunctions.js): a year of 500 meters stays a small answer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import Any
from urllib.parse import quote

import dash_ag_grid as dag
import numpy as np
from dash import html
from dash.development.base_component import Component

from dashboards.components.figure_number import Why, why_text
from dashboards.components.grid import by_number, grid_theme, grid_words
from dashboards.components.pieces import empty, link, share_badge
from dashboards.formats import NOTHING, day_text, month_text, percent_text
from dashboards.queries.quality_rows import QualityMeter, QualityPage
from dashboards.queries.rows import Answer
from dashboards.selection import Selection, Span
from dashboards.viewer import Viewer
from energy.metering.completeness import Completeness

GRID = "quality-grid"
STEPS = "steps"
"""Field of the counts of all steps of a row."""
SHARES = ("known", "estimated", "missing")
ROW_BUFFER = 2
"""Rows drawn beyond those seen: each is some forty cells."""
NAME_PX, SHARE_PX, STEP_PX = 146, 72, 25
FEW = 16
"""Up to these the grid is as high as its rows."""
MOST_CARDS = 20
"""Cards on a phone: the worst."""
COUNTED = ("known", "expected", "estimated", "missing")
"""Places of the sentence that the browser fills."""


def quality_grid(viewer: Viewer, answer: Answer[QualityPage], selection: Selection) -> Component:
    """Return the heat map: a row for each meter, a column for each day or week."""
    page = answer.rows
    few = len(page.meters) <= FEW
    grid: Component = dag.AgGrid(
        id=GRID,
        columnDefs=[*_shares(viewer), *_steps(viewer, page)],
        rowData=[_row(viewer, answer, meter, n, selection) for n, meter in enumerate(page.meters)],
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressMovable": True,
            "suppressHeaderFilterButton": True,
            "cellDataType": False,
        },
        dashGridOptions={
            "theme": grid_theme(viewer.theme),
            "localeText": grid_words(viewer),
            "rowHeight": 26,
            "headerHeight": 28,
            "groupHeaderHeight": 26,
            "rowBuffer": ROW_BUFFER,
            "domLayout": "autoHeight" if few else "normal",
            "pinnedTopRowData": [_total(viewer, answer)],
            "context": _context(viewer, answer, selection),
            "suppressCellFocus": False,
        },
        style={"height": None} if few else {"height": "70vh"},
        className="grid quality-grid",
    )
    return grid


def legend(viewer: Viewer) -> Component:
    """Return what the colours mean, in words."""
    names = ("all", "under_1", "under_5", "under_25", "under_50", "more", "nothing")
    return html.Ul(
        [
            html.Li([html.Span(className=f"quality-key q{n}"), viewer.say(f"quality_page.{name}")])
            for n, name in enumerate(names)
        ],
        className="quality-legend",
    )


def quality_cards(viewer: Viewer, page: QualityPage, selection: Selection) -> Component:
    """Return one card a meter, the worst first, for screens too narrow for columns."""
    if not page.meters:
        return empty(viewer.say("grid.noRowsToShow"))
    cards = [
        html.Li(
            [
                html.Div(
                    [
                        link(meter.name, _href(meter.point, selection)),
                        share_badge(viewer, "meter.complete", score)
                        if (score := meter.whole.score) is not None
                        else viewer.say("quality_page.not_due"),
                    ],
                    className="card-head",
                ),
                html.Div(f"{meter.serial} · {meter.place}", className="card-what"),
                html.Div(_parts(viewer, meter.whole), className="card-what"),
            ]
        )
        for meter in page.meters[:MOST_CARDS]
    ]
    more = len(page.meters) - MOST_CARDS
    note = html.P(viewer.say("meters.more_cards", count=more), className="subtitle")
    return html.Div([html.Ul(cards, className="cards"), note if more > 0 else None])


def step_text(viewer: Viewer, step: tuple[date, date]) -> str:
    """Return the days of a column as people say them."""
    first, last = (day_text(viewer.language, day) for day in step)
    return first if first == last else f"{first} – {last}"


def share_text(told: Completeness, intervals: int) -> str:
    """Return some intervals as a share of those expected; a dash where nothing is."""
    share = told.share(intervals)
    return NOTHING if share is None else percent_text(share)


def counts_text(viewer: Viewer, told: Completeness) -> str:
    """Return how the intervals of something came to be, in one sentence."""
    if not told.expected:
        return viewer.say("quality_page.not_due")
    return viewer.say(
        "quality_page.counts",
        known=told.measured + told.shaped,
        expected=told.expected,
        estimated=told.estimated,
        missing=told.missing,
    )


def _parts(viewer: Viewer, told: Completeness) -> str:
    return " · ".join(
        viewer.say(f"meter.complete_{name}", share=share_text(told, intervals))
        for name, intervals in (("estimated", told.estimated), ("missing", told.missing))
        if intervals
    )


def _shares(viewer: Viewer) -> list[dict[str, Any]]:
    """Return the columns that stand still: the meter and its shares of all days together."""
    name = {
        "field": "name",
        "headerName": viewer.say("meters.name"),
        "pinned": "left",
        "width": NAME_PX,
        "cellRenderer": "TableCell",
        "filter": "agTextColumnFilter",
    }
    shares = [
        {
            "field": share,
            "headerName": viewer.say(f"quality_page.{share}"),
            "headerTooltip": viewer.say(f"quality_page.{share}_what"),
            "pinned": "left",
            "width": SHARE_PX,
            "type": "rightAligned",
            "cellRenderer": "TableCell",
            "cellRendererParams": {"why": "why"},
            **by_number(f"{share}_number"),
        }
        for share in SHARES
    ]
    title = viewer.say("quality_page.all_days")
    return [{"headerName": title, "children": [name, *shares]}]


def _steps(viewer: Viewer, page: QualityPage) -> list[dict[str, Any]]:
    """Return a column for each step, by month."""
    fields = list(enumerate(page.steps))
    return [
        {
            "headerName": month_text(viewer.language, month),
            "children": [
                {
                    "field": STEPS,
                    "colId": f"d{n}",
                    "headerName": str(step[0].day),
                    "headerTooltip": step_text(viewer, step),
                    "minWidth": STEP_PX,
                    "flex": 1,
                    "cellRenderer": "QualityCell",
                    "comparator": {"function": f"byKnown({n})"},
                }
                for n, step in steps
            ],
        }
        for month, steps in groupby(fields, key=lambda each: each[1][0].replace(day=1))
    ]


def _row(
    viewer: Viewer,
    answer: Answer[QualityPage],
    meter: QualityMeter,
    number: int,
    selection: Selection,
) -> dict[str, Any]:
    utility = viewer.say(f"utility.{meter.utility}")
    told = _told(viewer, answer, meter.whole, meter.age_s, f"{meter.name}, {utility}")
    href = _href(meter.point, selection)
    cells = _cells(answer.rows, number)
    return {"name": meter.name, "name_href": href, "point": meter.point, **told, **cells}


def _total(viewer: Viewer, answer: Answer[QualityPage]) -> dict[str, Any]:
    """Return the row of all meters together."""
    page = answer.rows
    name = viewer.say("quality_page.together", count=len(page.meters))
    told = _told(viewer, answer, page.total, answer.age_s, name)
    return {"name": name, **told, **_cells(page, slice(None))}


def _told(
    viewer: Viewer, answer: Answer[QualityPage], whole: Completeness, age_s: int | None, source: str
) -> dict[str, Any]:
    """Return the shares of a row with what all rest on, and the number that each sorts by."""
    why = Why(source=source, formula=counts_text(viewer, whole), age_s=age_s, as_of=answer.as_of)
    cells: dict[str, Any] = {"why": why_text(viewer, why)}
    parts = (whole.measured + whole.shaped, whole.estimated, whole.missing)
    for name, intervals in zip(SHARES, parts, strict=True):
        cells[name] = share_text(whole, intervals)
        cells[f"{name}_number"] = float(whole.share(intervals) or Fraction(0))
    return cells


def _cells(page: QualityPage, row: int | slice) -> dict[str, list[int]]:
    """Return the counts of all steps in one row: expected, known by readings, estimated of each.

    One flat list a row: a list for each cell would be 26,000 of them for a year of 500 meters.
    """
    grid = page.grid
    columns = (grid.expected, grid.measured + grid.shaped, grid.estimated)
    counts = [each[row] for each in columns]
    if isinstance(row, slice):
        counts = [each.sum(axis=0) for each in counts]
    return {STEPS: np.stack(counts, axis=1).ravel().tolist()}


def _context(viewer: Viewer, answer: Answer[QualityPage], selection: Selection) -> dict[str, Any]:
    """Return the words and addresses that the browser makes cells with."""
    page = answer.rows
    why = Why(source="{source}", formula="{counts}", age_s=answer.age_s, as_of=answer.as_of)
    return {
        "counts": viewer.say("quality_page.counts", **{name: f"{{{name}}}" for name in COUNTED}),
        "notDue": viewer.say("quality_page.not_due"),
        "why": why_text(viewer, why),
        "days": [step_text(viewer, step) for step in page.steps],
        "searches": [_search(step, page.step_days, selection) for step in page.steps],
    }


def _search(step: tuple[date, date], step_days: int, selection: Selection) -> str:
    """Return the query part of the address that selects the days of a column."""
    span = Span.DAY if step_days == 1 else Span.WEEK
    return Selection(today=selection.today, span=span, at=step[0]).search()


def _href(point: str, selection: Selection) -> str:
    """Return the address of a meter's page with the days that are selected here."""
    days = replace(selection, place="", utility=None, node="")
    return f"/meters/{quote(point, safe='')}{days.search()}"
