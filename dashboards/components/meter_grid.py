"""In: registry rows. Out: a grid that sorts and filters, and cards for a phone. Pure."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from dashboards.components.device_text import SILENT_S, device_text
from dashboards.components.figure_number import Why, why_text
from dashboards.components.grid import by_number, grid_theme, grid_words
from dashboards.components.pieces import age_text, empty, link, quality_badge
from dashboards.formats import NOTHING, number, short_instant
from dashboards.queries.rows import MeterRow
from dashboards.viewer import Viewer

COLUMNS: tuple[tuple[str, int], ...] = (
    ("name", 154),
    ("point", 112),
    ("place", 96),
    ("utility", 88),
    ("serial", 104),
    ("factor", 84),
    ("protocol", 112),
    ("last", 152),
    ("at", 132),
    ("quality", 92),
    ("age", 78),
    ("device", 150),
    ("calibration_due", 128),
    ("battery_due", 112),
)
GRID = "meter-grid"
MOST_CARDS = 60
"""Cards that a page carries: it lays out a card in milliseconds, but 300 of them in 40 s."""


def meter_grid(
    viewer: Viewer, rows: tuple[MeterRow, ...], *, zone: ZoneInfo, as_of: int
) -> Component:
    """Return the grid; its serial column tells twins apart, its point column links to the page."""
    columns: list[dict[str, object]] = [
        {"field": name, "headerName": viewer.say(f"meters.{name}"), "minWidth": width, "flex": 1}
        for name, width in COLUMNS
    ]
    for column in columns:
        if column["field"] == "name":
            column |= {"cellRenderer": "MeterLink", "pinned": "left", "minWidth": 154}
        if column["field"] == "last":
            column["cellRenderer"] = "TableCell"
        if column["field"] in {"last", "age"}:
            column |= {"type": "rightAligned", **by_number(f"{column['field']}_number")}
    grid: Component = dag.AgGrid(
        id=GRID,
        columnDefs=columns,
        rowData=[_cells(viewer, row, zone, as_of) for row in rows],
        defaultColDef={
            "sortable": True,
            "filter": "agTextColumnFilter",
            "resizable": True,
            "suppressHeaderFilterButton": True,
        },
        dashGridOptions={
            "theme": grid_theme(viewer.theme),
            "localeText": grid_words(viewer),
            "rowHeight": 36,
            "domLayout": "autoHeight" if len(rows) <= 40 else "normal",
            "suppressCellFocus": False,
        },
        style={"height": None} if len(rows) <= 40 else {"height": "72vh"},
        className="grid",
    )
    return grid


def _cells(viewer: Viewer, row: MeterRow, zone: ZoneInfo, as_of: int) -> dict[str, object]:
    return {
        "name": row.name,
        "point": row.point,
        "place": row.place,
        "utility": viewer.say(f"utility.{row.utility}") if row.utility else NOTHING,
        "serial": row.serial,
        "factor": f"× {row.factor}",  # times
        "protocol": row.protocol or NOTHING,
        "last": _last(viewer, row),
        "last_why": why_text(viewer, _why(viewer, row, as_of)),
        "last_number": None if row.last is None else float(row.last),
        "at": short_instant(viewer.language, row.last_at, zone),
        "quality": viewer.say(f"quality.{row.quality.name.lower()}"),
        "age": age_text(viewer, row.age_s),
        "age_number": row.age_s,
        "device": device_text(viewer, row.device),
        "calibration_due": _day(row.calibration_due),
        "battery_due": _day(row.battery_due),
    }


def _why(viewer: Viewer, row: MeterRow, as_of: int) -> Why:
    """Return what the last reading rests on."""
    return Why(
        source=viewer.say("why.meter", meter=row.name, serial=row.serial),
        formula=viewer.say("why.newest"),
        quality=row.quality,
        age_s=row.age_s,
        as_of=as_of,
    )


def _day(day: date | None) -> str:
    """Return a day as it sorts."""
    return NOTHING if day is None else day.isoformat()


def _last(viewer: Viewer, row: MeterRow) -> str:
    return (
        NOTHING
        if row.last is None
        else f"{number(viewer.language, row.last)} {viewer.unit(row.unit)}"
    )


def _device(viewer: Viewer, row: MeterRow) -> list[Component]:
    """Return a row about a device that does not answer as it should."""
    if row.device is None or not (row.device.failing or row.device.told_age_s > SILENT_S):
        return []
    return [html.Div(device_text(viewer, row.device), className="card-what")]


def meter_cards(viewer: Viewer, rows: tuple[MeterRow, ...]) -> Component:
    """Return one card a metering point, for screens too narrow for columns."""
    if not rows:
        return empty(viewer.say("grid.noRowsToShow"))
    cards = html.Ul(
        [
            html.Li(
                [
                    html.Div(
                        [
                            link(row.name, f"/meters/{row.point}"),
                            quality_badge(viewer, row.quality),
                        ],
                        className="card-head",
                    ),
                    html.Div(f"{row.serial} · {row.place}", className="card-what"),
                    html.Div(
                        [
                            html.Strong(_last(viewer, row)),
                            html.Span(age_text(viewer, row.age_s), className="data-age"),
                        ],
                        className="card-value",
                    ),
                    *_device(viewer, row),
                ]
            )
            for row in rows[:MOST_CARDS]
        ],
        className="cards",
    )
    if len(rows) <= MOST_CARDS:
        return cards
    more = viewer.say("meters.more_cards", count=len(rows) - MOST_CARDS)
    return html.Div([cards, html.P(more, className="subtitle")])
